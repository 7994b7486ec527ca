"""Arithmetic with boxes: arrays of shape (boxes, 4) with left, top, width and height."""

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]


def no_boxes() -> Boxes:
    """Return an array of no boxes."""
    return np.zeros((0, 4), np.float32)


def overlaps(some: Boxes, others: Boxes) -> NDArray[np.float32]:
    """Return the intersection over union of each box with each other, shape (some, others)."""
    ends, other_ends = some[:, :2] + some[:, 2:], others[:, :2] + others[:, 2:]
    shared = np.minimum(ends[:, None], other_ends[None]) - np.maximum(some[:, None, :2], others[None, :, :2])
    intersection = np.maximum(shared, 0).prod(2)
    areas = some[:, 2:].prod(1)[:, None] + others[:, 2:].prod(1)[None]
    return intersection / np.maximum(areas - intersection, np.float32(1e-6))


def suppress(boxes: Boxes, scores: NDArray[np.float32], most: float) -> list[int]:
    """Return the indices of the best boxes, best first, none of which overlaps a better one by more than *most*."""
    kept: list[int] = []
    free = np.ones(len(boxes), np.bool_)
    overlap = overlaps(boxes, boxes)
    for index in np.argsort(-scores, kind="stable").tolist():
        if free[index]:
            kept.append(index)
            free &= overlap[index] <= most
    return kept


def clip(boxes: Boxes, size: tuple[int, int]) -> Boxes:
    """Cut boxes to an image of that width and height; each keeps at least two pixels a side."""
    limit = np.asarray(size, np.float32)
    starts = np.clip(boxes[:, :2], 0, limit - 2)
    ends = np.clip(boxes[:, :2] + boxes[:, 2:], starts + 2, limit)
    return np.concatenate([starts, ends - starts], axis=1)
