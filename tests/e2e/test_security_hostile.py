"""Whatever a file or an answer of AWS holds, the page shows it as text, calls nobody else and stays usable."""

import json
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from local.aws.loopback import LoopbackServer
from tests.browser import FLAGS, ensure
from tests.e2e.deployment import Deployment, deployed

SETTLED = "main[data-state=ready], main[data-state=failed], main[data-state=done]"
SETTLE_MILLISECONDS = 30_000
ARN = "arn:aws:rekognition:eu-west-1:123456789012:project/"
MARKUP = "<img src=x onerror=window.pwned=1>"
HOSTILE_TEXTS = [
    MARKUP,
    "<script>window.pwned=1<|script>",
    "\u202egnp.exe\u2066\u2067abc",
    "__proto__",
    "constructor",
    "x" * 255,
    "\u0000\u0007\u001b[31m",
    "${7*7}{{7*7}}",
]


def project(name: str) -> str:
    return f"{ARN}{name}/1700000000000"


def model(name: str, version: str) -> str:
    return f"{ARN}{name}/version/{version}/1700000000000"


def label(name: Any, confidence: Any = 90.0, **box: Any) -> dict[str, Any]:
    place = {"Left": 0.1, "Top": 0.1, "Width": 0.5, "Height": 0.5, **box}
    return {"Name": name, "Confidence": confidence, "Geometry": {"BoundingBox": place}}


def version(name: str = "v1", **more: Any) -> dict[str, Any]:
    return {"ProjectVersionArn": model("parts", name), "Status": "RUNNING", **more}


def listed(*names: str, version: str = "v1", **more: Any) -> dict[str, Any]:
    """Replies that list these projects, each with one running model."""
    return {
        "DescribeProjects": {
            "ProjectDescriptions": [{"ProjectArn": project(name), "Status": "CREATED"} for name in names]
        },
        "DescribeProjectVersions": {
            "ProjectVersionDescriptions": [
                {"ProjectVersionArn": model(names[0], version), "Status": "RUNNING", **more}
            ]
        },
    }


GOOD: dict[str, Any] = {
    "GetId": {"IdentityId": "eu-west-1:11111111-2222-3333-4444-555555555555"},
    "GetCredentialsForIdentity": {
        "IdentityId": "eu-west-1:11111111-2222-3333-4444-555555555555",
        "Credentials": {
            "AccessKeyId": "ASIAXXXXXXXXXXXXXXXX",
            "SecretKey": "secret",
            "SessionToken": "token",
            "Expiration": 4_000_000_000,
        },
    },
    **listed("parts"),
    "DetectCustomLabels": {"CustomLabels": [label("bolt")]},
}


