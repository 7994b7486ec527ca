"""Detections as JSON and CSV, also in files that an interrupted run goes on with."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Self

from custom_labels.detection import Detection, Label
from custom_labels.errors import CustomLabelsError

Format = Literal["json", "csv"]

_COLUMNS = [
    *("model", "image", "imageWidth", "imageHeight"),
    *("label", "confidence", "left", "top", "width", "height", "error"),
]
_BOX = ("left", "top", "width", "height")


def as_json(detection: Detection) -> dict[str, Any]:
    """Return a detection as JSON: `image` and `error`, or `image`, its `width` and `height`, and `labels`."""
    if detection.error:
        return {"image": detection.image, "error": detection.error}
    labels = [
        {"name": label.name, "confidence": label.confidence}
        | ({"box": dict(zip(_BOX, label.box, strict=True))} if label.box else {})
        for label in detection.labels
    ]
    return {
        "image": detection.image,
        "width": detection.width,
        "height": detection.height,
        "labels": labels,
    }


def as_csv(model: str, detections: Sequence[Detection], *, head: bool) -> str:
    """Return detections as CSV: a row a label, and one without a label for a picture on which nothing was found."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if head:
        writer.writerow(_COLUMNS)
    for one in detections:
        image = [model, one.image, one.width, one.height]
        if one.error:
            writer.writerow([model, one.image, *[""] * 8, one.error])
        for label in one.labels:
            writer.writerow([*image, label.name, label.confidence, *(label.box or [""] * 4), ""])
        if not one.labels and not one.error:
            writer.writerow([*image, *[""] * 7])
    return text.getvalue()


class ResultFile:
    """A file of detections: a JSON line a picture, or CSV.

    What an earlier run of the same model left in it is kept and in `done`, except pictures that failed and a last line
    that was cut off.

    Args:
        path: The file; it is made when it is not there.
        kind: `json` or `csv`.
        model: ARN of the model.

    Raises:
        CustomLabelsError: The file is there, and is none of that kind and model.
    """

    def __init__(self, path: Path, kind: Format, model: str) -> None:
        self._kind: Format = kind
        self._model = model
        text = path.read_text() if path.exists() else ""
        whole = text[: text.rfind("\n") + 1]
        try:
            kept = (_read_csv if kind == "csv" else _read_json)(whole, model)
        except (ValueError, KeyError, TypeError):
            raise CustomLabelsError(
                f"{path} is not a {kind} file that `custom-labels detect` wrote with {model}: name another file."
            ) from None
        self.done = {one.image: one for one in kept if not one.error}
        """What is known already, by the name of the picture's file."""
        fresh = path.with_name(f"{path.name}.new")
        fresh.write_text(self._text(list(self.done.values()), head=True), newline="")
        fresh.replace(path)
        # Without a buffer: whatever ends this program, no picture is written in part.
        self._file = path.open("ab", buffering=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, detection: Detection) -> None:
        """Write what came of a picture."""
        self._file.write(self._text([detection], head=False).encode())

    def _text(self, detections: Sequence[Detection], *, head: bool) -> str:
        if self._kind == "csv":
            return as_csv(self._model, detections, head=head)
        return "".join(f"{json.dumps({'model': self._model} | as_json(one))}\n" for one in detections)


def _read_json(text: str, model: str) -> list[Detection]:
    found: list[Detection] = []
    for line in text.splitlines():
        row = json.loads(line)
        _require(row["model"] == model)
        labels = tuple(
            Label(
                each["name"],
                each["confidence"],
                _box([each["box"][side] for side in _BOX]) if "box" in each else None,
            )
            for each in row.get("labels", [])
        )
        found.append(
            Detection(
                image=row["image"],
                width=row.get("width", 0),
                height=row.get("height", 0),
                labels=labels,
                error=row.get("error"),
            )
        )
    return found


def _read_csv(text: str, model: str) -> list[Detection]:
    rows = list(csv.reader(io.StringIO(text, newline="")))
    _require(not rows or rows[0] == _COLUMNS)
    found: dict[str, Detection] = {}
    for row in rows[1:]:
        arn, image, image_width, image_height, name, confidence, *box, error = row
        _require(arn == model)
        if error:
            found[image] = Detection(image=image, error=error)
            continue
        label = (
            Label(name, float(confidence), _box([int(side) for side in box]) if box[0] else None)
            if name
            else None
        )
        before = found[image].labels if image in found else ()
        found[image] = Detection(
            image=image,
            width=int(image_width),
            height=int(image_height),
            labels=(*before, label) if label else before,
        )
    return list(found.values())


def _box(sides: Sequence[int]) -> tuple[int, int, int, int]:
    left, top, width, height = sides
    return left, top, width, height


def _require(truth: bool) -> None:  # noqa: FBT001  # reads as a sentence
    if not truth:
        raise ValueError
