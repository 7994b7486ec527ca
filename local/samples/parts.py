"""Draws the parts that lie on the bench: hex nuts, washers and bolts, each on a patch of its own.

A part is a field of surface normals; polished metal is what those normals mirror of the room around them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

Plane = NDArray[np.floating[Any]]

SUPERSAMPLING: Final = 2
_LAYERS: Final = 6
_ROOT3: Final = float(np.sqrt(3.0))
# Blue, green, red as light is mirrored by each metal, and how sharply it mirrors.
_METALS: Final = (
    ((0.93, 0.93, 0.92), 1.00),  # zinc
    ((0.80, 0.84, 0.87), 0.85),  # raw steel
    ((0.97, 0.94, 0.90), 1.10),  # stainless
    ((0.43, 0.69, 0.84), 0.95),  # brass
    ((0.30, 0.30, 0.31), 0.70),  # black oxide
)


@dataclass(frozen=True, slots=True)
class Light:
    """The lamp over the bench.

    Attributes:
        azimuth: where it stands, in radians, image axes.
        height: its elevation in radians; low lamps cast long shadows.
        hardness: 0 for an overcast window to 1 for a bare bulb.
    """

    azimuth: float
    height: float
    hardness: float

    def direction(self) -> tuple[float, float, float]:
        """The unit vector from the bench to the lamp."""
        flat = float(np.cos(self.height))
        return (
            flat * float(np.cos(self.azimuth)),
            flat * float(np.sin(self.azimuth)),
            float(np.sin(self.height)),
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A drawn part.

    Attributes:
        colour: (h, w, 3) light in blue, green, red, 0 to about 1.
        alpha: (h, w) how much of each pixel the part covers, 0 to 1.
        thickness: how far it rises from the bench, in pixels.
    """

    colour: Plane
    alpha: Plane
    thickness: float


@dataclass(frozen=True, slots=True)
class _Surface:
    """A supersampled canvas being painted, back to front."""

    x: Plane
    y: Plane
    normal: Plane
    shade: Plane
    alpha: Plane

    @classmethod
    def sized(cls, half: float) -> _Surface:
        side = 2 * int(np.ceil(half)) * SUPERSAMPLING
        axis = ((np.arange(side, dtype=np.float32) + 0.5 - side / 2) / SUPERSAMPLING).astype(np.float32)
        x, y = np.meshgrid(axis, axis)
        normal = np.zeros((3, side, side), np.float32)
        normal[2] = 1
        return cls(x, y, normal, np.ones((side, side), np.float32), np.zeros((side, side), np.float32))

    def paint(
        self, where: NDArray[np.bool_], normal: tuple[Plane | float, Plane | float, Plane | float]
    ) -> None:
        for axis, value in enumerate(normal):
            np.copyto(self.normal[axis], value, where=where, casting="same_kind")
        np.copyto(self.shade, 1, where=where)
        np.copyto(self.alpha, 1, where=where)


def draw(
    label: str, radius: float, lean: tuple[float, float], light: Light, rng: np.random.Generator
) -> Part:
    """Draw one part, turned at random, in a metal chosen at random.

    Args:
        label: ``hex-nut``, ``washer`` or ``bolt``.
        radius: half the part's size across, in pixels; a bolt's thickness follows from it.
        lean: how far, in shares of the thickness, the camera sees the top displaced against the foot.
        light: the lamp.
        rng: decides turn, proportions, metal and wear.
    """
    surface, thickness = _SHAPES[label](radius, lean, rng)
    tint, gloss = _METALS[rng.choice(len(_METALS), p=(0.34, 0.24, 0.16, 0.16, 0.10))]
    return Part(*_finish(surface, _mirror(surface, light, gloss, rng), tint, rng), thickness)


def _hex_nut(radius: float, lean: tuple[float, float], rng: np.random.Generator) -> tuple[_Surface, float]:
    thickness = radius * rng.uniform(0.75, 0.95)
    turn = rng.uniform(0, np.pi / 3)
    surface = _Surface.sized(radius * 2 / _ROOT3 + thickness * 0.5 + 3)
    dx, dy = lean[0] * thickness, lean[1] * thickness
    normals = [turn + side * np.pi / 3 for side in range(6)]

    def sides(x: Plane, y: Plane) -> tuple[Plane, NDArray[np.intp]]:
        reach = np.stack([x * np.float32(np.cos(a)) + y * np.float32(np.sin(a)) for a in normals])
        return reach.max(0), reach.argmax(0)

    def flank(x: Plane, y: Plane) -> tuple[NDArray[np.bool_], Plane, Plane]:
        reach, side = sides(x, y)
        angle = np.asarray(normals, np.float32)[side]
        return reach < radius, np.cos(angle), np.sin(angle)

    _extrude(surface, (dx, dy), flank)
    x, y = surface.x - dx, surface.y - dy
    reach, _ = sides(x, y)
    rho = np.hypot(x, y)
    top = reach < radius
    surface.paint(top, (0.0, 0.0, 1.0))
    # The corners of a nut are turned down to a cone.
    slope = np.clip((rho - radius * 0.97) / (radius * 0.05), 0, 1) * 0.55
    surface.paint(top & (slope > 0), _tilted(x / rho, y / rho, slope))
    _bore(surface, (dx, dy), radius * rng.uniform(0.54, 0.62), threaded=True)
    return surface, thickness


