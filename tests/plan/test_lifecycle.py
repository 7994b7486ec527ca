"""The real program: previewed, applied, changed and destroyed against the emulated AWS."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from local.aws.server import LocalAws
from local.engine import UNKNOWN, DeploymentError, Result, State, destroy, load_config, preview, up
from local.provider import AwsProvider
from local.stack import PROJECT_DIR, STACK, local_config

REGION = "eu-west-1"
SESSION = boto3.Session("local", "local", region_name=REGION)
WITHOUT_CLOUDFRONT = {"createCloudFrontDistribution": False}


class Stack:
    """One stack on one emulated AWS, as `pulumi` would keep it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.provider = AwsProvider(url, REGION)
        self.state = State()

    def preview(self, config: dict[str, Any] | None = None) -> Result:
        return preview(PROJECT_DIR, local_config(self.url, config), self.provider, state=self.state)

    def up(self, config: dict[str, Any] | None = None) -> Result:
        result = up(PROJECT_DIR, local_config(self.url, config), self.provider, state=self.state)
        self.state = result.state
        return result

    def destroy(self) -> Result:
        result = destroy(self.provider, self.state)
        self.state = result.state
        return result

    def client(self, service: Any) -> Any:
        return SESSION.client(service, endpoint_url=self.url)

    def leftovers(self) -> dict[str, int]:
        """How many resources of each kind exist in the account."""
        cloudfront = self.client("cloudfront")
        return {
            "buckets": len(self.client("s3").list_buckets()["Buckets"]),
            "roles": len(self.client("iam").list_roles()["Roles"]),
            "pools": len(self.client("cognito-identity").list_identity_pools(MaxResults=60)["IdentityPools"]),
            "distributions": cloudfront.list_distributions()["DistributionList"].get("Quantity", 0),
            "access controls": len(
                cloudfront.list_origin_access_controls()["OriginAccessControlList"].get("Items", [])
            ),
            "headers policies": len(
                cloudfront.list_response_headers_policies(Type="custom")["ResponseHeadersPolicyList"].get(
                    "Items", []
                )
            ),
        }


@pytest.fixture
def stack() -> Iterator[Stack]:
    with LocalAws() as aws:
        yield Stack(aws.url)


def operations(result: Result) -> Counter[str]:
    return Counter(step.op for step in result.steps)


def changed(result: Result) -> dict[str, str]:
    return {f"{step.type.split(':')[-1]} {step.name}": step.op for step in result.changes}


def test_a_preview_creates_nothing_and_marks_what_it_cannot_know(stack: Stack) -> None:
    before = stack.leftovers()
    result = stack.preview()
    assert stack.leftovers() == before
    assert set(operations(result)) == {"create"}
    assert result.outputs["region"] == REGION
    assert UNKNOWN in result.outputs["url"]
    assert UNKNOWN in result.outputs["identityPoolId"]


def test_outputs_are_those_of_the_readme(stack: Stack) -> None:
    with_cloudfront = stack.up().outputs
    assert set(with_cloudfront) == {"url", "region", "bucketName", "identityPoolId", "distributionId"}
    assert with_cloudfront["url"].startswith("https://")
    assert with_cloudfront["url"].endswith(".cloudfront.net/")
    without = stack.up(WITHOUT_CLOUDFRONT).outputs
    assert set(without) == {"url", "region", "bucketName", "identityPoolId"}
    assert without["url"] == f"https://{without['bucketName']}.s3.{REGION}.amazonaws.com/index.html"


def test_a_second_apply_changes_nothing(stack: Stack) -> None:
    for config in ({}, WITHOUT_CLOUDFRONT):
        stack.up(config)
        assert changed(stack.up(config)) == {}
        assert changed(stack.preview(config)) == {}


def test_switching_cloudfront_off_changes_only_what_must_change(stack: Stack) -> None:
    stack.up()
    assert changed(stack.up(WITHOUT_CLOUDFRONT)) == {
        "BucketPublicAccessBlock RekogCustomLabelsDemo-site-public-access": "update",
        "BucketPolicy RekogCustomLabelsDemo-site-policy": "update",
        "Distribution RekogCustomLabelsDemo-cdn": "delete",
        "ResponseHeadersPolicy RekogCustomLabelsDemo-cdn-headers": "delete",
        "OriginAccessControl RekogCustomLabelsDemo-cdn-access": "delete",
    }


def test_switching_on_off_on_keeps_bucket_pool_and_role(stack: Stack) -> None:
    kept: list[set[tuple[str, str]]] = []
    for config in ({}, WITHOUT_CLOUDFRONT, {}):
        result = stack.up(config)
        kept.append(
            {
                (one.urn, one.id)
                for one in result.state.resources
                if one.type.startswith(("aws:s3/bucket:", "aws:cognito/", "aws:iam/"))
            }
        )
    assert len(kept[0]) == 5
    assert kept[0] == kept[1] == kept[2]


