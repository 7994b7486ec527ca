"""The page, in a real browser, against the emulated AWS with the program applied to it."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from local.demo import SAMPLES, Demo
from local.rekognition.limits import LOCAL_TIMING, Limits, configure
from tests.e2e.conftest import READY_SECONDS, Visit

TRY = SAMPLES / "try"
IOU = 0.5


def overlap(one: dict[str, float], other: dict[str, float]) -> float:
    """Intersection over union of two boxes with left, top, width and height."""
    width = min(one["left"] + one["width"], other["left"] + other["width"]) - max(one["left"], other["left"])
    height = min(one["top"] + one["height"], other["top"] + other["height"]) - max(one["top"], other["top"])
    shared = max(width, 0) * max(height, 0)
    return shared / (one["width"] * one["height"] + other["width"] * other["height"] - shared)


def shown_boxes(visit: Visit) -> list[tuple[str, dict[str, float]]]:
    return [
        (
            box["data-label"],
            {
                "left": float(box["x"]),
                "top": float(box["y"]),
                "width": float(box["width"]),
                "height": float(box["height"]),
            },
        )
        for box in visit.boxes()
    ]


def images_with(truth: dict[str, Any], count: Callable[[int], bool]) -> list[str]:
    return [name for name, objects in sorted(truth.items()) if count(len(objects))]


def test_boxes_lie_where_the_objects_are(visit: Visit, truth: dict[str, Any]) -> None:
    """Over all sample images, most objects are found and most boxes are right.

    How good the model is, other tests ask; a box in the wrong place would fail here.
    """
    objects = found = boxes = 0
    for name, expected in sorted(truth.items()):
        visit.choose(TRY / name)
        visit.page.wait_for_selector(f"main[data-state=done] img[alt='{name}']")
        shown = shown_boxes(visit)
        objects += len(expected)
        boxes += len(shown)
        found += sum(
            any(label == one["label"] and overlap(box, one["box"]) >= IOU for label, box in shown)
            for one in expected
        )
    assert objects > 20
    assert found / objects >= 0.85
    assert found / boxes >= 0.8
    assert visit.messages == []


def test_each_box_is_also_a_row_with_its_confidence(visit: Visit, truth: dict[str, Any]) -> None:
    visit.choose(TRY / images_with(truth, lambda count: count >= 3)[0])
    visit.wait_for("done")
    rows = visit.page.get_by_role("table", name="Labels").locator("tbody tr")
    expect(rows).not_to_have_count(0)
    texts = [row.inner_text().split("\t") for row in rows.all()]
    confidences = [float(confidence.removesuffix(" %")) for _, confidence in texts]
    assert sorted(name.strip() for name, _ in texts) == sorted(label for label, _ in shown_boxes(visit))
    assert confidences == sorted(confidences, reverse=True)
    assert all(50 <= confidence <= 100 for confidence in confidences)


def test_an_empty_bench_has_no_labels(visit: Visit, truth: dict[str, Any]) -> None:
    (empty,) = images_with(truth, lambda count: count == 0)
    visit.choose(TRY / empty)
    visit.wait_for("done")
    assert visit.boxes() == []
    expect(visit.page.get_by_role("status")).to_contain_text("No labels found")


def test_the_model_s_measured_f1_is_shown(visit: Visit, demo: Demo) -> None:
    assert demo.f1 >= 0.90
    expect(visit.page.locator("#facts")).to_contain_text(f"F1 score {demo.f1:.2f}")


def test_a_file_that_is_no_image_is_refused_by_name(visit: Visit, tmp_path: Path) -> None:
    text = tmp_path / "notes.jpg"
    text.write_text("not an image")
    visit.choose(text)
    visit.wait_for("failed")
    expect(visit.page.get_by_role("alert")).to_contain_text("notes.jpg")
    assert visit.boxes() == []


def jpeg(path: Path, height: int, width: int) -> Path:
    noise = np.random.default_rng(1).integers(0, 255, (height // 50 + 1, width // 50 + 1, 3), np.uint8)
    cv2.imwrite(str(path), cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC))
    return path


def test_a_one_pixel_image_is_refused_in_a_sentence(visit: Visit, tmp_path: Path) -> None:
    visit.choose(jpeg(tmp_path / "dot.jpg", 1, 1))
    visit.wait_for("failed")
    alert = visit.page.get_by_role("alert")
    expect(alert).to_contain_text("dot.jpg")
    expect(alert).to_contain_text("64")


def test_a_fifty_megapixel_image_is_shrunk_or_refused_and_the_page_lives(
    visit: Visit, tmp_path: Path, truth: dict[str, Any]
) -> None:
    visit.choose(jpeg(tmp_path / "huge.jpg", 6124, 8165))
    visit.page.wait_for_selector("main[data-state=done], main[data-state=failed]", timeout=60_000)
    expect(visit.page.locator("main")).to_contain_text("huge.jpg")
    visit.choose(TRY / images_with(truth, lambda count: count > 0)[0])
    visit.page.locator("svg rect[data-label]").first.wait_for(timeout=READY_SECONDS * 1000)


def test_a_photo_of_24_megapixels_is_shrunk_and_detected(visit: Visit, tmp_path: Path) -> None:
    """That it never blocks the page is measured where nothing else runs: in the web app's own tests."""
    visit.choose(jpeg(tmp_path / "photo.jpg", 4000, 6000))
    visit.wait_for("done")
    note = visit.page.locator(".note")
    expect(note).to_contain_text("6000")
    expect(note).to_contain_text("shrunk to 4096")
    assert visit.messages == []


