"""One JSON Line of a Ground Truth manifest: parsed, its image read, and checked with the service's error codes.

What is wrong is also written into the line's JSON, where the service writes it: into the annotation, the label
attribute, its metadata or the line.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeGuard

from local.rekognition import images
from local.vision import Annotation, Box, ImageError, decode

UseCase = Literal["IMAGE_LEVEL_LABELS", "OBJECT_LOCALIZATION", "NOT_DETERMINED"]
ReadImage = Callable[[str, str], bytes | None]
"""Returns the object of a bucket and key; None when there is none or it is too large."""

MAX_BOXES = 50
TRAINING_SIDE = 1280  # the service shrinks longer images to this before it trains, and their boxes with them

_IMAGE_LEVEL = "groundtruth/image-classification"
_BOXES = "groundtruth/object-detection"
_SOURCE_REF = re.compile(r"s3://([^/]+)/(.+)", re.IGNORECASE | re.DOTALL)
_MESSAGES = {
    "ERROR_BOUNDING_BOX_TOO_SMALL": "The bounding box must stay larger than 1 x 1 pixels when the image is shrunk.",
    "ERROR_INVALID_BOUNDING_BOX": "The bounding box lies outside the image.",
    "ERROR_INVALID_IMAGE": "The image cannot be read: it must be a JPEG or PNG object of at most 15 MB in S3.",
    "ERROR_INVALID_IMAGE_DIMENSION": "The image must have 64 to 4096 pixels on each side, and sides of at most 20:1.",
    "ERROR_INVALID_JSON_LINE": "The line is not a JSON object.",
    "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT": "The label attribute does not have the format of its type.",
    "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT": "The label attribute's metadata does not have the format.",
    "ERROR_INVALID_SOURCE_REF_FORMAT": "The source-ref is not like s3://BUCKET/KEY.",
    "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE": "Each annotation needs a confidence in the metadata's objects.",
    "ERROR_MISSING_CLASS_MAP_ID": "Each class_id needs a label in the metadata's class-map.",
    "ERROR_MISSING_SOURCE_REF": "The line has no source-ref.",
    "ERROR_NO_LABEL_ATTRIBUTES": "The line has no label attribute with metadata.",
    "ERROR_NO_VALID_ANNOTATIONS": "None of the bounding boxes can be used.",
    "ERROR_NO_VALID_LABEL_ATTRIBUTES": "None of the label attributes can be used.",
    "ERROR_TOO_MANY_BOUNDING_BOXES": f"The image has more than {MAX_BOXES} bounding boxes.",
    "WARNING_NO_ANNOTATIONS": "The line has no bounding boxes, so it is not used.",
}


@dataclass
class Line:
    """One JSON Line: a picture and its labels, and what is wrong with it."""

    number: int
    """Counted from 1."""
    document: dict[str, Any]
    """The line's JSON; findings are written into it."""
    codes: list[str] = field(default_factory=list[str])
    """Every error code found in the line."""
    bucket: str = ""
    valid: bool = False
    """Whether the line can be used; when it is neither valid nor has codes, it is ignored."""
    image: bytes = b""
    annotations: list[Annotation] = field(default_factory=list[Annotation])

    def report(self, code: str, place: object = None) -> None:
        """Note *code*, and write it into *place* when that is a JSON object, else into the line."""
        self.codes.append(code)
        _append(code, "errors", place if _is_object(place) else self.document)

    def labels(self, use_case: UseCase) -> set[str]:
        """Return the labels of the annotations that a model of *use_case* learns from."""
        return {annotation.label for annotation in self.usable(use_case)}

    def usable(self, use_case: UseCase) -> list[Annotation]:
        """Return the annotations that a model of *use_case* learns from."""
        boxed = use_case == "OBJECT_LOCALIZATION"
        return [annotation for annotation in self.annotations if (annotation.box is not None) == boxed]


def parse_line(number: int, text: str, read_image: ReadImage) -> Line:
    """Parse line *number* of a manifest, read its image and check both; all that is wrong is in the line returned."""
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not _is_object(document):
        line = Line(number, {})
        line.report("ERROR_INVALID_JSON_LINE")
        return line
    line = Line(number, document)
    size = _read_image(line, read_image)
    attributes = [
        (value, document[f"{name}-metadata"])
        for name, value in list(document.items())
        if name != "source-ref" and f"{name}-metadata" in document
    ]
    well_formed = [_attribute(line, value, metadata, size) for value, metadata in attributes]
    if not attributes:
        line.report("ERROR_NO_LABEL_ATTRIBUTES")
    elif not any(well_formed):
        line.report("ERROR_NO_VALID_LABEL_ATTRIBUTES")
    if size is None:
        line.annotations.clear()
    line.valid = bool(line.annotations)
    return line


