"""What the engine needs of a cloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class ProviderError(Exception):
    """Something a resource may not be or could not become; the message is one sentence for a person."""


@dataclass(frozen=True)
class Diff:
    """How checked inputs differ from those of the resource that exists."""

    changed: frozenset[str] = frozenset()
    """Names of the properties that differ."""
    replace: frozenset[str] = frozenset()
    """Those of them that no update can change: the resource has to be replaced."""
    delete_before_replace: bool = False
    """Whether old and new cannot exist at the same time."""


class Provider(Protocol):
    """Creates, changes and deletes resources.

    Methods are called from several threads at once. Inputs and outputs are plain values by wire name (camelCase),
    with `local.engine.Asset` for assets and `local.engine.Archive` for archives; in a preview any of them may be `local.engine.UNKNOWN`.
    `settings` are the inputs of the resource's provider resource, or, for the default provider, the
    configuration of the provider's namespace; anything but text is JSON. Every method reports what is wrong by
    raising `ProviderError`.
    """

    def check(
        self,
        type_: str,
        name: str,
        inputs: Mapping[str, Any],
        *,
        previous: Mapping[str, Any] | None,
        settings: Mapping[str, str],
    ) -> dict[str, Any]:
        """Refuse bad inputs; return good ones with defaults and names filled in.

        Args:
            type_: The type token.
            name: The logical name.
            inputs: What the program gave.
            previous: The checked inputs of the existing resource, whose generated names are kept.
            settings: Of the provider.
        """
        ...

    def diff(self, type_: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Diff:
        """Compare two sets of checked inputs."""
        ...

    def create(self, type_: str, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Create a resource; return its id and outputs, or leave nothing behind."""
        ...

    def update(self, type_: str, id_: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
        """Change a resource from the old checked inputs to the new ones; return its outputs."""
        ...

    def delete(self, type_: str, id_: str, inputs: Mapping[str, Any]) -> None:
        """Delete a resource; one that is already gone is no error."""
        ...

    def invoke(self, token: str, args: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
        """Call a function of the provider, such as `aws:index/getRegion:getRegion`."""
        ...
