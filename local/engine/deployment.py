"""Brings what exists in line with what a program registers, one resource at a time."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from local.engine.provider import ProviderError
from local.engine.schema import check_inputs
from local.engine.state import UNKNOWN, Resource, State, delete_order, has_unknown
from local.engine.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from local.engine.provider import Diff, Provider

Op = Literal["same", "create", "update", "replace", "delete"]

_PROVIDER_TYPE = "pulumi:providers:"


@dataclass(frozen=True)
class Step:
    """What is done, or would be done, to one resource."""

    op: Op
    resource: Resource
    """The resource after the step; for `delete`, as it was."""
    changed: tuple[str, ...] = ()
    """Names of the inputs that differ, for `update` and `replace`."""

    @property
    def urn(self) -> str:
        """The resource's URN."""
        return self.resource.urn

    @property
    def type(self) -> str:
        """The resource's type token."""
        return self.resource.type

    @property
    def name(self) -> str:
        """The resource's logical name."""
        return self.resource.name


@dataclass(frozen=True)
class Failure:
    """Why a resource, or the program itself, failed."""

    message: str
    urn: str = ""
    """The resource's URN; empty for the program."""

    def __str__(self) -> str:
        """The message, behind the resource's type (below its parents') and name."""
        return f"{self.urn.split('::', 2)[2]}: {self.message}" if self.urn else self.message


