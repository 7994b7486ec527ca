"""AWS's policy evaluation: pure functions over policies, a request and its context.

Written after AWS's documentation of the policy language and of the evaluation within one account and across
accounts. What the evaluator does not know (an operator, an effect) never opens a door: an Allow with it does
not match, a Deny with it does.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Any, Literal, cast

from local.aws.conditions import conditions_hold
from local.aws.policy import (
    Context,
    ContextValue,
    Policy,
    Statement,
    UnknownElementError,
    arn_matches,
    glob,
    listed,
    pattern_of,
    text_of,
)


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Who makes a request.

    `Principal(kind="Anonymous")` is a request without credentials.
    """

    kind: Literal["AWS", "Service", "Federated", "Anonymous"]
    name: str = ""
    """ARN of the user or of the assumed-role session, or the service's or provider's host name."""
    role_arn: str | None = None
    """ARN of the role behind an assumed-role session."""

    @property
    def account(self) -> str:
        """Account id of an AWS principal, else empty."""
        return self.name.split(":")[4] if self.kind == "AWS" else ""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One action on one resource, as IAM sees it."""

    principal: Principal
    action: str
    """Such as `s3:GetObject`."""
    resource: str
    """ARN, or `*` for actions without a resource type."""
    context: Context = field(default_factory=dict[str, ContextValue])


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What was decided and why, in words for the log."""

    allowed: bool
    reason: str


def evaluate(
    request: Request,
    *,
    identity: Sequence[Policy] = (),
    resource: Policy | None = None,
    session: Policy | None = None,
    same_account: bool = True,
) -> Decision:
    """Decide a request as AWS does.

    Args:
        request: who wants to do what to which resource, and the circumstances.
        identity: the policies of the user or role.
        resource: the resource's own policy, such as a bucket policy.
        session: the policy given when the role was assumed; it can only take away.
        same_account: whether the principal belongs to the account that owns the resource.

    Returns:
        The decision; a denial says which kind of policy it comes from.
    """
    for kind, policies in (
        (_Kind.IDENTITY, identity),
        (_Kind.RESOURCE, [resource] if resource else []),
        (_Kind.SESSION, [session] if session else []),
    ):
        if any(_denies(policy, request, kind) for policy in policies):
            return Decision(allowed=False, reason=f"with an explicit deny in {kind.value} policy")
    missing = _missing(request, identity, resource, session, same_account=same_account)
    if missing:
        return Decision(
            allowed=False, reason=f"because no {missing} policy allows the {request.action} action"
        )
    return Decision(allowed=True, reason="allowed")


def trust_allows(policy: Policy, request: Request) -> bool:
    """Decide whether a role's trust policy lets `request.principal` assume the role.

    Trust policies name no resource: their resource is the role that carries them.
    """
    if any(_applies(statement, policy, request, _Kind.TRUST) for statement in policy.with_effect("Deny")):
        return False
    return any(_applies(statement, policy, request, _Kind.TRUST) for statement in policy.with_effect("Allow"))


def is_public(policy: Policy) -> bool:
    """Tell whether S3 would call a bucket policy public.

    It is, when it allows everyone, unless a condition ties the statement to fixed values (without
    wildcards) of a key that says who or from where.
    """
    return any(
        _names_everyone(statement) and not _tied_down(statement) for statement in policy.with_effect("Allow")
    )


class _Kind(Enum):
    """Where a policy is attached."""

    IDENTITY = "an identity-based"
    RESOURCE = "a resource-based"
    SESSION = "a session"
    TRUST = "a trust"


class _Grant(IntEnum):
    """How far a resource policy's Allow reaches for the principal of a request."""

    NONE = 0
    ACCOUNT = 1
    """To the account, which must pass it on by an identity policy."""
    ROLE = 2
    """To the role; a session policy still limits it."""
    SESSION = 3
    """To the very principal, or to everyone; nothing but a Deny limits it."""


def _missing(
    request: Request,
    identity: Sequence[Policy],
    resource: Policy | None,
    session: Policy | None,
    *,
    same_account: bool,
) -> str:
    """Name the kind of policy that would have to allow the request and does not; empty if none is."""
    granted = _resource_grant(resource, request) if resource else _Grant.NONE
    if granted == _Grant.NONE and (request.principal.kind != "AWS" or not same_account):
        return "resource-based"
    if request.principal.kind != "AWS" or (same_account and granted == _Grant.SESSION):
        return ""
    if session is not None and not _identity_allows(session, request):
        return "session"
    if (same_account and granted == _Grant.ROLE) or any(
        _identity_allows(policy, request) for policy in identity
    ):
        return ""
    return "identity-based"


