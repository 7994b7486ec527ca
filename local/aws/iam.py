"""AWS's policy evaluation: pure functions over policies, a request and its context.

Written after AWS's documentation of the policy language and of the evaluation within one account and across
accounts. What the evaluator does not know (an operator, an effect) never opens a door: an Allow with it does
not match, a Deny with it does.
"""

import base64
import functools
import ipaddress
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any, Literal, cast

ContextValue = str | Sequence[str]
"""A condition key's value in a request; a sequence for multivalued keys."""


class MalformedPolicyError(ValueError):
    """A policy document is not one."""


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
    context: Mapping[str, ContextValue] = field(default_factory=dict[str, ContextValue])
    """Condition keys, in any case, with their values; an absent key is not in it."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What was decided and why, in words for the log."""

    allowed: bool
    reason: str


@dataclass(frozen=True)
class Policy:
    """A parsed policy document."""

    statements: tuple[Mapping[str, Any], ...]
    has_variables: bool
    """Whether `${...}` in its values means a variable; only in Version 2012-10-17."""


@functools.lru_cache(maxsize=256)
def parse_policy(document: str) -> Policy:
    """Read a policy document.

    Raises:
        MalformedPolicyError: the document is not JSON, repeats a key or is not made of statements.
    """
    try:
        content = json.loads(document, object_pairs_hook=without_repeats)
    except ValueError as error:
        raise MalformedPolicyError(f"The policy is not valid JSON: {error}.") from error
    if not isinstance(content, dict):
        raise MalformedPolicyError("The policy must be a JSON object with Version and Statement.")
    policy = cast("dict[str, Any]", content)
    statements = _listed(policy.get("Statement"))
    for statement in statements:
        if not isinstance(statement, dict):
            raise MalformedPolicyError(f"A statement must be a JSON object, not {statement!r}.")
        _check_statement(cast("dict[str, Any]", statement))
    return Policy(tuple(statements), policy.get("Version") == "2012-10-17")


def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build a JSON object, for `json.loads(object_pairs_hook=...)`.

    Raises:
        ValueError: a key is given twice, so two readers could see two different objects.
    """
    content = dict(pairs)
    if len(content) < len(pairs):
        raise ValueError(f"a key is given twice among {sorted(name for name, _ in pairs)}")
    return content


def _check_statement(statement: dict[str, Any]) -> None:
    if statement.get("Effect") not in {"Allow", "Deny"}:
        raise MalformedPolicyError(f"Effect must be Allow or Deny, not {statement.get('Effect')!r}.")
    if ("Action" in statement) == ("NotAction" in statement):
        raise MalformedPolicyError("A statement needs either Action or NotAction.")
    for element in ("Action", "NotAction", "Resource", "NotResource"):
        if not all(isinstance(value, str) for value in _listed(statement.get(element))):
            raise MalformedPolicyError(f"{element} must be a string or a list of strings.")
    for element in ("Principal", "NotPrincipal"):
        if not isinstance(statement.get(element, "*"), (str, dict)):
            raise MalformedPolicyError(f"{element} must be '*' or an object.")
    conditions = statement.get("Condition", {})
    if not isinstance(conditions, dict) or not all(
        isinstance(keys, dict) for keys in cast("dict[str, Any]", conditions).values()
    ):
        raise MalformedPolicyError("Condition must be an object of operators, each an object of keys.")


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
        ("identity-based", identity),
        ("resource-based", [resource] if resource else []),
        ("session", [session] if session else []),
    ):
        if any(_denies(policy, request, kind) for policy in policies):
            return Decision(allowed=False, reason=f"with an explicit deny in a {kind} policy")
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
    if any(_applies(statement, policy, request, "trust") for statement in _with_effect(policy, "Deny")):
        return False
    return any(_applies(statement, policy, request, "trust") for statement in _with_effect(policy, "Allow"))


def is_public(policy: Policy) -> bool:
    """Tell whether S3 would call a bucket policy public.

    It is, when it allows everyone, unless a condition ties the statement to fixed values (without
    wildcards) of a key that says who or from where.
    """
    return any(
        _names_everyone(statement) and not _tied_down(statement)
        for statement in _with_effect(policy, "Allow")
    )


class _Grant(IntEnum):
    """How far a resource policy's Allow reaches for the principal of a request."""

    NONE = 0
    ACCOUNT = 1
    """To the account, which must pass it on by an identity policy."""
    ROLE = 2
    """To the role; a session policy still limits it."""
    SESSION = 3
    """To the very principal, or to everyone; nothing but a Deny limits it."""


