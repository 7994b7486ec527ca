"""Images as the service takes them, judged by their first bytes: nothing is decoded to be refused."""

import struct
from collections.abc import Mapping
from typing import Any

from local.rekognition.exceptions import RekognitionError
from local.rekognition.storage import ObjectError, ObjectTooLargeError, Storage

BYTES_LIMIT = 4 * 1024 * 1024
"""Largest image sent in a request. The guide says "4 MB" without saying which; the larger reading refuses nothing that
the service takes, and clients should stay under 4,000,000."""
S3_OBJECT_LIMIT = 15 * 1024 * 1024
"""Largest image read from S3, in bytes."""
SIDE_LIMITS = (64, 4096)
"""Shortest and longest side, in pixels."""
ASPECT_LIMIT = 20
"""Longest side over shortest side."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_STANDALONE = {0x01, *range(0xD0, 0xD9)}  # JPEG markers without a segment
_MARKERS = 1000  # markers looked at before a file counts as no JPEG
_START_OF_FRAME = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def read(image: Mapping[str, Any], storage: Storage) -> bytes:
    """Return the bytes of a request's Image, after checking what can be checked without decoding them.

    The guide names no error for an image with too few or too many pixels; it is InvalidParameterException here.

    Raises:
        RekognitionError: ImageTooLargeException, InvalidImageFormatException, InvalidParameterException or
            InvalidS3ObjectException.
    """
    if ("Bytes" in image) == ("S3Object" in image):
        raise RekognitionError(
            "InvalidParameterException", "Image needs either Bytes or S3Object: give one of them."
        )
    content: bytes = _read_object(image["S3Object"], storage) if "S3Object" in image else image["Bytes"]
    if "Bytes" in image and len(content) > BYTES_LIMIT:
        raise RekognitionError(
            "ImageTooLargeException", f"The image has {len(content)} bytes: {BYTES_LIMIT} is the most."
        )
    size = dimensions(content)
    if size is None:
        raise RekognitionError(
            "InvalidImageFormatException", "The image is neither a JPEG nor a PNG file: send one of them."
        )
    problem = size_problem(*size)
    if problem:
        raise RekognitionError("InvalidParameterException", problem)
    return content


def dimensions(image: bytes) -> tuple[int, int] | None:
    """Return the width and height in pixels that a JPEG or PNG header states; None when it is neither."""
    if image.startswith(_PNG):
        return _png_dimensions(image)
    if image.startswith(_JPEG):
        return _jpeg_dimensions(image)
    return None


def size_problem(width: int, height: int) -> str | None:
    """Return a sentence when the service does not take images of this size, else None."""
    low, high = SIDE_LIMITS
    if min(width, height) < low or max(width, height) > high:
        return f"The image is {width} x {height} pixels: each side must have {low} to {high}."
    if max(width, height) > ASPECT_LIMIT * min(width, height):
        return f"The image is {width} x {height} pixels: its sides may differ by {ASPECT_LIMIT}:1 at most."
    return None


def _read_object(location: Mapping[str, str], storage: Storage) -> bytes:
    if "Bucket" not in location or "Name" not in location:
        raise RekognitionError("InvalidParameterException", "Image.S3Object needs both Bucket and Name.")
    try:
        return storage.read(
            location["Bucket"], location["Name"], location.get("Version"), limit=S3_OBJECT_LIMIT
        )
    except ObjectTooLargeError as error:
        raise RekognitionError("ImageTooLargeException", str(error)) from None
    except ObjectError as error:
        raise RekognitionError("InvalidS3ObjectException", str(error)) from None


def _png_dimensions(image: bytes) -> tuple[int, int] | None:
    header = image[8:24]
    if len(header) < 16 or header[4:8] != b"IHDR":  # noqa: PLR2004 - length, type, width and height: four words
        return None
    width, height = struct.unpack(">II", header[8:])
    return width, height


def _jpeg_dimensions(image: bytes) -> tuple[int, int] | None:
    at = 2
    for _ in range(_MARKERS):
        if at + 9 > len(image) or image[at] != 0xFF:  # noqa: PLR2004 - every marker starts with it
            break
        marker = image[at + 1]
        if marker == 0xFF:  # noqa: PLR2004 - padding
            at += 1
        elif marker in _STANDALONE:
            at += 2
        elif marker in _START_OF_FRAME:
            height, width = struct.unpack(">HH", image[at + 5 : at + 9])
            return width, height
        else:
            at += 2 + struct.unpack(">H", image[at + 2 : at + 4])[0]
    return None
