"""What the vision model speaks of: labelled images in, detections out."""

from dataclasses import dataclass


class ImageError(ValueError):
    """Bytes that cannot be decoded as an image."""


class TrainingError(ValueError):
    """Examples from which nothing can be learned; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the image, from its top left corner."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class RatioBox:
    """A rectangle as shares (0 to 1) of the image's width and height."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Annotation:
    """A label of an object in the image, or of the whole image when there is no box."""

    label: str
    box: Box | None


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled image."""

    image: bytes
    """A JPEG or PNG file; decoded only when it is needed."""
    annotations: tuple[Annotation, ...]


@dataclass(frozen=True, slots=True)
class Detection:
    """A label that the model found."""

    label: str
    confidence: float
    """0 to 100."""
    box: RatioBox | None
    """Where; None for a label of the whole image."""