def _washer(radius: float, lean: tuple[float, float], rng: np.random.Generator) -> tuple[_Surface, float]:
    thickness = radius * rng.uniform(0.12, 0.2)
    surface = _Surface.sized(radius + thickness + 3)
    dx, dy = lean[0] * thickness, lean[1] * thickness

    def flank(x: Plane, y: Plane) -> tuple[NDArray[np.bool_], Plane, Plane]:
        rho = np.hypot(x, y)
        return rho < radius, x / rho, y / rho

    _extrude(surface, (dx, dy), flank)
    x, y = surface.x - dx, surface.y - dy
    rho = np.hypot(x, y)
    top = rho < radius
    # Turning marks: fine rings that catch the light.
    rings = np.sin(rho * np.float32(rng.uniform(1.6, 2.6)) + np.float32(rng.uniform(0, 6))) * 0.035
    rounded = np.clip((rho - radius * 0.93) / (radius * 0.07), 0, 1) * 0.8
    surface.paint(top, _tilted(x / rho, y / rho, rings + rounded))
    _bore(surface, (dx, dy), radius * rng.uniform(0.42, 0.58), threaded=False)
    return surface, thickness


def _bolt(radius: float, lean: tuple[float, float], rng: np.random.Generator) -> tuple[_Surface, float]:
    del lean  # a lying bolt is round: from above and from a little aside it looks the same
    shank = radius * 0.46
    head = shank * rng.uniform(1.2, 1.5)
    corner = shank * rng.uniform(1.85, 2.05)
    length = radius * rng.uniform(2.2, 4.2)
    pitch = max(shank * 0.34, 2.2)
    thread_start = head + (length - head) * rng.uniform(0.0, 0.5)
    surface = _Surface.sized(length / 2 + corner + 3)
    turn = rng.uniform(0, 2 * np.pi)
    cos, sin = float(np.cos(turn)), float(np.sin(turn))
    u = surface.x * cos + surface.y * sin + np.float32(length / 2)
    v = surface.y * cos - surface.x * sin

    def paint(
        where: NDArray[np.bool_], along: Plane | float, across: Plane | float, up: Plane | float
    ) -> None:
        surface.paint(where, (along * cos - across * sin, along * sin + across * cos, up))

    phase = (u + v * 0.25) / pitch
    flank = phase - np.floor(phase) - 0.5
    tooth = np.abs(flank) * 2
    threaded = u > thread_start
    edge = shank * (1 - 0.13 * tooth * threaded) - np.clip(u - (length - shank * 0.35), 0, None) * 0.7
    across = np.clip(v / shank, -1, 1)
    up = np.sqrt(np.clip(1 - across**2, 0.02, 1))
    along = np.where(flank < 0, -0.62, 0.62).astype(np.float32) * threaded
    body = (u > head * 0.9) & (u < length) & (np.abs(v) < edge)
    paint(body, along, across, up)
    surface.shade[body & threaded] -= 0.35 * tooth[body & threaded]
    # Of the head's six flanks, those that look up; a cone has taken the far corners.
    first = rng.uniform(0, np.pi / 3)
    bevel = np.clip(head * 0.22 - u, 0, None) * 0.9
    for side in range(6):
        angle = first + side * np.pi / 3
        if np.cos(angle) <= 0:
            continue
        low, high = (corner * np.sin(angle + end * np.pi / 6) for end in (-1, 1))
        where = (v >= low) & (v <= high) & (np.abs(v) < corner - bevel) & (u > 0) & (u < head)
        dome = np.clip((head * 0.2 - u) / (head * 0.2), 0, 1) * -0.9
        paint(where, dome.astype(np.float32), float(np.sin(angle)), float(np.cos(angle)))
    surface.shade[body & (u < head + shank * 0.35)] *= 0.7
    return surface, 2 * corner


