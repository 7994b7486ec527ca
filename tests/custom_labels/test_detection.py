"""Every picture gets a result, whatever comes between."""

import csv
import io
import json
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from PIL import Image

from custom_labels.detection import Pace, detect_all
from custom_labels.projects import find_model
from local.rekognition.limits import Limits, configure
from tests.custom_labels.conftest import FAST, Command
from tests.custom_labels.workshop import Workshop, encoded, picture


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with three pictures."""
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    (folder / "a.png").write_bytes(encoded(picture("disc")))
    (folder / "b.jpg").write_bytes(encoded(picture("square"), "JPEG"))
    (folder / "more" / "a.png").write_bytes(encoded(picture("square")))
    return folder


@pytest.fixture
def running(workshop: Workshop) -> str:
    return workshop.running_model()


def test_detections_are_printed_a_line_a_label(command: Command, running: str, photos: Path) -> None:
    lines = command.text("detect", str(photos), "--model", running).splitlines()
    assert [line.rsplit(" ", 2)[0] for line in lines] == [
        f"{photos}/a.png: disc",
        f"{photos}/b.jpg: square",
        f"{photos}/more/a.png: square",
    ]


@pytest.mark.usefixtures("running")
def test_the_running_model_is_found_and_patterns_are_understood(command: Command, photos: Path) -> None:
    answer = json.loads(
        command.text("detect", f"{photos}/**/*.png", str(photos / "a.png"), "--json", "--min-confidence", "0")
    )
    assert [Path(image["image"]).relative_to(photos).as_posix() for image in answer["images"]] == [
        "a.png",
        "more/a.png",
    ]
    assert {label["name"] for label in answer["images"][0]["labels"]} == {"disc", "square"}
    assert (answer["images"][0]["width"], answer["images"][0]["height"]) == (192, 144)


@pytest.mark.usefixtures("running")
def test_csv_has_a_row_a_label(command: Command, photos: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(command.text("detect", str(photos), "--csv"))))
    assert [(Path(row["image"]).name, row["label"], row["imageWidth"], row["error"]) for row in rows] == [
        ("a.png", "disc", "192", ""),
        ("b.jpg", "square", "192", ""),
        ("a.png", "square", "192", ""),
    ]


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_bad_picture_is_named_and_the_others_have_results(
    command: Command, photos: Path, form: str
) -> None:
    (photos / "bad.jpg").write_bytes(b"no picture")
    result = command("detect", str(photos), f"--{form}")
    assert result.exit_code == 1
    assert f"{photos}/bad.jpg cannot be used: it cannot be read as a picture" in result.stderr
    assert "1 of 4 pictures have no result." in result.stderr
    assert result.stdout.count("disc") == 1
    assert result.stdout.count("bad.jpg cannot be used") == 1


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_file_of_results_goes_on_where_a_run_ended(
    command: Command, photos: Path, tmp_path: Path, form: str
) -> None:
    file = tmp_path / "results"
    (photos / "bad.jpg").write_bytes(b"no picture")
    command("detect", str(photos / "a.png"), str(photos / "bad.jpg"), f"--{form}", "--to", str(file))
    first = file.read_text()
    assert first.count("bad.jpg") == 2
    file.write_text(first + first.splitlines()[-1][:40])  # as a kill would leave it
    (photos / "bad.jpg").write_bytes(encoded(picture("disc"), "JPEG"))
    assert command.text("detect", str(photos), f"--{form}", "--to", str(file)) == (
        f"4 pictures with results in {file}, 1 of them from before.\n"
    )
    whole = file.read_text()
    assert Counter(name for name in ("bad.jpg", "b.jpg", "more/a.png") if name in whole) == {
        "bad.jpg": 1,
        "b.jpg": 1,
        "more/a.png": 1,
    }
    assert "cannot be used" not in whole
    assert whole.startswith(first.splitlines()[0])
    assert command.text("detect", str(photos), f"--{form}", "--to", str(file)).endswith(
        "4 of them from before.\n"
    )
    assert file.read_text() == whole


@pytest.mark.usefixtures("running")
def test_a_file_that_is_no_such_result_is_left_alone(command: Command, photos: Path, tmp_path: Path) -> None:
    for content in (
        "dear diary\n",
        '{"model": "another", "image": "a.png", "width": 1, "height": 1, "labels": []}\n',
    ):
        file = tmp_path / "diary.txt"
        file.write_text(content)
        for form in ("--json", "--csv"):
            assert "name another file" in command.refusal("detect", str(photos), form, "--to", str(file))
        assert file.read_text() == content


@pytest.mark.usefixtures("running")
def test_copies_show_boxes_and_keep_their_folders(command: Command, photos: Path, tmp_path: Path) -> None:
    command.text("detect", str(photos), "--annotate", str(tmp_path / "seen"))
    copies = sorted(
        path.relative_to(tmp_path / "seen").as_posix() for path in (tmp_path / "seen").rglob("*.*")
    )
    assert copies == ["a.png.jpg", "b.jpg.jpg", "more/a.png.jpg"]
    with Image.open(tmp_path / "seen" / "a.png.jpg") as copy:
        assert copy.size == (192, 144)


def test_without_a_running_model_the_way_on_is_named(
    command: Command, workshop: Workshop, photos: Path
) -> None:
    workshop.model()
    assert command.refusal("detect", str(photos)) == "No model runs: start one with `custom-labels start`."
    assert command.refusal("detect", str(photos), "--model", "shapes") == (
        "Model shapes/v1 is TRAINING_COMPLETED: start it with `custom-labels start shapes/v1`."
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["missing.jpg"], "There is no picture missing.jpg: name files, folders, or patterns in quotes."),
        ([], "Missing argument 'FILES...'"),
        (["PHOTOS", "--to", "x"], "--to needs --json or --csv, the form in which to write."),
        (["PHOTOS", "--min-confidence", "101"], "101.0 is not in the range 0<=x<=100"),
    ],
)
def test_wrong_usage_is_named(command: Command, photos: Path, arguments: list[str], sentence: str) -> None:
    given = [str(photos) if argument == "PHOTOS" else argument for argument in arguments]
    assert sentence in command.refusal("detect", *given, code=2)


def test_every_picture_gets_its_result_at_the_models_throughput(running: str, photos: Path) -> None:
    """One inference unit that takes three requests a second, and two dozen pictures."""
    configure(
        limits=Limits(control_requests_per_second=1_000_000, detect_requests_per_second_per_inference_unit=8),
        timing=FAST,
    )
    client: Any = boto3.client("rekognition")
    paths = [photos / name for name in ("a.png", "b.jpg")] * 12
    found = list(detect_all(client, find_model(client, running), paths))
    assert [one.image for one in found] == [str(path) for path in paths]
    assert [one.error for one in found] == [None] * 24


class Scripted:
    """A client whose answers are errors by the dozen, then labels; each picture is asked for until it has them."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.asked = 0
        self._lock = threading.Lock()

    def detect_custom_labels(self, **_: object) -> dict[str, Any]:
        with self._lock:
            self.asked += 1
            if self.errors:
                raise self.errors.pop()
        box = {"Left": -0.1, "Top": 0.5, "Width": 0.6, "Height": 0.7}
        return {"CustomLabels": [{"Name": "disc", "Confidence": 90.0, "Geometry": {"BoundingBox": box}}]}


