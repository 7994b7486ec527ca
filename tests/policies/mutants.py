"""Small changes to a policy, each of which would give or take something."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from local.aws.policy import Policy, arn_matches, listed, parse_policy
from tests.policies.bucket_rows import IMAGE, OBJECT
from tests.policies.callers import ALARM_ARN, OTHER_ACCOUNT, OTHER_DISTRIBUTION, OTHER_POOL
from tests.policies.documents import ACCOUNT_ID, BUCKET_ARN, SCHEDULE_GROUP_ARN, TRAINING_BUCKET_ARN
from tests.policies.guard_rows import SAMPLES as GUARD_SAMPLES
from tests.policies.model_rows import SAMPLES
from tests.policies.service_reference import condition_keys, resource_types

Statement = dict[str, Any]
_Change = tuple[str, Statement]
"""What was changed, and the changed statement."""

_OTHER_VALUES: dict[str, list[str]] = {
    "aws:RequestedRegion": ["us-east-1"],
    "aws:TagKeys": ["team"],
    "aws:SourceAccount": [OTHER_ACCOUNT],
    "s3:x-amz-acl": ["public-read"],
    "AWS:SourceArn": [OTHER_DISTRIBUTION],
    "aws:SourceArn": [ALARM_ARN.replace(ACCOUNT_ID, OTHER_ACCOUNT), f"{SCHEDULE_GROUP_ARN}-2"],
    "cognito-identity.amazonaws.com:aud": [OTHER_POOL],
    "cognito-identity.amazonaws.com:amr": ["authenticated", "unauthenticated"],
}
"""What else requests come with, by condition key."""
_BUCKETS = [("bucket", BUCKET_ARN), ("bucket", TRAINING_BUCKET_ARN), ("object", OBJECT), ("object", IMAGE)]
_NEGATED = {"ArnLike": "ArnNotLike", "StringEquals": "StringNotEquals", "StringLike": "StringNotLike"}
_OTHER_PRINCIPALS: list[Any] = [
    "*",
    {"AWS": "*"},
    {"AWS": "arn:aws:iam::210987654321:root"},
    {"Service": "logging.s3.amazonaws.com"},
    {"Service": "cloudfront.amazonaws.com"},
    {"Federated": "accounts.google.com"},
]


@dataclass(frozen=True)
class Mutant:
    """A policy with one change in it."""

    document: str
    """The name of the policy that was changed."""
    sid: str
    change: str
    policy: Policy
    actions: tuple[str, ...]
    """The actions that the changed statement names, before or after."""

    def __str__(self) -> str:
        return f"{self.document} | {self.sid} | {self.change}"


def mutants(document: str, text: str) -> Iterator[Mutant]:
    """Return every mutant of a rendered policy; each differs from it and from the others."""
    policy = json.loads(text)
    seen = {_normal(policy)}
    for index, statement in enumerate(policy["Statement"]):
        for change, changed in _changes(statement):
            kept = policy["Statement"][:index], policy["Statement"][index + 1 :]
            mutated = {**policy, "Statement": [*kept[0], *([changed] if changed else []), *kept[1]]}
            if _normal(mutated) not in seen:
                seen.add(_normal(mutated))
                actions = (*listed(statement["Action"]), *listed(changed.get("Action")))
                yield Mutant(document, statement["Sid"], change, parse_policy(json.dumps(mutated)), actions)


def _normal(policy: Any) -> str:
    """Return a text that is the same for policies that differ only in form."""

    def sort(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: sort(item) for key, item in value.items()}
        return sorted(map(json.dumps, value)) if isinstance(value, list) else [json.dumps(value)]

    return json.dumps([sort(statement) for statement in policy["Statement"]], sort_keys=True)


def _changes(statement: Statement) -> Iterator[_Change]:
    yield "statement dropped", {}
    yield "effect flipped", {**statement, "Effect": "Deny" if statement["Effect"] == "Allow" else "Allow"}
    kinds: list[Callable[[Statement], Iterator[_Change]]] = [_conditions, _resources, _actions, _principals]
    for kind in kinds:
        yield from kind(statement)


def _inverted(statement: Statement, element: str) -> Statement:
    return {(f"Not{name}" if name == element else name): value for name, value in statement.items()}


# Conditions.


def _conditions(statement: Statement) -> Iterator[_Change]:
    conditions: dict[str, dict[str, Any]] = statement.get("Condition", {})
    if not conditions:
        return
    yield "conditions dropped", {name: value for name, value in statement.items() if name != "Condition"}
    for operator, keys in conditions.items():
        rest = {name: value for name, value in conditions.items() if name != operator}
        yield f"{operator} dropped", {**statement, "Condition": rest}
        for key, wanted in keys.items():
            other_keys = {name: value for name, value in keys.items() if name != key}
            yield f"{operator} {key} dropped", {**statement, "Condition": {**rest, operator: other_keys}}
            for change, new_operator, value in _condition_values(operator, key, listed(wanted)):
                remaining = {**rest, operator: other_keys} if other_keys else rest
                condition = {**remaining, new_operator: {**remaining.get(new_operator, {}), key: value}}
                yield f"{operator} {key} {change}", {**statement, "Condition": condition}


def _condition_values(operator: str, key: str, wanted: list[Any]) -> Iterator[tuple[str, str, Any]]:
    """Return other operators and values for one key."""
    if operator in {"Bool", "Null"}:
        yield "inverted", operator, "false" if wanted == ["true"] else "true"
        yield "either", operator, ["true", "false"]
    else:
        yield from _values(operator, key, wanted)
    if operator != "Null" and not operator.startswith("ForAllValues"):  # those hold for an absent key anyway
        yield "if it exists", f"{operator}IfExists", wanted


def _values(operator: str, key: str, wanted: list[Any]) -> Iterator[tuple[str, str, Any]]:
    quantifier, colon, name = operator.rpartition(":")
    like = f"{quantifier}{colon}StringLike"
    yield "negated", f"{quantifier}{colon}{_NEGATED[name]}", wanted
    yield "for all values", f"ForAllValues:{name}", wanted
    if quantifier:
        yield "for any value", f"ForAnyValue:{name}", wanted
    for value in _OTHER_VALUES[key]:
        if value not in wanted:
            yield f"also {value}", operator, [*wanted, value]
    for index, value in enumerate(wanted):
        others = [*wanted[:index], *wanted[index + 1 :]]
        yield f"without {value}", operator, [*others, "nothing"]
        for wider in ("*", f"{value}*", f"*{value}", f"{value[: len(value) // 2]}*"):
            yield f"like {wider}", like, [*others, wider]


# Resources.


def _resources(statement: Statement) -> Iterator[_Change]:
    if "Resource" not in statement:
        return
    yield "resource inverted", _inverted(statement, "Resource")
    arns = listed(statement["Resource"])
    for index, arn in enumerate(arns):
        others = [*arns[:index], *arns[index + 1 :]]
        yield f"{arn} dropped", {**statement, "Resource": others}
        # To deny more takes nothing from anybody but the owner: a Deny is only made smaller.
        other_arns = (
            _wider_arns(arn) if statement["Effect"] == "Allow" else [f"{arn.removesuffix('*')}assets/*"]
        )
        for other in other_arns:
            yield f"{arn} became {other}", {**statement, "Resource": [*others, other]}


def _wider_arns(arn: str) -> Iterator[str]:
    yield "*"
    if arn == "*":
        return
    *place, path = arn.split(":", 5)
    for index in (1, 3, 4):  # partition, region, account
        if place[index]:
            yield ":".join([*place[:index], "*", *place[index + 1 :], path])
    if place[3]:
        yield ":".join([*place[:3], f"{place[3]}*", *place[4:], path])
    start = ":".join(place)
    yield f"{start}:*"
    segments = path.split("/")
    for index, segment in enumerate(segments):
        before, after = segments[:index], segments[index + 1 :]
        yield f"{start}:{'/'.join(before)}"
        yield f"{start}:{'/'.join([*before, '*'])}"
        if segment not in {"*", "project", "version"}:  # the name of a project or a bucket
            yield f"{start}:{'/'.join([*before, f'{segment}*'])}"
            for wider in ("*", f"{segment}*", f"*{segment}", f"{segment[:-1]}?"):
                yield f"{start}:{'/'.join([*before, wider, *after])}"


# Actions.


def _actions(statement: Statement) -> Iterator[_Change]:
    yield "action inverted", _inverted(statement, "Action")
    actions = listed(statement["Action"])
    service = actions[0].partition(":")[0]
    for index, action in enumerate(actions):
        others = [*actions[:index], *actions[index + 1 :]]
        yield f"{action} dropped", {**statement, "Action": others}
        if action.endswith(":*"):
            for narrower in (
                f"{service}:Get*",
                f"{service}:Put*",
                f"{service}:List*",
                f"{service}:GetObject",
            ):
                yield f"{action} became {narrower}", {**statement, "Action": narrower}
            continue
        for wider in ("*", f"{service}:*", *_first_words(action)):
            if any(fnmatchcase(other, wider) for other in _fitting_actions(service, statement) - {action}):
                yield f"{action} became {wider}", {**statement, "Action": [*others, wider]}
    if statement["Effect"] == "Allow":
        for action in sorted(_fitting_actions(service, statement) - set(actions)):
            yield f"{action} added", {**statement, "Action": [*actions, action]}


def _first_words(action: str) -> Iterator[str]:
    """Return `service:Verb*` and `service:VerbNoun*` of `service:VerbNounOther`."""
    for index in range(action.index(":") + 2, len(action)):
        if action[index].isupper():
            yield f"{action[:index]}*"


def _fitting_actions(service: str, statement: Statement) -> set[str]:
    """Return the actions whose resources and condition keys can be the statement's; others it never allows."""
    if "Resource" not in statement:
        return {action for action, kinds in resource_types(service).items() if "role" in kinds}
    any_policy = Policy((), has_variables=False)
    kinds = {
        kind
        for kind, sample in (*SAMPLES.items(), *GUARD_SAMPLES.items(), *_BUCKETS)
        for pattern in listed(statement["Resource"])
        if pattern == "*" or arn_matches(pattern, sample, any_policy, {})
    }
    carried = condition_keys(service)
    asked = {key for keys in statement.get("Condition", {}).values() for key in keys} & set().union(
        *carried.values()
    )
    return {
        action
        for action, own in resource_types(service).items()
        if kinds & set(own or ["*"]) and asked <= carried[action]
    }


# Principals.


def _principals(statement: Statement) -> Iterator[_Change]:
    if "Principal" not in statement:
        return
    for principal in _OTHER_PRINCIPALS:
        if statement["Principal"] == "*" and principal == {"AWS": "*"}:
            continue  # which means the same
        yield f"principal became {json.dumps(principal)}", {**statement, "Principal": principal}
    if statement["Effect"] == "Deny":
        yield "principal inverted", _inverted(statement, "Principal")