class _UnknownError(Exception):
    """A statement cannot be evaluated."""


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


def _with_effect(policy: Policy, effect: str) -> list[Mapping[str, Any]]:
    return [statement for statement in policy.statements if statement["Effect"] == effect]


def _denies(policy: Policy, request: Request, kind: str) -> bool:
    return any(_applies(statement, policy, request, kind) for statement in _with_effect(policy, "Deny"))


def _identity_allows(policy: Policy, request: Request) -> bool:
    return any(
        _applies(statement, policy, request, "identity-based") for statement in _with_effect(policy, "Allow")
    )


def _resource_grant(policy: Policy, request: Request) -> _Grant:
    return max(
        (
            _grant(statement, request.principal)
            for statement in _with_effect(policy, "Allow")
            if _applies(statement, policy, request, "resource-based")
        ),
        default=_Grant.NONE,
    )


def _applies(statement: Mapping[str, Any], policy: Policy, request: Request, kind: str) -> bool:
    """Whether a statement is about the request; one that cannot be evaluated applies if it denies."""
    try:
        return (
            (kind in {"identity-based", "session"} or _principal_matches(statement, request.principal))
            and _action_matches(statement, request.action)
            and (kind == "trust" or _resource_matches(statement, policy, request))
            and _conditions_hold(statement.get("Condition", {}), policy, request)
        )
    except _UnknownError:
        return statement["Effect"] == "Deny"


def _principal_matches(statement: Mapping[str, Any], principal: Principal) -> bool:
    if "NotPrincipal" in statement:
        if statement["Effect"] == "Allow":
            raise _UnknownError  # AWS supports NotPrincipal with Deny only
        return _named(statement["NotPrincipal"], principal) == _Grant.NONE
    return _grant(statement, principal) > _Grant.NONE


def _grant(statement: Mapping[str, Any], principal: Principal) -> _Grant:
    return _named(statement["Principal"], principal) if "Principal" in statement else _Grant.NONE


def _named(element: Any, principal: Principal) -> _Grant:  # noqa: ANN401 - JSON
    """How a Principal element names a principal, if it does. Wildcards inside an ARN are not AWS's."""
    names = {"AWS": element} if isinstance(element, str) else cast("dict[str, Any]", element)
    own = _listed(names.get(principal.kind))
    if "*" in _listed(names.get("AWS")) or (principal.name and principal.name in own):
        return _Grant.SESSION
    if principal.kind != "AWS":
        return _Grant.NONE
    if principal.role_arn in own:
        return _Grant.ROLE
    partition = principal.name.split(":")[1]
    if {principal.account, f"arn:{partition}:iam::{principal.account}:root"} & set(own):
        return _Grant.ACCOUNT
    return _Grant.NONE


def _action_matches(statement: Mapping[str, Any], action: str) -> bool:
    def matches(pattern: str) -> bool:
        return re.fullmatch(_glob(pattern.lower()), action.lower()) is not None

    if "NotAction" in statement:
        return not any(matches(pattern) for pattern in _listed(statement["NotAction"]))
    return any(matches(pattern) for pattern in _listed(statement["Action"]))


