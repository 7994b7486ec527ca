"""The smoke test: `python -m tests.smoke` starts the demo, detects once in a real browser, and prints what it found.

The last line of its output is one JSON object:

- `labels`: what the page shows: `name`, `confidence` (0 to 100) and `box` (`left`, `top`, `width`, `height` in pixels);
- `truth`: what the sample image really holds: `label` and `box`;
- `f1`: the F1 score of the model, as its training measured it;
- `readySeconds`: from the start of the process to the demo being ready;
- `detectSeconds`: from the image being chosen to its boxes being painted.
"""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import sync_playwright

from tests.browser import FLAGS, NoBrowserError, ensure

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "demo" / "samples" / "try"
READY_SECONDS = 600  # the first start builds the web app and draws the samples
STOP_SECONDS = 10
FOUND_SHARE = 0.5  # a smoke test asks whether it works, the other tests how well


class SmokeError(Exception):
    """What failed, in a sentence."""


@contextmanager
def started_demo(*options: str) -> Generator[tuple[str, float, float]]:
    """Run `make demo` without a screen; give its address, its model's F1 score and the seconds that it took."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "local", "demo", "--no-browser", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            output = ""
            for line in process.stdout or ():
                print(line, end="", flush=True)
                output += line
                if line.startswith("Drop a sample image"):
                    break
                if time.perf_counter() - start > READY_SECONDS:
                    raise SmokeError(f"The demo was not ready after {READY_SECONDS} seconds.")
            page, f1 = re.search(r"Page +(\S+)", output), re.search(r"F1 score (\S+)", output)
            if page is None or f1 is None:
                raise SmokeError(f"The demo ended with status {process.wait()} before it was ready.")
            yield page[1], float(f1[1]), time.perf_counter() - start
        finally:
            process.send_signal(signal.SIGINT)
            try:
                status = process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise SmokeError(f"The demo was still running {STOP_SECONDS} seconds after Ctrl-C.") from None
        if status != 0:
            raise SmokeError(f"The demo ended with status {status} after Ctrl-C.")


def detect(url: str, image: Path) -> tuple[list[dict[str, Any]], float]:
    """Choose an image on the page; return what it shows and the seconds that it took."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ensure(), args=FLAGS)
        page = browser.new_page()
        page.goto(url)
        page.wait_for_selector("main[data-state=ready]")
        page.get_by_label("Choose an image").set_input_files(image)
        # What draws image and boxes is downloaded with the first image.
        page.wait_for_selector("main[data-state=done] figure img, main[data-state=failed]")
        if page.locator("main[data-state=failed]").count():
            raise SmokeError(f"The page says: {page.get_by_role('alert').inner_text()}")
        labels = page.eval_on_selector_all(
            "svg rect[data-label]",
            """all => all.map(one => ({
              name: one.dataset.label,
              confidence: Number(one.dataset.confidence),
              box: {
                left: one.x.baseVal.value, top: one.y.baseVal.value,
                width: one.width.baseVal.value, height: one.height.baseVal.value,
              },
            })).sort((one, other) => other.confidence - one.confidence)""",
        )
        seconds = page.evaluate(
            "() => new Promise(resolve => requestAnimationFrame(() => setTimeout(() => resolve("
            "performance.measure('d', 'image-chosen', 'boxes-painted').duration / 1000))))"
        )
        browser.close()
    return labels, seconds


def main() -> int:
    """Run the smoke test; return its exit status."""
    try:
        with started_demo() as (url, f1, ready_seconds):
            truth = json.loads((SAMPLES / "truth.json").read_text())
            name = max(truth, key=lambda name: (len(truth[name]["objects"]), name))
            labels, detect_seconds = detect(url, SAMPLES / name)
    except (SmokeError, BrowserError, NoBrowserError) as error:
        print(f"The smoke test failed: {error}", file=sys.stderr)
        return 1
    objects = truth[name]["objects"]
    result = {
        "labels": labels,
        "truth": objects,
        "f1": f1,
        "readySeconds": round(ready_seconds, 2),
        "detectSeconds": round(detect_seconds, 3),
    }
    print(json.dumps(result))
    left = [one["name"] for one in labels]
    found = sum(one["label"] in left and left.remove(one["label"]) is None for one in objects)
    if found < FOUND_SHARE * len(objects):
        print(
            f"The smoke test failed: {found} of {len(objects)} objects in {name} were found.", file=sys.stderr
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