class HostileAws(LoopbackServer):
    """Stands in for Rekognition and Cognito, and answers what a test tells it to: JSON, or bytes as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.replies: dict[str, Any] = dict(GOOD)
        self.status = 200

    def application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        cors = [
            ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Allow-Headers", environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")),
        ]
        if environ["REQUEST_METHOD"] == "OPTIONS":
            start_response("204 No Content", cors)
            return []
        operation = environ["HTTP_X_AMZ_TARGET"].rpartition(".")[2]
        reply = self.replies[operation]
        bad = reply is not GOOD[operation]
        status = f"{self.status if bad else 200} Status"
        start_response(status, [*cors, ("Content-Type", "application/x-amz-json-1.1")])
        return [reply if isinstance(reply, bytes) else json.dumps(reply).encode()]


@pytest.fixture(scope="module")
def aws() -> Iterator[HostileAws]:
    with HostileAws() as aws:
        yield aws


@pytest.fixture(scope="module")
def site(aws: HostileAws) -> Iterator[Deployment]:
    with deployed(endpoints={"rekognition": aws.url, "cognitoidentity": aws.url}) as site:
        yield site


@pytest.fixture(scope="module")
def browser(site: Deployment) -> Iterator[Browser]:  # noqa: ARG001  # Playwright's event loop must start after the engine's has ended
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ensure(), args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Watched:
    """A tab, and everything in it that should not happen."""

    page: Page
    site: Deployment
    aws: HostileAws
    faults: list[str] = field(default_factory=list[str])

    def open(self) -> None:
        """Load the page and wait until it has listed the models, or says why not."""
        self.page.goto(self.site.url)
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is under way."""
        self.page.wait_for_selector(SETTLED, timeout=SETTLE_MILLISECONDS)

    def choose(self, image: Path) -> None:
        """Choose a file and wait for what comes of it."""
        self.page.get_by_label("Choose an image").set_input_files(image)
        expect(self.page.locator(".note p").first).to_have_text(image.name)
        self.page.wait_for_selector("main[data-state=failed], main[data-state=done]", timeout=60_000)

    def note_message(self, message: ConsoleMessage) -> None:
        """Keep what the console says, but for the browser's own line about each answer that is an error."""
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.faults.append(message.text)

    def check(self, after: str = "") -> None:
        """Nothing ran, nothing was added but text, nobody else was called."""
        strange = self.page.evaluate(
            """() => [
              "pwned" in window, "polluted" in {},
              document.querySelectorAll("iframe, object, embed, form, base, [onerror], [onload]").length,
              [...document.scripts].filter(one => one.id !== "settings" && !one.src.includes("/assets/")).length,
              [...document.images].filter(one => !one.src.startsWith("blob:")).length,
              [...document.links].filter(one => one.protocol !== "https:" && one.origin !== location.origin).length,
            ]"""
        )
        assert strange == [False, False, 0, 0, 0, 0], after
        assert self.faults == [], after

    def check_usable(self, image: Path) -> None:
        """With right answers again, the same page lists and detects."""
        self.aws.replies, self.aws.status = dict(GOOD), 200
        self.page.get_by_role("button", name="Refresh").click()
        self.page.wait_for_selector("option:has-text('v1 · running')", state="attached", timeout=10_000)
        self.choose(image)
        expect(self.page.locator("svg rect[data-label=bolt]")).to_have_count(1)
        self.check()


@pytest.fixture
def tab(browser: Browser, site: Deployment, aws: HostileAws) -> Iterator[Watched]:
    aws.replies, aws.status = dict(GOOD), 200
    context = browser.new_context()
    watched = Watched(context.new_page(), site, aws)
    own = (site.edge.url, aws.url, f"blob:{site.edge.url}")
    context.on("request", lambda one: None if one.url.startswith(own) else watched.faults.append(one.url))
    context.on("console", watched.note_message)
    watched.page.on("pageerror", lambda error: watched.faults.append(str(error)))
    watched.page.on("dialog", lambda dialog: watched.faults.append(dialog.message))
    watched.page.on("popup", lambda popup: watched.faults.append(popup.url))
    watched.page.on("download", lambda download: watched.faults.append(download.url))
    yield watched
    context.close()


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_jpeg(tmp_path_factory.mktemp("photo") / "photo.jpg")


def write_jpeg(path: Path) -> Path:
    noise = np.random.default_rng(1).integers(0, 255, (96, 128, 3), np.uint8)
    cv2.imwrite(str(path), noise)
    return path


def test_a_hostile_name_is_text(tab: Watched, photo: Path) -> None:
    for text in HOSTILE_TEXTS:
        tab.aws.replies |= listed(text, version=text, StatusMessage=text)
        tab.aws.replies["DetectCustomLabels"] = {
            "CustomLabels": [label(text), {"Name": text, "Confidence": 80.0}]
        }
        tab.open()
        tab.choose(photo)
        rows = tab.page.locator("tbody td bdi")
        expect(rows).to_have_count(2)  # what draws them is downloaded with the first image
        assert rows.evaluate_all("all => all.map(one => one.textContent)") == [text, text]
        assert tab.page.locator("svg rect[data-label]").evaluate("rect => rect.dataset.label") == text
        assert text in (tab.page.locator("#model").text_content() or "")
        tab.check(text)


