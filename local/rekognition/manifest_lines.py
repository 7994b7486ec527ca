"""One JSON Line of a Ground Truth manifest: parsed and checked with the service's error codes.

What is wrong is also written into the line's JSON, where the service writes it: into the annotation, the label
attribute, its metadata or the line. What an earlier check wrote there is dropped first, so that a line that was listed,
corrected and sent back is not still bad.
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
MAX_LABEL_LENGTH = 256
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
    "ERROR_INVALID_LABEL_NAME_LENGTH": f"The name of a label has more than {MAX_LABEL_LENGTH} characters.",
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
    "ERROR_UNSUPPORTED_USE_CASE_TYPE": f"The type must be {_IMAGE_LEVEL} or {_BOXES}.",
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
    source_ref: str = ""
    """Where the image is, as the line has it; empty when the line does not say."""
    bucket: str = ""
    pixels: tuple[int, int] | None = None
    """Width and height of the image, once it is read."""
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


def parse_line(number: int, text: str, read_image: ReadImage | None) -> Line:
    """Parse line *number* of a manifest and check it; all that is wrong is in the line returned.

    Args:
        number: Counted from 1.
        text: The line.
        read_image: Reads the image, which is then checked too. Without it the image counts as readable, and boxes are
            held against the size that the line states.
    """
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not _is_object(document):
        line = Line(number, {})
        line.report("ERROR_INVALID_JSON_LINE")
        return line
    line = Line(number, _without_findings(document))
    location = _location(line)
    readable = location is not None and (read_image is None or _read_image(line, location, read_image))
    attributes = [
        (value, line.document[f"{name}-metadata"])
        for name, value in list(line.document.items())
        if name != "source-ref" and f"{name}-metadata" in line.document
    ]
    well_formed = [_attribute(line, value, metadata) for value, metadata in attributes]
    if not attributes:
        line.report("ERROR_NO_LABEL_ATTRIBUTES")
    elif not any(well_formed):
        line.report("ERROR_NO_VALID_LABEL_ATTRIBUTES")
    if not readable:
        line.annotations.clear()
    line.valid = bool(line.annotations)
    return line


def _without_findings(document: dict[str, Any]) -> dict[str, Any]:
    """Return *document* without what `Line.report` wrote into it."""
    return {
        name: _cleaned(value)
        for name, value in document.items()
        if not (name in {"errors", "warnings"} and _is_list(value))
    }


def _cleaned(value: object) -> object:
    if _is_object(value):
        return _without_findings(value)
    return [_cleaned(item) for item in value] if _is_list(value) else value


def _location(line: Line) -> tuple[str, str] | None:
    """Return the bucket and key of the line's image; None when the line does not say."""
    reference = line.document.get("source-ref")
    if reference is None:
        line.report("ERROR_MISSING_SOURCE_REF")
        return None
    parts = _SOURCE_REF.fullmatch(reference) if isinstance(reference, str) else None
    if parts is None:
        line.report("ERROR_INVALID_SOURCE_REF_FORMAT")
        return None
    line.source_ref, line.bucket = parts[0], parts[1]
    return parts[1], parts[2]


def _read_image(line: Line, location: tuple[str, str], read_image: ReadImage) -> bool:
    """Read the line's image; return whether it can be used."""
    image = read_image(*location)
    stated = images.dimensions(image) if image else None
    if image is None or stated is None:
        line.report("ERROR_INVALID_IMAGE")
        return False
    if images.size_problem(*stated):
        line.report("ERROR_INVALID_IMAGE_DIMENSION")
        return False
    try:
        height, width = decode(image).shape[:2]
    except ImageError:
        line.report("ERROR_INVALID_IMAGE")
        return False
    line.image, line.pixels = image, (width, height)
    return True


def _attribute(line: Line, value: object, metadata: object) -> bool:
    """Add the annotations of one label attribute to the line; return whether the attribute is well formed."""
    if not _is_metadata(metadata):
        line.report("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", metadata)
        return False
    if metadata["type"] == _IMAGE_LEVEL:
        return _image_level(line, value, metadata)
    if metadata["type"] == _BOXES:
        return _boxes(line, value, metadata)
    line.report("ERROR_UNSUPPORTED_USE_CASE_TYPE", metadata)
    return False


def _image_level(line: Line, value: object, metadata: dict[str, Any]) -> bool:
    label = metadata.get("class-name")
    if not _is_integer(value):
        line.report("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", metadata)
        return False
    if not isinstance(label, str) or not label or not _is_confidence(metadata.get("confidence")):
        line.report("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", metadata)
        return False
    if len(label) > MAX_LABEL_LENGTH:
        line.report("ERROR_INVALID_LABEL_NAME_LENGTH", metadata)
        return False
    line.annotations.append(Annotation(label, None))
    return True


def _boxes(line: Line, value: object, metadata: dict[str, Any]) -> bool:
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
    stated: dict[str, int] = value["image_size"][0]
    size = line.pixels or (stated["width"], stated["height"])
    if images.size_problem(*size):
        line.report("ERROR_INVALID_IMAGE_DIMENSION")
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
    if any(len(label) > MAX_LABEL_LENGTH for label in class_map.values()):
        return "ERROR_INVALID_LABEL_NAME_LENGTH"
    return None


def _check_box(line: Line, box: dict[str, Any], size: tuple[int, int]) -> bool:
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
    findings: object = place.get(kind)
    if not _is_list(findings):
        findings = place[kind] = []
    findings.append({"code": code, "message": _MESSAGES[code]})
