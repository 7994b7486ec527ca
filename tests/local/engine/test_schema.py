"""Inputs are checked against the classes that `pulumi_aws` generates."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import pytest

from local.engine import UNKNOWN, Asset, DeploymentError
from local.engine.schema import check_inputs, missing_outputs

if TYPE_CHECKING:
    from tests.local.engine.conftest import Project

importlib.import_module("pulumi_aws")  # which registers its classes

BUCKET = "aws:s3/bucket:Bucket"
OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
FUNCTION = "aws:lambda/function:Function"


@pytest.mark.parametrize(
    ("type_", "inputs"),
    [
        (BUCKET, {}),
        (BUCKET, {"forceDestroy": True, "tags": {"any_key": "x"}}),
        (OBJECT, {"bucket": UNKNOWN, "source": Asset.of_text("x")}),
        (VERSIONING, {"bucket": "b", "versioningConfiguration": {"status": "Enabled"}}),
        (VERSIONING, {"bucket": "b", "versioningConfiguration": UNKNOWN}),
        (FUNCTION, {"role": "r", "memorySize": 128, "layers": ["a", UNKNOWN]}),
        ("fake:index:Thing", {"whatever": 1}),
        ("aws:s3/nothing:Nothing", {}),
    ],
)
def test_good_inputs_have_no_faults(type_: str, inputs: dict[str, Any]) -> None:
    assert check_inputs(type_, inputs) == []


@pytest.mark.parametrize(
    ("type_", "inputs", "fault"),
    [
        (POLICY, {"bucket": "b"}, "policy is required"),
        (BUCKET, {"bukcet": "b"}, "bukcet is not a property of BucketArgs"),
        (BUCKET, {"forceDestroy": "yes"}, "forceDestroy must be true or false, not 'yes'"),
        (BUCKET, {"bucket": 1}, "bucket must be a string, not 1"),
        (BUCKET, {"bucket": True}, "bucket must be a string, not True"),
        (BUCKET, {"tags": {"a": 1}}, "tags.a must be a string, not 1"),
        (BUCKET, {"tags": ["a"]}, "tags must be a map, not ['a']"),
        (FUNCTION, {"role": "r", "memorySize": "128"}, "memorySize must be an integer, not '128'"),
        (FUNCTION, {"role": "r", "memorySize": True}, "memorySize must be an integer, not True"),
        (FUNCTION, {"role": "r", "memorySize": 1.5}, "memorySize must be an integer, not 1.5"),
        (FUNCTION, {"role": "r", "layers": "a"}, "layers must be a list, not 'a'"),
        (FUNCTION, {"role": "r", "layers": ["a", {}]}, "layers[1] must be a string, not {}"),
        (OBJECT, {"bucket": "b", "source": "file"}, "source must be an asset, not 'file'"),
        (FUNCTION, {"role": "r", "code": "file"}, "code must be an archive, not 'file'"),
        (
            "aws:iam/rolePolicy:RolePolicy",
            {"role": "r", "policy": {"Version": "2000", "Statement": []}},
            "policy.Version must be one of 2012-10-17, 2008-10-17, not '2000'",
        ),
        (
            VERSIONING,
            {"bucket": "b", "versioningConfiguration": {}},
            "versioningConfiguration.status is required",
        ),
        (
            VERSIONING,
            {"bucket": "b", "versioningConfiguration": "on"},
            "versioningConfiguration must be an object, not 'on'",
        ),
        (
            VERSIONING,
            {"bucket": "b", "versioningConfiguration": {"status": "Enabled", "mfa": "x"}},
            "versioningConfiguration.mfa is not a property of BucketVersioningVersioningConfigurationArgs",
        ),
    ],
)
def test_a_bad_input_is_told_with_its_path(type_: str, inputs: dict[str, Any], fault: str) -> None:
    assert check_inputs(type_, inputs) == [fault]


def test_computed_properties_that_are_not_returned_are_named() -> None:
    computed = ["etag", "arn"]
    assert missing_outputs("aws:cloudfront/originAccessControl:OriginAccessControl", {}) == sorted(computed)
    assert (
        missing_outputs("aws:cloudfront/originAccessControl:OriginAccessControl", dict.fromkeys(computed))
        == []
    )


def test_the_outputs_of_an_unknown_type_cannot_be_told() -> None:
    with pytest.raises(KeyError, match="fake"):
        missing_outputs("fake:index:Thing", {})


def test_all_faults_of_a_resource_are_in_the_report_before_the_provider_sees_it(project: Project) -> None:
    program = """
import pulumi_aws as aws
aws.s3.Bucket("one", force_destroy="yes", tags={"a": 1})
"""
    with pytest.raises(DeploymentError) as caught:
        project.preview(program)
    assert str(caught.value) == (
        "aws:s3/bucket:Bucket::one: forceDestroy must be true or false, not 'yes'; tags.a must be a string, not 1."
    )
    assert project.cloud.settings == []
