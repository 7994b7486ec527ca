"""A small Pulumi engine: runs a Pulumi program in this process, with no Pulumi CLI, and knows no cloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.engine.config import ConfigError, StackConfig, load_config
from local.engine.deployment import Deployment, DeploymentError, Failure, Op, Step
from local.engine.monitor import Engine, Log, Monitor
from local.engine.program import ProgramError, run_program
from local.engine.provider import Diff, Provider, ProviderError
from local.engine.render import render
from local.engine.state import UNKNOWN, Archive, Asset, Resource, State, has_unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = [
    "UNKNOWN",
    "Archive",
    "Asset",
    "ConfigError",
    "DeploymentError",
    "Diff",
    "Failure",
    "Log",
    "Op",
    "Provider",
    "ProviderError",
    "Resource",
    "Result",
    "StackConfig",
    "State",
    "Step",
    "destroy",
    "has_unknown",
    "load_config",
    "preview",
    "render",
    "up",
]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a preview, update or destroy did, or would do."""

    steps: tuple[Step, ...]
    """One for each resource, in the order in which they were taken."""
    state: State
    """What exists afterwards; after a preview, what would, with `UNKNOWN` for what only an update will tell."""
    outputs: Mapping[str, Any]
    """What the program exports."""
    secret_outputs: frozenset[str] = frozenset()
    """Names of outputs that must not be shown."""
    logs: tuple[Log, ...] = ()

    @property
    def changes(self) -> tuple[Step, ...]:
        """The steps that change something."""
        return tuple(step for step in self.steps if step.op != "same")


def preview(
    project_dir: Path,
    config: StackConfig,
    provider: Provider,
    *,
    state: State | None = None,
    on_log: Callable[[str], None] = lambda _: None,
) -> Result:
    """Say what `up` would do, without doing it. The provider's functions are called all the same.

    Args:
        project_dir: Folder of the program's `__main__.py`; relative paths of assets start here.
        config: The stack's configuration.
        provider: The cloud.
        state: What exists; None for nothing.
        on_log: Called with each message of the program, except those for debugging.

    Raises:
        DeploymentError: The program failed, or `up` would refuse some of its resources.
    """
    return _deploy(
        project_dir, config, Deployment(provider, state or State(), config.values, dry_run=True), on_log
    )


def up(  # noqa: PLR0913 - three places to listen besides what is deployed where
    project_dir: Path,
    config: StackConfig,
    provider: Provider,
    *,
    state: State | None = None,
    on_step: Callable[[Step], None] = lambda _: None,
    on_state: Callable[[State], None] = lambda _: None,
    on_log: Callable[[str], None] = lambda _: None,
) -> Result:
    """Run a program and create, update, replace and delete resources until they are as it says.

    Args as for `preview`; `on_step` is called, from other threads but never twice at once, after each step, and
    `on_state` with what exists after each that changed something, so that a deployment that is cut off can go on.

    Raises:
        DeploymentError: Something failed. What does not depend on it was applied all the same, nothing was deleted,
            and the error's `state` is where to go on from. When the program itself raised, nothing that it had not
            waited for was applied.
    """
    return _deploy(
        project_dir,
        config,
        Deployment(provider, state or State(), config.values, on_step=on_step, on_state=on_state),
        on_log,
    )


def destroy(provider: Provider, state: State, *, on_step: Callable[[Step], None] = lambda _: None) -> Result:
    """Delete everything in a state, dependents and children first.

    Raises:
        DeploymentError: A resource is protected, so nothing was deleted; or some could not be deleted, and the
            error's `state` says which are left.
    """
    deployment = Deployment(provider, state, on_step=on_step)
    deployment.finish()
    return Result(steps=tuple(deployment.steps), state=deployment.state, outputs={})


def _deploy(
    project_dir: Path, config: StackConfig, deployment: Deployment, on_log: Callable[[str], None]
) -> Result:
    monitor, engine = Monitor(deployment, config, project_dir), Engine(on_log)
    try:
        run_program(project_dir, config, monitor, engine, dry_run=deployment.dry_run)
    except ProgramError as error:
        for sentence in error.sentences:
            deployment.fail(ProviderError(sentence))
        deployment.cause = error.__cause__
    deployment.finish()
    return Result(
        steps=tuple(deployment.steps),
        state=deployment.state,
        outputs=monitor.outputs,
        secret_outputs=frozenset(monitor.secret_outputs),
        logs=tuple(engine.logs),
    )
