"""Bad requests to the site: nobody gets anything but its files, and every answer is guarded by the headers."""

import random
from collections.abc import Iterator
from urllib.parse import quote, unquote

import pytest

from local.aws.s3 import find_bucket
from tests.fuzz.conftest import World
from tests.fuzz.junk import TEXTS, mangled
from tests.fuzz.wire import Case, Sender

CASES = 1_000
METHODS = ["GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "x"]


@pytest.fixture
def sender(world: World) -> Iterator[Sender]:
    sender = Sender(world.site.edge.port)
    yield sender
    sender.close()


@pytest.fixture(scope="module")
def files(world: World) -> dict[str, bytes]:
    """Content of each file of the site, as it is stored, by its path."""
    bucket = find_bucket(world.known["Bucket"][0])
    assert bucket is not None
    # Sorted: they were put in any order, and the same seed shall choose the same ones.
    return {name: key.value for name, key in sorted(bucket.keys.items())}


def bad_path(rng: random.Random, files: dict[str, bytes]) -> str:
    right = "/" + rng.choice(["", *files])
    return rng.choice(
        [
            right,
            right + "?" + quote(rng.choice(TEXTS)),
            right + "/",
            quote(right, safe=""),
            quote(mangled(rng, right), safe="/%"),
            "/" + quote(rng.choice(TEXTS)),
            "/%2e%2e" + right,
            "/.." + right,
            "/" + right,
            "/assets/",
            "/%",
            "/%ff%fe%00",
        ]
    )


def bad_headers(rng: random.Random) -> dict[str, str]:
    text = "".join(one for one in rng.choice(TEXTS) if one.isprintable())[:4_000]
    name = rng.choice(
        [*["Range"] * 4, "If-Range", "If-None-Match", "If-Match", "If-Modified-Since", "Accept-Encoding", "Origin", "Cookie",
         "X-Forwarded-Host", "Authorization", "X-Amz-Target", "Content-Type", "Access-Control-Request-Method"]
    )  # fmt: skip
    ranges = [
        "bytes=-1",
        "bytes=0-",
        "bytes=9-1",
        "bytes=0-0,2-3",
        "bytes=99999999999999999999-",
        "bytes=-0",
        "x=1",
    ]
    return {name: rng.choice(ranges) if name == "Range" else rng.choice([text, "*", "gzip;q=x", "W/"])}


def test_a_bad_request_gets_no_more_than_a_file_of_the_site(
    world: World, sender: Sender, files: dict[str, bytes]
) -> None:
    before = world.state()
    rng = random.Random(13)  # noqa: S311  # the same cases at every run
    seen: set[int] = set()
    for number in range(CASES):
        case = Case("nobody", "", rng.choice(METHODS), bad_path(rng, files), bad_headers(rng))
        answer = sender.send(case)
        seen.add(answer.status)
        told = f"case {number}: {case}\n{answer}"
        assert answer.status in {200, 206, 304, 400, 403, 404, 412, 416}, told
        if answer.status in {200, 206} and case.method == "GET":
            key = unquote(case.path.partition("?")[0]).lstrip("/") or "index.html"
            assert answer.body in files[key], told
        elif answer.status < 400:
            assert answer.body == b"", told
        else:
            assert b"Traceback" not in answer.body, told
        if answer.status != 400:
            assert answer.headers["x-frame-options"] == "DENY", told
            assert "default-src 'none'" in answer.headers["content-security-policy"], told
    assert seen >= {200, 206, 403}
    assert world.state() == before
