"""Runs a Pulumi program in this process without leaving a trace in it."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import importlib
import os
import runpy
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pulumi
from pulumi.runtime import Settings, configure, run_in_stack, set_all_config, settings
from pulumi.runtime.stack import wait_for_rpcs

if TYPE_CHECKING:
    from collections.abc import Generator

    from local.engine.config import StackConfig
    from local.engine.monitor import Engine, Monitor

_AT_ONCE = 8
"""Registrations that are applied at the same time."""

_ONE_AT_A_TIME = threading.Lock()


def run_program(
    project_dir: Path, config: StackConfig, monitor: Monitor, engine: Engine, *, dry_run: bool
) -> None:
    """Run the program of a folder until all that it registers has been answered.

    Raises:
        ProgramError: The program, or a function that it applies to an output, raised.
        RuntimeError: The calling thread runs an event loop, which the program's could not run beside.
    """
    _refuse_running_loop()
    errors: list[BaseException] = []

    def program() -> None:
        try:
            runpy.run_path(str(project_dir), run_name="__main__")
        except BaseException as error:
            monitor.stopped = True
            if not isinstance(error, (Exception, SystemExit)):
                raise
            errors.append(error)

    async def main() -> None:
        try:
            await run_in_stack(program)
        except Exception as error:  # noqa: BLE001 - reported below
            errors.append(error)
            await _drain(errors)

    def in_context() -> None:
        configure(
            Settings(
                project=config.project,
                stack=config.stack,
                monitor=monitor,
                engine=engine,
                dry_run=dry_run,
                organization="organization",
                root_directory=str(project_dir),
            )
        )
        settings.ROOT.set(None)
        set_all_config(dict(config.values), sorted(config.secret_keys))
        with _event_loop() as loop:
            loop.run_until_complete(main())

    with _ONE_AT_A_TIME, _isolated(project_dir):
        contextvars.copy_context().run(in_context)
    if errors:
        raise ProgramError(errors, project_dir)


class ProgramError(Exception):
    """What a program raised."""

    def __init__(self, errors: list[BaseException], project_dir: Path) -> None:
        self.sentences = list(dict.fromkeys(_sentence(error, project_dir) for error in errors))
        """One for each error, in order, without repeats."""
        super().__init__("\n".join(self.sentences))
        self.__cause__ = errors[0]


def _refuse_running_loop() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise RuntimeError("A program cannot run on a thread with a running event loop; use asyncio.to_thread.")


async def _drain(errors: list[BaseException]) -> None:
    """Let everything else that was registered finish, and collect what fails in it."""
    while True:
        cast("Any", settings.SETTINGS).rpc_manager.unhandled_exception = None
        try:
            await wait_for_rpcs()
        except Exception as error:  # noqa: BLE001 - reported by run_program
            errors.append(error)
        else:
            return


@contextlib.contextmanager
def _event_loop() -> Generator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    loop.set_default_executor(ThreadPoolExecutor(_AT_ONCE, "pulumi"))
    # Outputs that nobody awaited carry the same errors again.
    loop.set_exception_handler(lambda _loop, _context: None)
    asyncio.set_event_loop(loop)
    try:
        yield loop
    finally:
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_default_executor())
        asyncio.set_event_loop(None)
        loop.close()


@contextlib.contextmanager
def _isolated(project_dir: Path) -> Generator[None]:
    """Give the program fresh modules of its own, and put everything back afterwards."""
    before = {name: sys.modules.pop(name) for name in _modules_of(project_dir)}
    path, bytecode = sys.path.copy(), sys.dont_write_bytecode
    variable = os.environ.get("PULUMI_ERROR_OUTPUT_STRING")
    # Compiled modules are dated by the second: an edit within it would not be seen.
    sys.dont_write_bytecode = True
    os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "true"
    importlib.invalidate_caches()
    try:
        yield
    finally:
        for name in _modules_of(project_dir):
            del sys.modules[name]
        sys.modules.update(before)
        sys.path[:], sys.dont_write_bytecode = path, bytecode
        if variable is None:
            del os.environ["PULUMI_ERROR_OUTPUT_STRING"]
        else:
            os.environ["PULUMI_ERROR_OUTPUT_STRING"] = variable


def _modules_of(project_dir: Path) -> list[str]:
    """Loaded modules that belong to the program: its folder's, less the engine and installed packages."""
    # As strings: resolving the path of every loaded module would take longer than most programs.
    folder, installed = _spellings(project_dir), _spellings(Path(sys.prefix))
    own = __name__.split(".", 1)[0]

    def belongs(name: str, module: object) -> bool:
        places: dict[str, Any] = getattr(module, "__dict__", {})
        file = places.get("__file__") or next(iter(places.get("__path__") or ()), "")
        if name == "__main__" or name.split(".", 1)[0] == own:
            return False
        return file.startswith(folder) and not file.startswith(installed)

    return [name for name, module in list(sys.modules.items()) if belongs(name, module)]


def _spellings(folder: Path) -> tuple[str, ...]:
    """How paths of files in a folder may start."""
    return tuple(f"{path}{os.sep}" for path in (folder.absolute(), folder.resolve()))


def _sentence(error: BaseException, project_dir: Path) -> str:
    if isinstance(error, SystemExit):
        return f"The program ended itself with {error.code!r}."
    if isinstance(error, (pulumi.RunError, ValueError)) or type(error) is Exception:
        return str(error)
    places = [
        f" ({Path(frame.filename).name}, line {frame.lineno})"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).resolve().is_relative_to(project_dir.resolve())
    ]
    return f"{type(error).__name__}: {error}{''.join(places[-1:])}"
