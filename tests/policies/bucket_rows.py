"""The rows of the access table about buckets."""

from collections.abc import Iterator

from local.aws.policy import Context
from tests.policies.callers import PEOPLE
from tests.policies.documents import BUCKET_ARN, TRAINING_BUCKET_ARN
from tests.policies.row import (
    BEHIND_CLOUDFRONT,
    NO_SUCH_REQUEST,
    PUBLIC,
    PUBLIC_BUT_BLOCKED,
    TRAINING,
    Row,
)
from tests.policies.service_reference import condition_keys, resource_types

OBJECT = f"{BUCKET_ARN}/index.html"
IMAGE = f"{TRAINING_BUCKET_ARN}/images/part.jpg"
PLAIN_HTTP: Context = {"aws:SecureTransport": "false"}
OWNER_MAY_READ: Context = {"s3:x-amz-acl": "bucket-owner-full-control"}

MAY: dict[str, dict[str, tuple[str, ...]]] = {
    BEHIND_CLOUDFRONT: {"s3:GetObject": ("the distribution",)},
    PUBLIC: {"s3:GetObject": ("anonymous", "stranger", *PEOPLE[1:], "the distribution")},
    TRAINING: {
        "s3:GetBucketAcl": ("Rekognition",),
        "s3:GetBucketLocation": ("Rekognition",),
        "s3:GetObject": ("Rekognition",),
        "s3:GetObjectAcl": ("Rekognition",),
        "s3:GetObjectTagging": ("Rekognition",),
        "s3:GetObjectVersion": ("Rekognition",),
        "s3:PutObject": ("Rekognition",),
    },
}
"""Who may what without being the owner. Nobody may do any other action."""

STRANGERS = (
    "Rekognition for a stranger",
    "Rekognition for a near account",
    "Rekognition for nobody",
    "another service",
)
_WITH_ACL = {action for action, keys in condition_keys("s3").items() if "s3:x-amz-acl" in keys}
_SERVICE = {
    BEHIND_CLOUDFRONT: "the distribution",
    PUBLIC: "the distribution",
    TRAINING: "Rekognition",
}


def _targets(where: str) -> dict[str, str]:
    if where == TRAINING:
        return {"bucket": TRAINING_BUCKET_ARN, "object": IMAGE}
    return {"bucket": BUCKET_ARN, "object": OBJECT}


def _every_action() -> Iterator[Row]:
    for where, may in MAY.items():
        for action, kinds in resource_types("s3").items():
            for kind in _targets(where).keys() & set(kinds):
                for who in (*PEOPLE, "anonymous", "stranger", _SERVICE[where]):
                    # AWS does not say whether a session policy limits what `Principal: "*"` grants; guests
                    # lose nothing by it, since they can also read without credentials.
                    if where == PUBLIC and action == "s3:GetObject" and who == "guest":
                        continue
                    yield Row(
                        where=where,
                        who=who,
                        action=action,
                        resource=_targets(where)[kind],
                        allowed=who in may.get(action, ()),
                        context=OWNER_MAY_READ if action in _WITH_ACL else {},
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
    (TRAINING,          "owner",                     "s3:GetObject",       IMAGE,                      True),
    (TRAINING,          "owner",                     "s3:DeleteObject",    IMAGE,                      True),
    (TRAINING,          "owner",                     "s3:PutObject",       IMAGE,                      True),
    (PUBLIC_BUT_BLOCKED, "anonymous",                "s3:GetObject",       OBJECT,                     False),
    (PUBLIC_BUT_BLOCKED, "stranger",                 "s3:GetObject",       OBJECT,                     False),
    (PUBLIC_BUT_BLOCKED, "owner",                    "s3:GetObject",       OBJECT,                     True),
]
# fmt: on


def _by_hand() -> Iterator[Row]:
    for where, who, action, resource, allowed in BUCKET_TABLE:
        yield Row(where=where, who=who, action=action, resource=resource, allowed=allowed)
    for acl in (None, "private", "public-read", "bucket-owner-read"):
        yield Row(
            where=TRAINING,
            who="Rekognition",
            action="s3:PutObject",
            resource=IMAGE,
            allowed=False,
            context={"s3:x-amz-acl": acl} if acl else {},
        )


def _other_buckets() -> Iterator[Row]:
    for where, may in MAY.items():
        for action, people in may.items():
            bucket = _targets(where)["bucket"]
            for other in (
                "arn:aws:s3:::other",
                f"{bucket}-secret",
                bucket.replace(":::", ":::other-"),
                f"{bucket[:-1]}5",
                bucket.replace(":aws:", ":aws-cn:"),
            ):
                on_bucket = "bucket" in resource_types("s3")[action]
                yield Row(
                    where=where,
                    who=people[0],
                    action=action,
                    resource=other if on_bucket else f"{other}/a",
                    allowed=False,
                    context=OWNER_MAY_READ if action in _WITH_ACL else {},
                )


def _other_sources() -> Iterator[Row]:
    for action in MAY[TRAINING]:
        on_bucket = "bucket" in resource_types("s3")[action]
        for who in STRANGERS:
            yield Row(
                where=TRAINING,
                who=who,
                action=action,
                resource=TRAINING_BUCKET_ARN if on_bucket else IMAGE,
                allowed=False,
                context=OWNER_MAY_READ if action in _WITH_ACL else {},
            )


def _plain_http() -> Iterator[Row]:
    for where in MAY:
        for who in ("owner", _SERVICE[where], "anonymous", "stranger"):
            for action, kind in (
                ("s3:GetObject", "object"),
                ("s3:PutObject", "object"),
                ("s3:DeleteObject", "object"),
                ("s3:ListBucket", "bucket"),
                ("s3:GetBucketAcl", "bucket"),
                ("s3:PutBucketPolicy", "bucket"),
            ):
                yield Row(
                    where=where,
                    who=who,
                    action=action,
                    resource=_targets(where)[kind],
                    allowed=False,
                    context={**PLAIN_HTTP, **(OWNER_MAY_READ if action in _WITH_ACL else {})},
                )


def _wrong_types() -> Iterator[Row]:
    for where, who, action in (
        (BEHIND_CLOUDFRONT, "the distribution", "s3:GetObject"),
        (PUBLIC, "anonymous", "s3:GetObject"),
        (TRAINING, "Rekognition", "s3:GetObject"),
    ):
        yield Row(
            where=where,
            who=who,
            action=action,
            resource=_targets(where)["bucket"],
            allowed=False,
            beyond_simulator=NO_SUCH_REQUEST,
        )


def bucket_rows() -> Iterator[Row]:
    """Return the rows."""
    yield from _every_action()
    yield from _by_hand()
    yield from _other_buckets()
    yield from _other_sources()
    yield from _plain_http()
    yield from _wrong_types()
