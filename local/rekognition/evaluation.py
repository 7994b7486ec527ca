"""How well a trained model does, in the files that the service leaves in S3: summary and manifest snapshots.

The developer guide shows the summary's aggregated metrics in two layouts, under ``Metrics`` and beside it. The summary
here has both, so that a reader of either finds what it looks for.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from local.rekognition.manifest_lines import Line, UseCase
from local.vision import Annotation, Box, Detection, Evaluation, Example, Model, RatioBox
from local.vision.evaluation import Judged, judge, score
from local.vision.pictures import open_picture

_GROUND_TRUTH = "rekognition-custom-labels-training-0"
_PREDICTION = "rekognition-custom-labels-evaluation"
_JOB = "rekognition-custom-labels-training-job"


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What a model said about each test image, and what that amounts to."""

    model: Model
    judged: Sequence[Judged]
    """One for each test image."""
    evaluation: Evaluation

    def write_summary(self, version_arn: str, ended: float, trained: int) -> bytes:
        """Return the evaluation summary as JSON.

        Args:
            version_arn: The model's ARN.
            ended: When the training ended, in seconds since 1970.
            trained: Images that the model learned from.
        """
        labels = self.evaluation.labels
        metrics = self._aggregated()
        document = {
            "Version": 1,
            "EvaluationDetails": {
                "ProjectVersionArn": version_arn,
                "EvaluationEndTimestamp": _timestamp(ended),
                "Labels": [one.label for one in labels],
                "NumberOfTrainingImages": trained,
                "NumberOfTestingImages": len(self.judged),
            },
            "AggregatedEvaluationResults": {"Metrics": metrics, **metrics},
            "LabelEvaluationResults": [
                {
                    "Label": one.label,
                    "NumberOfTestingImages": one.images,
                    "Metrics": {
                        "Threshold": one.threshold / 100,
                        "Precision": one.precision,
                        "Recall": one.recall,
                        "F1Score": one.f1,
                    },
                }
                for one in sorted(labels, key=lambda one: one.f1, reverse=True)
            ],
        }
        return json.dumps(document, indent=2).encode()

    def _aggregated(self) -> dict[str, Any]:
        evaluation = self.evaluation
        metrics: dict[str, Any] = {
            "Precision": evaluation.precision,
            "Recall": evaluation.recall,
            "F1Score": evaluation.f1,
        }
        if evaluation.confusion:
            metrics["ConfusionMatrix"] = [
                {"GroundTruthLabel": truth, "PredictedLabel": predicted, "Value": share}
                for (truth, predicted), share in evaluation.confusion.items()
            ]
        else:
            metrics["AveragePrecision"], metrics["AverageRecall"] = self._average_precision_and_recall()
        return metrics

    def _average_precision_and_recall(self) -> tuple[float, float]:
        """Return mAP and mAR: means over the labels in the test data, with every detection counted.

        The average precision of a label is the mean, over its objects, of the precision at the confidence at which
        the object is found, 0 for one that is not.
        """
        precisions: list[float] = []
        recalls: list[float] = []
        for label in (one.label for one in self.evaluation.labels if one.images):
            there = sum(one.label == label for each in self.judged for one in each.example.annotations)
            rights = [
                right
                for _, right in sorted(
                    (
                        (detection.confidence, right)
                        for each in self.judged
                        for detection, right in each.detections
                        if detection.label == label
                    ),
                    reverse=True,
                )
            ]
            found = accumulate(rights)
            at_finds = [
                so_far / count
                for count, (so_far, right) in enumerate(zip(found, rights, strict=True), 1)
                if right
            ]
            precisions.append(sum(at_finds) / there)
            recalls.append(len(at_finds) / there)
        if not precisions:
            return 0.0, 0.0
        return sum(precisions) / len(precisions), sum(recalls) / len(recalls)

    def write_snapshot(self, lines: Sequence[Line], use_case: UseCase, ended: float) -> bytes:
        """Return the evaluation manifest: the test lines with what the model said, each time right or wrong.

        Args:
            lines: Those of the test images, in the order of `judged`.
            use_case: What the model was trained for.
            ended: When the training ended, in seconds since 1970.
        """
        say = self._detected_boxes if use_case == "OBJECT_LOCALIZATION" else self._detected_labels
        return _json_lines(
            _ground_truth(line, use_case, ended) | say(line, each, ended)
            for line, each in zip(lines, self.judged, strict=True)
        )

    def _detected_labels(self, _line: Line, judged: Judged, ended: float) -> dict[str, Any]:
        entry: dict[str, Any] = {}
        for number, (detection, right) in enumerate(judged.detections):
            name = f"{_PREDICTION}-{number}"
            entry[name] = 1
            entry[f"{name}-metadata"] = _metadata(
                ended,
                **{
                    "type": "groundtruth/image-classification",
                    "class-name": detection.label,
                    "human-annotated": "no",
                    **self._verdict(detection, right=right),
                },
            )
        return entry

    def _detected_boxes(self, line: Line, judged: Judged, ended: float) -> dict[str, Any]:
        annotations = [
            Annotation(one.label, _in_pixels(one.box, _size(line))) for one, _ in judged.detections
        ]
        objects = [self._verdict(detection, right=right) for detection, right in judged.detections]
        return _box_attribute(
            _PREDICTION, annotations, line, objects, _metadata(ended, **{"human-annotated": "no"})
        )

    def _verdict(self, detection: Detection, *, right: bool) -> dict[str, Any]:
        """Return the confidence and whether the detection, counted or not, is true."""
        counted = detection.confidence >= self.model.thresholds[detection.label]
        return {
            "confidence": detection.confidence / 100,
            "rekognition-custom-labels-evaluation-details": {
                "version": 1,
                "ground-truth-labelling-jobs": [_JOB],
                "is-true-positive": counted and right,
                "is-true-negative": not counted and not right,
                "is-false-positive": counted and not right,
                "is-false-negative": not counted and right,
                "is-present-in-ground-truth": right,
            },
        }


