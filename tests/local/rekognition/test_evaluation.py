"""The results of a training: the summary in both layouts, and each test image with what the model said of it."""

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from local.rekognition.evaluation import Measurement
from local.rekognition.manifest_lines import Line
from local.vision import Annotation, Box, Detection, Example, Model, RatioBox
from local.vision.evaluation import Judged, score
from tests.local.rekognition.bench import BUCKET, Bench

if TYPE_CHECKING:
    from collections.abc import Sequence

DETAILS = "rekognition-custom-labels-evaluation-details"
VERDICTS = ("is-true-positive", "is-true-negative", "is-false-positive", "is-false-negative")
MODEL = Model(("disc", "ring"), {"disc": 50.0, "ring": 70.0}, cast("Any", None))
PLACE, ELSEWHERE = Box(10, 20, 30, 40), Box(110, 20, 30, 40)


def detection(label: str, confidence: float, box: Box | None = PLACE) -> Detection:
    """Return a detection in an image of 200 x 100."""
    place = box and RatioBox(box.left / 200, box.top / 100, box.width / 200, box.height / 100)
    return Detection(label, confidence, place)


def image(there: "Sequence[Annotation]", *said: tuple[Detection, bool]) -> Judged:
    return Judged(Example(b"", tuple(there)), said)


def measurement(*judged: Judged) -> Measurement:
    return Measurement(model=MODEL, judged=judged, evaluation=score(judged, MODEL.thresholds))


def line(number: int, there: "Sequence[Annotation]") -> Line:
    return Line(
        number, {}, source_ref=f"s3://{BUCKET}/{number}.png", pixels=(200, 100), annotations=list(there)
    )


def verdict(object_: Any) -> str:
    """Return the one verdict that holds."""
    details = object_[DETAILS]
    assert (details["version"], details["ground-truth-labelling-jobs"]) == (
        1,
        ["rekognition-custom-labels-training-job"],
    )
    [holds] = [name for name in VERDICTS if details[name]]
    return holds


DISC, RING = Annotation("disc", PLACE), Annotation("ring", ELSEWHERE)
FIRST = image([DISC, RING], (detection("disc", 90), True), (detection("ring", 60, ELSEWHERE), True))
SECOND = image([DISC], (detection("disc", 80, ELSEWHERE), False), (detection("disc", 20), True))
THIRD = image([DISC], (detection("ring", 10), False))


def test_average_precision_and_recall_count_every_detection() -> None:
    document = json.loads(measurement(FIRST, SECOND, THIRD).write_summary("arn", 0.0, 7))
    metrics = document["AggregatedEvaluationResults"]["Metrics"]
    # disc: right, wrong, right, one of three never found; ring: right at once.
    assert metrics["AveragePrecision"] == pytest.approx(((1 / 1 + 2 / 3) / 3 + 1) / 2)
    assert metrics["AverageRecall"] == pytest.approx((2 / 3 + 1) / 2)
    assert "ConfusionMatrix" not in metrics


def test_the_summary_has_the_metrics_in_both_documented_layouts() -> None:
    document = json.loads(measurement(FIRST, SECOND, THIRD).write_summary("arn:of:model", 0.0, 7))
    aggregated = document["AggregatedEvaluationResults"]
    metrics = aggregated.pop("Metrics")
    assert aggregated == metrics
    assert metrics.keys() == {"Precision", "Recall", "F1Score", "AveragePrecision", "AverageRecall"}
    assert document["EvaluationDetails"] == {
        "ProjectVersionArn": "arn:of:model",
        "EvaluationEndTimestamp": "1970-01-01T00:00:00+00:00",
        "Labels": ["disc", "ring"],
        "NumberOfTrainingImages": 7,
        "NumberOfTestingImages": 3,
    }
    disc = next(one for one in document["LabelEvaluationResults"] if one["Label"] == "disc")
    assert disc["NumberOfTestingImages"] == 3
    assert disc["Metrics"] == {
        "Threshold": 0.5,
        "Precision": 0.5,
        "Recall": pytest.approx(1 / 3),
        "F1Score": pytest.approx(0.4),
    }


