"""Photos for the benchmarks, made from the sample images."""

from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from local import samples
from local.demo import SAMPLES

GRAIN = 6  # of 255 levels, as a camera's sensor has it


def photo(path: Path, width: int, height: int, *, orientation: int | None = None, seed: int = 0) -> Path:
    """Write a workbench photo as JPEG.

    Args:
        path: Where to.
        width: Stored width in pixels.
        height: Stored height in pixels.
        orientation: EXIF orientation, 1 to 8; None writes no metadata at all.
        seed: Makes photos that differ.
    """
    images = _scenes()
    scene = Image.open(images[seed % len(images)]).convert("RGB").resize((width, height))
    grain = np.random.default_rng(seed).normal(0, GRAIN, (height, width, 1))
    pixels = np.clip(np.asarray(scene) + grain, 0, 255).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "camera"
    Image.fromarray(pixels).save(path, "JPEG", quality=90, exif=b"" if orientation is None else exif)
    return path


@cache
def _scenes() -> list[Path]:
    return list(samples.load_or_write(SAMPLES).images("try"))
