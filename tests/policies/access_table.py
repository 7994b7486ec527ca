"""Who may do what, as a table: each row is one request and whether it is allowed.

What no row allows is denied, and rows say so for every operation of Rekognition and every action on the site
bucket. A new role is a new `Caller` and new names in `PEOPLE` and `MAY`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property

import botocore.session

from local.aws.policy import Context, ContextValue
from tests.policies.callers import CALLERS, OTHER_ACCOUNT, PEOPLE
from tests.policies.documents import (
    ACCOUNT_ID,
    BUCKET_ARN,
    DISTRIBUTION_ARN,
    IDENTITY_POOL_ID,
    PROJECTS,
    REGION,
)
from tests.policies.service_reference import resource_types

# Where a request is made: which of the documents are deployed.
ALL, TWO = "all projects", "two projects"
BEHIND_CLOUDFRONT, PUBLIC = "site behind CloudFront", "public site"
PUBLIC_BUT_BLOCKED = "public site under a public-access block"
GUESTS, SIGN_IN = "trust in guests", "trust in people signed in"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One request and its answer."""

    where: str
    who: str
    """A name in `CALLERS`."""
    action: str
    resource: str
    allowed: bool
    context: Context = field(default_factory=dict[str, ContextValue], hash=False)
    """Condition keys that come with this request, or that differ from the usual ones."""
    beyond_simulator: str = ""
    """Why the independent simulator cannot be asked, if it cannot."""

    @property
    def trust_policy(self) -> str | None:
        """Name of the role's trust policy that decides, for those who want to take on a role."""
        return self.where if self.where in {GUESTS, SIGN_IN} else None

    @property
    def bucket_policy(self) -> str | None:
        """Name of the bucket policy that decides, for requests to the site bucket."""
        return {BEHIND_CLOUDFRONT: BEHIND_CLOUDFRONT, PUBLIC: PUBLIC, PUBLIC_BUT_BLOCKED: PUBLIC}.get(
            self.where
        )

    @property
    def public_access_block(self) -> bool:
        """Whether the site bucket's public-access block is on."""
        return self.where in {BEHIND_CLOUDFRONT, PUBLIC_BUT_BLOCKED}

    @property
    def identity_policies(self) -> list[str]:
        """Names of the policies of the caller's role."""
        projects = TWO if self.where == TWO else ALL
        return [f"{template}, {projects}" for template in CALLERS[self.who].templates]

    @property
    def documents(self) -> list[str]:
        """Names of all documents that decide."""
        return [*self.identity_policies, *(name for name in (self.bucket_policy, self.trust_policy) if name)]

    @cached_property
    def full_context(self) -> dict[str, ContextValue]:
        """Return all condition keys of the request."""
        region = self.resource.split(":")[3] if self.resource.startswith("arn:") else ""
        return {
            "aws:CurrentTime": "2026-11-22T12:00:00Z",
            "aws:EpochTime": "1795348800",
            "aws:RequestedRegion": region or REGION,
            "aws:ResourceAccount": ACCOUNT_ID,
            "aws:SecureTransport": "true",
            "aws:SourceIp": "203.0.113.7",
            "aws:UserAgent": "aws-sdk-js/3",
            **CALLERS[self.who].context,
            **self.context,
        }


# Models and projects.

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
    "rekognition:DescribeProjectVersions": ("project", ("guest", "viewer", "operator")),
    "rekognition:DescribeProjects": ("*", ("guest", "viewer", "operator")),
    "rekognition:StartProjectVersion": ("projectversion", ("operator",)),
    "rekognition:StopProjectVersion": ("projectversion", ("operator",)),
}
"""Action: the type of its resource, and who may. Nobody may do any other, but for `TAGS`."""

