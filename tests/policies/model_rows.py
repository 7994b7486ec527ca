"""The rows of the access table about models, projects and everything else that a role could ask for."""

from collections.abc import Iterator

import botocore.session

from local.aws.policy import Context
from tests.policies.callers import OTHER_ACCOUNT, PEOPLE
from tests.policies.documents import ACCOUNT_ID, DISTRIBUTION_ARN, IDENTITY_POOL_ID, PROJECTS, REGION
from tests.policies.row import ALL, NO_SUCH_REQUEST, TWO, Row
from tests.policies.service_reference import condition_keys, resource_types

_PLACE = f"arn:aws:rekognition:{REGION}:{ACCOUNT_ID}"


def project(name: str, place: str = _PLACE) -> str:
    """Return the ARN of a project."""
    return f"{place}:project/{name}/1580000000000"


def model(name: str, place: str = _PLACE) -> str:
    """Return the ARN of a model of a project."""
    return f"{place}:project/{name}/version/{name}.2026-11-20T10.00.00/1580000000001"


SAMPLES = {
    "project": project("parts"),
    "projectversion": model("parts"),
    "dataset": f"{_PLACE}:project/parts/dataset/train/1580000000002",
    "collection": f"{_PLACE}:collection/faces",
    "streamprocessor": f"{_PLACE}:streamprocessor/door",
    "*": "*",
}
"""A resource of each type that Rekognition's actions act on."""

MAY: dict[str, tuple[str, tuple[str, ...]]] = {
    "rekognition:DetectCustomLabels": ("projectversion", ("guest", "viewer", "operator")),
    "rekognition:ListTagsForResource": ("projectversion", ("guest", "viewer", "operator", "guard")),
    "rekognition:DescribeProjectVersions": ("project", ("guest", "viewer", "operator", "guard")),
    "rekognition:DescribeProjects": ("*", ("guest", "viewer", "operator", "guard")),
    "rekognition:StartProjectVersion": ("projectversion", ("operator",)),
    "rekognition:StopProjectVersion": ("projectversion", ("operator", "guard")),
}
"""Action: the type of its resource, and who may. Nobody may do any other, but for `MAY_TAG`."""

MAY_TAG: dict[tuple[str, str], frozenset[str]] = {
    ("rekognition:TagResource", "operator"): frozenset({"started-at", "stop-at"}),
    ("rekognition:UntagResource", "operator"): frozenset({"started-at", "stop-at"}),
    ("rekognition:TagResource", "guard"): frozenset({"guard-first-seen"}),
    ("rekognition:UntagResource", "guard"): frozenset({"started-at", "stop-at", "guard-first-seen"}),
}
"""The tag keys that each may set on or remove from a model."""

_OURS = ("started-at", "stop-at", "guard-first-seen")
TAGS: list[list[str] | None] = [
    *([key] for key in _OURS),
    list(_OURS),
    ["started-at", "stop-at"],
    ["stop-at", "guard-first-seen"],
    None,
    ["team"],
    ["keep-running"],
    ["stop-at", "team"],
    ["guard-first-seen", "team"],
    ["started-at", "stop-at", "team"],
    *([key.title()] for key in _OURS),
    *([f"{key}-all"] for key in _OURS),
    *([f"not-{key}"] for key in _OURS),
    ["*"],
]
"""Tag keys that requests come with."""

OTHER_PLACES = [
    _PLACE.replace(REGION, "us-east-1"),
    _PLACE.replace(REGION, "eu-west-11"),
    _PLACE.replace(ACCOUNT_ID, OTHER_ACCOUNT),
    _PLACE.replace(":aws:", ":aws-cn:"),
    _PLACE.replace(REGION, "us-east-1").replace(ACCOUNT_ID, OTHER_ACCOUNT),
]
NEAR_NAMES = [
    "parts-secret",
    "secret-parts",
    "part",
    "Parts",
    "parts.v2",
    "boats",
    "boats.v2-secret",
    "secret-boats.v2",
    "boatsxv2",
    "boats.v3",
    "partz",
]
"""Projects that are not `parts` and `boats.v2`, but look like them."""

_WRONG_TYPES = {
    "rekognition:DetectCustomLabels": ("project", "dataset"),
    "rekognition:StartProjectVersion": ("project", "dataset"),
    "rekognition:StopProjectVersion": ("project", "dataset"),
    "rekognition:DescribeProjectVersions": ("collection",),
    "rekognition:ListTagsForResource": ("project", "dataset"),
}


def rekognition_actions() -> list[str]:
    """Return every operation that botocore knows and every action that IAM knows."""
    names = botocore.session.get_session().get_service_model("rekognition").operation_names
    return sorted({f"rekognition:{name}" for name in names} | resource_types("rekognition").keys())


def _every_operation() -> Iterator[Row]:
    for where in (ALL, TWO):
        for action in rekognition_actions():
            allowed_on, people = MAY.get(action, ("", ()))
            for kind in resource_types("rekognition")[action] or ["*"]:
                # A stranger's request without a resource is one to the stranger's own account.
                for who in (*PEOPLE, "anonymous", *(["stranger"] if kind != "*" else [])):
                    for context in _tags_given_to(action):
                        yield Row(
                            where=where,
                            who=who,
                            action=action,
                            resource=SAMPLES[kind],
                            allowed=who in people and kind == allowed_on,
                            context=context,
                        )


