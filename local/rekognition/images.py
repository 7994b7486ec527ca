"""What an image's first bytes say about it, so that nothing needs decoding to be refused."""

import struct

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
_START_OF_FRAME = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


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


def _png_dimensions(image: bytes) -> tuple[int, int] | None:
    header = image[8:24]
    if len(header) < 16 or header[4:8] != b"IHDR":  # noqa: PLR2004 - length, type, width and height: four words
        return None
    width, height = struct.unpack(">II", header[8:])
    return width, height


def _jpeg_dimensions(image: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(image) and image[at] == 0xFF:  # noqa: PLR2004 - every marker starts with it
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
