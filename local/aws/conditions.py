"""The Condition element of a policy statement."""

import base64
import ipaddress
import operator
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from local.aws.policy import (
    Context,
    ContextValue,
    Policy,
    Statement,
    UnknownElementError,
    arn_matches,
    in_context,
    listed,
    pattern_of,
    text_of,
)

_Compare = Callable[[str, str, Policy, Context], bool]
"""Compares a policy's value with a request's."""

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def conditions_hold(statement: Statement, policy: Policy, context: Context) -> bool:
    """Tell whether all conditions of a statement hold.

    Raises:
        UnknownElementError: an operator is unknown, or a value is none that it can compare.
    """
    unknown: UnknownElementError | None = None
    for operator_name, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            wanted = [text_of(value) for value in listed(values)]
            try:
                if not _holds(operator_name, key, wanted, policy, context):
                    return False
            except UnknownElementError as error:
                unknown = error
    if unknown is not None:
        raise unknown
    return True


def _holds(operator_name: str, key: str, wanted: list[str], policy: Policy, context: Context) -> bool:
    quantifier, _, name = operator_name.rpartition(":")
    if_exists = name.endswith("IfExists")
    found = in_context(key, context)
    if operator_name == "Null":
        if not set(wanted) <= {"true", "false"}:
            raise UnknownElementError
        return text_of(found is None) in wanted
    if name.removesuffix("IfExists") not in _OPERATORS or quantifier not in {
        "",
        "ForAllValues",
        "ForAnyValue",
    }:
        raise UnknownElementError
    negated, compare = _OPERATORS[name.removesuffix("IfExists")]

    def matches(value: str) -> bool:
        return any(compare(want, value, policy, context) for want in wanted) != negated

    values = _values(found)
    if values and negated and any(pattern_of(want, policy, context) is None for want in wanted):
        raise UnknownElementError  # "not equal" to a variable without a value must not open a door
    if quantifier == "ForAllValues":
        return all(matches(value) for value in values)
    if not values:
        return if_exists or (negated and not quantifier)
    if not quantifier and len(values) > 1:
        raise UnknownElementError  # a multivalued key needs a quantifier
    return any(matches(value) for value in values)


def _values(found: ContextValue | None) -> Sequence[str]:
    if found is None:
        return []
    return [found] if isinstance(found, str) else found


def _like(want: str, value: str, policy: Policy, context: Context) -> bool:
    pattern = pattern_of(want, policy, context)
    return pattern is not None and re.fullmatch(pattern, value) is not None


def _equals(want: str, value: str, policy: Policy, context: Context) -> bool:
    pattern = pattern_of(want, policy, context, wildcards=False)
    return pattern is not None and re.fullmatch(pattern, value) is not None


def _equals_ignoring_case(want: str, value: str, policy: Policy, context: Context) -> bool:
    pattern = pattern_of(want, policy, context, wildcards=False)
    return pattern is not None and re.fullmatch(pattern, value, re.IGNORECASE) is not None


def _same_bool(want: str, value: str, _policy: Policy, _context: Context) -> bool:
    return want.lower() == value.lower()


def _same_bytes(want: str, value: str, _policy: Policy, _context: Context) -> bool:
    try:
        return base64.b64decode(want, validate=True) == base64.b64decode(value, validate=True)
    except ValueError as error:
        raise UnknownElementError from error


def _in_network(want: str, value: str, _policy: Policy, _context: Context) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(want, strict=False)
    except ValueError as error:
        raise UnknownElementError from error


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise UnknownElementError
    return float(text)


def _seconds(moment: str) -> float:
    """Seconds since 1970 of an ISO 8601 date, or of a number that is that already."""
    if _NUMBER.fullmatch(moment):
        return float(moment)
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError as error:
        raise UnknownElementError from error
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def _ordered(read: Callable[[str], float], compare: Callable[[float, float], bool]) -> _Compare:
    def holds(want: str, value: str, _policy: Policy, _context: Context) -> bool:
        return compare(read(value), read(want))

    return holds


_COMPARISONS: tuple[tuple[str, bool, Callable[[float, float], bool]], ...] = (
    ("Equals", False, operator.eq),
    ("NotEquals", True, operator.eq),
    ("LessThan", False, operator.lt),
    ("LessThanEquals", False, operator.le),
    ("GreaterThan", False, operator.gt),
    ("GreaterThanEquals", False, operator.ge),
)

_OPERATORS: dict[str, tuple[bool, _Compare]] = {
    "StringEquals": (False, _equals),
    "StringNotEquals": (True, _equals),
    "StringEqualsIgnoreCase": (False, _equals_ignoring_case),
    "StringNotEqualsIgnoreCase": (True, _equals_ignoring_case),
    "StringLike": (False, _like),
    "StringNotLike": (True, _like),
    "ArnEquals": (False, arn_matches),
    "ArnNotEquals": (True, arn_matches),
    "ArnLike": (False, arn_matches),
    "ArnNotLike": (True, arn_matches),
    "Bool": (False, _same_bool),
    "BinaryEquals": (False, _same_bytes),
    "IpAddress": (False, _in_network),
    "NotIpAddress": (True, _in_network),
    **{f"Numeric{name}": (negated, _ordered(_number, compare)) for name, negated, compare in _COMPARISONS},
    **{f"Date{name}": (negated, _ordered(_seconds, compare)) for name, negated, compare in _COMPARISONS},
}
"""Operator: whether it is a negation, and its comparison."""
