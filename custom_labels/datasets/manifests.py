"""SageMaker Ground Truth manifests: read line by line, and written for labelled pictures."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from custom_labels.datasets.examples import (
    Box,
    Example,
    Line,
    Place,
    Problems,
    number,
    problem_of_box,
    problem_of_label,
)

MOST_CHARACTERS = 100_000
"""Of a line, by the service model."""

_JOB = "custom-labels"
_S3 = re.compile(r"s3://[^/]+/.+")
_PLAIN = re.compile(r"[A-Za-z0-9_]+")
_BOXES = "groundtruth/object-detection"
_IMAGE_LEVEL = "groundtruth/image-classification"


def read_manifest(file: Path, problems: Problems) -> list[Line]:
    """Return the lines of a manifest; pictures that are not in S3 are looked for beside it."""
    lines: list[Line] = []
    try:
        texts = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        problems.add(Place(file), "this is not a manifest: it is not UTF-8 text.")
        return []
    for count, text in enumerate(texts, 1):
        if text.strip():
            line = _read_line(text, Place(file, count), problems)
            lines += [line] if line else []
    if not lines and not problems.found:
        problems.add(Place(file), "the manifest has no line.")
    return lines


def _read_line(text: str, place: Place, problems: Problems) -> Line | None:
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        problems.add(place, "the line is not JSON (ERROR_INVALID_JSON_LINE).")
        return None
    if not isinstance(document, dict) or len(text) > MOST_CHARACTERS:
        problems.add(place, f"a line must be one JSON object of at most {MOST_CHARACTERS} characters.")
        return None
    entry = cast("dict[str, Any]", document)
    source = entry.get("source-ref")
    if not isinstance(source, str) or not source:
        problems.add(place, "the line has no source-ref (ERROR_MISSING_SOURCE_REF).")
        return None
    image = None if _S3.fullmatch(source) else place.file.parent / source
    if image and not image.is_file():
        problems.add(
            place, f"source-ref is {source!r}: it is neither s3://BUCKET/KEY nor a picture beside this file."
        )
        return None
    wrong = _problems_of_attributes(entry)
    for problem in wrong:
        problems.add(place, problem)
    return None if wrong else Line(entry, place, image)


def labels_of(document: Mapping[str, Any]) -> set[str]:
    """Return the labels of a line that has been checked."""
    labels: set[str] = set()
    for name in _attributes(document):
        metadata = document[f"{name}-metadata"]
        if metadata["type"] == _BOXES:
            labels.update(
                metadata["class-map"][str(each["class_id"])] for each in document[name]["annotations"]
            )
        else:
            labels.add(metadata["class-name"])
    return labels


def manifest_line(example: Example, source: str, size: tuple[int, int], now: datetime) -> dict[str, Any]:
    """Return the JSON Line of a labelled picture.

    Args:
        example: The picture's labels.
        source: Where the picture is, as `s3://BUCKET/KEY`.
        size: Its width and height in pixels, upright.
        now: When the labels are said to have been made.
    """
    made = {"human-annotated": "yes", "creation-date": now.strftime("%Y-%m-%dT%H:%M:%S"), "job-name": _JOB}
    line: dict[str, Any] = {"source-ref": source}
    if example.boxes:
        classes = sorted({box.label for box in example.boxes})
        line["boxes"] = {
            "image_size": [{"width": size[0], "height": size[1], "depth": 3}],
            "annotations": [
                {
                    "class_id": classes.index(box.label),
                    "left": box.left,
                    "top": box.top,
                    "width": box.width,
                    "height": box.height,
                }
                for box in example.boxes
            ],
        }
        line["boxes-metadata"] = {
            "objects": [{"confidence": 1} for _ in example.boxes],
            "class-map": {str(index): label for index, label in enumerate(classes)},
            "type": _BOXES,
            **made,
        }
    for label in example.labels:
        attribute = f"label_{_attribute(label)}"
        line[attribute] = 1
        line[f"{attribute}-metadata"] = {"confidence": 1, "class-name": label, "type": _IMAGE_LEVEL, **made}
    return line


def _attributes(document: Mapping[str, Any]) -> list[str]:
    return [name for name in document if f"{name}-metadata" in document]


def _attribute(label: str) -> str:
    """Return a name for a label's attribute: always the same, and one that no other label has."""
    if _PLAIN.fullmatch(label):
        return label
    return hashlib.sha256(label.encode()).hexdigest()[:16]


def _problems_of_attributes(document: dict[str, Any]) -> list[str]:
    names = _attributes(document)
    if not names:
        return ["the line has no label attribute with its metadata (ERROR_NO_LABEL_ATTRIBUTES)."]
    return [problem for name in names if (problem := _problem_of_attribute(document, name))]


def _problem_of_attribute(document: dict[str, Any], name: str) -> str | None:
    metadata, value = document[f"{name}-metadata"], document[name]
    bad = f"{name}-metadata does not have the format (ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT)"
    if not isinstance(metadata, dict):
        return f"{bad}: it is not a JSON object."
    entry = cast("dict[str, Any]", metadata)
    for member in ("type", "human-annotated", "creation-date"):
        if not isinstance(entry.get(member), str):
            return f"{bad}: it has no {member}."
    if entry["type"] == _IMAGE_LEVEL:
        if problem := problem_of_label(entry.get("class-name")):
            return f"{bad}: class-name {problem}"
        return None if number(entry.get("confidence")) is not None else f"{bad}: it has no confidence."
    if entry["type"] == _BOXES:
        return _problem_of_boxes(name, value, entry)
    return f"{bad}: its type {entry['type']!r} is neither {_IMAGE_LEVEL} nor {_BOXES}."


def _problem_of_boxes(name: str, value: object, metadata: dict[str, Any]) -> str | None:
    try:
        boxes = cast("dict[str, Any]", value)
        size, annotations = boxes["image_size"][0], boxes["annotations"]
        width, height = int(size["width"]), int(size["height"])
        classes = metadata["class-map"]
        if len(metadata["objects"]) != len(annotations):
            return (
                f"{name} has {len(annotations)} boxes but {len(metadata['objects'])} objects in its metadata."
            )
        for each in annotations:
            label = classes.get(str(each["class_id"]))
            if problem := problem_of_label(label):
                return f"class_id {each['class_id']} of {name} (ERROR_MISSING_CLASS_MAP_ID): {problem}"
            sides = (int(each[side]) for side in ("left", "top", "width", "height"))
            if problem := problem_of_box(Box(label, *sides), width, height):
                return problem
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return (
            f"{name} does not have the format (ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT): it needs image_size, annotations "
            "with class_id, left, top, width and height, and class-map and objects in its metadata."
        )
    return None