def _resource_matches(statement: Mapping[str, Any], policy: Policy, request: Request) -> bool:
    def matches(pattern: str) -> bool:
        if pattern == "*":
            return True
        # AWS completes an ARN that is cut short.
        wanted = (_arn_parts(pattern) + ["*"] * 5)[:6]
        return _parts_match(wanted, request.resource, policy, request)

    if "NotResource" in statement:
        return not any(matches(pattern) for pattern in _listed(statement["NotResource"]))
    return any(matches(pattern) for pattern in _listed(statement.get("Resource")))


def _arn_parts(pattern: str) -> list[str]:
    """Split an ARN at its first five colons, not at those inside a variable."""
    return re.split(r":(?![^{}]*\})", pattern, maxsplit=5)


def _parts_match(wanted: list[str], arn: str, policy: Policy, request: Request) -> bool:
    parts = arn.split(":", 5)
    return len(parts) == len(wanted) and all(
        (pattern := _pattern(want, policy, request)) is not None and re.fullmatch(pattern, part)
        for want, part in zip(wanted, parts, strict=True)
    )


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - JSON
    if value is None:
        return []
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _glob(text: str) -> str:
    """Translate IAM's two wildcards to a regular expression; nothing else is special."""
    return "(?s:" + "".join({"*": ".*", "?": "."}.get(char) or re.escape(char) for char in text) + ")"


_VARIABLE = re.compile(r"\$\{\s*(?P<key>[^},\s]+)\s*(?:,\s*'(?P<default>[^']*)'\s*)?\}")


def _pattern(text: str, policy: Policy, request: Request, *, wildcards: bool = True) -> str | None:
    """Translate a policy's value to a regular expression; None when a variable in it has no value."""
    translate = _glob if wildcards else re.escape
    if not policy.has_variables:
        return translate(text)
    pieces: list[str] = []
    end = 0
    for variable in _VARIABLE.finditer(text):
        key = variable["key"]
        value = key if key in "*?$" else _in_context(key, request.context)
        if not isinstance(value, str):
            value = variable["default"]
        if value is None:
            return None
        pieces += [translate(text[end : variable.start()]), re.escape(value)]
        end = variable.end()
    return "".join([*pieces, translate(text[end:])])


def _in_context(key: str, context: Mapping[str, ContextValue]) -> ContextValue | None:
    return next((value for name, value in context.items() if name.lower() == key.lower()), None)


