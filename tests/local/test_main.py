"""Errors that end the demo are one sentence on the terminal."""

import signal
from collections.abc import Iterator

import pytest

import local.demo
from local.__main__ import main
from local.aws.loopback import PortInUseError
from local.engine import ConfigError


@pytest.fixture(autouse=True)
def own_signals() -> Iterator[None]:
    """Give the signals back that the command line takes."""
    handlers = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    yield
    for one, handler in handlers.items():
        signal.signal(one, handler)


@pytest.mark.parametrize(
    "error",
    [
        local.demo.DemoError("The sample model is TRAINING_FAILED: too few labels."),
        ConfigError("resourcePrefix is 7, and it must be a string."),
        PortInUseError(8080),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_that_ends_the_demo_is_told_in_a_sentence(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(**_: object) -> None:
        raise error

    monkeypatch.setattr(local.demo, "running_demo", fails)
    assert main(["demo", "--no-browser"]) == 1
    assert capsys.readouterr().err.strip() == str(error)
