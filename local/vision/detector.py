"""Finds objects: a map of where something stands out, candidate boxes, a better box, a name."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from local.vision.boxes import Boxes, clip, overlaps, suppress
from local.vision.evaluation import Judged, judge
from local.vision.network import Matrix, Network
from local.vision.object_map import ObjectMap, sample
from local.vision.patches import PROFILE_SIZE, TURNS, Looks, cut, look, profiles, turned_profiles
from local.vision.pictures import Picture, Plane, open_picture
from local.vision.proposals import propose
from local.vision.types import Detection, Example, RatioBox

_SAME_OBJECT = 0.55
"""A candidate that overlaps an object this much shows it; one below `_OTHER` does not."""
_OTHER = 0.4
_DISTINCT = 0.35
"""Detections that overlap more than this are one."""
_MOVES = 2
"""Times that a box is moved to fit what is seen in it."""
_FARTHEST = 0.4
"""Most that an edge moves at once, as a share of the box's side."""
_SIZES_BEYOND = 2
"""An object may be this many times smaller or larger than all that were learned."""
_RIDGE = 0.02
_JITTERS = 3
_EPOCHS = 8
_KEPT_OPEN = 128
"""Training pictures that stay decoded, of about 1 MB each; the others are decoded again for each pass."""
_MOST_SAMPLES = 48_000
"""Patches, turned ones included, of about 3 kB each, that the names are learned from."""
_RANDOM_BOXES = 3
"""Boxes anywhere in a training picture that show what is no object."""

_MIRRORED = {
    0: ([0, 1, 2, 3], [1, 1, 1, 1]),
    1: ([0, 3, 2, 1], [1, -1, 1, -1]),
    2: ([2, 1, 0, 3], [-1, 1, -1, 1]),
    TURNS // 2: ([1, 0, 3, 2], [1, 1, 1, 1]),
}
"""For each turn of a patch: which edge's move becomes which, and with which sign."""


