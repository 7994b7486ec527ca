"""The command behaves as people and shells expect, also as a program of its own."""

import errno
import io
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ProfileNotFound,
)
from click.testing import CliRunner

from custom_labels.__main__ import main
from custom_labels.errors import explain
from local.rekognition.limits import Timing, configure
from tests.custom_labels.conftest import UNTHROTTLED, Command
from tests.custom_labels.workshop import BUCKET, Workshop

PROGRAM = [sys.executable, "-c", "from custom_labels.__main__ import main; main(prog_name='custom-labels')"]
"""What the installed script does, whatever checkout it was installed from."""
ALL = [
    ["bucket", "policy"],
    ["cost"],
    ["dataset", "import"],
    ["detect"],
    ["evaluate"],
    ["projects", "create"],
    ["projects", "delete"],
    ["projects", "list"],
    ["start"],
    ["status"],
    ["stop"],
    ["train"],
]


def answer(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "StartProjectVersion")


def on_terminal(environment: Mapping[str, str], *arguments: str, keys: str) -> tuple[int, str]:
    """Run the program on a terminal, answer its question with *keys*, and return its exit code and what it showed."""
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        [*PROGRAM, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, **environment},
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
            if keys and shown.endswith(b"[y/N]: "):
                os.write(ours, keys.encode())
                keys = ""
    except OSError as error:  # Linux says so when the other side is gone
        assert error.errno == errno.EIO  # noqa: PT017  # any other would be a failure
    os.close(ours)
    return program.wait(60), shown.decode()


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_help_needs_no_aws_and_has_examples(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    result = CliRunner().invoke(main, [*words, "--help"])
    assert result.exit_code == 0
    assert f"  custom-labels {' '.join(words)}" in result.stdout.partition("Examples:")[2]
    assert "--output" in result.stdout


def test_every_command_is_in_the_list_of_help_tests() -> None:
    found: list[list[str]] = []
    for name, command in main.commands.items():
        inner = getattr(command, "commands", None)
        found += [[name, each] for each in inner] if inner else [[name]]
    assert sorted(found) == ALL


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"AWS_DEFAULT_REGION": None},
            "No AWS region is set: set AWS_DEFAULT_REGION, or a region in the profile.",
        ),
        (
            {"AWS_DEFAULT_REGION": "us-west-1"},
            "Custom Labels is not in region us-west-1: set AWS_DEFAULT_REGION to one of ap-northeast-1, ",
        ),
        (
            {"AWS_PROFILE": "nobody"},
            "The config profile (nobody) could not be found. Set AWS_PROFILE to one that `aws configure list-profiles` shows.",
        ),
        (
            {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None},
            "There are no complete AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        ),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, str | None],
    sentence: str,
) -> None:
    for name, value in changes.items():
        if value is None:
            monkeypatch.delenv(name)
        else:
            monkeypatch.setenv(name, value)
    assert environment
    result = CliRunner().invoke(main, ["projects", "list"])
    assert result.exit_code == 1
    assert " ".join(result.stderr.split()).startswith(f"Error: {sentence}")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            answer(
                "AccessDeniedException",
                "User: u is not authorized to perform: rekognition:StartProjectVersion",
            ),
            "AWS does not allow StartProjectVersion with these credentials: User: u is not authorized to perform: rekognition:StartProjectVersion.",
        ),
        (
            answer("UnrecognizedClientException", "The security token is invalid."),
            "AWS does not know these credentials: The security token is invalid. Check AWS_PROFILE or the keys.",
        ),
        (
            answer("ExpiredTokenException", "The token has expired"),
            "The AWS credentials have expired: The token has expired. Sign in again.",
        ),
        (
            answer("ThrottlingException", "Rate exceeded"),
            "AWS got too many StartProjectVersion requests: wait a minute and try again.",
        ),
        (
            answer("LimitExceededException", "2 models run"),
            "AWS refuses StartProjectVersion (LimitExceededException): 2 models run.",
        ),
        (
            answer("InternalServerError"),
            "AWS refuses StartProjectVersion (InternalServerError): InternalServerError.",
        ),
        (
            EndpointConnectionError(endpoint_url="http://127.0.0.1:9/"),
            "http://127.0.0.1:9/ does not answer: check the network, the region and AWS_ENDPOINT_URL.",
        ),
        (
            ConnectTimeoutError(endpoint_url="http://10.0.0.1/"),
            "http://10.0.0.1/ does not answer: check the network, the region and AWS_ENDPOINT_URL.",
        ),
        (NoCredentialsError(), "There are no complete AWS credentials: "),
        (ProfileNotFound(profile="p"), "The config profile (p) could not be found. Set AWS_PROFILE"),
        (ParamValidationError(report="x is\n too long"), "Parameter validation failed: x is too long."),
    ],
)
def test_every_failure_of_aws_is_one_sentence(error: Exception, sentence: str) -> None:
    assert isinstance(
        error,
        ClientError
        | NoCredentialsError
        | EndpointConnectionError
        | ConnectTimeoutError
        | ProfileNotFound
        | ParamValidationError,
    )
    assert explain(error).startswith(sentence)
    assert "\n" not in explain(error)


