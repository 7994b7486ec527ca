"""Labels that the web app writes as manifest lines are ones that a dataset takes."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import cv2
from PIL import Image

from local.demo import SAMPLES, Demo
from local.rekognition.manifest_lines import parse_line
from local.stack import PROJECT_DIR
from tests.e2e.conftest import Visit
from tests.e2e.test_page import overlap

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_s3 import S3Client

TRY = SAMPLES / "try"
BUCKET = "corrected-images"
FRONTEND = PROJECT_DIR / "frontend"

# Bundles the app's own function and runs it on the images that it is given.
WRITE_LINES = """
import { rolldown } from "rolldown";
const bundle = await rolldown({ input: "src/core/manifest-lines.ts" });
const { output: [{ code }] } = await bundle.generate();
const { manifestLine } = await import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`);
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const annotator = { human: true, job: "corrections", at: new Date() };
for (const image of JSON.parse(Buffer.concat(chunks))) console.log(manifestLine(image, annotator));
"""


def lines_of(images: list[dict[str, Any]]) -> list[str]:
    written = subprocess.run(
        ["node", "--input-type=module", "--eval", WRITE_LINES],
        cwd=FRONTEND,
        input=json.dumps(images),
        capture_output=True,
        text=True,
        check=True,
    )
    return written.stdout.splitlines()


def test_every_line_that_the_app_writes_is_without_errors_to_the_service() -> None:
    """Boxes of any place and size, names of any letters, images of any size that the service takes."""
    rng = random.Random(5)  # noqa: S311  # the same images on each run
    names = ["bolt", "<img src=x onerror=alert(1)>", "__proto__", "مرحبا", "a" * 255]
    images: list[dict[str, Any]] = []
    for number in range(500):
        labels: list[dict[str, Any]] = [
            {
                "name": rng.choice(names),
                "confidence": rng.uniform(0, 100),
                "box": None
                if rng.random() < 0.2
                else {
                    "left": rng.uniform(-0.5, 1),
                    "top": rng.uniform(-0.5, 1),
                    "width": rng.uniform(0, 1) ** 4,
                    "height": rng.uniform(0, 1) ** 4,
                },
            }
            for _ in range(rng.choice([0, 1, 5, 80]))
        ]
        long = rng.randint(64, 4096)
        size = {"width": long, "height": rng.randint(max(64, -(-long // 20)), min(4096, long * 20))}
        images.append({"source": f"s3://photos/{number}.jpg", "size": size, "labels": labels})
    parsed = [parse_line(number, text, None) for number, text in enumerate(lines_of(images), 1)]
    assert [line.codes for line in parsed] == [[]] * len(images)
    for image, line in zip(images, parsed, strict=True):
        assert line.source_ref == image["source"]
        assert {annotation.label for annotation in line.annotations} <= {
            one["name"] for one in image["labels"]
        }
    assert sum(line.valid for line in parsed) > 300


def sample(truth: dict[str, list[dict[str, Any]]]) -> str:
    """Name of a sample image with several objects."""
    return next(name for name, objects in sorted(truth.items()) if len(objects) >= 3)


def correct(visit: Visit, image: Path) -> None:
    """Choose an image, have the model look at it, and open the page Correct."""
    visit.choose(image)
    visit.wait_for("done")
    visit.page.get_by_role("link", name="Correct").click()
    visit.page.locator(".canvas img").wait_for()


def export(visit: Visit, folder: Path) -> dict[str, Any]:
    """Export the corrections of one image to a file of the folder, and return its one line."""
    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name="Export corrections.manifest").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    (line,) = file.read_text(encoding="utf-8").splitlines()
    return json.loads(line)


def session(demo: Demo) -> Any:
    return boto3.Session("local", "local", region_name=demo.region)


def s3(demo: Demo) -> "S3Client":
    """S3, with a bucket for images."""
    client: S3Client = session(demo).client("s3", endpoint_url=demo.aws_url)
    if all(bucket.get("Name") != BUCKET for bucket in client.list_buckets()["Buckets"]):
        place: Any = {"LocationConstraint": demo.region}
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
    return client


def rekognition(demo: Demo) -> "RekognitionClient":
    return session(demo).client("rekognition", endpoint_url=demo.aws_url)


def entries_of(client: "RekognitionClient", dataset: str) -> list[dict[str, Any]]:
    """Entries of a dataset that is ready, none of which has an error."""
    deadline = time.monotonic() + 10
    while True:
        described = client.describe_dataset(DatasetArn=dataset)["DatasetDescription"]
        if described["Status"].endswith("COMPLETE"):
            break
        assert not described["Status"].endswith("FAILED"), described["StatusMessage"]
        assert time.monotonic() < deadline
        time.sleep(0.3)
    assert described["DatasetStats"]["ErrorEntries"] == 0
    return [json.loads(entry) for entry in client.list_dataset_entries(DatasetArn=dataset)["DatasetEntries"]]


def boxes_of(entry: dict[str, Any]) -> list[tuple[str, dict[str, float]]]:
    names = entry["bounding-box-metadata"]["class-map"]
    return [(names[str(box["class_id"])], box) for box in entry["bounding-box"]["annotations"]]


def hits(entry: dict[str, Any], objects: list[dict[str, Any]]) -> int:
    """How many of the objects have a box of their label around them."""
    return sum(
        any(name == one["label"] and overlap(box, one["box"]) >= 0.5 for name, box in boxes_of(entry))
        for one in objects
    )


def test_corrections_become_entries_of_a_dataset(
    visit: Visit, demo: Demo, truth: dict[str, list[dict[str, Any]]], tmp_path: Path
) -> None:
    """One box is deleted by hand and one drawn; the dataset has the line as it was exported, and no error."""
    name = sample(truth)
    correct(visit, TRY / name)
    before = visit.page.locator("[data-mark]").count()
    visit.page.locator("[data-mark]").first.focus()
    visit.page.keyboard.press("Delete")
    visit.page.get_by_role("button", name="Add a box").click()
    visit.page.get_by_label("Name of the box").fill("wing nut")
    visit.page.keyboard.press("Enter")
    visit.page.get_by_label("Where the images are in S3").fill(f"s3://{BUCKET}/new")
    line = export(visit, tmp_path)
    assert len(boxes_of(line)) == before
    assert sum(label == "wing nut" for label, _ in boxes_of(line)) == 1

    s3(demo).put_object(Bucket=BUCKET, Key=f"new/{name}", Body=(TRY / name).read_bytes())
    client = rekognition(demo)
    project = client.create_project(ProjectName="corrected")["ProjectArn"]
    dataset = client.create_dataset(ProjectArn=project, DatasetType="TRAIN")["DatasetArn"]
    entries_of(client, dataset)
    client.update_dataset_entries(
        DatasetArn=dataset, Changes={"GroundTruth": (tmp_path / "corrections.manifest").read_bytes()}
    )
    (entry,) = entries_of(client, dataset)
    assert entry["bounding-box"] == line["bounding-box"]
    assert visit.messages == []


def test_the_boxes_of_an_image_that_lies_on_its_side_fit_what_the_command_stores(
    visit: Visit, demo: Demo, truth: dict[str, list[dict[str, Any]]], tmp_path: Path
) -> None:
    """Boxes are said for the upright image, and `custom-labels dataset import` stores it upright."""
    name = sample(truth)
    upright = cv2.imread(str(TRY / name))
    assert upright is not None
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter to the right when it is shown
    lying = cv2.cvtColor(cv2.rotate(upright, cv2.ROTATE_90_COUNTERCLOCKWISE), cv2.COLOR_BGR2RGB)
    Image.fromarray(lying).save(tmp_path / "lying.jpg", quality=95, exif=exif)
    correct(visit, tmp_path / "lying.jpg")
    visit.page.get_by_role("button", name="All of it is right").click()
    line = export(visit, tmp_path)
    height, width = upright.shape[:2]
    assert line["bounding-box"]["image_size"] == [{"width": width, "height": height, "depth": 3}]

    s3(demo)
    client = rekognition(demo)
    client.create_project(ProjectName="upright")
    words = ["dataset", "import", "corrections.manifest", "--project", "upright", "--split", "train"]
    subprocess.run(
        [sys.executable, "-m", "custom_labels", *words, "--bucket", BUCKET],
        cwd=tmp_path,
        env=os.environ
        | {
            "PYTHONPATH": str(PROJECT_DIR),
            "AWS_ENDPOINT_URL": demo.aws_url,
            "AWS_DEFAULT_REGION": demo.region,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
        },
        capture_output=True,
        check=True,
    )
    (described,) = client.describe_projects(ProjectNames=["upright"])["ProjectDescriptions"]
    (entry,) = entries_of(client, described["Datasets"][0]["DatasetArn"])
    bucket, key = entry["source-ref"].removeprefix("s3://").split("/", 1)
    stored = s3(demo).get_object(Bucket=bucket, Key=key)["Body"].read()
    parsed = parse_line(1, json.dumps(entry), lambda *_: stored)
    assert parsed.codes == []
    assert parsed.pixels == (width, height)
    assert hits(entry, truth[name]) / len(truth[name]) >= 0.6