def test_the_labels_of_the_summary_are_sorted_by_f1() -> None:
    found = image([RING], (detection("ring", 90, ELSEWHERE), True))
    document = json.loads(measurement(found, THIRD).write_summary("arn", 0.0, 1))
    assert [one["Label"] for one in document["LabelEvaluationResults"]] == ["ring", "disc"]


def test_test_data_without_any_label_of_the_model_measures_nothing() -> None:
    metrics = json.loads(measurement(image([])).write_summary("arn", 0.0, 1))["AggregatedEvaluationResults"]
    assert (metrics["F1Score"], metrics["AveragePrecision"], metrics["AverageRecall"]) == (0, 0, 0)


def test_each_detected_box_is_in_the_snapshot_with_its_verdict() -> None:
    judged = image(
        [DISC, RING],
        (detection("disc", 90), True),
        (detection("ring", 60, ELSEWHERE), True),
        (detection("disc", 50, ELSEWHERE), False),
        (detection("ring", 10), False),
    )
    [text] = (
        measurement(judged).write_snapshot([line(1, [DISC, RING])], "OBJECT_LOCALIZATION", 0.0).splitlines()
    )
    entry = json.loads(text)
    assert entry["source-ref"] == f"s3://{BUCKET}/1.png"
    truth, said = entry["rekognition-custom-labels-training-0"], entry["rekognition-custom-labels-evaluation"]
    size = [{"width": 200, "height": 100, "depth": 3}]
    assert truth["image_size"] == said["image_size"] == size
    assert truth["annotations"] == [
        {"class_id": 0, "left": 10, "top": 20, "width": 30, "height": 40},
        {"class_id": 1, "left": 110, "top": 20, "width": 30, "height": 40},
    ]
    assert said["annotations"][1] == {"class_id": 1, "left": 110, "top": 20, "width": 30, "height": 40}
    about = entry["rekognition-custom-labels-evaluation-metadata"]
    assert (about["class-map"], about["human-annotated"]) == ({"0": "disc", "1": "ring"}, "no")
    assert [one["confidence"] for one in about["objects"]] == [0.9, 0.6, 0.5, 0.1]
    assert [verdict(one) for one in about["objects"]] == [
        "is-true-positive",
        "is-false-negative",
        "is-false-positive",
        "is-true-negative",
    ]


def test_each_image_level_label_is_in_the_snapshot_with_its_verdict() -> None:
    there = [Annotation("disc", None), Annotation("ring", None)]
    judged = image(there, (detection("disc", 90, None), True), (detection("ring", 60, None), True))
    [text] = measurement(judged).write_snapshot([line(1, there)], "IMAGE_LEVEL_LABELS", 0.0).splitlines()
    entry = json.loads(text)
    for number, (label, expected) in enumerate([("disc", "is-true-positive"), ("ring", "is-false-negative")]):
        assert entry[f"rekognition-custom-labels-training-{number}"] == 1
        truth = entry[f"rekognition-custom-labels-training-{number}-metadata"]
        assert (truth["class-name"], truth["human-annotated"], truth["confidence"]) == (label, "yes", 1)
        said = entry[f"rekognition-custom-labels-evaluation-{number}-metadata"]
        assert (said["class-name"], said["human-annotated"], verdict(said)) == (label, "no", expected)


@pytest.mark.parametrize("boxed", [True, False], ids=["boxes", "image-level labels"])
def test_the_snapshots_of_a_training_can_be_trained_on(bench: Bench, boxed: bool) -> None:  # noqa: FBT001 - a parameter
    lines = bench.boxed_lines() if boxed else bench.labelled_lines()
    described: Any = bench.describe(bench.model(lines=lines))
    snapshots: dict[str, Any] = {}
    for name in ("Training", "Testing"):
        output = described[f"{name}DataResult"]["Output"]
        text = bench.get(output["Assets"][0]["GroundTruthManifest"]["S3Object"])
        snapshots[f"{name}Data"] = output
        assert len(text.splitlines()) == {"Training": 8, "Testing": 4}[name]
    arn = bench.create_version(bench.project("again"), **snapshots)
    assert bench.trained(arn).get("Status") == "TRAINING_COMPLETED"
