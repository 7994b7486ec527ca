"""The web app in a browser, against the demo: what it downloads, how quick it is, how much it takes."""

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from bench.figure import Figure
from bench.lighthouse import PAGES, lighthouse
from bench.photos import photo
from bench.unwatched import UnwatchedPage
from tests.browser import FLAGS, ensure
from tests.smoke import started_demo

TWO_MEGAPIXELS = (1632, 1224)
DETECTIONS = 7
IMAGES = 200
PER_SECOND = 5  # what the emulator lets one inference unit take, as AWS does
FIRST = 10
"""Images after which the limit's store, from which a rested model takes more, is used up."""


def page() -> Iterator[Figure]:
    """Measure the app of guests, and the sign-in of members."""
    with started_demo() as (url, _, _):
        yield from _in_browser(url)
        yield from lighthouse(url, "the pages")
    with started_demo("--config", "adminEmail=me@example.com") as (url, _, _):
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=ensure(), args=FLAGS)
            yield _first_requests(browser, url, "signed-out", "a member's first page")
            yield _third_parties(browser, url, "the sign-in", ("",))
            browser.close()
        yield from lighthouse(url, "the sign-in", ("",))


def _in_browser(url: str) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ensure(), args=FLAGS)
        yield _first_requests(browser, url, "ready", "a guest's first page")
        yield _third_parties(browser, url, "the pages", PAGES)
        plain = photo(Path(folder) / "plain.jpg", *TWO_MEGAPIXELS)
        camera = photo(Path(folder) / "camera.jpg", *TWO_MEGAPIXELS, orientation=6)
        yield _overhead(browser, url, plain, "a photo of 2 megapixels without metadata")
        yield _overhead(browser, url, camera, "a photo of 2 megapixels to be turned")
        yield _longest_task(browser, url, photo(Path(folder) / "large.jpg", 6000, 4000, orientation=6))
        yield from _many(browser, url, Path(folder))
        browser.close()


def _first_requests(browser: Browser, url: str, state: str, what: str) -> Figure:
    """Count what the page's own origin is asked for until the app is ready; the icon comes when the browser likes."""
    tab = browser.new_context().new_page()
    asked: list[str] = []
    tab.context.on("request", lambda request: asked.append(request.url))
    tab.goto(url)
    tab.wait_for_selector(f"main[data-state={state}]")
    tab.context.close()
    own = [one for one in asked if one.startswith(url) and not one.endswith(".svg")]
    return Figure(f"requests of {what}", len(own), "requests", at_most=5)


def _third_parties(browser: Browser, url: str, what: str, pages: tuple[str, ...]) -> Figure:
    """Count requests that go neither to the site nor to the emulated AWS."""
    tab = browser.new_context().new_page()
    asked: set[str] = set()
    tab.context.on("request", lambda request: asked.add(request.url))
    for route in pages:
        tab.goto(url + route)
        tab.reload()
        tab.wait_for_load_state("networkidle")
    settings = json.loads(tab.locator("#settings").text_content() or "{}")
    tab.context.close()
    ours = {urlsplit(one).netloc for one in (url, *settings["endpoints"].values())}
    others = [one for one in asked if urlsplit(one).netloc not in ours and not one.startswith("blob:")]
    return Figure(f"requests of {what} to others than the site and AWS", len(others), "requests", at_most=0)


def _opened(browser: Browser, url: str) -> Page:
    """Open the app in a browser context of its own, and wait until its models are listed."""
    tab = browser.new_context().new_page()
    tab.goto(url)
    tab.wait_for_selector("main[data-state=ready]")
    return tab


def _overhead(browser: Browser, url: str, image: Path, what: str) -> Figure:
    """Measure from the image being chosen to its boxes being painted, less what the call of the API takes by the worker's clock."""
    tab = _opened(browser, url)
    (worker,) = tab.workers
    seconds: list[float] = []
    for _ in range(DETECTIONS):
        worker.evaluate("() => performance.clearResourceTimings()")
        tab.evaluate("() => performance.clearMarks()")
        tab.get_by_label("Choose an image").set_input_files(image)
        tab.wait_for_function("() => performance.getEntriesByName('boxes-painted').length > 0")
        all_of_it: float = tab.evaluate(
            "() => performance.measure('all', 'image-chosen', 'boxes-painted').duration"
        )
        calls: list[float] = worker.evaluate(
            "() => performance.getEntriesByType('resource').map(({duration}) => duration)"
        )
        # The list of models is kept fresh meanwhile, by calls of some milliseconds.
        seconds.append((all_of_it - max(calls)) / 1000)
    tab.context.close()
    # The first one also downloads what draws the boxes.
    median = statistics.median(seconds[1:])
    return Figure(f"chosen to painted without the API's time, {what}", median, "s", at_most=0.25)


def _longest_task(browser: Browser, url: str, image: Path) -> Figure:
    """Trace the longest task of the page's main thread, in processor time: other programs' work is not the page's."""
    tab = _opened(browser, url)
    browser.start_tracing(page=tab, categories=["toplevel", "disabled-by-default-devtools.timeline"])
    tab.get_by_label("Choose an image").set_input_files(image)
    tab.wait_for_selector("main[data-state=done]", timeout=60_000)
    events: list[dict[str, Any]] = json.loads(browser.stop_tracing())["traceEvents"]
    tab.context.close()
    main = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"].get("name") == "CrRendererMain"
    }
    tasks = [
        event.get("tdur", 0) / 1000
        for event in events
        if event["name"] == "RunTask" and (event["pid"], event["tid"]) in main
    ]
    return Figure("longest task of the page for a photo of 24 megapixels", max(tasks), "ms", at_most=50)


def _many(browser: Browser, url: str, folder: Path) -> Iterator[Figure]:
    """Bring 200 photos through a model that takes five a second, in a page that nothing records.

    The share is of the time after the first images, which a rested model takes from its store.
    """
    files = [photo(folder / f"{number:03}.jpg", *TWO_MEGAPIXELS, seed=number) for number in range(IMAGES)]
    tab = UnwatchedPage(browser, url)
    tab.wait_until("!!document.querySelector('main[data-state=ready]')")
    tab.choose(files)
    words = "document.querySelector('.course p')?.innerText ?? ''"
    most, first = 0.0, None
    until = time.monotonic() + 4 * IMAGES / PER_SECOND
    while True:
        most = max(most, tab.megabytes())
        text: str = tab.value(words)
        done = int(text.split(maxsplit=1)[0]) if text else 0
        if first is None and done >= FIRST:
            first = (done, time.monotonic())
        if done == IMAGES or time.monotonic() > until:
            break
        time.sleep(0.05)
    if first is None:
        raise RuntimeError(f"Of {IMAGES} images the page has detected in {done}: see what it says.")
    share = (done - first[0]) / (PER_SECOND * (time.monotonic() - first[1]))
    failed = tab.value("[...document.querySelectorAll('.strip .failed')].length")
    yield Figure("of 200 photos of 2 megapixels, answered", done - failed, "images", at_least=IMAGES)
    yield Figure("share of the model's limit that they use", share * 100, "%", at_least=95)
    yield Figure("memory of the page meanwhile, at the peak", most, "MB", at_most=300)
