"""IAM's policy language: documents, their values, wildcards and variables."""

import functools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

ContextValue = str | Sequence[str]
"""A condition key's value in a request; a sequence for multivalued keys."""

Context = Mapping[str, ContextValue]
"""Condition keys, in any case, with their values; an absent key is not in it."""

Statement = Mapping[str, Any]

_ARN_PARTS = 6
_VARIABLE = re.compile(r"\$\{\s*(?P<key>[^},\s]+)\s*(?:,\s*'(?P<default>[^']*)'\s*)?\}")


class MalformedPolicyError(ValueError):
    """A policy document is not one."""


class UnknownElementError(Exception):
    """A statement holds something that cannot be evaluated."""


@dataclass(frozen=True)
class Policy:
    """A parsed policy document."""

    statements: tuple[Statement, ...]
    has_variables: bool
    """Whether `${...}` in its values means a variable; only in Version 2012-10-17."""

    def with_effect(self, effect: str) -> list[Statement]:
        """Return the statements that allow, or those that deny."""
        return [statement for statement in self.statements if statement["Effect"] == effect]


@functools.lru_cache(maxsize=256)
def parse_policy(document: str) -> Policy:
    """Read a policy document.

    Raises:
        MalformedPolicyError: the document is not JSON, repeats a key or is not made of statements.
    """
    try:
        content = json.loads(document, object_pairs_hook=without_repeats)
    except (ValueError, RecursionError) as error:
        raise MalformedPolicyError(f"The policy is not valid JSON: {error}.") from error
    if not isinstance(content, dict):
        raise MalformedPolicyError("The policy must be a JSON object with Version and Statement.")
    policy = cast("dict[str, Any]", content)
    statements = tuple(_checked(statement) for statement in listed(policy.get("Statement")))
    return Policy(statements, policy.get("Version") == "2012-10-17")


def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build a JSON object, for `json.loads(object_pairs_hook=...)`.

    Raises:
        ValueError: a key is given twice, so two readers could see two different objects.
    """
    content = dict(pairs)
    if len(content) < len(pairs):
        raise ValueError(f"a key is given twice among {sorted(name for name, _ in pairs)}")
    return content


def listed(value: Any) -> list[Any]:  # noqa: ANN401 - JSON
    """Return a policy element as a list: one value may stand without brackets, none is an empty list."""
    if value is None:
        return []
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def text_of(value: Any) -> str:  # noqa: ANN401 - JSON
    """Return a condition's value as IAM compares it: JSON's true is the text `true`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def in_context(key: str, context: Context) -> ContextValue | None:
    """Return a condition key's value; keys do not distinguish case."""
    return next((value for name, value in context.items() if name.lower() == key.lower()), None)


def pattern_of(text: str, policy: Policy, context: Context, *, wildcards: bool = True) -> str | None:
    """Translate a policy's value to a regular expression; None when a variable in it has no value."""
    translate = glob if wildcards else re.escape
    if not policy.has_variables:
        return translate(text)
    pieces: list[str] = []
    end = 0
    for variable in _VARIABLE.finditer(text):
        key = variable["key"]
        value = key if key in {"*", "?", "$"} else in_context(key, context)
        if not isinstance(value, str):
            value = variable["default"]
        if value is None:
            return None
        pieces += [translate(text[end : variable.start()]), re.escape(value)]
        end = variable.end()
    return "".join([*pieces, translate(text[end:])])


def glob(text: str) -> str:
    """Translate IAM's two wildcards to a regular expression; nothing else is special."""
    return "(?s:" + "".join({"*": ".*", "?": "."}.get(char) or re.escape(char) for char in text) + ")"


def arn_matches(wanted: str, arn: str, policy: Policy, context: Context, *, complete: bool = False) -> bool:
    """Compare an ARN with a policy's, part by part; only the last of the six parts may hold colons.

    Args:
        wanted: the ARN in the policy, with wildcards and variables.
        arn: the ARN in the request.
        policy: where `wanted` stands.
        context: values of the variables.
        complete: take an ARN that is cut short as if its missing parts were `*`.
    """
    # A colon inside a variable does not part.
    patterns = re.split(r":(?![^{}]*\})", wanted, maxsplit=_ARN_PARTS - 1)
    if complete:
        patterns = (patterns + ["*"] * _ARN_PARTS)[:_ARN_PARTS]
    parts = arn.split(":", _ARN_PARTS - 1)
    return len(patterns) == len(parts) == _ARN_PARTS and all(
        (pattern := pattern_of(text, policy, context)) is not None and re.fullmatch(pattern, part)
        for text, part in zip(patterns, parts, strict=True)
    )


def _checked(given: Any) -> Statement:  # noqa: ANN401 - JSON
    if not isinstance(given, dict):
        raise MalformedPolicyError(f"A statement must be a JSON object, not {given!r}.")
    statement = cast("dict[str, Any]", given)
    if statement.get("Effect") not in {"Allow", "Deny"}:
        raise MalformedPolicyError(f"Effect must be Allow or Deny, not {statement.get('Effect')!r}.")
    if ("Action" in statement) == ("NotAction" in statement):
        raise MalformedPolicyError("A statement needs either Action or NotAction.")
    for element in ("Action", "NotAction", "Resource", "NotResource"):
        if not all(isinstance(value, str) for value in listed(statement.get(element))):
            raise MalformedPolicyError(f"{element} must be a string or a list of strings.")
    for element in ("Principal", "NotPrincipal"):
        if not isinstance(statement.get(element, "*"), (str, dict)):
            raise MalformedPolicyError(f"{element} must be '*' or an object.")
    conditions = statement.get("Condition", {})
    if not isinstance(conditions, dict) or not all(
        isinstance(keys, dict) for keys in cast("dict[str, Any]", conditions).values()
    ):
        raise MalformedPolicyError("Condition must be an object of operators, each an object of keys.")
    return statement
