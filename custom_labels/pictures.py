"""Picture files: within the service's limits, upright, and with boxes drawn on them."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

SHORTEST_SIDE = 64
LONGEST_SIDE = 4096
MOST_RATIO = 20
DETECTION_BYTES = 4_000_000
"""The service says 4 MB; this is the smaller reading of that."""
SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})
"""Files that a folder of pictures is searched for."""

_ORIENTATION = 0x0112  # EXIF tag; 1 is upright
_COLOURS = ("#e6194b", "#0a7d32", "#4363d8", "#b35900", "#911eb4", "#00706e", "#9a6324", "#000075")


class PictureError(Exception):
    """A file that cannot be used as a picture; the message says why, without naming the file."""


@dataclass(frozen=True)
class Picture:
    """A picture as the service takes it, and the size of the original, seen upright, to which boxes refer."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Mark:
    """A box to draw, in pixels, and what to write on it; boxes of one kind have one colour."""

    kind: str
    text: str
    left: int
    top: int
    width: int
    height: int


def prepare(content: bytes) -> Picture:
    """Return a picture as DetectCustomLabels takes it: as it is, or else upright, shrunk and as JPEG.

    Raises:
        PictureError: It is no picture, or of a size that nothing can be found in.
    """
    image, upright = _open(content)
    size = image.size
    fits = upright and image.format in {"JPEG", "PNG"} and max(size) <= LONGEST_SIDE
    if fits and len(content) <= DETECTION_BYTES:
        return Picture(content, *size)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    encoded = encode(image)
    while len(encoded) > DETECTION_BYTES:
        image = image.resize((image.width * 4 // 5, image.height * 4 // 5))
        encoded = encode(image)
    return Picture(encoded, *size)


def upright_file(content: bytes) -> Picture:
    """Return a picture as a dataset takes it: as it is, or as upright JPEG when its EXIF says that it lies on a side.

    Raises:
        PictureError: It is no JPEG or PNG, broken, or of a size that the service refuses.
    """
    image, upright = _open(content)
    if image.format not in {"JPEG", "PNG"} and upright:
        raise PictureError(f"it is a {image.format} file: convert it to JPEG or PNG.")
    if max(image.size) > LONGEST_SIDE:
        raise PictureError(
            f"it has {image.width} x {image.height} pixels: {LONGEST_SIDE} on a side is the most."
        )
    return Picture(content if upright else encode(image), *image.size)


def annotate(content: bytes, marks: Sequence[Mark]) -> bytes:
    """Return a picture, upright and as JPEG, with boxes drawn on it."""
    image, _ = _open(content)
    image = _opaque(image)
    draw = ImageDraw.Draw(image)
    line = max(2, max(image.size) // 400)
    font = ImageFont.load_default(max(12, max(image.size) // 60))
    colours = dict(zip(sorted({mark.kind for mark in marks}), _COLOURS * len(marks), strict=False))
    for mark in marks:
        right, bottom = mark.left + mark.width, mark.top + mark.height
        draw.rectangle((mark.left, mark.top, right, bottom), outline=colours[mark.kind], width=line)
        _, _, width, height = draw.textbbox((0, 0), mark.text, font)
        top = max(0, mark.top - height - 2 * line)
        draw.rectangle(
            (mark.left, top, mark.left + width + 2 * line, top + height + 2 * line), fill=colours[mark.kind]
        )
        draw.text((mark.left + line, top), mark.text, "white", font)
    return encode(image)


def encode(image: Image.Image) -> bytes:
    """Return a picture as JPEG, without EXIF; what was transparent is white."""
    file = io.BytesIO()
    _opaque(image).save(file, "JPEG", quality=92)
    return file.getvalue()


def _open(content: bytes) -> tuple[Image.Image, bool]:
    """Return a picture turned upright, and whether it was so already."""
    try:
        image = Image.open(io.BytesIO(content))
        upright = image.getexif().get(_ORIENTATION, 1) not in range(2, 9)
        image.load()
        kind = image.format
        if not upright:
            image = ImageOps.exif_transpose(image)
            image.format = kind
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise PictureError(f"it cannot be read as a picture: {error}.") from None
    width, height = image.size
    if min(width, height) < SHORTEST_SIDE:
        raise PictureError(f"it has {width} x {height} pixels: {SHORTEST_SIDE} on a side is the fewest.")
    if max(width, height) > MOST_RATIO * min(width, height):
        raise PictureError(f"it has {width} x {height} pixels: one side may be {MOST_RATIO} times the other.")
    return image, upright


def _opaque(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), layer).convert("RGB")


def find_pictures(folder: Path) -> list[Path]:
    """Return the pictures in a folder and the folders below it, by name; hidden ones are passed over."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
