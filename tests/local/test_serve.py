"""The emulator on its own: what its page shows works, and what it cannot use it says."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.serve import LimitError, serving

PAGE = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text()
BOTO3, IN_PROCESS, OWN_PROCESS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
(CLI,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def served() -> Iterator[dict[str, str]]:
    """The environment that a running `serve` tells people to set; Ctrl-C ends it."""
    command = [sys.executable, "-m", "local", "serve", "--limit", "projects=2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(4)]
        yield {**os.environ, **dict(re.findall(r"(AWS_\w+)=(\S+)", "".join(lines)))}
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0
        assert process.stdout.read().endswith("Stopped.\n")


def run(command: list[str], env: dict[str, str], cwd: Path) -> str:
    done = subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_boto3_example_works(served: dict[str, str], tmp_path: Path) -> None:
    assert ":project/parts/" in run([sys.executable, "-c", BOTO3], served, tmp_path)


def test_the_command_line_example_works(served: dict[str, str], tmp_path: Path) -> None:
    aws = shutil.which("aws") or str(Path(sys.executable).with_name("aws"))
    script = CLI.replace("aws ", f"'{aws}' ")
    assert ":project/boards/" in run(["sh", "-e", "-c", script], served, tmp_path)


@pytest.mark.parametrize("example", [IN_PROCESS, OWN_PROCESS], ids=["in-process", "own-process"])
def test_the_pytest_examples_pass(example: str, tmp_path: Path) -> None:
    (tmp_path / "test_example.py").write_text(example)
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    output = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], env, tmp_path)
    assert "1 passed" in output


@pytest.mark.parametrize(
    ("limits", "message"),
    [({"models": 1}, "There is no limit 'models'"), ({"projects": 0}, "0: give a whole number from 1")],
)
def test_a_limit_that_cannot_be_set_is_told(limits: dict[str, int], message: str) -> None:
    with pytest.raises(LimitError, match=message), serving(limits=limits):
        pass
