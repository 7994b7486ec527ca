"""Rules that every policy document keeps: one rule, one function; each yields what is wrong."""

from collections.abc import Callable, Iterator
from typing import Any

from local.aws.policy import listed
from tests.policies.service_reference import resource_types

Statement = dict[str, Any]
Policy = dict[str, Any]
PolicyRule = Callable[[Policy], Iterator[str]]

COGNITO = "cognito-identity.amazonaws.com"


def allows(policy: Policy) -> list[Statement]:
    return [one for one in policy["Statement"] if one["Effect"] == "Allow"]


def names_everyone(statement: Statement) -> bool:
    principal = statement.get("Principal")
    return principal == "*" or (isinstance(principal, dict) and "*" in listed(principal.get("AWS")))


def is_bucket_policy(policy: Policy) -> bool:
    return any(
        "Principal" in one and arn.startswith("arn:aws:s3:::")
        for one in policy["Statement"]
        for arn in listed(one.get("Resource"))
    )


def services(statement: Statement) -> list[str]:
    principal = statement.get("Principal")
    return listed(principal.get("Service")) if isinstance(principal, dict) else []


def no_allowed_action_is_a_wildcard(policy: Policy) -> Iterator[str]:
    """Whoever may do `service:*` may do tomorrow what nobody thought of today."""
    for statement in allows(policy):
        yield from (f"allows {one}" for one in listed(statement.get("Action")) if "*" in one or "?" in one)


def no_allow_says_what_is_left_out(policy: Policy) -> Iterator[str]:
    """`NotAction`, `NotResource` and `NotPrincipal` in an Allow open everything that is not named."""
    for statement in allows(policy):
        for element in ("NotAction", "NotResource", "NotPrincipal"):
            if element in statement:
                yield f"allows by {element}"


def resource_star_only_where_iam_knows_no_resource(policy: Policy) -> Iterator[str]:
    """And what cannot be held to a resource is held to the region."""
    for statement in allows(policy):
        if "*" not in listed(statement.get("Resource")):
            continue
        for action in listed(statement.get("Action")):
            if resource_types(action.partition(":")[0]).get(action) != []:
                yield f'allows {action} on "*"'
        if not isinstance(condition(statement, "StringEquals", "aws:RequestedRegion"), str):
            yield 'allows "*" in every region'


def a_service_is_held_to_its_source(policy: Policy) -> Iterator[str]:
    """A service acts for everybody: without the exact source, a stranger can send it (confused deputy)."""
    for statement in allows(policy):
        if not services(statement):
            continue
        sources = [
            value
            for operator in ("StringEquals", "ArnEquals")
            for key in ("aws:SourceArn", "aws:SourceAccount")
            for value in listed(condition(statement, operator, key))
        ]
        if not sources or any(char in value for value in sources for char in "*?"):
            yield f"allows {', '.join(services(statement))} for anyone"


def a_bucket_policy_refuses_plain_http(policy: Policy) -> Iterator[str]:
    """To everyone, for every action, on the bucket and on its objects."""
    if not is_bucket_policy(policy):
        return
    refused = {
        arn
        for one in policy["Statement"]
        if one["Effect"] == "Deny"
        and one.get("Principal") == "*"
        and one.get("Action") == "s3:*"
        and one.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        for arn in listed(one.get("Resource"))
    }
    for statement in policy["Statement"]:
        for arn in listed(statement.get("Resource")):
            bucket = arn.partition("/")[0]
            if not {bucket, f"{bucket}/*"} <= refused:
                yield f"answers plain http on {arn}"


def nobody_is_let_in_without_a_name(policy: Policy) -> Iterator[str]:
    """`Principal: "*"` with Allow is the whole world."""
    yield from (f"lets everyone {one.get('Action')}" for one in allows(policy) if names_everyone(one))


def the_world_may_read_objects_at_most(policy: Policy) -> Iterator[str]:
    """No public write, no public list: where the world is let in, it gets objects."""
    for statement in allows(policy):
        if names_everyone(statement):
            actions, arns = listed(statement.get("Action")), listed(statement.get("Resource"))
            if actions != ["s3:GetObject"] or not all(arn.endswith("/*") for arn in arns):
                yield f"lets everyone {', '.join(actions)}"


def no_other_account_is_let_in(policy: Policy) -> Iterator[str]:
    """Nothing here is shared with AWS accounts."""
    for statement in allows(policy):
        principal = statement.get("Principal")
        if isinstance(principal, dict):
            yield from (f"lets {one} in" for one in listed(principal.get("AWS")) if one != "*")


def an_identity_pool_is_trusted_exactly(policy: Policy) -> Iterator[str]:
    """Only to assume the role, only the one pool (aud), only guests or only people signed in (amr)."""
    for statement in allows(policy):
        if not isinstance(statement.get("Principal"), dict) or "Federated" not in statement["Principal"]:
            continue
        if statement["Principal"] != {"Federated": COGNITO}:
            yield f"trusts {statement['Principal']}"
        if statement.get("Action") != "sts:AssumeRoleWithWebIdentity":
            yield f"lets a pool {statement.get('Action')}"
        aud = condition(statement, "StringEquals", f"{COGNITO}:aud")
        if not isinstance(aud, str) or "*" in aud:
            yield f"trusts the pools {aud}"
        amr = condition(statement, "ForAnyValue:StringLike", f"{COGNITO}:amr")
        if amr not in ("authenticated", "unauthenticated"):
            yield f"trusts the amr {amr}"


def condition(statement: Statement, operator: str, key: str) -> Any:
    """Return the value that a statement compares with a condition key; keys do not distinguish case."""
    keys: dict[str, Any] = statement.get("Condition", {}).get(operator, {})
    return next((value for name, value in keys.items() if name.lower() == key.lower()), None)


POLICY_RULES: list[PolicyRule] = [
    no_allowed_action_is_a_wildcard,
    no_allow_says_what_is_left_out,
    resource_star_only_where_iam_knows_no_resource,
    a_service_is_held_to_its_source,
    a_bucket_policy_refuses_plain_http,
    nobody_is_let_in_without_a_name,
    the_world_may_read_objects_at_most,
    no_other_account_is_let_in,
    an_identity_pool_is_trusted_exactly,
]
