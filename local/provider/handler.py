"""What is common to the handlers of all resource types."""

from __future__ import annotations

import json
import secrets
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

from local.engine import UNKNOWN, Diff, ProviderError, has_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.provider.clients import Clients

Inputs = dict[str, Any]
Outputs = dict[str, Any]

_DEFAULTS = "__defaults"
"""The input that lists those inputs which were not given but made; Pulumi's own name for it."""


@dataclass(frozen=True)
class AutoName:
    """How a resource that is not given a name gets one: its logical name, a hyphen and 7 random hex digits."""

    max_length: int
    """Characters that the whole name may have."""
    property: str = "name"
    lower: bool = False


class Handler(ABC):
    """Creates, updates and deletes the resources of one type."""

    type: ClassVar[str]
    """The type token."""
    properties: ClassVar[frozenset[str]]
    """Inputs that are supported, besides `region` and `tags`."""
    defaults: ClassVar[Mapping[str, Any]] = {}
    """Values of inputs that are not given."""
    replace_on: ClassVar[frozenset[str]] = frozenset()
    """Inputs that cannot be updated."""
    auto_name: ClassVar[AutoName | None] = None
    regional: ClassVar[bool] = False
    """Whether it has the input `region`."""
    tagged: ClassVar[bool] = False
    """Whether it has the input `tags`, and so the computed `tagsAll`."""

    def complete(
        self, name: str, inputs: Inputs, previous: Inputs | None, region: str, tags: Inputs
    ) -> Inputs:
        """Fill in names, defaults, the region and all tags.

        Args:
            name: The logical name.
            inputs: What the program gave.
            previous: Checked inputs of the existing resource.
            region: Of the provider.
            tags: Default tags of the provider.

        Raises:
            ProviderError: An input is not supported, or the name would be too long.
        """
        common = {"region"} if self.regional else set[str]()
        common |= {"tags"} if self.tagged else set()
        if unsupported := sorted(set(inputs) - self.properties - common):
            raise ProviderError(f"{', '.join(unsupported)} is not supported by this provider of a local AWS.")
        completed = {**self.defaults, **inputs}
        if self.regional:
            completed.setdefault("region", region)
        if self.tagged:
            given = inputs.get("tags", {})
            completed["tagsAll"] = UNKNOWN if given == UNKNOWN else {**tags, **given}
        if self.auto_name and self.auto_name.property not in inputs:
            completed[self.auto_name.property] = self._name(self.auto_name, name, previous)
            completed[_DEFAULTS] = [self.auto_name.property]
        return completed

    def check(self, inputs: Inputs) -> None:  # noqa: B027 - for some types there is nothing to check
        """Refuse what the schema allows and AWS does not, and normalise values in place.

        Raises:
            ProviderError: Says what is wrong.
        """

    def diff(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Diff:
        """Compare two sets of checked inputs."""
        changed = frozenset(
            name for name in {*old, *new} if not name.startswith("__") and old.get(name) != new.get(name)
        )
        replaced = changed & (self.replace_on | {"region"})
        kept_name = (
            self.auto_name is not None
            and _DEFAULTS not in new
            and old.get(self.auto_name.property) == new.get(self.auto_name.property)
        )
        return Diff(changed, replaced, delete_before_replace=bool(replaced) and kept_name)

    @abstractmethod
    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Create a resource from checked inputs; return its id and outputs."""

    @abstractmethod
    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:
        """Change a resource; return its outputs."""

    @abstractmethod
    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:
        """Delete a resource."""

    def _name(self, rule: AutoName, name: str, previous: Inputs | None) -> str:
        if previous and _DEFAULTS in previous:
            return previous[rule.property]
        made = f"{name.lower() if rule.lower else name}-{secrets.token_hex(4)[:7]}"
        if len(made) > rule.max_length:
            raise ProviderError(
                f"the {rule.property} {name}- plus 7 random characters is longer than {rule.max_length} characters; "
                f"shorten the resource's name by {len(made) - rule.max_length}, or give it a {rule.property}."
            )
        return made


def outputs_of(inputs: Mapping[str, Any]) -> Outputs:
    """The outputs that are inputs."""
    return {name: value for name, value in inputs.items() if not name.startswith("__")}


def changed_tags(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[list[dict[str, str]], list[str]]:
    """Tags to set, as AWS's `Tags`, and keys of those to remove."""
    before, after = old.get("tagsAll", {}), new.get("tagsAll", {})
    tags = [{"Key": key, "Value": value} for key, value in sorted(after.items()) if before.get(key) != value]
    return tags, sorted(set(before) - set(after))


def normal_policy(value: Any, name: str, *, principal: bool, resource: bool) -> str:  # noqa: ANN401 - what a program gave
    """Check the grammar of a policy document and return it as JSON in one form; one with unknowns is unknown.

    Args:
        value: The document, as JSON or as the map that JSON is made of.
        name: The input's name, for messages.
        principal: Whether statements say who (resource and trust policies) or must not (identity policies).
        resource: Whether statements say on what, or must not (trust policies).

    Raises:
        ProviderError: It is not a policy document.
    """
    if has_unknown(value):
        return UNKNOWN
    try:
        document: Any = json.loads(value) if isinstance(value, str) else value
        statements: list[Any] = _listed(document["Statement"])
    except (ValueError, TypeError, KeyError) as error:
        raise ProviderError(f"{name} is not a policy document (JSON with a Statement): {value!r}.") from error
    if document.get("Version") not in ("2012-10-17", "2008-10-17"):
        raise ProviderError(
            f"{name} has the Version {document.get('Version')!r}, but must have '2012-10-17'."
        )
    for number, given_statement in enumerate(statements):
        where = f"{name}, statement {number + 1}"
        statement = cast("dict[str, Any]", given_statement if isinstance(given_statement, dict) else {})
        if statement.get("Effect") not in ("Allow", "Deny"):
            raise ProviderError(f"{where} needs the Effect 'Allow' or 'Deny'.")
        for element, wanted in (("Action", True), ("Principal", principal), ("Resource", resource)):
            given = element in statement or f"Not{element}" in statement
            if given != wanted:
                raise ProviderError(f"{where} {'needs a' if wanted else 'may not have a'} {element}.")
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def policy_resources(policy: str) -> list[str]:
    """Every ARN that the statements of a checked policy are about."""
    statements: list[Any] = _listed(json.loads(policy)["Statement"])
    return [
        arn
        for one in statements
        for arn in (*_listed(one.get("Resource", [])), *_listed(one.get("NotResource", [])))
    ]


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - one or several of anything in JSON
    return cast("list[Any]", value) if isinstance(value, list) else [value]
