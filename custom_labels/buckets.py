"""The bucket for images, manifests and what training writes, and the policies that let Rekognition use it."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from custom_labels.errors import CustomLabelsError, code_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

TAG = "custom-labels:training-bucket"
"""Tag with the value `true` of the bucket that is meant for training."""
POLICY = "training_bucket.json.j2"

_HERE = Path(__file__).parent
_ENVIRONMENT = Environment(
    # Installed, the templates are part of the package; in the repository they are beside it.
    loader=FileSystemLoader([_HERE / "policies", _HERE.parent / "policies"]),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701  # JSON is not HTML; every value goes through |tojson
)


def find_bucket(s3: "S3Client") -> str:
    """Return the one bucket of the region that is tagged as the training bucket.

    Raises:
        CustomLabelsError: There is none, or there are several.
    """
    pages = s3.get_paginator("list_buckets").paginate(BucketRegion=s3.meta.region_name)
    names = sorted(bucket["Name"] for page in pages for bucket in page.get("Buckets", []))
    with ThreadPoolExecutor(8) as pool:
        tagged = list(pool.map(_is_tagged, [s3] * len(names), names))
    found = [name for name, is_ours in zip(names, tagged, strict=True) if is_ours]
    if len(found) != 1:
        raise CustomLabelsError(
            f"{len(found)} buckets in {s3.meta.region_name} have the tag {TAG}=true ({', '.join(found) or 'none'}): "
            "name one with --bucket or CUSTOM_LABELS_BUCKET."
        )
    return found[0]


def training_statements(bucket: str, account_id: str, partition: str = "aws") -> list[dict[str, Any]]:
    """Return the policy statements that let Rekognition use a bucket for one account, over TLS only."""
    values = {"bucket_arn": f"arn:{partition}:s3:::{bucket}", "account_id": account_id}
    return json.loads(_ENVIRONMENT.get_template(POLICY).render(values))["Statement"]


def merged(policy: Mapping[str, Any] | None, statements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a bucket policy with statements added; one of the same Sid is replaced."""
    old = dict(policy or {"Version": "2012-10-17", "Statement": []})
    sids = {statement["Sid"] for statement in statements}
    present: Any = old["Statement"]
    if isinstance(present, dict):  # a single statement may stand without a list
        present = [present]
    return old | {"Statement": [each for each in present if each.get("Sid") not in sids] + list(statements)}


def read_policy(s3: "S3Client", bucket: str) -> dict[str, Any] | None:
    """Return the policy of a bucket, or None when it has none."""
    try:
        return json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as error:
        if code_of(error) == "NoSuchBucketPolicy":
            return None
        raise


def _is_tagged(s3: "S3Client", bucket: str) -> bool:
    try:
        tags = s3.get_bucket_tagging(Bucket=bucket)["TagSet"]
    except ClientError as error:
        if code_of(error) in {"NoSuchTagSet", "AccessDenied", "NoSuchBucket"}:
            return False
        raise
    return {"Key": TAG, "Value": "true"} in tags