TAGS: list[tuple[list[str] | None, bool]] = [
    (["started-at", "stop-at"], True),
    (["started-at"], True),
    (["stop-at"], True),
    (None, False),
    (["team"], False),
    (["stop-at", "team"], False),
    (["started-at", "stop-at", "team"], False),
    (["Stop-At"], False),
    (["Started-At"], False),
    (["stop-at-all"], False),
    (["started-at-all"], False),
    (["not-stop-at"], False),
    (["not-started-at"], False),
    (["*"], False),
]
"""The tag keys that an operator may set on a model, and those that not."""

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

_NO_SUCH_REQUEST = "the action never meets this type of resource, so the simulator refuses the question"
_WRONG_TYPES = {
    "rekognition:DetectCustomLabels": ("project", "dataset"),
    "rekognition:StartProjectVersion": ("project", "dataset"),
    "rekognition:StopProjectVersion": ("project", "dataset"),
    "rekognition:DescribeProjectVersions": ("collection",),
}


_TAGGING = {"rekognition:TagResource", "rekognition:UntagResource"}
_TAGGING_AT_BIRTH = {
    "rekognition:CopyProjectVersion",
    "rekognition:CreateDataset",
    "rekognition:CreateProject",
    "rekognition:CreateProjectVersion",
}


def rekognition_actions() -> list[str]:
    """Return every operation that botocore knows and every action that IAM knows."""
    names = botocore.session.get_session().get_service_model("rekognition").operation_names
    return sorted({f"rekognition:{name}" for name in names} | resource_types("rekognition").keys())


def _every_operation() -> Iterator[Row]:
    for where in (ALL, TWO):
        for action in rekognition_actions():
            for kind in resource_types("rekognition")[action] or ["*"]:
                allowed_on, people = MAY.get(action, ("", ()))
                # A stranger's request without a resource is one to the stranger's own account.
                for who in (*PEOPLE, "anonymous", *(["stranger"] if kind != "*" else [])):
                    yield Row(
                        where=where,
                        who=who,
                        action=action,
                        resource=SAMPLES[kind],
                        allowed=who in people and kind == allowed_on,
                        context={"aws:TagKeys": ["team"]} if action in _TAGGING else {},
                    )
                    if action in _TAGGING_AT_BIRTH:
                        yield Row(
                            where=where,
                            who=who,
                            action=action,
                            resource=SAMPLES[kind],
                            allowed=False,
                            context={"aws:TagKeys": ["stop-at"]},
                        )


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
                    yield Row(
                        where=where,
                        who="operator",
                        action=action,
                        resource=SAMPLES[kind].replace("parts", name),
                        allowed=False,
                        beyond_simulator=_NO_SUCH_REQUEST,
                    )