def _tags_given_to(action: str) -> list[Context]:
    if action in {"rekognition:TagResource", "rekognition:UntagResource"}:
        return [{"aws:TagKeys": ["team"]}]
    taggable = "aws:TagKeys" in condition_keys("rekognition").get(action, ())
    return [{}, {"aws:TagKeys": ["stop-at"]}, {"aws:TagKeys": ["guard-first-seen"]}] if taggable else [{}]


def _other_projects_and_places() -> Iterator[Row]:
    for action, (kind, people) in MAY.items():
        if kind == "*":
            continue
        arn = model if kind == "projectversion" else project
        for who in PEOPLE:
            may = who in people
            answers = [
                (TWO, arn("boats.v2"), may),
                *((ALL, arn(name), may) for name in NEAR_NAMES),
                *((TWO, arn(name), False) for name in NEAR_NAMES),
                *((ALL, arn("parts", place), False) for place in OTHER_PLACES),
                *((TWO, arn(name, place), False) for name in PROJECTS for place in OTHER_PLACES),
            ]
            for where, resource, allowed in answers:
                yield Row(where=where, who=who, action=action, resource=resource, allowed=allowed)


def _other_regions() -> Iterator[Row]:
    for where in (ALL, TWO):
        for who in PEOPLE:
            for region in ("us-east-1", "eu-west-2", "eu-west-11"):
                yield Row(
                    where=where,
                    who=who,
                    action="rekognition:DescribeProjects",
                    resource="*",
                    allowed=False,
                    context={"aws:RequestedRegion": region},
                )


def _wrong_types() -> Iterator[Row]:
    for action, kinds in _WRONG_TYPES.items():
        for kind in kinds:
            for where in (ALL, TWO):
                for name in PROJECTS:
                    for who in sorted({"operator", "guard"} & set(MAY[action][1])):
                        yield Row(
                            where=where,
                            who=who,
                            action=action,
                            resource=SAMPLES[kind].replace("parts", name),
                            allowed=False,
                            beyond_simulator=NO_SUCH_REQUEST,
                        )


def _tags() -> Iterator[Row]:
    for where in (ALL, TWO):
        for keys in TAGS:
            for who in PEOPLE:
                for action in ("rekognition:TagResource", "rekognition:UntagResource"):
                    may = MAY_TAG.get((action, who), frozenset())
                    yield Row(
                        where=where,
                        who=who,
                        action=action,
                        resource=model("parts"),
                        allowed=bool(keys) and set(keys or ()) <= may,
                        context={} if keys is None else {"aws:TagKeys": keys},
                    )
        near = [model(name) for name in NEAR_NAMES] if where == TWO else []
        elsewhere = [model(name, place) for name in PROJECTS for place in OTHER_PLACES]
        other_types = [SAMPLES[kind] for kind in ("project", "dataset", "collection", "streamprocessor")]
        other_types += [arn.replace("parts", "boats.v2") for arn in other_types[:2]]
        for (action, who), may in MAY_TAG.items():
            context: Context = {"aws:TagKeys": sorted(may)}
            for resource in (*near, *elsewhere, *other_types):
                yield Row(
                    where=where, who=who, action=action, resource=resource, allowed=False, context=context
                )
            yield Row(
                where=where,
                who=who,
                action=action,
                resource=model("boats.v2"),
                allowed=True,
                context=context,
            )


_ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/operator"
_USER_POOL_ARN = f"arn:aws:cognito-idp:{REGION}:{ACCOUNT_ID}:userpool/{REGION}_Aa1Bb2Cc3"
_IDENTITY_POOL_ARN = f"arn:aws:cognito-identity:{REGION}:{ACCOUNT_ID}:identitypool/{IDENTITY_POOL_ID}"

ELSEWHERE = [
    ("cloudfront:CreateInvalidation", DISTRIBUTION_ARN),
    ("cloudfront:DeleteDistribution", DISTRIBUTION_ARN),
    ("cloudfront:GetDistribution", DISTRIBUTION_ARN),
    ("cloudfront:ListDistributions", "*"),
    ("cloudfront:UpdateDistribution", DISTRIBUTION_ARN),
    ("cognito-identity:DescribeIdentityPool", _IDENTITY_POOL_ARN),
    ("cognito-identity:SetIdentityPoolRoles", "*"),
    ("cognito-idp:AdminAddUserToGroup", _USER_POOL_ARN),
    ("cognito-idp:AdminCreateUser", _USER_POOL_ARN),
    ("cognito-idp:AdminSetUserPassword", _USER_POOL_ARN),
    ("cognito-idp:ListUsers", _USER_POOL_ARN),
    ("ec2:RunInstances", f"arn:aws:ec2:{REGION}:{ACCOUNT_ID}:instance/*"),
    ("iam:AttachRolePolicy", _ROLE),
    ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT_ID}:user/me"),
    ("iam:PassRole", _ROLE),
    ("iam:PutRolePolicy", _ROLE),
    ("iam:UpdateAssumeRolePolicy", _ROLE),
    ("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:any"),
    ("s3:ListAllMyBuckets", "*"),
    ("sts:AssumeRole", _ROLE),
]
"""What no role may do in other services."""


def _other_services() -> Iterator[Row]:
    for action, resource in ELSEWHERE:
        for who in PEOPLE:
            yield Row(where=ALL, who=who, action=action, resource=resource, allowed=False)


def model_rows() -> Iterator[Row]:
    """Return the rows."""
    yield from _every_operation()
    yield from _other_projects_and_places()
    yield from _other_regions()
    yield from _wrong_types()
    yield from _tags()
    yield from _other_services()
