"""The function as Lambda runs it: the folder in an archive, an environment, a context, nothing else of the project."""

import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.functions.cloud import Cloud, tag

FOLDER = Path(__file__).parents[2] / "functions" / "idle_model_guard"
SETTINGS = {
    "IDLE_STOP_MINUTES": "60",
    "MAX_RUN_HOURS": "12",
    "PROJECTS": '["parts"]',
    "UNIT_HOUR_USD": "4.0",
}
INVOKE = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
handler = importlib.import_module("idle_model_guard.handler").handler
class Context:
    def get_remaining_time_in_millis(self): return 300_000
json.dump(handler({"source": "aws.scheduler"}, Context()), sys.stderr)
"""


@dataclass(frozen=True)
class Ended:
    """How an invocation ended."""

    code: int
    log: str
    result: str


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """The folder as it is, under its name."""
    path = tmp_path / "function.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(FOLDER.glob("*.py")):
            archive.write(file, f"{FOLDER.name}/{file.name}")
    return path


def invoke(archive: Path, environment: dict[str, str]) -> Ended:
    done = subprocess.run(
        [sys.executable, "-c", INVOKE, archive],
        env=environment,
        cwd=archive.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def test_the_archive_stops_a_model_and_logs_a_line_of_json_for_each(
    cloud: Cloud, environment: dict[str, str], archive: Path
) -> None:
    cloud.now = datetime.now(UTC)
    ended = cloud.model("ended", tags={"stop-at": tag(cloud.now - timedelta(minutes=1))})
    kept = cloud.model("kept", tags={"stop-at": tag(cloud.now + timedelta(hours=1))})
    other = cloud.model("other", project="seals", tags={"stop-at": tag(cloud.now - timedelta(minutes=1))})
    done = invoke(archive, environment | SETTINGS | {"TOPIC_ARN": cloud.topic})
    assert (done.code, cloud.status(ended), cloud.status(kept), cloud.status(other)) == (
        0,
        "STOPPING",
        "RUNNING",
        "RUNNING",
    )
    reports = json.loads(done.result)["models"]
    assert {report["model"]: report["decision"] for report in reports} == {ended: "stopped", kept: "kept"}
    assert [json.loads(line) for line in done.log.splitlines()] == reports
    assert len(cloud.notices()) == 1


def test_a_failure_is_the_error_of_the_invocation_so_that_its_alarm_fires(
    cloud: Cloud, environment: dict[str, str], archive: Path
) -> None:
    ended = cloud.model("ended", tags={"stop-at": tag(datetime.now(UTC) - timedelta(minutes=1))})
    done = invoke(archive, environment | SETTINGS | {"TOPIC_ARN": f"{cloud.topic}-deleted"})
    assert done.code != 0
    assert "GuardError: Sending the notice failed: NotFoundException: " in done.result
    assert cloud.status(ended) == "STOPPING"


def test_with_wrong_settings_the_function_does_not_start(environment: dict[str, str], archive: Path) -> None:
    done = invoke(archive, environment | SETTINGS | {"MAX_RUN_HOURS": "forever"})
    assert done.code != 0
    assert done.result.splitlines()[-1] == (
        "ValueError: MAX_RUN_HOURS is 'forever': set it to a whole number from 1 to 744."
    )
    assert done.log == ""