def _tags() -> Iterator[Row]:
    for where in (ALL, TWO):
        for keys, may in TAGS:
            context = {} if keys is None else {"aws:TagKeys": keys}
            for who in PEOPLE:
                yield Row(
                    where=where,
                    who=who,
                    action="rekognition:TagResource",
                    resource=model("parts"),
                    allowed=may and who == "operator",
                    context=context,
                )
                yield Row(
                    where=where,
                    who=who,
                    action="rekognition:UntagResource",
                    resource=model("parts"),
                    allowed=False,
                    context={"aws:TagKeys": keys or []},
                )
        stop = {"aws:TagKeys": ["stop-at"]}
        near = [model(name) for name in NEAR_NAMES] if where == TWO else []
        elsewhere = [model(name, place) for name in PROJECTS for place in OTHER_PLACES]
        other_types = [SAMPLES[kind] for kind in ("project", "dataset", "collection", "streamprocessor")]
        other_types += [arn.replace("parts", "boats.v2") for arn in other_types[:2]]
        for resource in (*near, *elsewhere, *other_types):
            yield Row(
                where=where,
                who="operator",
                action="rekognition:TagResource",
                resource=resource,
                allowed=False,
                context=stop,
            )
        yield Row(
            where=where,
            who="operator",
            action="rekognition:TagResource",
            resource=model("boats.v2"),
            allowed=True,
            context=stop,
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


# The site bucket.

OBJECT = f"{BUCKET_ARN}/index.html"
PLAIN_HTTP: Context = {"aws:SecureTransport": "false"}
READERS = {
    BEHIND_CLOUDFRONT: ("the distribution",),
    PUBLIC: ("anonymous", "stranger", "another distribution", "another service"),
}
"""Who may get objects without being the owner."""


def _every_bucket_action() -> Iterator[Row]:
    targets = {"bucket": BUCKET_ARN, "object": OBJECT}
    for where, readers in READERS.items():
        for action, kinds in resource_types("s3").items():
            for kind in targets.keys() & set(kinds):
                for who in (*PEOPLE, "anonymous", "stranger", "the distribution"):
                    # AWS does not say whether a session policy limits what `Principal: "*"` grants; guests
                    # lose nothing by it, since they can also read without credentials.
                    if (where, action, who) not in {(PUBLIC, "s3:GetObject", person) for person in PEOPLE}:
                        yield Row(
                            where=where,
                            who=who,
                            action=action,
                            resource=targets[kind],
                            allowed=action == "s3:GetObject"
                            and (who in readers or who == "the distribution"),
                        )


# fmt: off
BUCKET_TABLE = [
    # where            who                          action               resource                    allowed
    (BEHIND_CLOUDFRONT, "another distribution",      "s3:GetObject",       OBJECT,                     False),
    (BEHIND_CLOUDFRONT, "a longer distribution",     "s3:GetObject",       OBJECT,                     False),
    (BEHIND_CLOUDFRONT, "a stranger's distribution", "s3:GetObject",       OBJECT,                     False),
    (BEHIND_CLOUDFRONT, "CloudFront for nobody",     "s3:GetObject",       OBJECT,                     False),
    (BEHIND_CLOUDFRONT, "another service",           "s3:GetObject",       OBJECT,                     False),
    (BEHIND_CLOUDFRONT, "the distribution",          "s3:GetObject",       f"{BUCKET_ARN}/assets/a.js", True),
    (BEHIND_CLOUDFRONT, "owner",                     "s3:GetObject",       OBJECT,                     True),
    (BEHIND_CLOUDFRONT, "owner",                     "s3:PutObject",       OBJECT,                     True),
    (BEHIND_CLOUDFRONT, "owner",                     "s3:ListBucket",      BUCKET_ARN,                 True),
    (BEHIND_CLOUDFRONT, "owner",                     "s3:PutBucketPolicy", BUCKET_ARN,                 True),
    (PUBLIC,            "another distribution",      "s3:GetObject",       OBJECT,                     True),
    (PUBLIC,            "another service",           "s3:GetObject",       OBJECT,                     True),
    (PUBLIC,            "anonymous",                 "s3:GetObject",       f"{BUCKET_ARN}/assets/a.js", True),
    (PUBLIC,            "owner",                     "s3:GetObject",       OBJECT,                     True),
    (PUBLIC,            "owner",                     "s3:PutObject",       OBJECT,                     True),
    (PUBLIC,            "owner",                     "s3:ListBucket",      BUCKET_ARN,                 True),
    (PUBLIC,            "owner",                     "s3:PutBucketPolicy", BUCKET_ARN,                 True),
    (PUBLIC_BUT_BLOCKED, "anonymous",                "s3:GetObject",       OBJECT,                     False),
    (PUBLIC_BUT_BLOCKED, "stranger",                 "s3:GetObject",       OBJECT,                     False),
    (PUBLIC_BUT_BLOCKED, "owner",                    "s3:GetObject",       OBJECT,                     True),
]
OTHER_BUCKETS = [
    "arn:aws:s3:::other",
    f"{BUCKET_ARN}-secret",
    BUCKET_ARN.replace("site", "other-site"),
    f"{BUCKET_ARN[:-1]}5",
    BUCKET_ARN.replace(":aws:", ":aws-cn:"),
]
TRUST_TABLE = [
    # where  who                             action                            allowed
    (GUESTS,  "a guest of the pool",          "sts:AssumeRoleWithWebIdentity",  True),
    (GUESTS,  "a guest of another pool",      "sts:AssumeRoleWithWebIdentity",  False),
    (GUESTS,  "a guest of a longer pool",     "sts:AssumeRoleWithWebIdentity",  False),
    (GUESTS,  "a guest of no pool",           "sts:AssumeRoleWithWebIdentity",  False),
    (GUESTS,  "a guest in Google's name",     "sts:AssumeRoleWithWebIdentity",  False),
    (GUESTS,  "a member of the pool",         "sts:AssumeRoleWithWebIdentity",  False),
    (SIGN_IN, "a member of the pool",         "sts:AssumeRoleWithWebIdentity",  True),
    (SIGN_IN, "a member of another pool",     "sts:AssumeRoleWithWebIdentity",  False),
    (SIGN_IN, "a member of a longer pool",    "sts:AssumeRoleWithWebIdentity",  False),
    (SIGN_IN, "a member of no pool",          "sts:AssumeRoleWithWebIdentity",  False),
    (SIGN_IN, "a member in Google's name",    "sts:AssumeRoleWithWebIdentity",  False),
    (SIGN_IN, "a guest of the pool",          "sts:AssumeRoleWithWebIdentity",  False),
]
# fmt: on


def _bucket() -> Iterator[Row]:
    for where, who, action, resource, allowed in BUCKET_TABLE:
        yield Row(where=where, who=who, action=action, resource=resource, allowed=allowed)
    for where, who in ((BEHIND_CLOUDFRONT, "the distribution"), (PUBLIC, "anonymous")):
        for bucket in OTHER_BUCKETS:
            yield Row(where=where, who=who, action="s3:GetObject", resource=f"{bucket}/a", allowed=False)
    for where, readers in READERS.items():
        for who in ("owner", "the distribution", *readers):
            for action, resource in (
                ("s3:GetObject", OBJECT),
                ("s3:PutObject", OBJECT),
                ("s3:DeleteObject", OBJECT),
                ("s3:ListBucket", BUCKET_ARN),
                ("s3:PutBucketPolicy", BUCKET_ARN),
            ):
                yield Row(
                    where=where, who=who, action=action, resource=resource, allowed=False, context=PLAIN_HTTP
                )
        for who, action in (("the distribution", "s3:GetObject"), ("anonymous", "s3:ListBucket")):
            target = BUCKET_ARN if action == "s3:GetObject" else OBJECT
            yield Row(
                where=where,
                who=who,
                action=action,
                resource=target,
                allowed=False,
                beyond_simulator=_NO_SUCH_REQUEST,
            )


def _trust() -> Iterator[Row]:
    for where, who, action, allowed in TRUST_TABLE:
        role = "guest" if where == GUESTS else "viewer"
        yield Row(
            where=where,
            who=who,
            action=action,
            resource=f"arn:aws:iam::{ACCOUNT_ID}:role/{role}",
            allowed=allowed,
        )
    for where in (GUESTS, SIGN_IN):
        for who in ("an identity without amr", "an identity with another amr", "anonymous", "stranger"):
            for action in ("sts:AssumeRoleWithWebIdentity", "sts:AssumeRole"):
                yield Row(where=where, who=who, action=action, resource=_ROLE, allowed=False)
        for who in ("a guest of the pool", "a member of the pool"):
            for action, kinds in resource_types("sts").items():
                if "role" in kinds and action != "sts:AssumeRoleWithWebIdentity":
                    yield Row(where=where, who=who, action=action, resource=_ROLE, allowed=False)


@cache
def rows() -> list[Row]:
    """Return the whole table; a row that two parts of it give stands in it once."""
    return list(
        dict.fromkeys(
            (
                *_every_operation(),
                *_other_projects_and_places(),
                *_other_regions(),
                *_wrong_types(),
                *_tags(),
                *_other_services(),
                *_every_bucket_action(),
                *_bucket(),
                *_trust(),
            )
        )
    )
