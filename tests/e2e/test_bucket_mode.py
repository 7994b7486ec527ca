"""The page without CloudFront: straight from a public bucket."""

import urllib.request
from collections.abc import Iterator
from urllib.error import HTTPError

import pytest

from local.demo import SAMPLES, Demo, running_demo
from tests.e2e.conftest import Visit


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """The demo as `make demo CONFIG="createCloudFrontDistribution=false"` runs it."""
    with running_demo(say=lambda _: None, config={"createCloudFrontDistribution": False}) as demo:
        yield demo


def test_an_image_is_detected(visit: Visit) -> None:
    visit.choose(SAMPLES / "try" / "bench-01.jpg")
    visit.wait_for("done")
    assert visit.boxes()
    assert visit.messages == []


def test_every_file_travels_compressed_with_its_cache_rule(visit: Visit, demo: Demo) -> None:
    headers: dict[str, dict[str, str]] = {}
    site = demo.url.removesuffix("index.html")
    visit.page.on("response", lambda response: headers.update({response.url: response.headers}))
    visit.page.reload()
    visit.wait_for("ready")
    own = {url.removeprefix(site): given for url, given in headers.items() if url.startswith(site)}
    assert {given.get("content-encoding") for given in own.values()} == {"gzip"}
    assert own["index.html"]["cache-control"] == "no-cache"
    assets = [given["cache-control"] for path, given in own.items() if path.startswith("assets/")]
    assert len(assets) >= 3
    assert set(assets) == {"public, max-age=31536000, immutable"}


@pytest.mark.parametrize("path", ["", "nothing.html", "..%2f..%2fetc/passwd", "?list-type=2"])
def test_nothing_but_objects_can_be_read(demo: Demo, path: str) -> None:
    with pytest.raises(HTTPError) as refused:
        urllib.request.urlopen(demo.url.removesuffix("index.html") + path, timeout=5)  # noqa: S310  # loopback
    assert refused.value.code == 403
    refused.value.close()
