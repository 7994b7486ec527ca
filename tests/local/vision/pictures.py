"""Small pictures whose content is known: coloured shapes on an uneven ground, and patterns."""

from collections.abc import Sequence

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from local.vision import Annotation, Box, Example

SHAPES = ("cross", "moon", "star")
PATTERNS = ("checks", "dots", "stripes")


def png(pixels: MatLike) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()


def ground(width: int, height: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Speckled ground in a muted colour, lighter towards one corner."""
    coarse = rng.normal(0, 9, (max(height // 6, 2), max(width // 6, 2), 1)).astype(np.float32)
    speckles = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)[..., None]
    light = np.linspace(0, rng.uniform(10, 45), width, dtype=np.float32)[None, :, None]
    colour = rng.uniform(50, 150) + rng.uniform(-18, 18, 3)
    return np.clip(colour + speckles + light, 0, 255).astype(np.uint8)


def _outline(shape: str, radius: float, turn: float) -> NDArray[np.int32]:
    angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    if shape == "star":
        reach = np.where(np.arange(10) % 2, 0.45, 1.0)
        angles = np.arange(10) * np.pi / 5
        points = np.stack([reach * np.cos(angles), reach * np.sin(angles)], axis=1)
    elif shape == "cross":
        arm = 0.3
        corner = np.asarray([(1, -arm), (1, arm), (arm, arm)])
        quarter = np.asarray([(0, -1), (1, 0)])
        points = np.concatenate([corner @ np.linalg.matrix_power(quarter, side).T for side in range(4)])
    else:
        outer = np.stack([np.cos(angles[8:53]), np.sin(angles[8:53])], axis=1)
        inner = outer[::-1] * (0.72, 0.72) + (0.38, 0.0)
        points = np.concatenate([outer, inner])
    spin = np.asarray([(np.cos(turn), -np.sin(turn)), (np.sin(turn), np.cos(turn))])
    return np.round(points @ spin.T * radius).astype(np.int32)


def _place(
    shape: str, radius: float, taken: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Find a free place; return the pixels of the shape, and these with a gap around them."""
    height, width = taken.shape
    while True:
        center = rng.uniform(radius + 2, np.asarray([width, height]) - radius - 2)
        points = _outline(shape, radius, rng.uniform(0, 2 * np.pi)) + np.round(center).astype(np.int32)
        mask = np.zeros((height, width), np.uint8)
        cv2.fillPoly(mask, [points], (1,))
        near = cv2.dilate(mask, np.ones((9, 9), np.uint8)) > 0
        if not np.any(near & taken):
            return mask > 0, near


def shapes(
    names: Sequence[str], rng: np.random.Generator, width: int = 320, height: int = 240, radius: float = 24
) -> Example:
    """A scene with one of each of the named shapes, apart from each other, in colours of their own."""
    pixels = ground(width, height, rng)
    annotations: list[Annotation] = []
    taken = np.zeros((height, width), bool)
    for name in names:
        mask, near = _place(name, radius * rng.uniform(0.75, 1.3), taken, rng)
        taken |= near
        colour = np.roll(np.asarray([235, rng.uniform(20, 120), rng.uniform(0, 60)]), rng.integers(3))
        pixels[mask] = colour.astype(np.uint8)
        left, top, wide, high = cv2.boundingRect(mask.astype(np.uint8))
        annotations.append(Annotation(name, Box(left, top, wide, high)))
    noisy = pixels + rng.normal(0, 4, pixels.shape)
    return Example(png(np.clip(noisy, 0, 255).astype(np.uint8)), tuple(annotations))


def shape_scenes(count: int, seed: int) -> list[Example]:
    rng = np.random.default_rng(seed)
    return [
        shapes([SHAPES[name] for name in rng.integers(0, 3, int(rng.integers(0, 5)))], rng)
        for _ in range(count)
    ]


def pattern(name: str, rng: np.random.Generator, *, framed: bool) -> Example:
    """A picture that is one pattern all over, and may have a frame."""
    y, x = np.mgrid[:96, :128]
    step = int(rng.integers(12, 20))
    shift = rng.integers(0, step, 2)
    x, y = x + shift[0], y + shift[1]
    on = {
        "checks": (x // step + y // step) % 2 == 0,
        "stripes": (x // (step // 2)) % 2 == 0,
        "dots": np.hypot(x % step - step / 2, y % step - step / 2) < step / 3,
    }[name]
    colours = rng.uniform(0, 110, 3), rng.uniform(140, 255, 3)
    pixels = np.where(on[..., None], *colours) + rng.normal(0, 6, (96, 128, 3))
    if framed:
        inside = np.zeros((96, 128, 1), bool)
        inside[12:-12, 12:-12] = True
        pixels = np.where(inside, pixels, (20, 20, 220))
    labels = [name, "framed"] if framed else [name]
    image = png(np.clip(pixels, 0, 255).astype(np.uint8))
    return Example(image, tuple(Annotation(label, None) for label in labels))


def pattern_pictures(count: int, seed: int) -> list[Example]:
    rng = np.random.default_rng(seed)
    return [
        pattern(PATTERNS[index % len(PATTERNS)], rng, framed=bool(rng.integers(2))) for index in range(count)
    ]