def answer(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, "DetectCustomLabels")


def scripted(client: Scripted, paths: list[Path]) -> list[Any]:
    model: Any = type("Model", (), {"arn": "arn", "units": 5, "max_units": None})
    return list(detect_all(cast("Any", client), model, paths))


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "ProvisionedThroughputExceededException", "InternalServerError"]
)
def test_what_passes_is_tried_again(photos: Path, code: str) -> None:
    client = Scripted(*[answer(code)] * 4)
    assert [one.error for one in scripted(client, [photos / "a.png"] * 3)] == [None] * 3
    assert client.asked == 7


def test_a_lost_connection_is_tried_again(photos: Path) -> None:
    client = Scripted(EndpointConnectionError(endpoint_url="https://example.com"))
    assert [one.error for one in scripted(client, [photos / "a.png"])] == [None]


def test_boxes_end_at_the_edges(photos: Path) -> None:
    (one,) = scripted(Scripted(), [photos / "a.png"])
    assert one.labels[0].box == (0, 72, 96, 72)


def test_what_concerns_one_picture_is_said_of_it(photos: Path) -> None:
    found = scripted(Scripted(answer("InvalidImageFormatException")), [photos / "a.png"] * 2)
    assert sorted(str(one.error) for one in found) == [
        "AWS refuses DetectCustomLabels (InvalidImageFormatException): InvalidImageFormatException.",
        "None",
    ]


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "ResourceNotReadyException", "ResourceNotFoundException"]
)
def test_what_concerns_every_picture_ends_the_run(photos: Path, code: str) -> None:
    client = Scripted(*[answer(code)] * 100)
    with pytest.raises(ClientError, match=code):
        scripted(client, [photos / "a.png"] * 90)
    assert client.asked < 90


def test_refusals_slow_everybody_down_once_and_success_speeds_up() -> None:
    pace = Pace(20)
    pace._slowed -= 1
    pace.refused()
    pace.refused()
    assert pace.rate == 14
    pace.taken()
    assert 14 < pace.rate < 14.1


def test_the_end_wakes_whoever_waits() -> None:
    pace = Pace(0.2)
    pace.wait()
    threading.Timer(0.05, pace.end).start()
    began = time.monotonic()
    pace.wait()
    assert time.monotonic() - began < 2
