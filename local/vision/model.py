"""A trained model: finds objects, or names whole images, by what its examples were."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from local.vision.classifier import Classifier
from local.vision.detector import Detector
from local.vision.evaluation import Evaluation, Judged, best_thresholds, judge, score
from local.vision.pictures import Picture, open_picture
from local.vision.types import Detection, Example, TrainingError

_KINDS: dict[str, type[Detector | Classifier]] = {"detector": Detector, "classifier": Classifier}


@dataclass(frozen=True)
class Model:
    """Detects labels in images; safe to use from several threads at once."""

    labels: tuple[str, ...]
    """What it can tell apart, sorted."""
    thresholds: Mapping[str, float]
    """For each label the confidence, 0 to 100, from which a detection should count."""
    _eye: Detector | Classifier

    def detect(self, image: bytes) -> list[Detection]:
        """Return everything that might be there, best first; the caller drops what is below its threshold.

        Raises:
            ImageError: The bytes are not a readable image.
        """
        return self.detect_in(open_picture(image))

    def detect_in(self, picture: Picture) -> list[Detection]:
        """Return what `detect` returns, for a picture that is open already."""
        return self._eye.detect(picture, self.labels)

    def save(self) -> bytes:
        """Return the model as bytes for `load`."""
        about = {
            "kind": next(name for name, kind in _KINDS.items() if isinstance(self._eye, kind)),
            "labels": self.labels,
            "thresholds": self.thresholds,
        }
        file = io.BytesIO()
        arrays: dict[str, Any] = {
            **self._eye.arrays(),
            "about": np.frombuffer(json.dumps(about).encode(), np.uint8),
        }
        np.savez(file, **arrays)
        return file.getvalue()

    @classmethod
    def load(cls, data: bytes) -> "Model":
        """Return the model that `save` wrote."""
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        about = json.loads(arrays.pop("about").tobytes())
        return cls(tuple(about["labels"]), about["thresholds"], _KINDS[about["kind"]].load(arrays))


def train(examples: Sequence[Example], *, seed: int = 0) -> Model:
    """Train a model: to find objects when any annotation has a box, else to name whole images.

    The same examples and seed give the same model.

    Raises:
        TrainingError: There is nothing to learn.
        ImageError: An image cannot be read.
    """
    boxed = any(one.box is not None for example in examples for one in example.annotations)
    labels = sorted(
        {one.label for example in examples for one in example.annotations if (one.box is not None) == boxed}
    )
    if not labels:
        raise TrainingError(
            f"None of the {len(examples)} images has a label: nothing can be learned from them."
        )
    kind = Detector if boxed else Classifier
    eye, judged = kind.fit(examples, labels, np.random.default_rng(seed))
    return Model(tuple(labels), best_thresholds(judged, labels), eye)


def evaluate(model: Model, examples: Sequence[Example]) -> Evaluation:
    """Count what a model finds and misses in examples, at its own thresholds.

    Raises:
        ImageError: An image cannot be read.
    """
    judged: list[Judged] = []
    for example in examples:
        picture = open_picture(example.image)
        judged.append(judge(example, picture.pixels, model.detect_in(picture)))
    return score(judged, model.thresholds)
