"""A demo on this machine and a real browser to use it with."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from local import samples
from local.demo import SAMPLES, Demo, running_demo
from tests.browser import FLAGS, ensure

READY_SECONDS = 20
expect.set_options(timeout=READY_SECONDS * 1000)


# Each module has a demo of its own: moto keeps one state for the whole process, and other tests use it too.
@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """The demo as `make demo` runs it, behind CloudFront."""
    with running_demo(say=lambda _: None) as demo:
        yield demo


@pytest.fixture(scope="module")
def browser(demo: Demo) -> Iterator[Browser]:  # noqa: ARG001  # Playwright's event loop must start after the engine's has ended
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ensure(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def truth(demo: Demo) -> dict[str, list[dict[str, Any]]]:  # noqa: ARG001  # the demo draws the samples
    """What each sample image really holds, by file name: `label` and `box` of each object."""
    pictures = samples.SampleSet(SAMPLES).truth("try")
    return {name: picture["objects"] for name, picture in pictures.items()}


@dataclass
class Visit:
    """One visitor's tab, and what went wrong in it."""

    page: Page
    messages: list[str] = field(default_factory=list[str])
    """Errors and warnings of the console, CSP violations included."""

    def choose(self, image: Path) -> None:
        """Choose a file with the page's file control."""
        self.page.get_by_label("Choose an image").set_input_files(image)

    def wait_for(self, state: str) -> None:
        """Wait until the page is in one of its states; with `done`, until image and boxes are drawn."""
        # What draws them is downloaded with the first image.
        drawn = " figure img" if state == "done" else ""
        self.page.wait_for_selector(f"main[data-state={state}]{drawn}", timeout=READY_SECONDS * 1000)

    def boxes(self) -> list[dict[str, str]]:
        """Attributes of the boxes drawn on the image."""
        return self.page.eval_on_selector_all(
            "svg rect[data-label]",
            "all => all.map(one => Object.fromEntries([...one.attributes].map(a => [a.name, a.value])))",
        )


@pytest.fixture
def visit(browser: Browser, demo: Demo) -> Iterator[Visit]:
    """A fresh profile on the page, with its models listed."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    visit = Visit(context.new_page())

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            visit.messages.append(message.text)

    visit.page.on("console", note)
    visit.page.on("pageerror", lambda error: visit.messages.append(str(error)))
    visit.page.goto(demo.url)
    visit.wait_for("ready")
    yield visit
    context.close()
