"""A page of somebody else that frames the site sees nothing of it, and lets it do nothing."""

from collections.abc import Iterable, Iterator
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from local.aws.loopback import LoopbackServer
from tests.browser import FLAGS, ensure
from tests.e2e.deployment import BUCKET_MODE, Deployment, deployed

READY_MILLISECONDS = 20_000


class Framer(LoopbackServer):
    """A page of another origin that holds the site in a frame, as is and in a sandbox."""

    def __init__(self, framed: str) -> None:
        super().__init__()
        self._page = (
            "<!doctype html><title>Framer</title>"
            f"<iframe src='{framed}'></iframe><iframe src='{framed}' sandbox='allow-scripts'></iframe>"
        ).encode()

    def application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        del environ
        start_response("200 OK", [("Content-Type", "text/html")])
        return [self._page]


@pytest.fixture(scope="module", params=[{}, BUCKET_MODE], ids=["cloudfront", "bucket"])
def site(request: pytest.FixtureRequest) -> Iterator[Deployment]:
    with deployed(request.param) as site:
        yield site


@pytest.fixture(scope="module")
def browser(site: Deployment) -> Iterator[Browser]:  # noqa: ARG001  # Playwright's event loop must start after the engine's has ended
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ensure(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def check_nothing_is_shown(page: Page, frames: int) -> None:
    page.wait_for_load_state("networkidle")
    assert len(page.frames) == 1 + frames
    for frame in page.frames[1:]:
        # A frame that the header has blocked holds the browser's own error page.
        blocked = frame.url.startswith("chrome-error://")
        assert blocked or frame.locator("body").inner_text().strip() == ""
        assert frame.locator("main, header, input, button, form").count() == 0


def test_another_sites_frame_shows_nothing_and_calls_nothing(page: Page, site: Deployment) -> None:
    calls: list[str] = []
    page.on("request", lambda request: calls.append(request.url))
    with Framer(site.url) as framer:
        page.goto(framer.url)
        check_nothing_is_shown(page, 2)
    assert site.url in calls
    assert [url for url in calls if url.startswith(site.aws_url)] == []


def test_the_sites_own_frame_shows_nothing_and_calls_nothing(page: Page, site: Deployment) -> None:
    page.goto(site.url)
    page.wait_for_selector("main", timeout=READY_MILLISECONDS)
    page.wait_for_load_state("networkidle")
    calls: list[str] = []
    page.on("request", lambda request: calls.append(request.url))
    page.evaluate(
        """async url => {
          const frame = document.createElement("iframe");
          const loaded = new Promise(resolve => frame.onload = resolve);
          frame.src = url;
          document.body.append(frame);
          await loaded;
        }""",
        site.url,
    )
    check_nothing_is_shown(page, 1)
    assert [url for url in calls if url.startswith(site.aws_url)] == []


def test_alone_the_same_page_shows_itself_and_calls_aws(page: Page, site: Deployment) -> None:
    """So that the other tests of this module see what a frame changes."""
    calls: list[str] = []
    page.on("request", lambda request: calls.append(request.url))
    page.goto(site.url)
    page.wait_for_selector("main", timeout=READY_MILLISECONDS)
    page.wait_for_load_state("networkidle")
    assert any(url.startswith(site.aws_url) for url in calls)
