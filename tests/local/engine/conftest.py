"""A cloud of things kept in memory, and programs that are written where they are tested."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from local import engine
from local.engine import Diff, ProviderError, Result, StackConfig, State

if TYPE_CHECKING:
    from pathlib import Path

THING = "fake:index:Thing"

PRELUDE = """
import pulumi
from pulumi import ResourceOptions, export


class Thing(pulumi.CustomResource):
    arn: pulumi.Output[str]
    size: pulumi.Output[int]

    def __init__(self, thing, opts=None, **properties):
        super().__init__("fake:index:Thing", thing, {"arn": None, "size": None, **properties}, opts)


class Group(pulumi.ComponentResource):
    def __init__(self, group, opts=None):
        super().__init__("fake:index:Group", group, {}, opts)

"""


@dataclass
class FakeCloud:
    """A provider of things: `kind` cannot be updated, `fail` fails in the call that it names."""

    things: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """What exists, by id."""
    calls: list[str] = field(default_factory=list[str])
    """Every call that changes something: method and name."""
    settings: list[Mapping[str, str]] = field(default_factory=list[Mapping[str, str]])
    """The provider settings of every check."""
    slow: float = 0
    """Seconds that a creation takes."""
    meeting: threading.Barrier = field(default_factory=lambda: threading.Barrier(1))
    """Where creations wait for each other."""

    def __post_init__(self) -> None:
        self._serial = itertools.count()
        self._lock = threading.Lock()

    def check(
        self,
        type_: str,
        name: str,
        inputs: Mapping[str, Any],
        *,
        previous: Mapping[str, Any] | None,
        settings: Mapping[str, str],
    ) -> dict[str, Any]:
        self.settings.append(settings)
        if type_ != THING:
            raise ProviderError(f"there is no {type_} in this cloud.")
        _fail("check", inputs)
        with self._lock:
            return {"name": previous["name"] if previous else f"{name}-{next(self._serial)}", **inputs}

    def diff(self, type_: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Diff:
        assert type_ == THING
        changed = {name for name in {*old, *new} if old.get(name) != new.get(name)}
        return Diff(frozenset(changed), frozenset(changed & {"kind"}))

    def create(self, type_: str, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        assert type_ == THING
        time.sleep(self.slow)
        self.meeting.wait()
        _fail("create", inputs)
        with self._lock:
            self.calls.append(f"create {inputs['name']}")
            self.things[inputs["name"]] = dict(inputs)
        return inputs["name"], self._outputs(inputs)

    def update(self, type_: str, id_: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
        assert type_ == THING
        assert self.things[id_] == dict(old)
        _fail("update", new)
        self.calls.append(f"update {id_}")
        self.things[id_] = dict(new)
        return self._outputs(new)

    def delete(self, type_: str, id_: str, inputs: Mapping[str, Any]) -> None:
        assert type_ == THING
        _fail("delete", inputs)
        self.calls.append(f"delete {id_}")
        del self.things[id_]

    def invoke(self, token: str, args: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
        if token != "fake:index:double":
            raise ProviderError(f"there is no function {token} in this cloud.")
        return {"value": args["value"] * 2, "settings": dict(settings)}

    def _outputs(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        return {**inputs, "arn": f"arn:{inputs['name']}"}


def _fail(when: str, inputs: Mapping[str, Any]) -> None:
    if inputs.get("fail") == when:
        raise ProviderError(f"it may not {when}.")


@dataclass
class Project:
    """A program in a folder of its own, and what it was last deployed to."""

    folder: Path
    cloud: FakeCloud
    config: StackConfig
    state: State = field(default_factory=State)

    def write(self, source: str) -> None:
        (self.folder / "__main__.py").write_text(PRELUDE + source)

    def preview(self, source: str | None = None) -> Result:
        if source is not None:
            self.write(source)
        return engine.preview(self.folder, self.config, self.cloud, state=self.state)

    def up(self, source: str | None = None) -> Result:
        """Update, keeping the state as a caller would, after a failure too."""
        if source is not None:
            self.write(source)
        try:
            result = engine.up(self.folder, self.config, self.cloud, state=self.state)
        except engine.DeploymentError as error:
            self.state = error.state
            raise
        self.state = result.state
        return result

    def ops(self, source: str, *, dry_run: bool = False) -> dict[str, str]:
        """The operation on each custom resource, by name, that `up` or `preview` of a program takes."""
        result = self.preview(source) if dry_run else self.up(source)
        return {step.name: step.op for step in result.steps if step.resource.custom}

    def destroy(self) -> Result:
        """Destroy, keeping the state as `up` does."""
        try:
            result = engine.destroy(self.cloud, self.state)
        except engine.DeploymentError as error:
            self.state = error.state
            raise
        self.state = result.state
        return result


@pytest.fixture
def cloud() -> FakeCloud:
    return FakeCloud()


@pytest.fixture
def project(tmp_path: Path, cloud: FakeCloud) -> Project:
    return Project(tmp_path, cloud, StackConfig(project="shop", stack="dev", values={}))