def test_an_endpoint_that_is_not_there_is_named(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert environment
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("custom_labels.aws._PATIENT", None)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    result = CliRunner().invoke(main, ["projects", "list"])
    assert result.exit_code == 1
    assert "http://127.0.0.1:9/ does not answer" in result.stderr


def test_the_script_that_is_installed_is_this_command() -> None:
    (script,) = entry_points(group="console_scripts", name="custom-labels")
    assert script.value == "custom_labels.__main__:main"


def test_the_program_works_and_says_wrong_usage_with_2(environment: dict[str, str]) -> None:
    settings = {**os.environ, **environment}
    listed = subprocess.run(
        [*PROGRAM, "projects", "list"], env=settings, capture_output=True, text=True, check=False
    )
    assert (listed.returncode, listed.stdout, listed.stderr) == (0, "No projects in eu-west-1.\n", "")
    wrong = subprocess.run(
        [*PROGRAM, "projects", "paint"], env=settings, capture_output=True, text=True, check=False
    )
    assert wrong.returncode == 2
    assert "No such command 'paint'" in wrong.stderr


def test_a_reader_that_goes_away_gets_no_traceback(environment: dict[str, str], workshop: Workshop) -> None:
    workshop.model()
    program = subprocess.Popen(
        [*PROGRAM, "status"],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert isinstance(program.stdout, io.BufferedReader)
    program.stdout.close()
    assert isinstance(program.stderr, io.BufferedReader)
    assert program.stderr.read() == b""
    program.stderr.close()
    assert program.wait(60) == 1


def test_ctrl_c_leaves_a_training_running_and_says_how_to_look_again(
    environment: dict[str, str], command: Command, workshop: Workshop, tmp_path: Path
) -> None:
    workshop.model("shapes", "v1")
    configure(limits=UNTHROTTLED, timing=Timing(starting=60))
    errors = tmp_path / "errors"
    with errors.open("w") as sink:
        program = subprocess.Popen(
            [*PROGRAM, "start", "shapes/v1", "--yes"],
            env={**os.environ, **environment},
            stdout=sink,
            stderr=sink,
        )
    until = time.monotonic() + 20
    while command.json("status", "shapes/v1")["models"][0]["status"] != "STARTING":
        assert time.monotonic() < until
        time.sleep(0.1)
    time.sleep(0.5)
    program.send_signal(signal.SIGINT)
    assert program.wait(60) == 130
    assert (
        errors.read_text()
        == "\nInterrupted. shapes/v1 starts nevertheless: see `custom-labels cost`, or `custom-labels stop shapes/v1`.\n"
    )
    assert command.json("status", "shapes/v1")["models"][0]["status"] == "STARTING"


def test_on_a_terminal_it_asks_and_no_means_nothing_is_done(
    environment: dict[str, str], command: Command, workshop: Workshop
) -> None:
    workshop.model()
    code, shown = on_terminal(environment, "start", "shapes", keys="n\n")
    assert code == 1
    assert (
        "Starting shapes/v1 costs about $4.00 an hour (an estimate), $8.00 in 2 h 00 min. Start it? [y/N]"
        in shown
    )
    assert "Nothing was done." in shown
    assert command.json("cost")["models"] == []
    code, shown = on_terminal(environment, "start", "shapes", keys="y\n")
    assert code == 0
    assert "waiting until it runs …" in shown
    assert [model["status"] for model in command.json("cost")["models"]] == ["RUNNING"]


def test_ctrl_c_at_a_question_is_ctrl_c(environment: dict[str, str], workshop: Workshop) -> None:
    workshop.model()
    assert on_terminal({**environment}, "start", "shapes", keys="\x04")[0] == 130


def test_colours_are_for_terminals_that_want_them(
    environment: dict[str, str], command: Command, workshop: Workshop
) -> None:
    workshop.running_model()
    assert "\x1b[32mRUNNING" in on_terminal(environment, "status", keys="")[1]
    assert "\x1b" not in on_terminal({**environment, "NO_COLOR": "1"}, "status", keys="")[1]
    assert "\x1b" not in command.text("status")


@pytest.mark.parametrize(("shell", "word"), [("bash", "complete -o nosort"), ("zsh", "compdef")])
def test_shells_can_complete(shell: str, word: str) -> None:
    settings = {**os.environ, "_CUSTOM_LABELS_COMPLETE": f"{shell}_source"}
    script = subprocess.run(PROGRAM, env=settings, capture_output=True, text=True, check=False)
    assert word in script.stdout
    asked = {
        **os.environ,
        "_CUSTOM_LABELS_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": "custom-labels st",
        "COMP_CWORD": "1",
    }
    answered = subprocess.run(PROGRAM, env=asked, capture_output=True, text=True, check=False)
    assert [name for name in ("start", "status", "stop") if name in answered.stdout] == [
        "start",
        "status",
        "stop",
    ]


def test_following_a_training_can_be_left(
    environment: dict[str, str], workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    training, _ = workshop.put_manifests()
    workshop.rekognition.create_project(ProjectName="shapes")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("custom_labels.commands.training._follow", interrupt)
    result = CliRunner(env=environment).invoke(
        main, ["train", "shapes", "--train-manifest", training, "--bucket", BUCKET, "--yes"]
    )
    assert result.exit_code == 130
    assert (
        "The training of shapes/v1 goes on: look again with `custom-labels status shapes/v1 --watch`."
        in result.stderr
    )
    monkeypatch.undo()
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    watched = CliRunner().invoke(main, ["status", "shapes/v1", "--watch"])
    assert watched.exit_code == 0
    assert "TRAINING_" in watched.stdout
