"""Where in a picture something stands out as the trained objects do: one share for each cell of the grid."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Self, cast

import cv2
import numpy as np

from local.vision.boxes import Boxes
from local.vision.network import Matrix, Network
from local.vision.pictures import GRID_STEP, Picture, Plane

_SAMPLES = 150
"""Cells of each kind (object, its surroundings, elsewhere) that one picture is learned from."""
_SURROUNDINGS = 7
"""Cells around an object that count as its surroundings: there, object and background are told apart."""


class ObjectMap:
    """A network that looks at the neighbourhood of one cell."""

    def __init__(self, network: Network) -> None:
        self._network = network

    @classmethod
    def fit(cls, samples: Sequence[tuple[Matrix, Matrix]], rng: np.random.Generator) -> Self:
        """Learn from what `sample` took from each picture."""
        inputs = np.concatenate([inputs for inputs, _ in samples])
        targets = np.concatenate([targets for _, targets in samples])
        return cls(
            Network.fit(inputs, targets, hidden=(24, 12), epochs=8, decay=1e-4, exclusive=True, rng=rng)
        )

    @classmethod
    def load(cls, arrays: Mapping[str, Matrix]) -> Self:
        """Restore what `arrays` returned."""
        return cls(Network(arrays, exclusive=True))

    def arrays(self) -> dict[str, Matrix]:
        """Return everything that was learned, by name."""
        return self._network.arrays()

    def __call__(self, picture: Picture) -> Plane:
        """Return the share of object in each cell, shape of the picture's grid, 0 to 1."""
        features = neighbourhoods(picture.grid)
        return self._network(features.reshape(-1, features.shape[2]))[:, 1].reshape(picture.grid.shape[:2])


def sample(picture: Picture, boxes: Boxes, rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    """Take some cells inside, around and outside of an example's boxes, with what they are.

    Returns:
        Features, shape (cells, features), and targets, shape (cells, 2).
    """
    inside = np.zeros(picture.grid.shape[:2], np.uint8)
    for left, top, width, height in boxes:
        rows = slice(int(top) // GRID_STEP, -int(-(top + height) // GRID_STEP))
        columns = slice(int(left) // GRID_STEP, -int(-(left + width) // GRID_STEP))
        inside[rows, columns] = 1
    reach = np.ones((2 * _SURROUNDINGS + 1, 2 * _SURROUNDINGS + 1), np.uint8)
    around = cv2.dilate(inside, reach) - inside
    cells: list[np.ndarray] = []
    kinds: list[int] = []
    for kind, mask in ((1, inside), (0, around), (0, 1 - inside - around)):
        where = np.flatnonzero(mask)
        cells.append(rng.choice(where, min(_SAMPLES, len(where)), replace=False))
        kinds += [kind] * len(cells[-1])
    features = neighbourhoods(picture.grid)
    return (
        features.reshape(-1, features.shape[2])[np.concatenate(cells)],
        np.eye(2, dtype=np.float32)[kinds],
    )


def neighbourhoods(grid: Plane) -> Plane:
    """Describe the neighbourhood of each cell: colour against the background, texture and edges at three scales."""
    difference = grid - _background(grid)
    lightness = np.ascontiguousarray(grid[..., 0])
    blurred = {0.0: lightness} | {sigma: _blur(lightness, sigma) for sigma in (0.7, 1.5, 3.0, 6.0)}
    planes = [difference[..., 0], *np.moveaxis(np.abs(difference), 2, 0)]
    planes.append(np.sqrt((difference * difference).sum(2)))
    scales = sorted(blurred)
    for finer, coarser in pairwise(scales):
        band = blurred[finer] - blurred[coarser]
        planes += [band, np.sqrt(_blur(np.square(band), coarser))]
    for sigma in scales[:3]:
        planes += _edges(blurred[sigma], sigma + 1)
    nearby = _blur(difference, 3.0)
    planes += [nearby[..., 0], np.abs(nearby[..., 1]), np.abs(nearby[..., 2])]
    features = cast("Plane", cv2.merge(planes))
    # Beside the values themselves, each against what is usual in this picture: texture differs, objects stand out.
    usual = np.median(np.abs(features[::4, ::4]), axis=(0, 1)) + np.float32(1e-3)
    return np.concatenate([features, np.clip(features / (4 * usual), -8, 8)], axis=2)


def _background(grid: Plane) -> Plane:
    """Estimate what the picture would be without its smaller objects."""
    size = grid.shape[1], grid.shape[0]
    coarse = cv2.resize(grid, (max(size[0] // 4, 4), max(size[1] // 4, 4)), interpolation=cv2.INTER_AREA)
    medians = [cv2.medianBlur(plane, 5) for plane in cv2.split(coarse)]
    return cast("Plane", cv2.resize(_blur(cast("Plane", cv2.merge(medians)), 4.0), size))


def _edges(plane: Plane, reach: float) -> list[Plane]:
    """Strength of edges along and across their main direction; grain has one direction, objects have two."""
    across, down = _slopes(plane)
    xx, yy, xy = (_blur(product, reach) for product in (across * across, down * down, across * down))
    spread = np.sqrt((xx - yy) ** 2 + 4 * xy * xy)
    return [np.sqrt((xx + yy + spread) / 2), np.sqrt(np.maximum((xx + yy - spread) / 2, 0))]


def _slopes(plane: Plane) -> tuple[Plane, Plane]:
    return cast("Plane", cv2.Sobel(plane, cv2.CV_32F, 1, 0)), cast(
        "Plane", cv2.Sobel(plane, cv2.CV_32F, 0, 1)
    )


def _blur(plane: Plane, sigma: float) -> Plane:
    return cast("Plane", cv2.GaussianBlur(plane, (0, 0), sigma))
