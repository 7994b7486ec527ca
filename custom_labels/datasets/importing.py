"""A checked dataset on its way to a project: uploaded, and made the project's datasets."""

import hashlib
import json
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from custom_labels.datasets.check import Upload
from custom_labels.datasets.examples import Line, Problems, Split
from custom_labels.errors import CustomLabelsError, code_of
from custom_labels.pictures import upright_file

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_rekognition.type_defs import DatasetDescriptionTypeDef
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef

    from custom_labels.projects import Project

_AT_ONCE = 8
_UPDATE_BYTES = 4 * 1024**2  # of an UpdateDatasetEntries; the service takes 5
_SHOWN_ERRORS = 5


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A dataset of a project, after an import."""

    arn: str
    entries: int
    labels: int
    errors: int
    """Entries that the service cannot use."""


def check_objects(s3: "S3Client", found: Sequence[Line], problems: Problems) -> None:
    """Check that pictures which are said to be in S3 are there, all of them in one bucket."""
    places = [(line, *line.document["source-ref"][5:].split("/", 1)) for line in found if line.image is None]
    if len(buckets := {bucket for _, bucket, _ in places}) > 1:
        problems.add(
            places[0][0].place,
            f"the pictures must be in one bucket, not in {', '.join(sorted(buckets))} (ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS).",
        )
        return
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        looking = [pool.submit(_head, s3, bucket, key) for _, bucket, key in places]
        for (line, bucket, key), future in zip(places, looking, strict=True):
            if future.result() is None:
                problems.add(line.place, f"there is no object s3://{bucket}/{key}, or it may not be read.")


def upload_all(s3: "S3Client", bucket: str, uploads: Sequence[Upload]) -> Generator[bool]:
    """Bring pictures into the bucket, and yield for each whether it had to be uploaded: an equal one is left alone."""
    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        for future in as_completed([pool.submit(_upload, s3, bucket, one) for one in uploads]):
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def bring(  # noqa: PLR0913  # one parameter a thing to know
    rekognition: "RekognitionClient",
    s3: "S3Client",
    project: "Project",
    *,
    kind: Split,
    lines: Sequence[dict[str, Any]],
    bucket: str,
    pause: Callable[[], object],
) -> Dataset:
    """Make lines the training or test dataset of a project, or add them to the one that it has.

    Args:
        rekognition: Where the project is.
        s3: Where the bucket is.
        project: The project.
        kind: `train` or `test`.
        lines: JSON Lines; one with the source-ref of an entry replaces it.
        bucket: Where the manifest of a new dataset goes.
        pause: Called while the service is at work.

    Raises:
        CustomLabelsError: The service cannot make a dataset of it.
        ClientError: AWS refuses it.
    """
    texts = [f"{json.dumps(line)}\n".encode() for line in lines]
    arn = project.datasets.get(kind.upper())
    if arn:
        for part in _parts(texts):
            rekognition.update_dataset_entries(DatasetArn=arn, Changes={"GroundTruth": part})
            _wait(rekognition, arn, pause)
    else:
        content = b"".join(texts)
        digest = hashlib.sha256(content).hexdigest()[:12]
        key = f"custom-labels/{project.name}/manifests/{kind}-{digest}.manifest"
        s3.put_object(Bucket=bucket, Key=key, Body=content)
        arn = rekognition.create_dataset(
            ProjectArn=project.arn,
            DatasetType="TRAIN" if kind == "train" else "TEST",
            DatasetSource={"GroundTruthManifest": {"S3Object": {"Bucket": bucket, "Name": key}}},
        )["DatasetArn"]
    stats = _wait(rekognition, arn, pause)["DatasetStats"]
    return Dataset(
        arn=arn, entries=stats["TotalEntries"], labels=stats["TotalLabels"], errors=stats["ErrorEntries"]
    )


def entries_with_errors(rekognition: "RekognitionClient", arn: str) -> list[str]:
    """Return the picture and the errors of the first few entries that the service cannot use."""
    answer = rekognition.list_dataset_entries(DatasetArn=arn, HasErrors=True, MaxResults=_SHOWN_ERRORS)
    found: list[str] = []
    for text in answer["DatasetEntries"]:
        codes = sorted(set(re.findall(r'"(ERROR_[A-Z_]+)"', text)))
        found.append(f"{json.loads(text).get('source-ref')}: {', '.join(codes)}")
    return found


def _upload(s3: "S3Client", bucket: str, upload: Upload) -> bool:
    there = _head(s3, bucket, upload.key)
    if there and (there["ContentLength"], there.get("ChecksumSHA256")) == (upload.size, upload.sha256):
        return False
    content = upright_file(upload.path.read_bytes()).content
    kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    s3.put_object(Bucket=bucket, Key=upload.key, Body=content, ContentType=kind, ChecksumAlgorithm="SHA256")
    return True


def _head(s3: "S3Client", bucket: str, key: str) -> "HeadObjectOutputTypeDef | None":
    try:
        return s3.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
    except ClientError as error:
        if code_of(error) in {"404", "403", "NoSuchKey", "NotFound"}:
            return None
        raise


def _parts(texts: Sequence[bytes]) -> Iterator[bytes]:
    part = b""
    for text in texts:
        if part and len(part) + len(text) > _UPDATE_BYTES:
            yield part
            part = b""
        part += text
    yield part


def _wait(
    rekognition: "RekognitionClient", arn: str, pause: Callable[[], object]
) -> "DatasetDescriptionTypeDef":
    """Wait until a dataset is at rest, and return its description."""
    while True:
        described = rekognition.describe_dataset(DatasetArn=arn)["DatasetDescription"]
        status = described["Status"]
        if status.endswith("_FAILED"):
            raise CustomLabelsError(
                f"The dataset is {status}: {described.get('StatusMessage', 'AWS says no more.')}"
            )
        if not status.endswith("_IN_PROGRESS"):
            return described
        pause()
