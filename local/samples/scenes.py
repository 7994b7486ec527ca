"""Composes a picture: a bench, parts on it with their shadows, light, lens and sensor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from local.samples import benches, parts
from local.vision import Annotation, Box

Plane = NDArray[np.floating[Any]]

LABELS: Final = ("bolt", "hex-nut", "washer")
_TRIES: Final = 40
# A pixel shows a part when the part covers this much of it.
_COVERED: Final = 0.5
# A part that leaves the picture must still show this much of itself.
_SHOWN: Final = 0.6
# From this much light on, highlights roll off instead of clipping.
_SHOULDER: Final = np.float32(0.75)


@dataclass(frozen=True, slots=True)
class Scene:
    """A finished picture and what is truly in it.

    Attributes:
        jpeg: the encoded picture.
        annotations: every part with the exact box of its visible pixels.
    """

    jpeg: bytes
    annotations: tuple[Annotation, ...]


@dataclass(frozen=True, slots=True)
class _Bench:
    """A bench on which parts are being laid."""

    picture: Plane
    taken: Plane
    """How much of each pixel is covered by a part."""
    zoom: float
    light: parts.Light


def compose(width: int, height: int, count: int, rng: np.random.Generator) -> Scene:
    """Compose a picture of `count` parts; fewer when the bench has no room for more."""
    scale = float(np.sqrt(width * height / (640 * 480)))
    light = parts.Light(rng.uniform(0, 2 * np.pi), rng.uniform(0.6, 1.15), rng.uniform(0.0, 1.0))
    picture = benches.paint(str(rng.choice(benches.SURFACES)), width, height, scale, rng)
    bench = _Bench(picture, np.zeros((height, width), np.float32), scale * rng.uniform(0.8, 1.25), light)
    annotations: list[Annotation] = []
    for _ in range(count):
        label = LABELS[rng.integers(len(LABELS))]
        box = _lay(bench, label, rng)
        if box is not None:
            annotations.append(Annotation(label, box))
    return Scene(_photograph(picture, light, scale, rng), tuple(annotations))


def _lay(bench: _Bench, label: str, rng: np.random.Generator) -> Box | None:
    """Find a free place for a part and paint it there; None when there is none."""
    picture, taken = bench.picture, bench.taken
    height, width = int(taken.shape[0]), int(taken.shape[1])
    radius = bench.zoom * float(rng.uniform(19, 31))
    for _ in range(_TRIES):
        x, y = int(rng.uniform(0, width)), int(rng.uniform(0, height))
        lean = ((x - width / 2) / width * 0.45, (y - height / 2) / width * 0.45)
        state = rng.bit_generator.state
        if taken[max(y - 3, 0) : y + 3, max(x - 3, 0) : x + 3].any():
            continue
        part = parts.draw(label, radius, lean, bench.light, rng)
        half_y, half_x = part.alpha.shape[0] // 2, part.alpha.shape[1] // 2
        top, left = y - half_y, x - half_x
        alpha, (y0, x0) = _cut(part.alpha, top, left, height, width)
        view = (slice(y0, y0 + alpha.shape[0]), slice(x0, x0 + alpha.shape[1]))
        if alpha.sum() < _SHOWN * part.alpha.sum() or float((alpha * taken[view]).sum()) > 0.01 * alpha.sum():
            rng.bit_generator.state = state
            rng.random()
            continue
        _cast_shadow(picture, part, top, left, bench.light)
        colour = part.colour[y0 - top : y0 - top + alpha.shape[0], x0 - left : x0 - left + alpha.shape[1]]
        picture[view] += (colour - picture[view]) * alpha[..., None]
        taken[view] = np.maximum(taken[view], alpha)
        left, top, wide, high = cv2.boundingRect((alpha >= _COVERED).astype(np.uint8))
        return Box(x0 + left, y0 + top, wide, high)
    return None


def _cut(patch: Plane, top: int, left: int, height: int, width: int) -> tuple[Plane, tuple[int, int]]:
    """The share of a patch that lies inside the picture, and where it starts there."""
    y0, x0 = max(top, 0), max(left, 0)
    y1, x1 = min(top + patch.shape[0], height), min(left + patch.shape[1], width)
    return patch[y0 - top : max(y1 - top, y0 - top), x0 - left : max(x1 - left, x0 - left)], (y0, x0)


def _cast_shadow(picture: Plane, part: parts.Part, top: int, left: int, light: parts.Light) -> None:
    """Darken the bench around a part: a tight contact shadow and a soft long one away from the lamp."""
    height, width = picture.shape[:2]
    reach = part.thickness / np.tan(light.height)
    pad = int(reach + part.thickness + 8)
    mask = cv2.copyMakeBorder(part.alpha, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=(0.0,))
    softness = part.thickness * (0.30 - 0.18 * light.hardness) + 1.0
    shadow = np.zeros_like(mask)
    for share, strength in ((0.15, 0.30), (0.4, 0.22), (0.75, 0.22)):
        move = np.asarray(
            [
                [1, 0, -np.cos(light.azimuth) * reach * share],
                [0, 1, -np.sin(light.azimuth) * reach * share],
            ],
            np.float32,
        )
        moved = cv2.warpAffine(mask, move, (mask.shape[1], mask.shape[0]))
        shadow += strength * cv2.GaussianBlur(moved, (0, 0), 0.8 + softness * share * 1.6)
    cut, (y0, x0) = _cut(cast("Plane", shadow), top - pad, left - pad, height, width)
    view = picture[y0 : y0 + cut.shape[0], x0 : x0 + cut.shape[1]]
    view *= 1 - (0.75 + 0.25 * light.hardness) * cut[..., None]


def _photograph(picture: Plane, light: parts.Light, scale: float, rng: np.random.Generator) -> bytes:
    """Fall-off of the light, vignette, white balance, focus, noise and JPEG."""
    height, width = picture.shape[:2]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    lx, ly, _ = light.direction()
    falloff = 1 + np.float32(0.16 * light.hardness + 0.06) * (x * np.float32(lx) + y * np.float32(ly))
    falloff *= 1 - np.float32(rng.uniform(0.03, 0.12)) * (x**2 + y**2)
    gains = np.float32(rng.uniform(0.85, 1.12)) * (1 + rng.normal(0, 0.025, 3).astype(np.float32))
    picture *= falloff[..., None] * gains
    picture = cast("Plane", cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.35, 0.75)) * scale))
    noise = rng.standard_normal(picture.shape, np.float32)
    noise *= np.float32(rng.uniform(0.004, 0.016))
    picture += noise
    bright = picture > _SHOULDER
    room = 1 - _SHOULDER
    picture[bright] = _SHOULDER + room * np.tanh((picture[bright] - _SHOULDER) / room)
    eight_bit = cv2.convertScaleAbs(np.maximum(picture, 0, out=picture), alpha=255)
    quality = int(rng.integers(78, 96))
    return cv2.imencode(".jpg", eight_bit, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