@pytest.mark.parametrize("operation", sorted(GOOD))
def test_a_hostile_error_is_text(tab: Watched, photo: Path, operation: str) -> None:
    tab.aws.status = 400
    tab.aws.replies[operation] = {"__type": f"com.amazon#{MARKUP}", "message": MARKUP * 20, "stack": MARKUP}
    tab.open()
    if operation == "DetectCustomLabels":
        tab.choose(photo)
    expect(tab.page.locator("main")).to_contain_text(MARKUP)
    tab.check()
    tab.check_usable(photo)


HOSTILE_REPLIES: dict[str, Any] = {
    "null": None,
    "number": 5,
    "list": [1, None, {}],
    "missing fields": {},
    "empty": b"",
    "HTML": b"<!doctype html><html><body><script>window.pwned=1</script>",
    "not a number": b'{"ProjectDescriptions": NaN, "CustomLabels": NaN, "IdentityId": NaN}',
    "truncated": b'{"ProjectDescriptions": [{"ProjectArn": "arn',
    "nested": b"[" * 200_000,
    "20 MB": b'{"x": "' + b"x" * 20_000_000 + b'"}',
    "prototype": b'{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}',
    "members are text": {
        "ProjectDescriptions": "x",
        "ProjectVersionDescriptions": "x",
        "CustomLabels": "x",
        "IdentityId": {},
        "Credentials": "x",
    },
    "lists of anything": {
        "ProjectDescriptions": [None, 5, {"ProjectArn": {"a": 1}}, {"ProjectArn": 5, "Status": []}],
        "ProjectVersionDescriptions": [None, {"ProjectVersionArn": 7}],
        "CustomLabels": [None, 5, label(None, "x", Left="x", Width=None)],
        "Credentials": {"AccessKeyId": 5, "SecretKey": [], "SessionToken": {}, "Expiration": "never"},
    },
    "text for numbers": {
        "ProjectVersionDescriptions": [version(EvaluationResult={"F1Score": "x"}, MinInferenceUnits="y")],
        "CustomLabels": [label("a", "99", Left="x"), label("b", 99, Width="0.5")],
    },
    "objects for text": {
        "ProjectVersionDescriptions": [version(Status={"toLowerCase": 1}, TrainingEndTimestamp=[])],
        "CustomLabels": [label({"toString": 1}, 99), label(["x"], 99), label(7, {})],
    },
    "numbers out of range": {
        "ProjectVersionDescriptions": [
            version(EvaluationResult={"F1Score": -1e308}, TrainingEndTimestamp=1e300)
        ],
        "CustomLabels": [
            label("a", 1e308, Left=-1e308, Width=1e308),
            label("b", -5),
            label("c", 99, Width=-1),
        ],
    },
    "ten thousand": {
        "ProjectVersionDescriptions": [version(str(number)) for number in range(2_000)],
        "CustomLabels": [label(f"label {number}", 99) for number in range(10_000)],
    },
}
CASES = [
    *((name, 200) for name in sorted(HOSTILE_REPLIES)),
    *(
        (name, 400)
        for name in ("HTML", "list", "nested", "null", "objects for text", "prototype", "truncated")
    ),
]


@pytest.mark.parametrize("operation", ["DescribeProjects", "DescribeProjectVersions", "DetectCustomLabels"])
def test_a_hostile_reply_breaks_nothing(tab: Watched, photo: Path, operation: str) -> None:
    """One page lives through all of them, and works afterwards."""
    tab.open()
    for reply, status in CASES:
        tab.aws.replies, tab.aws.status = {**GOOD, operation: HOSTILE_REPLIES[reply]}, status
        if operation == "DetectCustomLabels":
            tab.choose(photo)
        else:
            tab.page.get_by_role("button", name="Refresh").click()
            tab.settle()
        tab.check(f"{reply} {status}")
    tab.check_usable(photo)


