"""A program with resources of AWS, run by the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.engine import UNKNOWN, DeploymentError, StackConfig, destroy, preview, up

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local.provider.conftest import Cloud

CONFIG = StackConfig(project="shop", stack="dev", values={"aws:region": "eu-west-1"})

PROGRAM = """
import json
import pulumi
import pulumi_aws as aws

west = aws.Provider("west", region="us-west-2", default_tags=aws.ProviderDefaultTagsArgs(tags={"team": "x"}))
bucket = aws.s3.Bucket("Site", opts=pulumi.ResourceOptions(provider=west))
page = aws.s3.BucketObjectv2(
    "index.html", bucket=bucket.bucket, source=pulumi.FileAsset("index.html"), opts=pulumi.ResourceOptions(provider=west)
)
distribution = aws.cloudfront.Distribution(
    "cdn",
    enabled=True,
    default_cache_behavior={
        "allowed_methods": ["GET", "HEAD"],
        "cached_methods": ["GET", "HEAD"],
        "forwarded_values": {"query_string": False, "cookies": {"forward": "none"}},
        "target_origin_id": "site",
        "viewer_protocol_policy": "redirect-to-https",
    },
    origins=[{"origin_id": "site", "domain_name": bucket.bucket_regional_domain_name}],
    restrictions={"geo_restriction": {"restriction_type": "none"}},
    viewer_certificate={"cloudfront_default_certificate": True},
)
pulumi.export("tags", bucket.tags_all)
pulumi.export("region", bucket.region)
pulumi.export("signers", distribution.trusted_signers)
pulumi.export("etag", page.etag)
pulumi.export("default", aws.get_region().region)
pulumi.export("west", aws.get_region_output(opts=pulumi.InvokeOptions(provider=west)).region)
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    (tmp_path / "__main__.py").write_text(PROGRAM)
    (tmp_path / "index.html").write_text("<p>")
    return tmp_path


def test_a_program_of_two_regions_is_previewed_applied_and_destroyed(cloud: Cloud, program: Path) -> None:
    expected = {"tags": {"team": "x"}, "region": "us-west-2", "default": "eu-west-1"}
    planned = preview(program, CONFIG, cloud.provider)
    assert planned.outputs == {**expected, "etag": UNKNOWN, "signers": UNKNOWN, "west": "us-west-2"}
    applied = up(program, CONFIG, cloud.provider)
    etag = "6f2ae3dc2a2ccb1b4c4b6c41ef43c6ae"
    assert {**applied.outputs, "etag": etag} == {
        **expected,
        "etag": etag,
        "signers": [{"enabled": False}],
        "west": "us-west-2",
    }
    (bucket,) = (one.id for one in applied.state.resources if one.type == "aws:s3/bucket:Bucket")
    got = cloud.client("s3", "us-west-2").get_object(Bucket=bucket, Key="index.html")
    assert got["Body"].read() == b"<p>"
    assert up(program, CONFIG, cloud.provider, state=applied.state).changes == ()
    (program / "index.html").write_text("<h1>")
    edited = up(program, CONFIG, cloud.provider, state=applied.state)
    assert [(step.op, step.name, step.changed) for step in edited.changes] == [
        ("update", "index.html", ("source",))
    ]
    cloud.client("s3").put_object(Bucket=bucket, Key="other")
    with pytest.raises(DeploymentError, match="BucketNotEmpty"):
        destroy(cloud.provider, edited.state)
