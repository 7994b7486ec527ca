"""From bytes to the two sizes at which the model looks at an image."""

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from local.vision.types import ImageError

Plane = NDArray[np.float32]

WORK_SIDE = 640
"""Pixels of the longer side at which objects are looked at closely."""
GRID_STEP = 4
"""Working pixels to one cell of the coarse grid on which objects are searched."""

_BYTES = np.arange(256, dtype=np.float32)
_UNITS = np.stack([_BYTES * np.float32(100 / 255), _BYTES - 128, _BYTES - 128], axis=1)[:, None]
"""What each byte of packed L*a*b* stands for, shape (256, 1, 3)."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An image at working size."""

    lab: NDArray[np.uint8]
    """CIE L*a*b* as OpenCV packs it in bytes, shape (height, width, 3); `unpack` gives its own units."""
    grid: Plane
    """L*a*b* in its own units, averaged over cells of `GRID_STEP` pixels."""
    pixels: tuple[int, int]
    """Width and height of the image itself."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in working pixels."""
        return self.lab.shape[1], self.lab.shape[0]


def decode(image: bytes) -> NDArray[np.uint8]:
    """Decode a JPEG or PNG file to BGR, shape (height, width, 3), without turning it by its EXIF data.

    Raises:
        ImageError: The bytes are not a readable image.
    """
    return _decode(image, cv2.IMREAD_COLOR)


def _decode(image: bytes, flags: int) -> NDArray[np.uint8]:
    try:
        pixels = cv2.imdecode(np.frombuffer(image, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        pixels = None
    if pixels is None or 0 in pixels.shape:
        raise ImageError(f"The {len(image)} bytes are not a readable JPEG or PNG image.")
    return cast("NDArray[np.uint8]", pixels)


def open_picture(image: bytes) -> Picture:
    """Decode an image and bring it to working size.

    Raises:
        ImageError: The bytes are not a readable image.
    """
    pixels = decode(image)
    height, width = pixels.shape[:2]
    factor = WORK_SIDE / max(width, height)
    work = max(round(width * factor), 2 * GRID_STEP), max(round(height * factor), 2 * GRID_STEP)
    lab = cv2.cvtColor(_resize(pixels, work), cv2.COLOR_BGR2Lab).astype(np.uint8, copy=False)
    grid = _resize(lab, (-(-work[0] // GRID_STEP), -(-work[1] // GRID_STEP)))
    return Picture(lab, unpack(grid), (width, height))


def unpack(lab: NDArray[np.uint8]) -> Plane:
    """Turn packed L*a*b*, shape (height, width, 3), into its own units: L* from 0 to 100, a* and b* around 0."""
    return cast("Plane", cv2.LUT(lab, _UNITS))


def _resize(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    shrinks = size[0] * size[1] < pixels.shape[0] * pixels.shape[1]
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cast("NDArray[np.uint8]", cv2.resize(pixels, size, interpolation=interpolation))