@pytest.mark.parametrize("operation", ["GetId", "GetCredentialsForIdentity"])
def test_a_hostile_reply_of_cognito_breaks_nothing(tab: Watched, photo: Path, operation: str) -> None:
    for reply in ("HTML", "list", "lists of anything", "members are text", "missing fields", "prototype"):
        tab.aws.replies[operation] = HOSTILE_REPLIES[reply]
        tab.open()
        tab.check(reply)
    tab.check_usable(photo)


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG that says it has this size, whatever follows."""
    header = (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in (header, *chunks, (b"IEND", b""))
    )


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def hostile_files(photo: bytes) -> dict[str, bytes]:
    """Files by name; those that start with `good` hold a picture that can be used."""
    script = f"<script>window.pwned=1</script>{MARKUP}".encode()
    bomb = zlib.compress(b"\0" * 30_000_000)
    xmp = (
        b"http://ns.adobe.com/xap/1.0/\0<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;" + script
    )
    row = b"\0" + b"\x80" * 3 * 80
    return {
        "good-exif.jpg": photo[:2] + segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + script) + photo[2:],
        "good-xmp.jpg": photo[:2] + segment(0xE1, xmp) * 20 + photo[2:],
        "good-comment.jpg": photo[:2] + segment(0xFE, script) + photo[2:],
        "good-icc.jpg": photo[:2] + segment(0xE2, b"ICC_PROFILE\0\x01\xff" + b"\xff" * 60_000) + photo[2:],
        "good-polyglot.jpg": photo + b"PK\x03\x04" + script,
        "good-text.png": png(80, 80, (b"tEXt", b"Comment\0" + script), (b"IDAT", zlib.compress(row * 80))),
        "good-text-bomb.png": png(80, 80, (b"zTXt", b"x\0\0" + bomb), (b"IDAT", zlib.compress(row * 80))),
        "icc-bomb.png": png(80, 80, (b"iCCP", b"x\0\0" + bomb), (b"IDAT", zlib.compress(row * 80))),
        "huge.png": png(2**31 - 1, 2**31 - 1, (b"IDAT", bomb)),
        "wide.png": png(20_000, 1, (b"IDAT", zlib.compress(b"\0" * 60_001))),
        "dot.png": png(1, 1, (b"IDAT", zlib.compress(b"\0" * 4))),
        "zero.png": png(0, 0),
        "animated.png": png(80, 80, (b"acTL", struct.pack(">II", 2**31, 0)), (b"IDAT", b"")),
        "truncated.jpg": photo[: len(photo) // 2],
        "header-only.jpg": photo[:20],
        "empty.jpg": b"",
        "svg.jpg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='window.pwned=1'>" + script + b"</svg>",
        "html.jpg": b"<!doctype html>" + script,
        "gif.gif": b"GIF89a/*" + b"\xff" * 20 + b"*/=1;window.pwned=1",
        "pdf.jpg": b"%PDF-1.7\n" + script,
    }


def test_a_hostile_file_is_a_picture_or_refused(tab: Watched, photo: Path, tmp_path: Path) -> None:
    """All of them in one page, which must live through each."""
    tab.open()
    for name, content in hostile_files(photo.read_bytes()).items():
        file = tmp_path / name
        file.write_bytes(content)
        tab.choose(file)
        state = tab.page.locator("main").get_attribute("data-state")
        if name.startswith("good"):
            assert state == "done", name
        elif not name.startswith(("icc", "truncated")):  # what the browser can still draw is a picture
            assert state == "failed", name
        tab.check()
    tab.check_usable(photo)


def test_a_hostile_file_name_is_text(tab: Watched, tmp_path: Path) -> None:
    tab.open()
    for name in (f"{MARKUP}.jpg", "\u202egpj.exe.jpg", "'\"`&amp;.jpg", "x" * 240 + ".jpg"):
        tab.choose(write_jpeg(tmp_path / "photo.jpg").rename(tmp_path / name))
        assert tab.page.locator("figure img").get_attribute("alt") == name
        assert tab.page.locator(".note p").first.evaluate("line => line.textContent") == name
        tab.check(name)
