"""Lighthouse's scores for phones, of every page."""

import json
import os
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.figure import Figure
from tests.browser import FLAGS, ensure

TOOL = Path(__file__).parent / "tools" / "lighthouse.mjs"
PAGES = ("#/detect", "#/projects", "#/compare", "#/correct", "#/help", "#/nowhere")
RUNS = 3
BEST = 100
CATEGORIES = ("performance", "accessibility", "best-practices")


def lighthouse(url: str, what: str, pages: tuple[str, ...] = PAGES) -> Iterator[Figure]:
    """Yield each category's least score of all pages, and the most that anything moves by itself.

    Performance is simulated from what the machine was seen to do, which varies: a page's score is its median of three runs.

    Args:
        url: Address of the app.
        what: Whose pages these are, for the figures' names.
        pages: Hash routes.
    """
    reports = list(_reports([url + page for page in pages]))
    for category in CATEGORIES:
        scores = {
            page: statistics.median(report[category] for report in reports if report["address"] == url + page)
            for page in pages
        }
        worst = min(scores, key=lambda page: scores[page])
        if scores[worst] < BEST:
            print(f"   {category} of {worst}: {scores[worst]:g}")
        yield Figure(f"Lighthouse, {category} of the worst of {what}", scores[worst], "", at_least=BEST)
    yield Figure(
        f"layout shift, the most of {what}", max(report["shift"] for report in reports), "", at_most=0
    )


def _reports(addresses: list[str]) -> Iterator[dict[str, Any]]:
    printed = subprocess.run(
        ["node", TOOL, *addresses * RUNS],
        env={**os.environ, "CHROME_PATH": ensure(), "CHROME_FLAGS": " ".join(FLAGS)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    for line in printed.stdout.splitlines():
        report = json.loads(line)
        if report["failed"]:
            print(f"   {report['address']}: {'; '.join(report['failed'])}")
        yield report
