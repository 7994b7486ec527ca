"""Names, regions and tags that are filled in as Pulumi's AWS provider does."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from local.engine import ProviderError

if TYPE_CHECKING:
    from tests.local.provider.conftest import Cloud

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "ec2.amazonaws.com"},
        },
    }
)
BUCKET = ("aws:s3/bucket:Bucket", "bucket", 63, {})
ROLE = ("aws:iam/role:Role", "name", 64, {"assumeRolePolicy": TRUST})
ROLE_POLICY = (
    "aws:iam/rolePolicy:RolePolicy",
    "name",
    128,
    {"role": "r", "policy": '{"Version":"2012-10-17","Statement":[]}'},
)
ACCESS = (
    "aws:cloudfront/originAccessControl:OriginAccessControl",
    "name",
    64,
    {"originAccessControlOriginType": "s3", "signingBehavior": "always", "signingProtocol": "sigv4"},
)
HEADERS = (
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
    "name",
    128,
    {"removeHeadersConfig": {"items": [{"header": "server"}]}},
)
USER_POOL = ("aws:cognito/userPool:UserPool", "name", 128, {})
CLIENT = ("aws:cognito/userPoolClient:UserPoolClient", "name", 128, {"userPoolId": "eu-west-1_a"})
GROUP = ("aws:cognito/userGroup:UserGroup", "name", 128, {"userPoolId": "eu-west-1_a"})
named = pytest.mark.parametrize(
    ("type_", "property_", "longest", "inputs"),
    [BUCKET, ROLE, ROLE_POLICY, ACCESS, HEADERS, USER_POOL, CLIENT, GROUP],
)


@named
def test_a_name_is_the_logical_name_and_seven_hex_digits(
    cloud: Cloud, type_: str, property_: str, longest: int, inputs: dict[str, Any]
) -> None:
    name = "Site" + "x" * (longest - 12)
    made = cloud.check(type_, inputs, name=name)[property_]
    assert re.fullmatch((name.lower() if property_ == "bucket" else name) + "-[0-9a-f]{7}", made)
    assert made != cloud.check(type_, inputs, name=name)[property_]


@named
def test_a_name_that_would_be_too_long_is_refused_and_not_cut(
    cloud: Cloud, type_: str, property_: str, longest: int, inputs: dict[str, Any]
) -> None:
    with pytest.raises(
        ProviderError, match=rf"the {property_} x+- plus 7 random .* than {longest} char.*name by 1"
    ):
        cloud.check(type_, inputs, name="x" * (longest - 7))


@named
def test_a_made_name_is_kept_and_a_given_one_replaces_it(
    cloud: Cloud, type_: str, property_: str, longest: int, inputs: dict[str, Any]
) -> None:
    first = cloud.check(type_, inputs)
    assert cloud.check(type_, inputs, first) == first
    assert cloud.check(type_, inputs, first, name="other")[property_] == first[property_]
    given = cloud.check(type_, {**inputs, property_: "g" * longest}, first)
    diff = cloud.provider.diff(type_, first, given)
    # a user pool and its client can be renamed
    renamed = type_ in {USER_POOL[0], CLIENT[0]}
    assert (diff.replace, diff.delete_before_replace) == (set() if renamed else {property_}, False)
    assert cloud.check(type_, inputs, given)[property_] != given[property_]


def test_what_keeps_a_given_name_is_deleted_before_it_is_replaced(cloud: Cloud) -> None:
    type_, _, _, inputs = ROLE
    given, made = {**inputs, "name": "fixed"}, inputs
    assert cloud.diff(type_, given, {**given, "path": "/other/"}).delete_before_replace
    assert not cloud.diff(type_, made, {**made, "path": "/other/"}).delete_before_replace
    assert not cloud.diff(type_, given, {**given, "description": "x"}).delete_before_replace


def test_the_key_of_an_object_is_its_logical_name(cloud: Cloud) -> None:
    assert (
        cloud.check("aws:s3/bucketObjectv2:BucketObjectv2", {"bucket": "b"}, name="a/B.txt")["key"]
        == "a/B.txt"
    )


def test_an_identity_pool_has_no_made_name(cloud: Cloud) -> None:
    with pytest.raises(AssertionError, match="identityPoolName is required"):
        cloud.check("aws:cognito/identityPool:IdentityPool", {})


def test_regional_resources_get_the_region_and_global_ones_do_not(cloud: Cloud) -> None:
    assert cloud.check(BUCKET[0], {})["region"] == "eu-west-1"
    assert cloud.check(BUCKET[0], {"region": "us-east-1"})["region"] == "us-east-1"
    assert "region" not in cloud.check(ROLE[0], ROLE[3])


def test_a_change_of_region_replaces(cloud: Cloud) -> None:
    assert cloud.diff(BUCKET[0], {}, {"region": "us-east-1"}).replace == {"region"}


def test_all_tags_are_the_default_tags_and_the_resources_own(cloud: Cloud) -> None:
    tagging = replace(
        cloud, settings={"defaultTags": '{"tags": {"team": "x", "stage": "dev"}}', "region": "us-west-2"}
    )
    checked = tagging.check(BUCKET[0], {"tags": {"team": "y"}})
    assert (checked["tags"], checked["tagsAll"]) == ({"team": "y"}, {"team": "y", "stage": "dev"})
    assert checked["region"] == "us-west-2"
    assert cloud.check(BUCKET[0], {})["tagsAll"] == {}


def test_a_provider_setting_that_would_matter_is_refused(cloud: Cloud) -> None:
    with pytest.raises(ProviderError, match="the provider setting assumeRoles is not supported"):
        replace(cloud, settings={"assumeRoles": "[]"}).check(BUCKET[0], {})


def test_settings_about_reaching_aws_are_accepted(cloud: Cloud) -> None:
    settings = {"endpoints": '[{"s3": "http://127.0.0.1:1"}]', "skipCredentialsValidation": "true"}
    assert replace(cloud, settings=settings).check(BUCKET[0], {})["region"] == "eu-west-1"
