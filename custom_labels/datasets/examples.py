"""Labelled pictures, as every form of dataset is read into, and what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from custom_labels.errors import CustomLabelsError

Split = Literal["train", "test"]

MOST_SHOWN = 20
MOST_LABEL_CHARACTERS = 255


@dataclass(frozen=True)
class Place:
    """Where something is said."""

    file: Path
    line: int | None = None
    """Counted from 1; None for the file as a whole."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else str(self.file)


@dataclass(frozen=True)
class Box:
    """A labelled box in whole pixels of the picture seen upright."""

    label: str
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Example:
    """A picture on this machine and its labels: boxes, or labels of the whole picture."""

    image: Path
    place: Place
    """Where its labels are said."""
    labels: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()
    size: tuple[int, int] | None = None
    """Width and height that the labels were made for, if they say so."""
    split: Split | None = None
    """Where the dataset itself puts it."""


@dataclass(frozen=True)
class Line:
    """A JSON Line of a Ground Truth manifest whose picture may be in S3 already."""

    document: Mapping[str, Any]
    place: Place
    image: Path | None
    """The picture, when it is on this machine."""
    split: Split | None = None
    """Where the dataset itself puts it."""


@dataclass
class Problems:
    """What is wrong, gathered so that all of it is said at once."""

    found: list[str] = field(default_factory=list[str])

    def add(self, place: Place, sentence: str) -> None:
        """Note that *sentence* is true at *place*."""
        self.found.append(f"{place}: {sentence}")

    def raise_any(self) -> None:
        """End here when anything was found.

        Raises:
            CustomLabelsError: Names the first 20 of them.
        """
        if self.found:
            shown = self.found[:MOST_SHOWN]
            more = len(self.found) - len(shown)
            rest = f"\n… and {more} more." if more else ""
            raise CustomLabelsError("\n".join(["Nothing was uploaded:", *shown]) + rest)


def problem_of_label(label: object) -> str | None:
    """Say why something cannot be a label; None when it can."""
    if not isinstance(label, str) or not label.strip():
        return f"{label!r} is not a label: it needs a name."
    if len(label) > MOST_LABEL_CHARACTERS or not label.isprintable():
        return f"{label[:40]!r} is not a label: use up to {MOST_LABEL_CHARACTERS} printable characters."
    return None


def pixel_box(label: str, left: float, top: float, right: float, bottom: float) -> Box:
    """Return a box whose edges are the nearest whole pixels."""
    edges = [round(edge) for edge in (left, top, right, bottom)]
    return Box(label, edges[0], edges[1], edges[2] - edges[0], edges[3] - edges[1])


def problem_of_box(box: Box, width: int, height: int) -> str | None:
    """Say why a box cannot be in a picture of that size; None when it can."""
    said = f"the box {box.width} x {box.height} at {box.left},{box.top}"
    if box.width < 2 or box.height < 2:  # noqa: PLR2004  # the service takes none of 1 pixel
        return f"{said} is too small: 2 pixels on a side is the fewest."
    if box.left < 0 or box.top < 0 or box.left + box.width > width or box.top + box.height > height:
        return f"{said} is not inside the picture of {width} x {height} pixels."
    return None


def number(value: object) -> float | None:
    """Return a JSON value if it is a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e9 else None  # noqa: PLR2004  # no picture has so many pixels