class _Album:
    """Opens the pictures of examples, and keeps as many open as memory should be spent on."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self._examples = examples
        self._open: dict[int, Picture] = {}

    def __getitem__(self, index: int) -> Picture:
        if index in self._open:
            return self._open[index]
        picture = open_picture(self._examples[index].image)
        if index < _KEPT_OPEN:
            self._open[index] = picture
        return picture


class _Seen(NamedTuple):
    """What one training picture contributes."""

    boxes: Boxes
    labels: NDArray[np.intp]
    object_map: Plane
    candidates: Boxes


class Detector:
    """Finds trained objects in pictures.

    Args:
        object_map: Shows where to look.
        mover: Matrix of a linear model from `profiles` (and one) to how far each edge moves.
        namer: Network from `looks` to shares of no object and of each label.
        sizes: Smallest and largest object learned, as `_sizes` measures them.
    """

    def __init__(self, object_map: ObjectMap, mover: Matrix, namer: Network, sizes: Matrix) -> None:
        self._object_map, self._mover, self._namer, self._sizes = object_map, mover, namer, sizes

    @classmethod
    def fit(
        cls, examples: Sequence[Example], labels: Sequence[str], rng: np.random.Generator
    ) -> tuple[Self, list[Judged]]:
        """Learn from examples whose annotations have boxes; return also what is then found in them.

        Raises:
            ImageError: An image cannot be read.
        """
        album = _Album(examples)
        truth = [_truth(example, album[index], labels) for index, example in enumerate(examples)]
        cells = [sample(album[index], boxes, rng) for index, (boxes, _) in enumerate(truth)]
        object_map = ObjectMap.fit(cells, rng)
        seen: list[_Seen] = []
        for index, (boxes, names) in enumerate(truth):
            shown = object_map(album[index])
            seen.append(_Seen(boxes, names, shown, propose(shown)))
        mover = _fit_mover(album, seen, rng)
        namer, found = _fit_namer(album, seen, mover, len(labels), rng)
        learned = np.concatenate([_sizes(boxes, album[index].size) for index, (boxes, _) in enumerate(truth)])
        sizes = np.asarray([learned.min(), learned.max()], np.float32)
        detector = cls(object_map, mover, namer, sizes)
        judged = [
            judge(example, album[index].pixels, detector._name(*found[index], album[index].size, labels))
            for index, example in enumerate(examples)
        ]
        return detector, judged

    @classmethod
    def load(cls, arrays: Mapping[str, Matrix]) -> Self:
        """Restore what `arrays` returned."""
        return cls(
            ObjectMap.load(_below(arrays, "map.")),
            arrays["mover"],
            Network(_below(arrays, "namer."), exclusive=True),
            arrays["sizes"],
        )

    def arrays(self) -> dict[str, Matrix]:
        """Return everything that was learned, by name."""
        return {
            "mover": self._mover,
            "sizes": self._sizes,
            **{f"map.{name}": array for name, array in self._object_map.arrays().items()},
            **{f"namer.{name}": array for name, array in self._namer.arrays().items()},
        }

    def detect(self, picture: Picture, labels: Sequence[str]) -> list[Detection]:
        """Return everything that might be an object, best first, each at most once."""
        object_map = self._object_map(picture)
        boxes = _move(picture, object_map, propose(object_map), self._mover)
        if not len(boxes):
            return []
        return self._name(boxes, _look(picture, object_map, boxes), picture.size, labels)

    def _name(
        self, boxes: Boxes, looks: Looks, size: tuple[int, int], labels: Sequence[str]
    ) -> list[Detection]:
        """Name what is in boxes; every turn of a patch has its say."""
        votes = [self._namer(looks.turned(turn)) for turn in range(TURNS)]
        shares = np.mean(votes, axis=0)[:, 1:]
        times = _sizes(boxes, size)[:, None] / self._sizes
        possible = (times[:, 0] > 1 / _SIZES_BEYOND) & (times[:, 1] < _SIZES_BEYOND)
        boxes, shares = boxes[possible], shares[possible]
        names: list[int] = shares.argmax(1).tolist()
        scores = shares.max(1)
        return [
            Detection(labels[names[index]], float(100 * scores[index]), _ratio(boxes[index], size))
            for index in suppress(boxes, scores, _DISTINCT)
        ]


def _truth(example: Example, picture: Picture, labels: Sequence[str]) -> tuple[Boxes, NDArray[np.intp]]:
    """Return an example's boxes in working pixels, and the index of each one's label."""
    objects = [(one.box, labels.index(one.label)) for one in example.annotations if one.box is not None]
    boxes = np.asarray([(box.left, box.top, box.width, box.height) for box, _ in objects], np.float32)
    boxes = boxes.reshape(-1, 4) * np.divide(picture.size * 2, picture.pixels * 2).astype(np.float32)
    return clip(boxes, picture.size), np.asarray([label for _, label in objects], np.intp)


def _sizes(boxes: Boxes, size: tuple[int, int]) -> NDArray[np.float32]:
    """Return the side of a square as large as each box, as a share of that of the picture."""
    return np.sqrt(boxes[:, 2:].prod(1) / np.float32(size[0] * size[1]))


def _look(picture: Picture, object_map: Plane, boxes: Boxes) -> Looks:
    return look(cut(picture, object_map, boxes, square=True), boxes, picture.size)


def _jittered(boxes: Boxes, rng: np.random.Generator) -> Boxes:
    """Return boxes that are a little off, as candidates are."""
    some = np.repeat(boxes, _JITTERS, axis=0)
    sides = some[:, 2:] * np.exp(rng.uniform(-0.2, 0.35, (len(some), 2)))
    centers = some[:, :2] + some[:, 2:] * rng.uniform(0.35, 0.65, (len(some), 2))
    return np.concatenate([centers - sides / 2, sides], axis=1).astype(np.float32)


def _fit_mover(album: _Album, seen: Sequence[_Seen], rng: np.random.Generator) -> Matrix:
    """Fit, by ridge regression, how far edges are from where they should be."""
    gram = np.zeros((PROFILE_SIZE + 1, PROFILE_SIZE + 1), np.float32)
    products = np.zeros((PROFILE_SIZE + 1, 4), np.float32)
    count = 0
    for index, one in enumerate(seen):
        if not len(one.boxes):
            continue
        boxes = np.concatenate([one.candidates, _jittered(one.boxes, rng), one.boxes])
        overlap = overlaps(boxes, one.boxes)
        shows = overlap.max(1) > _OTHER
        boxes, goals = boxes[shows], one.boxes[overlap.argmax(1)[shows]]
        lines = profiles(cut(album[index], one.object_map, boxes, square=False))
        moves = np.concatenate(
            [
                (goals[:, :2] - boxes[:, :2]) / boxes[:, 2:],
                (goals[:, :2] + goals[:, 2:] - boxes[:, :2] - boxes[:, 2:]) / boxes[:, 2:],
            ],
            axis=1,
        )
        for turn, (order, signs) in _MIRRORED.items():
            known = _with_one(turned_profiles(lines, turn))
            gram += known.T @ known
            products += known.T @ (moves[:, order] * np.asarray(signs, np.float32))
            count += len(known)
    gram += np.float32(_RIDGE * count) * np.eye(len(gram), dtype=np.float32)
    return np.linalg.solve(gram, products)


def _with_one(inputs: Matrix) -> Matrix:
    return np.concatenate([inputs, np.ones((len(inputs), 1), np.float32)], axis=1)


def _move(picture: Picture, object_map: Plane, boxes: Boxes, mover: Matrix) -> Boxes:
    """Move the edges of boxes to where the object seems to end."""
    for _ in range(_MOVES if len(boxes) else 0):
        lines = profiles(cut(picture, object_map, boxes, square=False))
        moves = np.clip(_with_one(turned_profiles(lines, 0)) @ mover, -_FARTHEST, _FARTHEST)
        moved = np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)
        moved += moves * np.tile(boxes[:, 2:], 2)
        boxes = clip(np.concatenate([moved[:, :2], moved[:, 2:] - moved[:, :2]], axis=1), picture.size)
    return boxes


def _fit_namer(
    album: _Album, seen: Sequence[_Seen], mover: Matrix, labels: int, rng: np.random.Generator
) -> tuple[Network, list[tuple[Boxes, Looks]]]:
    """Train the network that names what is in a box, or says that it is no object.

    Returns:
        The network, and for each picture the candidates, moved, with what they look like.
    """
    boxes_shown = sum(len(one.candidates) + (_JITTERS + 1) * len(one.boxes) + _RANDOM_BOXES for one in seen)
    share = _MOST_SAMPLES / (TURNS * boxes_shown)
    inputs: list[Matrix] = []
    names: list[NDArray[np.intp]] = []
    found: list[tuple[Boxes, Looks]] = []
    for index, one in enumerate(seen):
        picture = album[index]
        boxes = np.concatenate([one.candidates, _jittered(one.boxes, rng)])
        boxes = _move(picture, one.object_map, boxes, mover)
        boxes = np.concatenate([boxes, one.boxes, _anywhere(picture.size, rng)])
        looks = _look(picture, one.object_map, boxes)
        found.append((boxes[: len(one.candidates)], looks.first(len(one.candidates))))
        overlap = np.concatenate([np.zeros((len(boxes), 1), np.float32), overlaps(boxes, one.boxes)], axis=1)
        best = overlap.max(1)
        name = np.where(best >= _SAME_OBJECT, np.append(0, one.labels + 1)[overlap.argmax(1)], 0)
        chosen = ((best >= _SAME_OBJECT) | (best < _OTHER)) & (rng.random(len(boxes)) < share)
        inputs += [looks.turned(turn)[chosen] for turn in range(TURNS)]
        names += [name[chosen]] * TURNS
    targets = np.eye(labels + 1, dtype=np.float32)[np.concatenate(names)]
    namer = Network.fit(
        np.concatenate(inputs), targets, hidden=(48,), epochs=_EPOCHS, decay=1e-3, exclusive=True, rng=rng
    )
    return namer, found


def _anywhere(size: tuple[int, int], rng: np.random.Generator) -> Boxes:
    limit = np.asarray(size)
    sides = limit * rng.uniform(0.03, 0.2, (_RANDOM_BOXES, 2))
    starts = (limit - sides) * rng.uniform(0, 1, (_RANDOM_BOXES, 2))
    return clip(np.concatenate([starts, sides], axis=1).astype(np.float32), size)


def _ratio(box: NDArray[np.float32], size: tuple[int, int]) -> RatioBox:
    left, top, width, height = (float(value) for value in box / np.asarray(size * 2, np.float32))
    return RatioBox(left, top, width, height)


def _below(arrays: Mapping[str, Matrix], prefix: str) -> dict[str, Matrix]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
