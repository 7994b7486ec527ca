"""What is seen in a box, cut out and described: once to move the box, once to name its content.

Training looks at every patch in eight ways, turned and mirrored. Descriptions are laid out so that they can be
turned themselves, which is much cheaper than describing turned patches.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from local.vision.boxes import Boxes
from local.vision.network import Matrix
from local.vision.pictures import GRID_STEP, Picture, Plane, unpack

SIDE = 40
"""Pixels of a patch's sides."""
_MARGIN = 1.3
"""A patch shows this much more than its box, so that the object's surroundings can be seen."""
_SQUARE_MARGIN = 1.15
_CELLS = 5
_BLOCKS = 8
_DIRECTIONS = 8
"""Of edges, over half a turn. A quarter turn is a whole number of them, so that histograms can be turned."""
_CONTRAST = np.float32(30)
"""Units of L*a*b* that count as full contrast."""

PROFILE_SIZE = 2 * 8 * SIDE
"""Numbers in the profiles of one patch."""
TURNS = 8
"""Ways to turn and mirror a square: bit 0 mirrors top and bottom, bit 1 left and right, bit 2 swaps the axes first."""


@dataclass(frozen=True, slots=True)
class Patches:
    """Boxes cut out of a picture and brought to one size; first axis: boxes."""

    lab: NDArray[np.float32]
    """L*a*b*, shape (3, boxes, SIDE, SIDE)."""
    objects: NDArray[np.float32]
    """The object map, shape (boxes, SIDE, SIDE)."""

    def difference(self) -> NDArray[np.float32]:
        """Return how much each pixel differs from the patch's rim; 1 is full contrast."""
        squares = np.zeros(self.objects.shape, np.float32)
        for plane in self.lab:
            rim = (plane[:, 0] + plane[:, -1] + plane[:, :, 0] + plane[:, :, -1]).mean(1) / 4
            apart = (plane - rim[:, None, None]) / _CONTRAST
            squares += apart * apart
        return np.sqrt(squares)


def cut(picture: Picture, object_map: Plane, boxes: Boxes, *, square: bool) -> Patches:
    """Cut boxes out of a picture.

    Args:
        picture: The picture.
        object_map: Its object map.
        boxes: Shape (boxes, 4).
        square: Show a square around the box, so that shapes keep their proportions, and not the box alone.
    """
    lab = np.empty((len(boxes), SIDE, SIDE, 3), np.uint8)
    objects = np.empty((len(boxes), SIDE, SIDE), np.float32)
    margin = _SQUARE_MARGIN if square else _MARGIN
    for index, (left, top, width, height) in enumerate(boxes.tolist()):
        across, down = (max(width, height),) * 2 if square else (width, height)
        window = left + width / 2, top + height / 2, margin * across / SIDE, margin * down / SIDE
        _sample(picture.lab, window, 1, lab[index])
        _sample(object_map, window, GRID_STEP, objects[index])
    channels = np.ascontiguousarray(np.moveaxis(unpack(lab.reshape(-1, SIDE, 3)), 2, 0))
    return Patches(channels.reshape(3, -1, SIDE, SIDE), objects)


