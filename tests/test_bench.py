"""What the benchmarks have last found, and what they refuse."""

import json
import subprocess
import sys
from pathlib import Path

from bench.__main__ import RESULTS
from bench.figure import Figure

ROOT = Path(__file__).parent.parent


def test_the_last_results_keep_every_budget() -> None:
    figures = [Figure(**figure) for figure in json.loads(RESULTS.read_text())["figures"]]
    assert [figure.name for figure in figures if not figure.within] == []
    names = [figure.name for figure in figures]
    assert len(set(names)) == len(names)
    assert any(figure.at_most is not None for figure in figures)


def test_a_figure_keeps_its_bounds_or_not() -> None:
    assert Figure("memory", 300, "MB", at_most=300).within
    assert not Figure("memory", 300.1, "MB", at_most=300).within
    assert Figure("share", 95, "%", at_least=95).within
    assert not Figure("share", 94.9, "%", at_least=95).within


def test_a_part_that_there_is_not_is_refused_in_a_sentence() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "bench", "speed"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert ended.stderr == "There is no part 'speed': name one of sizes, engine, demo, emulator, page.\n"