def _conditions_hold(conditions: Mapping[str, Any], policy: Policy, request: Request) -> bool:
    return all(
        _condition_holds(operator, key, [_text(value) for value in _listed(values)], policy, request)
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def _text(value: Any) -> str:  # noqa: ANN401 - JSON
    return str(value).lower() if isinstance(value, bool) else str(value)


def _condition_holds(operator: str, key: str, wanted: list[str], policy: Policy, request: Request) -> bool:
    quantifier, _, plain = operator.rpartition(":")
    plain, if_exists = plain.removesuffix("IfExists"), plain.endswith("IfExists")
    found = _in_context(key, request.context)
    if plain == "Null" and not if_exists:
        if not set(wanted) <= {"true", "false"}:
            raise _UnknownError
        return ("true" if found is None else "false") in wanted
    if plain not in _OPERATORS:
        raise _UnknownError
    negated, compare = _OPERATORS[plain]

    def matches(value: str) -> bool:
        return any(compare(want, value, policy, request) for want in wanted) != negated

    if quantifier == "ForAllValues":
        return all(matches(value) for value in _values(found))
    if found is None:
        return if_exists or (negated and not quantifier)
    if quantifier == "ForAnyValue":
        return any(matches(value) for value in _values(found))
    if quantifier or len(_values(found)) != 1:
        raise _UnknownError  # a multivalued key needs a quantifier
    return matches(_values(found)[0])


def _values(found: ContextValue | None) -> Sequence[str]:
    if found is None:
        return []
    return [found] if isinstance(found, str) else found


_Compare = Callable[[str, str, Policy, Request], bool]


def _like(want: str, value: str, policy: Policy, request: Request) -> bool:
    pattern = _pattern(want, policy, request)
    return pattern is not None and re.fullmatch(pattern, value) is not None


def _equals(want: str, value: str, policy: Policy, request: Request) -> bool:
    pattern = _pattern(want, policy, request, wildcards=False)
    return pattern is not None and re.fullmatch(pattern, value) is not None


def _equals_ignoring_case(want: str, value: str, policy: Policy, request: Request) -> bool:
    pattern = _pattern(want, policy, request, wildcards=False)
    return pattern is not None and re.fullmatch(pattern, value, re.IGNORECASE) is not None


def _arn_like(want: str, value: str, policy: Policy, request: Request) -> bool:
    return _parts_match(_arn_parts(want), value, policy, request) and value.startswith("arn:")


def _bool(want: str, value: str, _policy: Policy, _request: Request) -> bool:
    return want.lower() == value.lower()


def _binary(want: str, value: str, _policy: Policy, _request: Request) -> bool:
    try:
        return base64.b64decode(want, validate=True) == base64.b64decode(value, validate=True)
    except ValueError as error:
        raise _UnknownError from error


def _ip(want: str, value: str, _policy: Policy, _request: Request) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(want, strict=False)
    except ValueError as error:
        raise _UnknownError from error


def _numeric(compare: Callable[[float, float], bool]) -> _Compare:
    def holds(want: str, value: str, _policy: Policy, _request: Request) -> bool:
        try:
            return compare(float(value), float(want))
        except ValueError as error:
            raise _UnknownError from error

    return holds


def _date(compare: Callable[[float, float], bool]) -> _Compare:
    def holds(want: str, value: str, _policy: Policy, _request: Request) -> bool:
        return compare(_seconds(value), _seconds(want))

    return holds


def _seconds(moment: str) -> float:
    """Seconds since 1970 of an ISO 8601 date, or of a number that is that already."""
    try:
        return float(moment)
    except ValueError:
        pass
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError as error:
        raise _UnknownError from error
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def _less(value: float, want: float) -> bool:
    return value < want


def _at_most(value: float, want: float) -> bool:
    return value <= want


def _same(value: float, want: float) -> bool:
    return value == want


_OPERATORS: dict[str, tuple[bool, _Compare]] = {
    "StringEquals": (False, _equals),
    "StringNotEquals": (True, _equals),
    "StringEqualsIgnoreCase": (False, _equals_ignoring_case),
    "StringNotEqualsIgnoreCase": (True, _equals_ignoring_case),
    "StringLike": (False, _like),
    "StringNotLike": (True, _like),
    "ArnEquals": (False, _arn_like),
    "ArnNotEquals": (True, _arn_like),
    "ArnLike": (False, _arn_like),
    "ArnNotLike": (True, _arn_like),
    "Bool": (False, _bool),
    "BinaryEquals": (False, _binary),
    "IpAddress": (False, _ip),
    "NotIpAddress": (True, _ip),
    **{
        f"{kind}{name}": (negated, family(compare))
        for kind, family in (("Numeric", _numeric), ("Date", _date))
        for name, negated, compare in (
            ("Equals", False, _same),
            ("NotEquals", True, _same),
            ("LessThan", False, _less),
            ("LessThanEquals", False, _at_most),
            ("GreaterThan", False, lambda value, want: value > want),
            ("GreaterThanEquals", False, lambda value, want: value >= want),
        )
    },
}
"""Operator: whether it is a negation, and the comparison of a policy's value with the request's."""

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


def _names_everyone(statement: Mapping[str, Any]) -> bool:
    return "NotPrincipal" in statement or (_grant(statement, Principal(kind="Anonymous")) > _Grant.NONE)


def _tied_down(statement: Mapping[str, Any]) -> bool:
    return any(
        operator in _FIXING_OPERATORS
        and key.lower() in _FIXED_BY
        and not any(char in _text(value) for value in _listed(values) for char in "*?$")
        and not any(_text(value).endswith("/0") for value in _listed(values))
        for operator, keys in cast("dict[str, dict[str, Any]]", statement.get("Condition", {})).items()
        for key, values in keys.items()
    )
