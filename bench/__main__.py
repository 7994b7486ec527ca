"""The budgets, measured: `python -m bench` prints each figure and writes `bench/results.json`.

`python -m bench PART …` measures only some parts, and writes nothing. Times depend on the machine and on what else it does; sizes and counts do not.
"""

import gzip
import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from bench.emulator import emulator
from bench.figure import Figure
from bench.page import page
from infra.site_build import built_site
from local.aws.server import LocalAws
from local.engine import State, destroy, up
from local.provider import AwsProvider
from local.stack import PROJECT_DIR, local_config

RESULTS = Path(__file__).parent / "results.json"
STARTS = 3


def sizes() -> Iterator[Figure]:
    """Weigh the built web app, gzip-compressed."""
    assets = built_site(PROJECT_DIR / "frontend", say=print) / "assets"

    def weight(pattern: str) -> float:
        return sum(len(gzip.compress(file.read_bytes(), 9, mtime=0)) for file in assets.glob(pattern)) / 1000

    yield Figure("JavaScript of the page", weight("index-*.js"), "KB", at_most=12)
    members, pages = weight("member-*.js") + weight("start-*.js"), weight("*.js")
    guests = weight("main-*.js")
    yield Figure("JavaScript in all, every page opened, as a guest", pages - members, "KB", at_most=80)
    yield Figure("JavaScript in all, every page opened, signed in", pages - guests, "KB", at_most=80)
    yield Figure("CSS", weight("*.css"), "KB", at_most=8)


def engine() -> Iterator[Figure]:
    """Apply the program to an emulated AWS that has answered before."""
    with LocalAws() as aws:
        config, provider = local_config(aws.url), AwsProvider(aws.url, "eu-west-1")
        destroy(provider, up(PROJECT_DIR, config, provider).state)
        state, seconds, changes = State(), list[float](), list[int]()
        for _ in range(2):
            start = time.perf_counter()
            result = up(PROJECT_DIR, config, provider, state=state)
            seconds.append(time.perf_counter() - start)
            changes.append(len(result.changes))
            state = result.state
    yield Figure("apply the program", seconds[0], "s", at_most=2)
    yield Figure("resources created", changes[0], "resources", at_least=20)
    yield Figure("resources changed by a second apply", changes[1], "resources", at_most=0)


def demo() -> Iterator[Figure]:
    """Start the demo as a person does, and detect once in a browser."""
    runs: list[dict[str, float]] = []
    for _ in range(STARTS):
        smoke = subprocess.run(
            [sys.executable, "-m", "tests.smoke"],
            cwd=PROJECT_DIR,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        runs.append(json.loads(smoke.stdout.splitlines()[-1]))
    median = {
        key: statistics.median(run[key] for run in runs) for key in ("readySeconds", "detectSeconds", "f1")
    }
    yield Figure("second start of the demo, to ready", median["readySeconds"], "s", at_most=8)
    yield Figure("image chosen to boxes painted", median["detectSeconds"], "s")
    yield Figure("F1 of the sample model on unseen images", median["f1"], "F1", at_least=0.90)


PARTS: dict[str, Callable[[], Iterator[Figure]]] = {
    part.__name__: part for part in (sizes, engine, demo, emulator, page)
}


def main(names: Sequence[str]) -> int:
    """Measure the named parts, or everything; return 1 when a budget is broken."""
    if unknown := [name for name in names if name not in PARTS]:
        print(f"There is no part '{unknown[0]}': name one of {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    figures = list[Figure]()
    for figure in chain.from_iterable(PARTS[name]() for name in names or PARTS):
        figures.append(figure)
        bound = f"at most {figure.at_most:g}" if figure.at_most is not None else ""
        bound = f"at least {figure.at_least:g}" if figure.at_least is not None else bound
        print(f"{'ok ' if figure.within else 'OVER'} {figure.name}: {figure.value:.3g} {figure.unit} {bound}")
    if not names:
        _write(figures)
    return 0 if all(figure.within for figure in figures) else 1


def _write(figures: Sequence[Figure]) -> None:
    results = {
        "measured": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "figures": [{**figure._asdict(), "value": round(figure.value, 3)} for figure in figures],
    }
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