_SHAPES: Final[
    dict[str, Callable[[float, tuple[float, float], np.random.Generator], tuple[_Surface, float]]]
] = {
    "bolt": _bolt,
    "hex-nut": _hex_nut,
    "washer": _washer,
}


def _tilted(x: Plane, y: Plane, slope: Plane) -> tuple[Plane, Plane, Plane]:
    """A normal that leans by `slope` along (x, y)."""
    return x * slope, y * slope, np.sqrt(np.clip(1 - slope**2, 0.02, 1))


def _extrude(
    surface: _Surface,
    lean: tuple[float, float],
    flank: Callable[[Plane, Plane], tuple[NDArray[np.bool_], Plane, Plane]],
) -> None:
    """Paint the walls between foot and top, layer by layer."""
    for layer in range(_LAYERS):
        share = layer / _LAYERS
        where, along_x, along_y = flank(surface.x - lean[0] * share, surface.y - lean[1] * share)
        surface.paint(where, (along_x * 0.95, along_y * 0.95, 0.3))
        surface.shade[where] = 0.45 + 0.4 * share


def _bore(surface: _Surface, lean: tuple[float, float], radius: float, *, threaded: bool) -> None:
    """Drill the hole: a chamfer, the wall that the camera sees, and the bench below."""
    x, y = surface.x - lean[0], surface.y - lean[1]
    rho = np.hypot(x, y)
    rim = rho < radius * 1.13
    surface.paint(rim, (-x / rho * 0.6, -y / rho * 0.6, 0.8))
    inside = rho < radius
    surface.paint(inside, (-x / rho * 0.95, -y / rho * 0.95, 0.3))
    depth = np.hypot(surface.x, surface.y)
    wall = 0.3 + (0.22 * np.sin(depth * np.float32(2.4)) if threaded else np.float32(0.0))
    surface.shade[inside] = (wall * np.ones_like(rho))[inside]
    foot = 0.86 if threaded else 0.97
    surface.alpha[inside & (depth < radius * foot)] = 0


def _mirror(surface: _Surface, light: Light, gloss: float, rng: np.random.Generator) -> Plane:
    """What each point of the surface mirrors: a lamp, a bright ceiling, darker walls."""
    scale = np.float32(0.5 / surface.x.max())
    # The camera is near, so a flat face mirrors a little of the room's change from side to side.
    nx = surface.normal[0] + surface.x * scale * 0.25 + np.float32(rng.normal(0, 0.05))
    ny = surface.normal[1] + surface.y * scale * 0.25 + np.float32(rng.normal(0, 0.05))
    nz = surface.normal[2]
    inverse = 1 / np.sqrt(nx**2 + ny**2 + nz**2)
    nx, ny, nz = nx * inverse, ny * inverse, nz * inverse
    lx, ly, lz = light.direction()
    diffuse = np.clip(nx * lx + ny * ly + nz * lz, 0, 1)
    towards = 2 * nz * (nx * lx + ny * ly + nz * lz) - lz
    lamp = np.exp((towards - 1) * (4 + 10 * light.hardness))
    ceiling = np.clip(2 * nz**2 - 1, -0.4, 1)
    band = np.exp(-(((2 * nz * (nx * lx + ny * ly) - 0.45) / 0.22) ** 2))
    room = 0.16 + 0.26 * diffuse + 0.2 * ceiling + 0.3 * gloss * band + (0.5 + 0.35 * gloss) * lamp
    return (room * surface.shade).astype(np.float32)


def _finish(
    surface: _Surface, light: Plane, tint: tuple[float, float, float], rng: np.random.Generator
) -> tuple[Plane, Plane]:
    """Wear, tint and the way down to the picture's own pixels."""
    side = surface.x.shape[0]
    wear = rng.normal(0, 1, (max(side // 10, 2), max(side // 10, 2))).astype(np.float32)
    light = light * (1 + 0.05 * cv2.resize(wear, (side, side), interpolation=cv2.INTER_CUBIC))
    colour = np.clip(light, 0, 1.25)[..., None] * np.asarray(tint, np.float32)
    # A highlight is the colour of the lamp rather than of the metal.
    colour += np.clip(light - 0.85, 0, 0.4)[..., None] * 0.8
    size = (side // SUPERSAMPLING, side // SUPERSAMPLING)
    covered = cv2.resize(colour * surface.alpha[..., None], size, interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(surface.alpha, size, interpolation=cv2.INTER_AREA)
    colour = covered / np.maximum(alpha, 1e-3)[..., None]
    return cast("Plane", colour.astype(np.float32)), cast("Plane", alpha)
