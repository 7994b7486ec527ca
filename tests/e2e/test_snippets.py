"""The calls that the page offers to repeat, pasted and run."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import expect

from local.demo import SAMPLES
from tests.e2e.conftest import Visit

PYTHON_SECONDS = 60
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


def snippet(visit: Visit, form: str) -> str:
    """The text that the page shows for a form of the call."""
    visit.page.get_by_role("button", name=form, exact=True).click()
    return visit.page.locator("details pre").inner_text()


def shown_labels(visit: Visit) -> list[tuple[str, str]]:
    """Each row of the label table: name and confidence in percent."""
    visit.page.get_by_label("Confidence at least").fill("0")
    rows = visit.page.get_by_role("table", name="Labels").locator("tbody tr")
    expect(rows).not_to_have_count(0)
    pairs = [row.split("\t") for row in rows.all_inner_texts()]
    return [(name.strip(), confidence.removesuffix(" %")) for name, confidence in pairs]


def detected(visit: Visit, folder: Path) -> str:
    """Detect in a sample image, and leave the file in a folder as somebody would who pastes a snippet there."""
    sample = min((SAMPLES / "try").glob("*.jpg"))
    image = folder / "it's a sample.jpg"
    shutil.copy(sample, image)
    visit.choose(image)
    visit.wait_for("done")
    visit.page.get_by_text("Request and response").click()
    return image.name


def test_python_snippet_finds_what_the_page_shows(visit: Visit, tmp_path: Path) -> None:
    detected(visit, tmp_path)
    program = tmp_path / "detect.py"
    program.write_text(snippet(visit, "Python"), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, program.name],
        cwd=tmp_path,
        env={**os.environ, **CREDENTIALS},
        capture_output=True,
        text=True,
        timeout=PYTHON_SECONDS,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    printed = [line.rsplit(" ", 1) for line in ran.stdout.splitlines()]
    assert len(printed) > 0
    assert sorted((name, confidence) for name, confidence in printed) == sorted(shown_labels(visit))


def test_cli_snippet_has_the_words_that_the_aws_cli_takes(visit: Visit, tmp_path: Path) -> None:
    """The AWS CLI itself is not needed here: a shell's reading of the command is what could go wrong."""
    name = detected(visit, tmp_path)
    words = shlex.split(snippet(visit, "AWS CLI").replace("\\\n", ""))
    assert words[:3] == ["aws", "rekognition", "detect-custom-labels"]
    options = dict(zip(words[3::2], words[4::2], strict=True))
    assert options.keys() == {
        "--project-version-arn",
        "--image-bytes",
        "--min-confidence",
        "--region",
        "--endpoint-url",
    }
    assert options["--image-bytes"] == f"fileb://{name}"
    assert options["--min-confidence"] == "0"
    assert re.fullmatch(
        r"arn:aws:rekognition:[\w-]+:\d{12}:project/.+/version/.+/\d+", options["--project-version-arn"]
    )
