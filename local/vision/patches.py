"""What is seen in a box, cut out and described: once to move the box, once to name its content."""

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
_DIRECTIONS = 9
_CONTRAST = 30
"""Units of L*a*b* that count as full contrast."""

TURNS = 8
"""Ways to turn and mirror a square."""


def cut(picture: Picture, object_map: Plane, boxes: Boxes, *, square: bool) -> NDArray[np.float32]:
    """Cut boxes out of a picture and bring them to one size.

    Args:
        picture: The picture.
        object_map: Its object map.
        boxes: Shape (boxes, 4).
        square: Show a square around the box, so that shapes keep their proportions, and not the box alone.

    Returns:
        Shape (boxes, SIDE, SIDE, 4): L*a*b* and the object map.
    """
    patches = np.empty((len(boxes), SIDE, SIDE, 4), np.float32)
    for patch, (left, top, width, height) in zip(patches, boxes, strict=True):
        across, down = (max(width, height),) * 2 if square else (width, height)
        center = left + width / 2, top + height / 2
        shown = (
            (_SQUARE_MARGIN if square else _MARGIN) * across,
            (_SQUARE_MARGIN if square else _MARGIN) * down,
        )
        patch[..., :3] = unpack(_window(picture.lab, center, shown, 1).astype(np.uint8, copy=False))
        patch[..., 3] = _window(object_map, center, shown, GRID_STEP)
    return patches


def _window(
    plane: np.ndarray, center: tuple[float, float], size: tuple[float, float], step: int
) -> np.ndarray:
    across, down = size[0] / step, size[1] / step
    step_x, step_y = across / SIDE, down / SIDE
    start = (center[0] / step - across / 2 + step_x / 2 - 0.5, center[1] / step - down / 2 + step_y / 2 - 0.5)
    move = np.asarray([[step_x, 0, start[0]], [0, step_y, start[1]]], np.float32)
    return cv2.warpAffine(
        plane,
        move,
        (SIDE, SIDE),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


def turned(patches: NDArray[np.float32], turn: int) -> NDArray[np.float32]:
    """Return patches turned and mirrored in one of `TURNS` ways; 0 leaves them as they are."""
    if turn >= TURNS // 2:
        patches = patches.transpose(0, 2, 1, 3)
    if turn & 1:
        patches = patches[:, ::-1]
    if turn & 2:
        patches = patches[:, :, ::-1]
    return patches


def profiles(patches: NDArray[np.float32]) -> Matrix:
    """Describe where in each patch the object begins and ends: what changes along its rows and columns."""
    difference = _difference(patches)
    lightness = patches[..., 0] / _CONTRAST
    planes = (
        difference,
        np.minimum(difference, 1),
        patches[..., 3],
        np.abs(np.diff(lightness, axis=1, prepend=lightness[:, :1])),
        np.abs(np.diff(lightness, axis=2, prepend=lightness[:, :, :1])),
    )
    lines = [
        profile for plane in planes for axis in (1, 2) for profile in (plane.mean(axis), plane.max(axis))
    ]
    return np.concatenate(lines, axis=1)


def looks(patches: NDArray[np.float32], boxes: Boxes, size: tuple[int, int]) -> Matrix:
    """Describe the content of square patches: directions of edges, colour and form, and the box itself.

    Args:
        patches: As `cut` returns them with `square`.
        boxes: The boxes that they were cut from; of turned patches, the turned boxes.
        size: The picture's width and height in working pixels.
    """
    difference = _difference(patches)
    lightness = patches[..., 0]
    spread = 4 * lightness.std((1, 2), keepdims=True)
    form = difference.reshape(len(patches), 8, SIDE // 8, 8, SIDE // 8).mean((2, 4))
    objectness = patches[..., 3].reshape(len(patches), 8, SIDE // 8, 8, SIDE // 8).mean((2, 4))
    width, height = boxes[:, 2], boxes[:, 3]
    numbers = (
        np.log(width / height),
        np.log(width * height / (size[0] * size[1])) / 3,
        spread[:, 0, 0] / _CONTRAST,
        difference.mean((1, 2)),
        difference.max((1, 2)),
        patches[..., 3].mean((1, 2)),
        *(np.abs(patches[..., channel]).mean((1, 2)) / _CONTRAST for channel in (1, 2)),
    )
    return np.concatenate(
        [
            edge_directions(lightness / (spread + 1)),
            form.reshape(len(patches), -1),
            objectness.reshape(len(patches), -1),
            np.stack(numbers, axis=1),
        ],
        axis=1,
    ).astype(np.float32)


def turned_boxes(boxes: Boxes, turn: int) -> Boxes:
    """Return boxes as `turned` leaves them; only their width and height are meant."""
    return boxes[:, [1, 0, 3, 2]] if turn >= TURNS // 2 else boxes


def _difference(patches: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how much each pixel differs from the patch's rim, shape (patches, SIDE, SIDE); 1 is full contrast."""
    colours = patches[..., :3]
    rim = np.concatenate(
        [colours[:, :2].reshape(len(patches), -1, 3), colours[:, -2:].reshape(len(patches), -1, 3),
         colours[:, :, :2].reshape(len(patches), -1, 3), colours[:, :, -2:].reshape(len(patches), -1, 3)],
        axis=1,
    )  # fmt: skip
    against = rim.mean(1)[:, None, None]
    return np.sqrt(((colours - against) ** 2).sum(3)) / _CONTRAST


def edge_directions(planes: NDArray[np.float32]) -> Matrix:
    """Return histograms of oriented gradients of square planes, normalized over blocks of two by two cells.

    Args:
        planes: Shape (planes, side, side).

    Returns:
        Shape (planes, features).
    """
    across, down = np.zeros_like(planes), np.zeros_like(planes)
    across[:, :, 1:-1] = planes[:, :, 2:] - planes[:, :, :-2]
    down[:, 1:-1] = planes[:, 2:] - planes[:, :-2]
    strength = np.sqrt(across * across + down * down)
    direction = np.arctan2(down, across) % np.float32(np.pi) * np.float32(_DIRECTIONS / np.pi)
    lower = direction.astype(np.int32)
    share = direction - lower
    lower %= _DIRECTIONS
    count, side = planes.shape[:2]
    rows = np.arange(side) * _CELLS // side
    place = (np.arange(count)[:, None, None] * _CELLS + rows[:, None]) * _CELLS + rows
    bins = count * _CELLS * _CELLS * _DIRECTIONS
    histogram = np.bincount(
        (place * _DIRECTIONS + lower).ravel(), (strength * (1 - share)).ravel(), bins
    ) + np.bincount(
        (place * _DIRECTIONS + (lower + 1) % _DIRECTIONS).ravel(), (strength * share).ravel(), bins
    )
    cells = histogram.reshape(count, _CELLS, _CELLS, _DIRECTIONS).astype(np.float32)
    blocks = np.concatenate(
        [cells[:, :-1, :-1], cells[:, 1:, :-1], cells[:, :-1, 1:], cells[:, 1:, 1:]], axis=3
    )
    blocks /= np.sqrt((blocks * blocks).sum(3, keepdims=True)) + np.float32(0.1)
    return blocks.reshape(count, -1)