def measure(model: Model, examples: Sequence[Example], check: Callable[[], None]) -> Measurement:
    """Let a model detect in examples and hold that against what is in them.

    Args:
        model: A trained model.
        examples: The test data.
        check: Called before each example; may raise to end the test.

    Raises:
        ImageError: An image cannot be read.
    """
    judged: list[Judged] = []
    for example in examples:
        check()
        picture = open_picture(example.image)
        judged.append(judge(example, picture.pixels, model.detect_in(picture)))
    return Measurement(model=model, judged=judged, evaluation=score(judged, model.thresholds))


def write_training_snapshot(lines: Sequence[Line], use_case: UseCase, ended: float) -> bytes:
    """Return the manifest of the lines that a model was trained on, in the same form as that of the test lines."""
    return _json_lines(_ground_truth(line, use_case, ended) for line in lines)


def _ground_truth(line: Line, use_case: UseCase, ended: float) -> dict[str, Any]:
    entry: dict[str, Any] = {"source-ref": line.source_ref}
    usable = line.usable(use_case)
    if use_case == "OBJECT_LOCALIZATION":
        objects = [{"confidence": 1.0} for _ in usable]
        metadata = _metadata(ended, **{"job-name": _JOB, "human-annotated": "yes"})
        return entry | _box_attribute(_GROUND_TRUTH, usable, line, objects, metadata)
    for number, annotation in enumerate(usable):
        name = f"{_GROUND_TRUTH[:-1]}{number}"
        entry[name] = 1
        entry[f"{name}-metadata"] = _metadata(
            ended,
            **{
                "type": "groundtruth/image-classification",
                "class-name": annotation.label,
                "confidence": 1.0,
                "human-annotated": "yes",
                "job-name": _JOB,
            },
        )
    return entry


def _box_attribute(
    name: str,
    annotations: Sequence[Annotation],
    line: Line,
    objects: Sequence[Mapping[str, Any]],
    metadata: Mapping[str, Any],
) -> dict[str, Any]:
    labels = sorted({annotation.label for annotation in annotations})
    width, height = _size(line)
    return {
        name: {
            "image_size": [{"width": width, "height": height, "depth": 3}],
            "annotations": [
                {
                    "class_id": labels.index(annotation.label),
                    "left": annotation.box.left,
                    "top": annotation.box.top,
                    "width": annotation.box.width,
                    "height": annotation.box.height,
                }
                for annotation in annotations
                if annotation.box is not None
            ],
        },
        f"{name}-metadata": {
            "type": "groundtruth/object-detection",
            "class-map": {str(number): label for number, label in enumerate(labels)},
            "objects": objects,
            **metadata,
        },
    }


def _size(line: Line) -> tuple[int, int]:
    if line.pixels is None:
        raise ValueError(f"Line {line.number} is used without its image.")
    return line.pixels


def _in_pixels(box: RatioBox | None, size: tuple[int, int]) -> Box | None:
    if box is None:
        return None
    width, height = size
    return Box(
        round(box.left * width), round(box.top * height), round(box.width * width), round(box.height * height)
    )


def _metadata(ended: float, **members: object) -> dict[str, Any]:
    return {
        "job-name": "rekognition-custom-labels-evaluation-job",
        "creation-date": _timestamp(ended),
    } | members


def _timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _json_lines(entries: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(json.dumps(entry).encode() + b"\n" for entry in entries)