def test_a_new_list_of_projects_changes_the_guests_policy_and_the_page(stack: Stack) -> None:
    stack.up()
    assert changed(stack.up({"projects": ["parts"]})) == {
        "RolePolicy RekogCustomLabelsDemo-visitors-guest-policy": "update",
        "BucketObjectv2 RekogCustomLabelsDemo-files/index.html": "update",
    }


@pytest.mark.parametrize("config", [{}, WITHOUT_CLOUDFRONT], ids=["cloudfront", "bucket"])
def test_destroy_leaves_nothing(stack: Stack, config: dict[str, Any]) -> None:
    before = stack.leftovers()
    stack.up(config)
    assert stack.leftovers() != before
    stack.destroy()
    assert stack.leftovers() == before
    assert stack.state.resources == ()


def test_the_longest_prefix_makes_legal_names(stack: Stack) -> None:
    prefix = "P" + "x" * 35
    result = stack.up({"resourcePrefix": prefix})
    names = [
        one.id for one in result.state.resources if one.type in {"aws:s3/bucket:Bucket", "aws:iam/role:Role"}
    ]
    assert all(len(name) <= 63 for name in names)
    stack.destroy()


def test_a_resource_that_fails_is_reported_and_the_next_apply_goes_on(stack: Stack) -> None:
    """A bucket in the way of nothing: the guest's role cannot be made while IAM refuses, the rest is."""
    iam = stack.client("iam")
    create = stack.provider.create

    def refuse_roles(type_: str, inputs: Any) -> Any:
        if type_ == "aws:iam/role:Role":
            raise RuntimeError("IAM is closed")
        return create(type_, inputs)

    stack.provider.create = refuse_roles
    with pytest.raises(
        DeploymentError, match=r"RekogCustomLabelsDemo-visitors-guest: .*IAM is closed"
    ) as failed:
        stack.up()
    assert iam.list_roles()["Roles"] == []
    stack.provider.create = create
    stack.state = failed.value.state
    result = stack.up()
    assert "aws:iam/role:Role" in {step.type for step in result.changes if step.op == "create"}
    assert "aws:s3/bucket:Bucket" in {step.type for step in result.steps if step.op == "same"}
    assert changed(stack.up()) == {}


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"aws:region": "us-west-1"}, "aws:region is 'us-west-1', and Custom Labels exists only in"),
        ({"resourcePrefix": "my_demo"}, "resourcePrefix is 'my_demo', and it must be"),
        ({"resourcePrefix": "x" * 37}, "resourcePrefix is 'x"),
        ({"projects": ["*"]}, "projects names '*', and the name of a Custom Labels project has"),
        (
            {"adminMail": "me@example.com"},
            "custom-labels-demo:adminMail is 'me@example.com', and this program has no",
        ),
    ],
)
def test_bad_config_is_one_sentence_at_preview_and_nothing_is_created(
    stack: Stack, config: dict[str, Any], sentence: str
) -> None:
    before = stack.leftovers()
    for run in (stack.preview, stack.up):
        with pytest.raises(DeploymentError) as refused:
            run(config)
        assert str(refused.value).startswith(sentence)
        assert str(refused.value).count("\n") == 0
    assert stack.leftovers() == before


def test_the_program_applies_within_two_seconds(stack: Stack) -> None:
    stack.up()
    stack.destroy()
    start = time.perf_counter()
    stack.up()
    assert time.perf_counter() - start <= 2


def test_every_regional_settings_file_names_its_own_region() -> None:
    files = sorted(path for path in PROJECT_DIR.glob("Pulumi.*.yaml") if path.stem != f"Pulumi.{STACK}")
    assert len(files) == 11
    for file in files:
        region = file.stem.removeprefix("Pulumi.")
        assert load_config(PROJECT_DIR, region).values["aws:region"] == region


def test_no_policy_of_the_whole_plan_is_written_outside_the_templates(stack: Stack) -> None:
    stack.up()
    documents = {
        one.name: json.loads(value)
        for one in stack.state.resources
        for name, value in one.inputs.items()
        if name in {"policy", "assumeRolePolicy", "inlinePolicies"}
    }
    assert {name: [s["Sid"] for s in document["Statement"]] for name, document in documents.items()} == {
        "RekogCustomLabelsDemo-site-policy": ["RefusePlainHttp", "LetThisDistributionRead"],
        "RekogCustomLabelsDemo-visitors-guest": ["IdentitiesOfThisPool"],
        "RekogCustomLabelsDemo-visitors-guest-policy": [
            "DetectWithModels",
            "ListModelsOfProjects",
            "ListProjects",
        ],
    }