def test_nothing_is_stored_in_the_browser(visit: Visit, truth: dict[str, Any]) -> None:
    visit.choose(TRY / min(truth))
    visit.wait_for("done")
    kept = visit.page.evaluate(
        "async () => [localStorage.length, sessionStorage.length, document.cookie,"
        " (await indexedDB.databases()).length, (await caches.keys()).length]"
    )
    assert kept == [0, 0, "", 0, 0]


def test_the_browser_refuses_what_the_policy_forbids(visit: Visit, demo: Demo) -> None:
    refused = visit.page.evaluate(
        """async (aws) => {
          const tries = {
            html: () => { document.body.innerHTML = '<b>x</b>'; },
            eval: () => eval('1'),
            policy: () => trustedTypes.createPolicy('another', {}),
            elsewhere: () => fetch(aws.replace(/\\d+$/, '1')),
          };
          await new Promise(resolve => setTimeout(resolve));  // the debugger's own call may eval
          const refused = [];
          for (const [name, attempt] of Object.entries(tries))
            try { await attempt(); } catch { refused.push(name); }
          return refused;
        }""",
        demo.aws_url,
    )
    assert refused == ["html", "eval", "policy", "elsewhere"]
    assert len(visit.messages) >= len(refused)


def test_a_framed_page_shows_nothing(visit: Visit, demo: Demo) -> None:
    page = visit.page.context.new_page()
    page.route(
        "http://localhost:1/",
        lambda route: route.fulfill(body=f"<iframe src='{demo.url}'></iframe>", content_type="text/html"),
    )
    page.goto("http://localhost:1/")
    page.wait_for_timeout(500)
    assert [frame.locator("main").count() for frame in page.frames[1:]] in ([0], [])


def test_only_the_site_and_aws_are_called(visit: Visit, demo: Demo, truth: dict[str, Any]) -> None:
    urls: list[str] = []
    visit.page.on("request", lambda request: urls.append(request.url))
    visit.page.reload()
    visit.wait_for("ready")
    page = demo.url.rstrip("/")
    assert len([url for url in urls if url.startswith(page)]) <= 5
    visit.choose(TRY / min(truth))
    visit.wait_for("done")
    assert {url for url in urls if not url.startswith((page, demo.aws_url, "blob:"))} == set()


def test_a_throttled_image_waits_and_is_answered_when_the_throttling_is_over(
    visit: Visit, truth: dict[str, Any]
) -> None:
    refused: list[int] = []
    visit.page.on(
        "response", lambda response: refused.append(response.status) if response.status == 400 else None
    )
    configure(limits=Limits(detect_requests_per_second_per_inference_unit=0), timing=LOCAL_TIMING)
    try:
        visit.choose(TRY / images_with(truth, lambda count: count > 0)[0])
        with visit.page.expect_response(lambda response: response.status == 400):
            pass
        visit.wait_for("detecting")
    finally:
        configure(timing=LOCAL_TIMING)
    visit.wait_for("done")
    assert refused
    assert visit.boxes()
    assert visit.page.get_by_role("alert").count() == 0


@pytest.fixture
def stopped_model(demo: Demo) -> Iterator[None]:
    session = boto3.Session("local", "local", region_name=demo.region)
    rekognition: Any = session.client("rekognition", endpoint_url=demo.aws_url)
    project = demo.model_arn.split("/")[1]

    def wait_for(status: str) -> None:
        deadline = time.monotonic() + 10
        while status not in statuses():
            assert time.monotonic() < deadline
            time.sleep(0.3)

    def statuses() -> list[str]:
        (described,) = rekognition.describe_projects(ProjectNames=[project])["ProjectDescriptions"]
        versions = rekognition.describe_project_versions(ProjectArn=described["ProjectArn"])
        return [version["Status"] for version in versions["ProjectVersionDescriptions"]]

    rekognition.stop_project_version(ProjectVersionArn=demo.model_arn)
    wait_for("STOPPED")
    yield
    rekognition.start_project_version(ProjectVersionArn=demo.model_arn, MinInferenceUnits=1)
    wait_for("RUNNING")


def test_a_model_stopped_meanwhile_is_explained(
    visit: Visit, truth: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("stopped_model")
    visit.choose(TRY / min(truth))
    visit.wait_for("failed")
    expect(visit.page.get_by_role("alert")).to_contain_text(
        "ResourceNotReadyException: this model is not running"
    )


@pytest.mark.usefixtures("stopped_model")
def test_without_a_running_model_the_page_says_how_to_start_one(visit: Visit, demo: Demo) -> None:
    main = visit.page.locator("main")
    expect(main).to_contain_text("No running model")
    expect(main).to_contain_text(
        f"aws rekognition start-project-version --project-version-arn {demo.model_arn}"
    )


def test_settings_are_in_the_page_and_nowhere_else(visit: Visit, demo: Demo) -> None:
    settings = json.loads(visit.page.locator("#settings").text_content() or "")
    assert settings["region"] == demo.region
    assert settings["identityPoolId"] == demo.applied.outputs["identityPoolId"]
    assert settings["endpoints"] == {"rekognition": demo.aws_url, "cognitoIdentity": demo.aws_url}