def _read_image(line: Line, read_image: ReadImage) -> tuple[int, int] | None:
    """Read the line's image and return its width and height as shown; None when it cannot be used."""
    reference = line.document.get("source-ref")
    if reference is None:
        line.report("ERROR_MISSING_SOURCE_REF")
        return None
    parts = _SOURCE_REF.fullmatch(reference) if isinstance(reference, str) else None
    if parts is None:
        line.report("ERROR_INVALID_SOURCE_REF_FORMAT")
        return None
    line.bucket = parts[1]
    image = read_image(parts[1], parts[2])
    stated = images.dimensions(image) if image else None
    if image is None or stated is None:
        line.report("ERROR_INVALID_IMAGE")
        return None
    if images.size_problem(*stated):
        line.report("ERROR_INVALID_IMAGE_DIMENSION")
        return None
    try:
        height, width = decode(image).shape[:2]
    except ImageError:
        line.report("ERROR_INVALID_IMAGE")
        return None
    line.image = image
    return width, height


def _attribute(line: Line, value: object, metadata: object, size: tuple[int, int] | None) -> bool:
    """Add the annotations of one label attribute to the line; return whether the attribute is well formed."""
    if not _is_metadata(metadata):
        line.report("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", metadata)
        return False
    if metadata["type"] == _IMAGE_LEVEL:
        return _image_level(line, value, metadata)
    if metadata["type"] == _BOXES:
        return _boxes(line, value, metadata, size)
    return False


def _image_level(line: Line, value: object, metadata: dict[str, Any]) -> bool:
    label = metadata.get("class-name")
    if not _is_integer(value):
        line.report("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", metadata)
        return False
    if not isinstance(label, str) or not label or not _is_confidence(metadata.get("confidence")):
        line.report("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", metadata)
        return False
    line.annotations.append(Annotation(label, None))
    return True


def _boxes(line: Line, value: object, metadata: dict[str, Any], size: tuple[int, int] | None) -> bool:
    if not _is_box_attribute(value):
        line.report("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", value)
        return False
    annotations: list[dict[str, Any]] = value.get("annotations", [])
    if not annotations:
        _append("WARNING_NO_ANNOTATIONS", "warnings", value)
        return True
    if len(annotations) > MAX_BOXES:
        line.report("ERROR_TOO_MANY_BOUNDING_BOXES", value)
        return False
    error = _box_metadata_error(annotations, metadata)
    if error:
        line.report(error, metadata)
        return False
    usable = [annotation for annotation in annotations if _check_box(line, annotation, size)]
    if not usable:
        line.report("ERROR_NO_VALID_ANNOTATIONS")
    line.annotations += [
        Annotation(
            metadata["class-map"][str(box["class_id"])],
            Box(box["left"], box["top"], box["width"], box["height"]),
        )
        for box in usable
    ]
    return True


def _box_metadata_error(annotations: list[dict[str, Any]], metadata: dict[str, Any]) -> str | None:
    objects, class_map = metadata.get("objects"), metadata.get("class-map")
    if not _is_list(objects) or not _is_class_map(class_map):
        return "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"
    confident = [_is_object(entry) and _is_confidence(entry.get("confidence")) for entry in objects]
    if len(confident) != len(annotations) or not all(confident):
        return "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE"
    if any(str(annotation["class_id"]) not in class_map for annotation in annotations):
        return "ERROR_MISSING_CLASS_MAP_ID"
    return None


def _check_box(line: Line, box: dict[str, Any], size: tuple[int, int] | None) -> bool:
    if size is None:
        return True  # the line is refused for its image already
    right, bottom = box["left"] + box["width"], box["top"] + box["height"]
    if min(box["left"], box["top"], box["width"], box["height"]) < 0 or right > size[0] or bottom > size[1]:
        line.report("ERROR_INVALID_BOUNDING_BOX", box)
        return False
    scale = min(1.0, TRAINING_SIDE / max(size))
    if min(box["width"], box["height"]) * scale <= 1:
        line.report("ERROR_BOUNDING_BOX_TOO_SMALL", box)
        return False
    return True


def _is_object(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_confidence(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _is_metadata(value: object) -> TypeGuard[dict[str, Any]]:
    if not _is_object(value) or value.get("human-annotated") not in ("yes", "no"):
        return False
    try:
        datetime.fromisoformat(value["creation-date"])
    except (KeyError, TypeError, ValueError):
        return False
    return isinstance(value.get("type"), str)


def _is_box_attribute(value: object) -> TypeGuard[dict[str, Any]]:
    if not _is_object(value):
        return False
    sizes, annotations = value.get("image_size"), value.get("annotations", [])
    if not _is_list(sizes) or not _is_list(annotations) or len(sizes) != 1:
        return False
    return _has_integers(sizes[0], "width", "height", "depth") and all(
        _has_integers(annotation, "class_id", "left", "top", "width", "height") for annotation in annotations
    )


def _has_integers(value: object, *names: str) -> bool:
    return _is_object(value) and all(_is_integer(value.get(name)) for name in names)


def _is_class_map(value: object) -> TypeGuard[dict[str, str]]:
    return _is_object(value) and all(isinstance(label, str) and label for label in value.values())


def _append(code: str, kind: Literal["errors", "warnings"], place: dict[str, Any]) -> None:
    before = place.get(kind)
    place[kind] = [*(before if _is_list(before) else []), {"code": code, "message": _MESSAGES[code]}]