def _sample(
    plane: NDArray[np.uint8] | Plane,
    window: tuple[float, float, float, float],
    step: int,
    into: NDArray[np.uint8] | NDArray[np.float32],
) -> None:
    """Sample a plane, one cell of which is *step* pixels, around a center and with a distance in pixels."""
    x, y, across, down = (value / step for value in window)
    move = np.asarray(
        [[across, 0, x - across * (SIDE - 1) / 2 - 0.5], [0, down, y - down * (SIDE - 1) / 2 - 0.5]],
        np.float32,
    )
    cv2.warpAffine(
        plane,
        move,
        (SIDE, SIDE),
        dst=into,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


def profiles(patches: Patches) -> NDArray[np.float32]:
    """Describe where in each patch the object begins and ends: what changes from row to row and column to column.

    Returns:
        Shape (patches, 2 directions, lines, SIDE): along the columns (from top to bottom), then along the rows.
    """
    difference = patches.difference()
    lightness = patches.lab[0] / _CONTRAST
    planes = difference, np.minimum(difference, 1), patches.objects
    directions: list[NDArray[np.float32]] = []
    for axis in (2, 1):
        lines = [line for plane in planes for line in (plane.mean(axis), plane.max(axis))]
        for change_axis in (axis, 3 - axis):
            change = np.abs(np.diff(lightness, axis=change_axis))
            line = change.mean(axis)
            if line.shape[1] < SIDE:  # the change between two rows belongs to the place between them
                line = np.pad(line, ((0, 0), (1, 1)))
                line = (line[:, :-1] + line[:, 1:]) / 2
            lines.append(line)
        directions.append(np.stack(lines, axis=1))
    return np.stack(directions, axis=1)


def turned_profiles(lines: NDArray[np.float32], turn: int) -> Matrix:
    """Return the profiles of turned patches, one row a patch."""
    if turn & 4:
        lines = lines[:, ::-1]
    down, across = lines[:, 0], lines[:, 1]
    down = down[..., ::-1] if turn & 1 else down
    across = across[..., ::-1] if turn & 2 else across
    return np.concatenate([_rows(down), _rows(across)], axis=1)


@dataclass(frozen=True, slots=True)
class Looks:
    """What is seen in square patches; first axis: boxes."""

    edges: NDArray[np.float32]
    """Histograms of edge directions, shape (boxes, _CELLS, _CELLS, _DIRECTIONS)."""
    forms: NDArray[np.float32]
    """Coarse views, shape (boxes, _BLOCKS, _BLOCKS, views)."""
    numbers: NDArray[np.float32]
    """What does not change when the patch is turned."""
    proportions: NDArray[np.float32]
    """Logarithm of each box's width by its height."""

    def first(self, count: int) -> "Looks":
        """Return the descriptions of the first boxes."""
        return Looks(self.edges[:count], self.forms[:count], self.numbers[:count], self.proportions[:count])

    def turned(self, turn: int) -> Matrix:
        """Return the description of turned patches, one row a patch."""
        edges, forms, proportions = self.edges, self.forms, self.proportions
        directions = np.arange(_DIRECTIONS)
        if turn & 4:
            edges, forms, proportions = edges.swapaxes(1, 2), forms.swapaxes(1, 2), -proportions
            directions = (_DIRECTIONS // 2 - directions) % _DIRECTIONS
        if turn & 1:
            edges, forms, directions = edges[:, ::-1], forms[:, ::-1], -directions % _DIRECTIONS
        if turn & 2:
            edges, forms, directions = edges[:, :, ::-1], forms[:, :, ::-1], -directions % _DIRECTIONS
        return np.concatenate(
            [
                _rows(_normalized(edges[..., directions])),
                _rows(forms),
                self.numbers,
                proportions[:, None],
            ],
            axis=1,
        )


def look(patches: Patches, boxes: Boxes, size: tuple[int, int]) -> Looks:
    """Describe the content of square patches: directions of edges, colour and form, and the box itself.

    Args:
        patches: As `cut` returns them with `square`.
        boxes: The boxes that they were cut from.
        size: The picture's width and height in working pixels.
    """
    difference = patches.difference()
    lightness, red, yellow = patches.lab
    spread = 4 * np.sqrt(np.maximum(_mean(lightness * lightness) - _mean(lightness) ** 2, 0))
    width, height = boxes[:, 2], boxes[:, 3]
    numbers = (
        np.log(width * height / np.float32(size[0] * size[1])) / 3,
        spread / _CONTRAST,
        _mean(difference),
        _rows(difference).max(1),
        _mean(patches.objects),
        _mean(np.abs(red)) / _CONTRAST,
        _mean(np.abs(yellow)) / _CONTRAST,
    )
    return Looks(
        edge_directions(lightness / (spread[:, None, None] + 1)),
        np.stack([_coarse(plane) for plane in (difference, patches.objects)], axis=3),
        np.stack(numbers, axis=1),
        np.log(width / height),
    )


def _mean(planes: NDArray[np.float32]) -> NDArray[np.float32]:
    return _rows(planes).mean(1)


def _rows(array: NDArray[np.float32]) -> Matrix:
    return array.reshape(len(array), math.prod(array.shape[1:]))


def _coarse(planes: NDArray[np.float32]) -> NDArray[np.float32]:
    block = planes.shape[1] // _BLOCKS
    return planes.reshape(len(planes), _BLOCKS, block, _BLOCKS, block).mean((2, 4))


def edge_directions(planes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return histograms of oriented gradients of square planes, shape (planes, side, side).

    Returns:
        Shape (planes, _CELLS, _CELLS, _DIRECTIONS).
    """
    across, down = np.zeros_like(planes), np.zeros_like(planes)
    across[:, :, 1:-1] = planes[:, :, 2:] - planes[:, :, :-2]
    down[:, 1:-1] = planes[:, 2:] - planes[:, :-2]
    count, side = planes.shape[:2]
    strength, angle = cv2.cartToPolar(across.reshape(-1, side), down.reshape(-1, side))
    strength, position = (
        np.asarray(one, np.float32).reshape(count, -1) for one in (strength, angle * (_DIRECTIONS / np.pi))
    )
    lower = position.astype(np.intp)
    upper_share = strength * (position - lower)
    rows = np.arange(side, dtype=np.intp) * _CELLS // side
    cells = ((rows[:, None] * _CELLS + rows) * _DIRECTIONS).ravel()
    place = np.arange(count, dtype=np.intp)[:, None] * (_CELLS * _CELLS * _DIRECTIONS) + cells
    bins = count * _CELLS * _CELLS * _DIRECTIONS
    histogram = np.bincount((place + lower % _DIRECTIONS).ravel(), (strength - upper_share).ravel(), bins)
    histogram += np.bincount((place + (lower + 1) % _DIRECTIONS).ravel(), upper_share.ravel(), bins)
    return histogram.reshape(count, _CELLS, _CELLS, _DIRECTIONS).astype(np.float32)


def _normalized(cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """Normalize histograms over blocks of two by two cells, so that contrast does not matter."""
    blocks = np.concatenate(
        [cells[:, :-1, :-1], cells[:, 1:, :-1], cells[:, :-1, 1:], cells[:, 1:, 1:]], axis=3
    )
    return blocks / (np.sqrt(np.einsum("...d,...d->...", blocks, blocks))[..., None] + np.float32(0.5))