class DeploymentError(Exception):
    """A preview, update or destroy did not succeed; the message has one line for each failure."""

    def __init__(self, failures: Iterable[Failure], state: State) -> None:
        self.failures = tuple(failures)
        self.state = state
        """What exists now: pass it to the next `up` or `destroy`."""
        super().__init__("\n".join(map(str, self.failures)))


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A resource as the program wants it."""

    resource: Resource
    """The resource with its inputs and options; it has no id and no outputs yet."""
    aliases: tuple[str, ...] = ()
    """URNs that it may have had before."""
    provider: str = ""
    """URN of its provider resource; empty for the default provider."""
    ignore_changes: tuple[str, ...] = ()
    delete_before_replace: bool = False


@dataclass
class Deployment:
    """One run of the engine over a state.

    Resources may be registered from several threads at once. `on_step` is called from them, one step at a time.
    """

    provider: Provider
    before: State = field(default_factory=State)
    config: Mapping[str, str] = field(default_factory=dict[str, str])
    """The stack's configuration by full key; that of a provider's namespace is the default provider's settings."""
    dry_run: bool = False
    on_step: Callable[[Step], None] = lambda _: None
    on_state: Callable[[State], None] = lambda _: None
    """Called with what exists, after each step that changed something."""

    def __post_init__(self) -> None:
        self.steps: list[Step] = []
        self.failures: list[Failure] = []
        self.cause: BaseException | None = None
        self._lock = threading.RLock()
        self._seen: set[str] = set()
        self._unavailable: set[str] = set()
        self._new: dict[str, Resource] = {}
        self._left = {one.urn: one for one in self.before.resources if not one.pending_delete}
        self._pending = [one for one in self.before.resources if one.pending_delete]
        self._replaced: list[Resource] = []
        self._deleted_early: dict[str, Resource] = {}

    @property
    def state(self) -> State:
        """What exists now; in a dry run, what would."""
        old = [*self._left.values(), *self._pending, *self._replaced]
        return State((*self._new.values(), *old))

    def register(self, goal: Goal) -> Resource | None:
        """Create, update or replace a resource, or leave it as it is.

        Returns:
            The resource, or None when it failed (which is noted) or when something that it needs did.
        """
        urn = goal.resource.urn
        with self._lock:
            if urn in self._seen:
                self.fail(ProviderError(_DUPLICATE), urn)
                return None
            self._seen.add(urn)
            needed = {goal.resource.parent, goal.provider, *goal.resource.dependencies}
            if not self.dry_run and (needed & self._unavailable or has_unknown(goal.resource.inputs)):
                self._unavailable.add(urn)
                return None
        try:
            return self._apply(goal)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong with one resource belongs in the report
            with self._lock:
                self._unavailable.add(urn)
                self.fail(error, urn)
            return None

    def fail(self, error: Exception, urn: str = "") -> None:
        """Note a failure of a resource, or of the program when there is no URN."""
        told = isinstance(error, (ProviderError, WireError))
        self.failures.append(Failure(str(error) if told else f"{type(error).__name__}: {error}", urn))
        self.cause = self.cause or error

    def invoke(self, token: str, args: Mapping[str, Any], provider: str) -> dict[str, Any]:
        """Call a provider's function for the program.

        Raises:
            ProviderError: The function failed or does not exist.
        """
        return self.provider.invoke(token, args, self._settings(token, provider))

    def finish(self) -> None:
        """Delete what the program no longer registers and what was replaced.

        Raises:
            DeploymentError: Something failed, here or before; after a failure before, nothing is deleted.
        """
        self._raise_failures()
        gone = [*self._left.values(), *self._pending]
        for one in gone:
            if one.protect:
                self.fail(ProviderError(f"{_PROTECTED}."), one.urn)
        self._raise_failures()
        for one in self._deleted_early.values():
            self._note(Step("delete", one))
        stuck: list[Resource] = []
        for one in delete_order([*gone, *self._replaced]):
            if any(other.needs(one.urn) for other in stuck):
                stuck.append(one)
                continue
            try:
                self._delete(one)
            except Exception as error:  # noqa: BLE001 - see register
                stuck.append(one)
                self.fail(error, one.urn)
                continue
            self._forget(one)
        self._raise_failures()

    def _raise_failures(self) -> None:
        if self.failures:
            raise DeploymentError(self.failures, self.state) from self.cause

    def _apply(self, goal: Goal) -> Resource:
        old = next((self._left[urn] for urn in (goal.resource.urn, *goal.aliases) if urn in self._left), None)
        if not goal.resource.custom:
            return self._done("same" if old else "create", goal.resource, old)
        if goal.resource.type.startswith(_PROVIDER_TYPE):
            return self._apply_provider(goal.resource, old)

        inputs = self._kept(goal, old)
        if faults := check_inputs(goal.resource.type, inputs):
            raise ProviderError("; ".join(faults) + ".")
        settings = self._settings(goal.resource.type, goal.provider)

        def check(previous: Resource | None) -> Resource:
            name = goal.resource.name
            kept = previous.inputs if previous else None
            checked = self.provider.check(goal.resource.type, name, inputs, previous=kept, settings=settings)
            return replace(goal.resource, inputs=checked)

        wanted = check(old)
        if old is None:
            return self._create(wanted)
        diff = self.provider.diff(old.type, old.inputs, wanted.inputs)
        if diff.replace:
            before = goal.delete_before_replace or diff.delete_before_replace
            return self._replace(old, check(None), diff, delete_before=before)
        if diff.changed:
            return self._update(old, wanted, diff)
        return self._done("same", replace(wanted, id=old.id, outputs=old.outputs), old)

    def _apply_provider(self, wanted: Resource, old: Resource | None) -> Resource:
        identity = old.id if old else "" if self.dry_run else uuid.uuid4().hex
        changed = _changed(old.inputs, wanted.inputs) if old else ()
        op: Op = "create" if old is None else "update" if changed else "same"
        return self._done(op, replace(wanted, id=identity, outputs=wanted.inputs), old, changed)

    def _kept(self, goal: Goal, old: Resource | None) -> dict[str, Any]:
        """The goal's inputs, with those whose changes are ignored as they were."""
        inputs = dict(goal.resource.inputs)
        for name in goal.ignore_changes:
            if not name.isalnum():
                raise ProviderError(
                    f"ignoreChanges names {name!r}; this engine knows only whole properties there."
                )
            if old:
                inputs.pop(name, None)
                inputs |= {name: old.inputs[name]} if name in old.inputs else {}
        return inputs

    def _settings(self, token: str, provider: str) -> Mapping[str, str]:
        if provider in self._new:
            return self._new[provider].inputs
        namespace = f"{token.partition(':')[0]}:"
        return {
            key.removeprefix(namespace): value
            for key, value in self.config.items()
            if key.startswith(namespace)
        }

    def _create(self, wanted: Resource, op: Op = "create", changed: tuple[str, ...] = ()) -> Resource:
        if wanted.urn in self._deleted_early:
            op = "replace"
        if self.dry_run:
            return self._done(op, replace(wanted, outputs=wanted.inputs), None, changed)
        identity, outputs = self.provider.create(wanted.type, wanted.inputs)
        return self._done(op, replace(wanted, id=identity, outputs=outputs), None, changed)

    def _update(self, old: Resource, wanted: Resource, diff: Diff) -> Resource:
        if self.dry_run:
            computed = {name: value for name, value in old.outputs.items() if name not in old.inputs}
            outputs = computed | dict(wanted.inputs)
        else:
            outputs = self.provider.update(old.type, old.id, old.inputs, wanted.inputs)
        return self._done("update", replace(wanted, id=old.id, outputs=outputs), old, sorted(diff.changed))

    def _replace(self, old: Resource, wanted: Resource, diff: Diff, *, delete_before: bool) -> Resource:
        if old.protect:
            raise ProviderError(
                f"{_PROTECTED}: {', '.join(sorted(diff.replace))} cannot change without replacing it."
            )
        if delete_before:
            self._delete_early(old)
        new = self._create(wanted, "replace", tuple(sorted(diff.changed)))
        if not delete_before:
            with self._lock:
                del self._left[old.urn]
                self._replaced.append(replace(old, pending_delete=True))
        return new

    def _delete_early(self, old: Resource) -> None:
        """Delete a resource that is about to be replaced, after those that its replacement will replace too."""
        doomed = [old]
        while more := [
            one for one in list(self._left.values()) if one not in doomed and self._follows(one, doomed)
        ]:
            doomed += more
        for one in delete_order(doomed):
            if one.protect:
                raise ProviderError(f"{_PROTECTED}, and {one.name} has to be deleted first.")
        for one in delete_order(doomed):
            self._delete(one, quiet=True)
            with self._lock:
                del self._left[one.urn]
                if one is not old:
                    self._deleted_early[one.urn] = one

    def _follows(self, one: Resource, doomed: list[Resource]) -> bool:
        """Whether a resource has to be replaced because those that it was computed from are."""
        urns = {other.urn for other in doomed}
        unknown = {
            name: UNKNOWN for name, origins in one.property_dependencies.items() if urns & set(origins)
        }
        if one.urn in self._seen or not unknown:
            return False
        return bool(self.provider.diff(one.type, one.inputs, {**one.inputs, **unknown}).replace)

    def _delete(self, one: Resource, *, quiet: bool = False) -> None:
        real = one.custom and not one.type.startswith(_PROVIDER_TYPE)
        if real and not one.retain_on_delete and not self.dry_run:
            self.provider.delete(one.type, one.id, one.inputs)
        if not quiet and one not in self._replaced:
            self._note(Step("delete", one))

    def _forget(self, one: Resource) -> None:
        for kept in (self._pending, self._replaced):
            if one in kept:
                kept.remove(one)
        if self._left.get(one.urn) is one:
            del self._left[one.urn]

    def _done(self, op: Op, new: Resource, old: Resource | None, changed: Iterable[str] = ()) -> Resource:
        with self._lock:
            if old:
                self._left.pop(old.urn)
            self._deleted_early.pop(new.urn, None)
            self._new[new.urn] = new
            self._note(Step(op, new, tuple(changed)))
        return new

    def _note(self, step: Step) -> None:
        self.steps.append(step)
        self.on_step(step)
        if step.op != "same":
            self.on_state(self.state)


_DUPLICATE = "the program has two resources of this URN; give one of them another name."
_PROTECTED = "the resource is protected; deploy it once with protect=False, then delete or replace it"


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(name for name in {*old, *new} if old.get(name) != new.get(name)))
