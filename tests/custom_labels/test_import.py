"""A dataset reaches its project whole, or nothing of it does; what is there already is not uploaded again."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from custom_labels.datasets.check import Destination, check
from custom_labels.datasets.examples import Problems
from custom_labels.datasets.importing import upload_all
from custom_labels.datasets.reading import read_dataset
from tests.custom_labels.conftest import Command
from tests.custom_labels.workshop import BUCKET, Workshop, encoded, manifest_line, picture

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_s3 import S3Client


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Ten pictures in folders that are their labels."""
    folder = tmp_path / "photos"
    for number in range(10):
        label = "disc" if number % 2 else "square"
        (folder / label).mkdir(parents=True, exist_ok=True)
        (folder / label / f"{number}.png").write_bytes(encoded(picture(label, 30 + 10 * number)))
    return folder


@pytest.fixture
def project(command: Command, workshop: Workshop) -> str:
    """A project; its bucket is that of the workshop."""
    assert workshop
    command.text("projects", "create", "shapes")
    return "shapes"


def brought(command: Command, source: Path, *arguments: str) -> Any:
    return command.json(
        "dataset", "import", str(source), "--project", "shapes", "--bucket", BUCKET, *arguments
    )


def keys(s3: "S3Client") -> list[str]:
    return [found["Key"] for found in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


@pytest.mark.usefixtures("project")
def test_pictures_become_datasets_on_which_a_model_can_be_trained(
    command: Command, photos: Path, s3: "S3Client"
) -> None:
    answer = brought(command, photos, "--split", "0.4")
    assert (answer["uploaded"], answer["pictures"], answer["withoutLabels"]) == (10, 10, 0)
    found = {
        kind: (each["entries"], each["labels"], each["errors"]) for kind, each in answer["datasets"].items()
    }
    assert found == {"train": (6, 2, 0), "test": (4, 2, 0)}
    assert "custom-labels/shapes/images/disc/1.png" in keys(s3)
    assert command.json("projects", "list")["projects"][0]["datasets"].keys() == {"TRAIN", "TEST"}
    trained = command.json("train", "shapes", "--bucket", BUCKET, "--yes")
    assert trained["evaluation"]["testingImages"] == 4


@pytest.mark.usefixtures("project")
def test_what_is_there_is_not_uploaded_again_and_replaces_its_entry(command: Command, photos: Path) -> None:
    brought(command, photos, "--split", "train")
    (photos / "disc" / "1.png").write_bytes(encoded(picture("disc", 99)))
    (photos / "disc" / "new.png").write_bytes(encoded(picture("disc", 5)))
    answer = brought(command, photos, "--split", "train")
    assert (answer["uploaded"], answer["pictures"], answer["datasets"]["train"]["entries"]) == (2, 11, 11)
    text = command.text(
        "dataset", "import", str(photos), "--project", "shapes", "--bucket", BUCKET, "--split", "train"
    )
    assert text == (
        f"0 pictures uploaded to {BUCKET}, 11 were there already.\nshapes train: 11 entries, 2 labels, 0 with errors.\n"
    )


@pytest.mark.usefixtures("project")
def test_nothing_is_uploaded_when_anything_is_wrong(command: Command, photos: Path, s3: "S3Client") -> None:
    for number in range(25):
        (photos / "disc" / f"bad{number:02}.png").write_bytes(b"no picture")
    result = command(
        "dataset", "import", str(photos), "--project", "shapes", "--bucket", BUCKET, "--split", "0.2"
    )
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines[0] == "Error: Nothing was uploaded:"
    assert lines[1].startswith(f"{photos}/disc/bad00.png: the picture")
    assert (len(lines), lines[-1]) == (22, "… and 5 more.")
    assert keys(s3) == []
    assert command.json("projects", "list")["projects"][0]["datasets"] == {}


@pytest.mark.usefixtures("project")
def test_corrections_are_added_to_a_dataset(
    command: Command, photos: Path, tmp_path: Path, rekognition: "RekognitionClient"
) -> None:
    train = brought(command, photos, "--split", "train")["datasets"]["train"]["arn"]
    file = tmp_path / "corrections.manifest"
    (tmp_path / "wrong.png").write_bytes(encoded(picture("square", 11)))
    known = manifest_line("custom-labels/shapes/images/disc/1.png", "ring")
    fresh = manifest_line("x", "disc") | {"source-ref": "wrong.png"}
    file.write_text(f"{json.dumps(known)}\n{json.dumps(fresh)}\n")
    answer = brought(command, file, "--split", "train")
    assert (
        answer["uploaded"],
        answer["datasets"]["train"]["entries"],
        answer["datasets"]["train"]["labels"],
    ) == (1, 11, 3)
    entries = rekognition.list_dataset_entries(DatasetArn=train, ContainsLabels=["ring"])["DatasetEntries"]
    assert [json.loads(entry)["source-ref"] for entry in entries] == [
        f"s3://{BUCKET}/custom-labels/shapes/images/disc/1.png"
    ]


@pytest.mark.usefixtures("project")
def test_a_manifest_whose_pictures_are_not_in_s3_is_refused(
    command: Command, tmp_path: Path, s3: "S3Client"
) -> None:
    s3.put_object(Bucket=BUCKET, Key="there.png", Body=encoded(picture("disc")))
    file = tmp_path / "all.manifest"
    lines = [manifest_line("there.png", "disc"), manifest_line("lost.png", "disc")]
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    arguments = [
        "dataset",
        "import",
        str(file),
        "--project",
        "shapes",
        "--bucket",
        BUCKET,
        "--split",
        "train",
    ]
    assert command.refusal(*arguments) == (
        f"Nothing was uploaded: {file}:2: there is no object s3://{BUCKET}/lost.png, or it may not be read."
    )
    lines[1]["source-ref"] = "s3://second/lost.png"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert "the pictures must be in one bucket" in command.refusal(*arguments)


@pytest.mark.usefixtures("project")
def test_entries_that_aws_cannot_use_are_named(command: Command, tmp_path: Path, s3: "S3Client") -> None:
    """The object is there, and only the service looks into it."""
    lines: list[str] = []
    for number in range(6):
        s3.put_object(
            Bucket=BUCKET, Key=f"{number}.png", Body=encoded(picture("disc")) if number else b"no picture"
        )
        lines.append(json.dumps(manifest_line(f"{number}.png", "disc")))
    file = tmp_path / "all.manifest"
    file.write_text("\n".join(lines).replace("2026-11-22T12:00:00", "yesterday", 1))
    result = command(
        "dataset", "import", str(file), "--project", "shapes", "--bucket", BUCKET, "--split", "train"
    )
    assert result.exit_code == 1
    assert f"s3://{BUCKET}/0.png: ERROR_" in result.stderr
    assert "AWS cannot use some entries of the train dataset." in result.stderr


@pytest.mark.usefixtures("project")
def test_large_updates_go_in_parts(command: Command, photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    brought(command, photos, "--split", "train")
    monkeypatch.setattr("custom_labels.datasets.importing._UPDATE_BYTES", 900)
    assert brought(command, photos, "--split", "train")["datasets"]["train"]["entries"] == 10


def test_an_interrupted_upload_leaves_whole_pictures_and_goes_on(photos: Path, s3: "S3Client") -> None:
    problems = Problems()
    entries = check(
        read_dataset(photos, problems), Destination(photos, BUCKET, "p/"), problems, lambda _: None
    )
    uploads = [entry.upload for entry in entries if entry.upload]
    client: Any = boto3.client("s3")
    running = upload_all(client, BUCKET, uploads)
    assert next(running) is True
    running.close()
    there = keys(s3)
    assert 1 <= len(there) <= 10
    assert sum(upload_all(s3, BUCKET, uploads)) == 10 - len(there)
    assert sum(upload_all(s3, BUCKET, uploads)) == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["missing", "--project", "shapes"], "Path 'missing' does not exist."),
        (["PHOTOS"], "Missing option '--project'."),
        (
            ["PHOTOS", "--project", "shapes", "--split", "1.5"],
            "'1.5' is neither train nor test nor the share of tests, such as 0.2.",
        ),
        (
            ["PHOTOS", "--project", "shapes", "--split", "most"],
            "'most' is neither train nor test nor the share of tests",
        ),
        (
            ["PHOTOS", "--project", "shapes", "--bucket", BUCKET],
            "does not say which pictures are for training and which for tests: add --split 0.2",
        ),
    ],
)
@pytest.mark.usefixtures("project")
def test_wrong_usage_is_named(command: Command, photos: Path, arguments: list[str], sentence: str) -> None:
    given = [str(photos) if argument == "PHOTOS" else argument for argument in arguments]
    assert sentence in command.refusal("dataset", "import", *given, code=2)
