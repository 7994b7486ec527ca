"""The rows of the access table about who may take on a role."""

from collections.abc import Iterator

from tests.policies.documents import ACCOUNT_ID
from tests.policies.row import GUESTS, LAMBDA, SCHEDULES, SIGN_IN, Row
from tests.policies.service_reference import resource_types

OPERATOR = f"arn:aws:iam::{ACCOUNT_ID}:role/operator"
# fmt: off
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


SERVICES = {
    LAMBDA: (
        "Lambda",
        (
            "Lambda for a stranger",
            "Lambda for a near account",
            "Lambda for nobody",
            "schedules",
        ),
    ),
    SCHEDULES: (
        "schedules",
        (
            "schedules of another group",
            "schedules of a stranger",
            "schedules in a stranger's name",
            "schedules in a near account's name",
            "schedules of no group",
            "schedules of no account",
            "another service for schedules",
            "Lambda",
        ),
    ),
}
"""Role: the service that may take it on, and those that may not."""


def _service_rows() -> Iterator[Row]:
    for where, (trusted, strangers) in SERVICES.items():
        for who in (
            trusted,
            *strangers,
            "anonymous",
            "stranger",
            "a guest of the pool",
            "a member of the pool",
        ):
            for action, kinds in resource_types("sts").items():
                if "role" in kinds:
                    allowed = who == trusted and action == "sts:AssumeRole"
                    yield Row(where=where, who=who, action=action, resource=OPERATOR, allowed=allowed)


def trust_rows() -> Iterator[Row]:
    """Return the rows."""
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
                yield Row(where=where, who=who, action=action, resource=OPERATOR, allowed=False)
        for who in ("a guest of the pool", "a member of the pool"):
            for action, kinds in resource_types("sts").items():
                if "role" in kinds and action != "sts:AssumeRoleWithWebIdentity":
                    yield Row(where=where, who=who, action=action, resource=OPERATOR, allowed=False)
    yield from _service_rows()
