"""Paints what the parts lie on: planks, brushed steel, a cutting mat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

Plane = NDArray[np.floating[Any]]


def paint(surface: str, width: int, height: int, scale: float, rng: np.random.Generator) -> Plane:
    """Paint a bench.

    Args:
        surface: one of `SURFACES`.
        width: of the picture, in pixels.
        height: of the picture, in pixels.
        scale: pixels per unit of length; 1 for a picture 640 pixels wide.
        rng: decides colours, grain and direction.

    Returns:
        (height, width, 3) light in blue, green, red, 0 to 1.
    """
    side = int(np.ceil(np.hypot(width, height))) + 2
    canvas = _PAINTERS[surface](side, scale, rng)
    angle = float(rng.choice((0, 90)) + rng.normal(0, 9))
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), angle, 1.0)
    turn[:, 2] += (width - side) / 2, (height - side) / 2
    turned = cv2.warpAffine(
        canvas, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    return cast("Plane", turned)


def _noise(side: int, cell_x: float, cell_y: float, rng: np.random.Generator) -> Plane:
    """Smooth noise of about unit spread whose features are cell_x by cell_y pixels."""
    shape = (max(int(side / cell_y), 2), max(int(side / cell_x), 2))
    coarse = rng.standard_normal(shape, np.float32)
    return cast("Plane", cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC))


def _wood(side: int, scale: float, rng: np.random.Generator) -> Plane:
    rows = np.arange(side, dtype=np.float32)
    wide = rng.uniform(110, 220) * scale
    plank = ((rows + rng.uniform(0, wide)) / wide).astype(np.int32)
    planks = int(plank[-1]) + 1
    shift = rng.uniform(0, 50, planks).astype(np.float32)[plank]
    tone = rng.normal(0, 0.055, planks).astype(np.float32)[plank]
    warp = _noise(side, 260 * scale, 50 * scale, rng)
    rings = rows[:, None] / np.float32(rng.uniform(5, 10) * scale) + shift[:, None] + warp * 2.2
    grain = (
        np.sin(rings) * 0.045
        + _noise(side, 90 * scale, 2.2 * scale, rng) * 0.035
        + _noise(side, 14 * scale, 1.3 * scale, rng) * 0.025
        + _noise(side, 300 * scale, 90 * scale, rng) * 0.03
    )
    seam = np.abs(np.diff(plank, prepend=plank[0])).astype(np.float32)
    seam = cast("Plane", cv2.GaussianBlur(seam[:, None], (1, 0), 0.1, sigmaY=0.9 * scale)) * np.float32(
        2.0 * scale
    )
    value = grain + tone[:, None]
    value -= np.clip(seam, 0, 1) * 0.28
    base = np.asarray(_pick(_WOODS, rng), np.float32) * np.float32(rng.uniform(0.8, 1.1))
    # Darker grain is also redder.
    return _tinted(value, base * np.asarray((2.3, 1.9, 1.6), np.float32), base)


def _steel(side: int, scale: float, rng: np.random.Generator) -> Plane:
    brushed = (
        _noise(side, 150 * scale, 1.0 * scale, rng) * 0.022
        + _noise(side, 30 * scale, 1.0 * scale, rng) * 0.018
    )
    rows = np.linspace(-1, 1, side, dtype=np.float32)[:, None]
    sheen = np.exp(-(((rows - np.float32(rng.uniform(-0.6, 0.6))) / np.float32(rng.uniform(0.3, 0.8))) ** 2))
    value = (
        brushed
        + sheen * np.float32(rng.uniform(0.05, 0.16))
        + _noise(side, 220 * scale, 160 * scale, rng) * 0.015
    )
    for _ in range(int(rng.integers(0, 7))):
        start = rng.uniform(0, side, 2)
        end = start + rng.normal(0, 60 * scale, 2)
        scratch = np.zeros((side, side), np.float32)
        cv2.line(scratch, _point(start), _point(end), (1.0,), max(round(scale), 1), cv2.LINE_AA)
        value += scratch * np.float32(rng.normal(0, 0.07))
    base = np.asarray(_pick(_STEELS, rng), np.float32)
    return _tinted(value, np.ones(3, np.float32), base)


def _mat(side: int, scale: float, rng: np.random.Generator) -> Plane:
    value = (
        _noise(side, 1.6 * scale, 1.6 * scale, rng) * 0.014
        + _noise(side, 120 * scale, 120 * scale, rng) * 0.012
    )
    step = rng.uniform(34, 60) * scale
    lines = np.zeros((side, side), np.float32)
    for index in range(int(side / step) + 1):
        at = int(index * step * 16)
        strong = 1.0 if index % 5 == 0 else 0.5
        far = side * 16
        cv2.line(lines, (at, 0), (at, far), (strong,), max(round(scale), 1), cv2.LINE_AA, 4)
        cv2.line(lines, (0, at), (far, at), (strong,), max(round(scale), 1), cv2.LINE_AA, 4)
    base = np.asarray(_pick(_MATS, rng), np.float32) * np.float32(rng.uniform(0.85, 1.2))
    printed = np.asarray((0.16, 0.17, 0.16), np.float32) * np.float32(rng.uniform(0.4, 1.0))
    return _tinted(value, 3 * base, base) + _tinted(lines, printed, np.zeros(3, np.float32))


_WOODS: Final = ((0.30, 0.46, 0.63), (0.22, 0.36, 0.52), (0.42, 0.57, 0.70), (0.17, 0.26, 0.38))
_STEELS: Final = ((0.47, 0.46, 0.45), (0.38, 0.37, 0.36), (0.53, 0.51, 0.49))
_MATS: Final = ((0.22, 0.28, 0.09), (0.34, 0.21, 0.10), (0.16, 0.15, 0.15), (0.17, 0.13, 0.33))
_PAINTERS: Final[dict[str, Callable[[int, float, np.random.Generator], Plane]]] = {
    "mat": _mat,
    "steel": _steel,
    "wood": _wood,
}
SURFACES: Final = tuple(_PAINTERS)


def _tinted(value: Plane, slope: Plane, base: Plane) -> Plane:
    """A colour for each value: `slope` times it, on top of `base`."""
    transform = np.stack([slope, base], axis=1)
    return cast("Plane", cv2.transform(value, transform))


def _pick(
    colours: tuple[tuple[float, float, float], ...], rng: np.random.Generator
) -> tuple[float, float, float]:
    return colours[rng.integers(len(colours))]


def _point(at: NDArray[np.float64]) -> tuple[int, int]:
    return int(at[0]), int(at[1])
