"""A training split, a test split and a dozen pictures to try, in a folder."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from local.samples.scenes import LABELS, Scene, compose

__all__ = ["LABELS", "SampleSet", "load", "write"]

_SIZE: Final = (640, 480)
_LARGER: Final = (960, 640)
_LARGEST: Final = (2400, 1600)
_COUNTS: Final = {"train": 64, "test": 32, "try": 12}
_EMPTY, _LARGE = 4, 9
"""Among the pictures to try: the one of an empty bench, and the one from a better camera."""
_MOST_PARTS: Final = 6
_STAMP: Final = "samples.json"
_CREATION_DATE: Final = "2026-01-01T00:00:00"


@dataclass(frozen=True)
class SampleSet:
    """The pictures in a folder: `train/`, `test/` and `try/`, each with its `truth.json`."""

    folder: Path

    def images(self, split: str) -> list[Path]:
        """Return the pictures of a split, by name."""
        return sorted((self.folder / split).glob("*.jpg"))

    def truth(self, split: str) -> dict[str, dict[str, Any]]:
        """Return, for each picture's file name, its `width`, `height` and `objects` (`label` and `box`)."""
        return json.loads((self.folder / split / "truth.json").read_text())

    def manifest(self, split: str, bucket: str) -> str:
        """Return the split as a SageMaker Ground Truth manifest with bounding boxes.

        Args:
            split: `train` or `test`.
            bucket: Where the pictures are, as `<split>/<name>`.
        """
        lines = (
            _boxes_line(f"s3://{bucket}/{split}/{name}", picture)
            for name, picture in self.truth(split).items()
        )
        return _json_lines(lines)

    def image_level_manifest(self, split: str, bucket: str) -> str:
        """Return the split as a manifest of whole-image labels: whether a picture shows `parts` or is `empty`."""
        lines = (
            _image_line(f"s3://{bucket}/{split}/{name}", picture)
            for name, picture in self.truth(split).items()
        )
        return _json_lines(lines)


def write(folder: Path, *, seed: int = 2026) -> SampleSet:
    """Draw the pictures into a folder; the same seed gives the same bytes."""
    stamp = folder / _STAMP
    stamp.unlink(missing_ok=True)  # and written last: an interrupted start must not look complete
    with ThreadPoolExecutor(2) as pool:
        for split, count in _COUNTS.items():
            scenes = list(pool.map(_scene, [split] * count, range(count), [seed] * count))
            _write_split(folder / split, scenes)
    stamp.write_text(json.dumps(_stamp(seed)))
    return SampleSet(folder)


def load(folder: Path, *, seed: int = 2026) -> SampleSet | None:
    """Return the pictures of a folder, or None when one is missing or `write` would draw others."""
    samples = SampleSet(folder)
    try:
        current = json.loads((folder / _STAMP).read_text()) == _stamp(seed)
        complete = all(
            set(samples.truth(split)) <= {image.name for image in samples.images(split)} for split in _COUNTS
        )
    except (OSError, ValueError):
        return None
    return samples if current and complete else None


def load_or_write(folder: Path) -> SampleSet:
    """Return the pictures of a folder, drawn now if they are not there."""
    return load(folder) or write(folder)


def _scene(split: str, index: int, seed: int) -> tuple[tuple[int, int], Scene]:
    rng = np.random.default_rng([seed, list(_COUNTS).index(split), index])
    size, count = _SIZE, int(rng.integers(0, _MOST_PARTS + 1))
    if split == "try":
        size = _LARGEST if index == _LARGE else _LARGER
        count = 0 if index == _EMPTY else max(count, 2)
    return size, compose(*size, count, rng)


def _write_split(folder: Path, scenes: Sequence[tuple[tuple[int, int], Scene]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.jpg"):
        old.unlink()
    truth: dict[str, Any] = {}
    for index, ((width, height), scene) in enumerate(scenes):
        name = f"bench-{index + 1:02}.jpg"
        (folder / name).write_bytes(scene.jpeg)
        truth[name] = {
            "width": width,
            "height": height,
            "objects": [
                {
                    "label": one.label,
                    "box": {
                        "left": one.box.left,
                        "top": one.box.top,
                        "width": one.box.width,
                        "height": one.box.height,
                    },
                }
                for one in scene.annotations
                if one.box is not None
            ],
        }
    (folder / "truth.json").write_text(json.dumps(truth, indent=1))


def _boxes_line(source: str, picture: Mapping[str, Any]) -> dict[str, Any]:
    objects = picture["objects"]
    return {
        "source-ref": source,
        "parts": {
            "image_size": [{"width": picture["width"], "height": picture["height"], "depth": 3}],
            "annotations": [{"class_id": LABELS.index(one["label"]), **one["box"]} for one in objects],
        },
        "parts-metadata": {
            "objects": [{"confidence": 1} for _ in objects],
            "class-map": {str(index): label for index, label in enumerate(LABELS)},
            "type": "groundtruth/object-detection",
            "human-annotated": "yes",
            "creation-date": _CREATION_DATE,
            "job-name": "workbench",
        },
    }


def _image_line(source: str, picture: Mapping[str, Any]) -> dict[str, Any]:
    label = "parts" if picture["objects"] else "empty"
    return {
        "source-ref": source,
        f"bench_{label}": 1,
        f"bench_{label}-metadata": {
            "confidence": 1,
            "class-name": label,
            "type": "groundtruth/image-classification",
            "human-annotated": "yes",
            "creation-date": _CREATION_DATE,
            "job-name": "workbench",
        },
    }


def _json_lines(lines: Iterator[dict[str, Any]]) -> str:
    return "".join(f"{json.dumps(line)}\n" for line in lines)


def _stamp(seed: int) -> dict[str, Any]:
    """Say what the pictures depend on: the seed and how they are drawn."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return {"seed": seed, "drawn by": digest.hexdigest(), "numpy": np.__version__}
