"""DetectCustomLabels: what a running model finds in an image."""

from typing import Any

from local.rekognition.exceptions import RekognitionError
from local.rekognition.store import Store
from local.vision import Detection, ImageError, Model


def running_model(store: Store, arn: str) -> tuple[Model, int]:
    """Return a running model and how many inference units it has, or may grow to.

    Raises:
        RekognitionError: ResourceNotFoundException or ResourceNotReadyException.
    """
    with store.lock:
        _, version = store.version(arn)
        model = version.outcome.model if version.outcome else None
        if version.state.status != "RUNNING" or model is None:
            raise RekognitionError(
                "ResourceNotReadyException",
                f"Model {version.name} is {version.state.status}: start it, and wait until it is RUNNING.",
            )
        return model, version.max_inference_units or version.min_inference_units


def detect(
    model: Model, image: bytes, max_results: int | None, min_confidence: float | None
) -> list[dict[str, Any]]:
    """Return the CustomLabels that a model finds in an image, the most confident first.

    Without *min_confidence* each label's own assumed threshold decides what is returned.

    Raises:
        RekognitionError: InvalidImageFormatException.
    """
    try:
        detections = model.detect(image)
    except ImageError as error:
        raise RekognitionError("InvalidImageFormatException", str(error)) from None
    found = [
        detection
        for detection in detections
        if detection.confidence
        >= (model.thresholds[detection.label] if min_confidence is None else min_confidence)
    ]
    return [_custom_label(detection) for detection in found[:max_results]]


def _custom_label(detection: Detection) -> dict[str, Any]:
    label: dict[str, Any] = {"Name": detection.label, "Confidence": detection.confidence}
    if detection.box:
        box = detection.box
        label["Geometry"] = {
            "BoundingBox": {"Left": box.left, "Top": box.top, "Width": box.width, "Height": box.height}
        }
    return label