def _denies(policy: Policy, request: Request, kind: _Kind) -> bool:
    return any(_applies(statement, policy, request, kind) for statement in policy.with_effect("Deny"))


def _identity_allows(policy: Policy, request: Request) -> bool:
    return any(
        _applies(statement, policy, request, _Kind.IDENTITY) for statement in policy.with_effect("Allow")
    )


def _resource_grant(policy: Policy, request: Request) -> _Grant:
    return max(
        (
            _grant(statement, request.principal)
            for statement in policy.with_effect("Allow")
            if _applies(statement, policy, request, _Kind.RESOURCE)
        ),
        default=_Grant.NONE,
    )


def _applies(statement: Statement, policy: Policy, request: Request, kind: _Kind) -> bool:
    """Whether a statement is about the request; one that cannot be evaluated applies if it denies."""
    try:
        return (
            (kind in {_Kind.IDENTITY, _Kind.SESSION} or _principal_matches(statement, request.principal))
            and _action_matches(statement, request.action)
            and (kind is _Kind.TRUST or _resource_matches(statement, policy, request))
            and conditions_hold(statement, policy, request.context)
        )
    except UnknownElementError:
        return statement["Effect"] == "Deny"


def _principal_matches(statement: Statement, principal: Principal) -> bool:
    if "NotPrincipal" in statement:
        if statement["Effect"] == "Allow":
            raise UnknownElementError  # AWS supports NotPrincipal with Deny only
        return _named(statement["NotPrincipal"], principal) == _Grant.NONE
    return _grant(statement, principal) > _Grant.NONE


def _grant(statement: Statement, principal: Principal) -> _Grant:
    return _named(statement["Principal"], principal) if "Principal" in statement else _Grant.NONE


def _named(element: Any, principal: Principal) -> _Grant:  # noqa: ANN401 - JSON
    """How a Principal element names a principal, if it does. Wildcards inside an ARN are not AWS's."""
    names = {"AWS": element} if isinstance(element, str) else cast("dict[str, Any]", element)
    own = listed(names.get(principal.kind))
    if "*" in listed(names.get("AWS")) or (principal.name and principal.name in own):
        return _Grant.SESSION
    if principal.kind != "AWS":
        return _Grant.NONE
    if principal.role_arn in own:
        return _Grant.ROLE
    partition = principal.name.split(":")[1]
    if {principal.account, f"arn:{partition}:iam::{principal.account}:root"} & set(own):
        return _Grant.ACCOUNT
    return _Grant.NONE


def _action_matches(statement: Statement, action: str) -> bool:
    def matches(pattern: str) -> bool:
        return re.fullmatch(glob(pattern.lower()), action.lower()) is not None

    if "NotAction" in statement:
        return not any(matches(pattern) for pattern in listed(statement["NotAction"]))
    return any(matches(pattern) for pattern in listed(statement["Action"]))


def _resource_matches(statement: Statement, policy: Policy, request: Request) -> bool:
    def matches(pattern: str) -> bool:
        return pattern == "*" or arn_matches(
            pattern, request.resource, policy, request.context, complete=True
        )

    if "NotResource" in statement:
        if any(pattern_of(one, policy, request.context) is None for one in listed(statement["NotResource"])):
            raise UnknownElementError  # all but a variable without a value must not open a door
        return not any(matches(pattern) for pattern in listed(statement["NotResource"]))
    return any(matches(pattern) for pattern in listed(statement.get("Resource")))


_FIXED_BY = {
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
}
_FIXING_OPERATORS = {"StringEquals", "StringLike", "ArnEquals", "ArnLike", "IpAddress"}


def _names_everyone(statement: Statement) -> bool:
    return "NotPrincipal" in statement or (_grant(statement, Principal(kind="Anonymous")) > _Grant.NONE)


def _tied_down(statement: Statement) -> bool:
    return any(
        operator in _FIXING_OPERATORS
        and key.lower() in _FIXED_BY
        and not any(char in text_of(value) for value in listed(values) for char in "*?$")
        and not any(text_of(value).endswith("/0") for value in listed(values))
        for operator, keys in cast("dict[str, dict[str, Any]]", statement.get("Condition", {})).items()
        for key, values in keys.items()
    )
