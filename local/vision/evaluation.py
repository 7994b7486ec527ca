"""How well a model does, and from which confidence on its detections should count."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from local.vision.boxes import overlaps
from local.vision.types import Box, Detection, Example

_HIT = 0.5
"""Intersection over union from which a detection shows an object."""
_USUAL_THRESHOLD = 50.0


@dataclass(frozen=True, slots=True)
class LabelScore:
    """How well one label is found."""

    label: str
    threshold: float
    """Confidence, 0 to 100, from which a detection counts."""
    precision: float
    recall: float
    f1: float
    images: int
    """Examples that have the label."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How well a model does; precision, recall and F1 are means over the labels that the examples have."""

    f1: float
    precision: float
    recall: float
    labels: tuple[LabelScore, ...]
    confusion: Mapping[tuple[str, str], float]
    """For labels of whole images: the share of a label's (first) images that got a label (second)."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A model's detections on one example, held against the truth."""

    example: Example
    detections: tuple[tuple[Detection, bool], ...]
    """Best first, each with whether it is right; an object can be found once."""


def judge(example: Example, pixels: tuple[int, int], detections: Sequence[Detection]) -> Judged:
    """Hold detections, best first, against the annotations of an example with that width and height."""
    left = list(example.annotations)
    judged: list[tuple[Detection, bool]] = []
    for detection in detections:
        found = next(
            (
                one
                for one in left
                if one.label == detection.label and _overlap(detection, one.box, pixels) >= _HIT
            ),
            None,
        )
        if found is not None:
            left.remove(found)
        judged.append((detection, found is not None))
    return Judged(example, tuple(judged))


def _overlap(detection: Detection, box: Box | None, pixels: tuple[int, int]) -> float:
    found = detection.box
    if box is None or found is None:
        return float(box is None and found is None)
    width, height = pixels
    sides = (found.left * width, found.top * height, found.width * width, found.height * height)
    truth = (box.left, box.top, box.width, box.height)
    return float(overlaps(np.asarray([sides], np.float32), np.asarray([truth], np.float32))[0, 0])


def best_thresholds(judged: Sequence[Judged], labels: Sequence[str]) -> dict[str, float]:
    """Return, for each label, about the confidence with the best F1.

    That of few examples is half chance, and a model is surest of what it learned from: so each is drawn halfway to
    the usual one.
    """
    return {label: _best_threshold(judged, label) for label in labels}


def _best_threshold(judged: Sequence[Judged], label: str) -> float:
    detections = sorted(
        (
            (detection.confidence, right)
            for one in judged
            for detection, right in one.detections
            if detection.label == label
        ),
        reverse=True,
    )
    there = sum(one.label == label for each in judged for one in each.example.annotations)
    scores: list[float] = []
    right_so_far = 0
    for count, (_, right) in enumerate(detections, 1):
        right_so_far += right
        scores.append(2 * right_so_far / (count + there))
    if not scores or max(scores) == 0:
        return _USUAL_THRESHOLD
    last = max(index for index, score in enumerate(scores) if score == max(scores))
    confidences = [confidence for confidence, _ in detections] + [0.0]
    best = (confidences[last] + confidences[last + 1]) / 2
    return (best + _USUAL_THRESHOLD) / 2


def score(judged: Sequence[Judged], thresholds: Mapping[str, float]) -> Evaluation:
    """Count what is found and what is missed at a model's thresholds."""
    scores = tuple(_score(judged, label, threshold) for label, threshold in thresholds.items())
    counted = [one for one in scores if one.images] or list(scores)

    def mean(value: Callable[[LabelScore], float]) -> float:
        return sum(map(value, counted)) / len(counted)

    return Evaluation(
        mean(lambda one: one.f1),
        mean(lambda one: one.precision),
        mean(lambda one: one.recall),
        scores,
        _confusion(judged, thresholds),
    )


def _score(judged: Sequence[Judged], label: str, threshold: float) -> LabelScore:
    counted = [
        right
        for one in judged
        for detection, right in one.detections
        if detection.label == label and detection.confidence >= threshold
    ]
    there = sum(one.label == label for each in judged for one in each.example.annotations)
    right = sum(counted)
    return LabelScore(
        label,
        threshold,
        precision=right / len(counted) if counted else 0.0,
        recall=right / there if there else 0.0,
        f1=2 * right / (len(counted) + there) if there or counted else 0.0,
        images=sum(any(one.label == label for one in each.example.annotations) for each in judged),
    )


def _confusion(judged: Sequence[Judged], thresholds: Mapping[str, float]) -> dict[tuple[str, str], float]:
    pairs: Counter[tuple[str, str]] = Counter()
    images: Counter[str] = Counter()
    for each in judged:
        there = {one.label for one in each.example.annotations if one.box is None}
        said = {
            detection.label
            for detection, _ in each.detections
            if detection.box is None and detection.confidence >= thresholds[detection.label]
        }
        images.update(there)
        pairs.update((truth, label) for truth in there for label in said)
    return {pair: count / images[pair[0]] for pair, count in sorted(pairs.items())}
