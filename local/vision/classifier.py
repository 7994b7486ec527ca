"""Names whole pictures: which labels a picture has, each on its own."""

from collections.abc import Mapping, Sequence
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from local.vision.evaluation import Judged, judge
from local.vision.network import Matrix, Network
from local.vision.object_map import neighbourhoods
from local.vision.patches import edge_directions
from local.vision.pictures import Picture, Plane, open_picture, unpack
from local.vision.types import Detection, Example

_SIDE = 64
_COLOURS = 6
"""Steps of each of L*, a* and b* in a histogram."""

_RANKS = np.asarray((0.02, 0.1, 0.5, 0.9, 0.98, 0.998))
"""Of the values that a feature has in a picture; the last ones are those of what is small and stands out."""


class Classifier:
    """A network that looks at a whole picture."""

    def __init__(self, network: Network) -> None:
        self._network = network

    @classmethod
    def fit(
        cls, examples: Sequence[Example], labels: Sequence[str], rng: np.random.Generator
    ) -> tuple[Self, list[Judged]]:
        """Learn from examples whose annotations are of whole images; return also what is then found in them.

        Raises:
            ImageError: An image cannot be read.
        """
        inputs: list[Matrix] = []
        targets: list[list[bool]] = []
        pictures = [open_picture(example.image) for example in examples]
        for example, picture in zip(examples, pictures, strict=True):
            small, everywhere = _small(picture), _everywhere(picture)
            there = {annotation.label for annotation in example.annotations}
            for mirrored in (small, small[:, ::-1], small[::-1], small.swapaxes(0, 1)):
                inputs.append(np.concatenate([_looks(mirrored[None]), everywhere], axis=1))
                targets.append([label in there for label in labels])
        network = Network.fit(
            np.concatenate(inputs),
            np.asarray(targets, np.float32),
            hidden=(32,),
            epochs=40,
            decay=3e-3,
            exclusive=False,
            rng=rng,
        )
        classifier = cls(network)
        judged = [
            judge(example, picture.pixels, classifier.detect(picture, labels))
            for example, picture in zip(examples, pictures, strict=True)
        ]
        return classifier, judged

    @classmethod
    def load(cls, arrays: Mapping[str, Matrix]) -> Self:
        """Restore what `arrays` returned."""
        return cls(Network(arrays, exclusive=False))

    def arrays(self) -> dict[str, Matrix]:
        """Return everything that was learned, by name."""
        return self._network.arrays()

    def detect(self, picture: Picture, labels: Sequence[str]) -> list[Detection]:
        """Return every label with its confidence, best first."""
        inputs = np.concatenate([_looks(_small(picture)[None]), _everywhere(picture)], axis=1)
        shares = self._network(inputs)[0]
        found = [
            Detection(label, float(100 * share), None) for label, share in zip(labels, shares, strict=True)
        ]
        return sorted(found, key=lambda one: -one.confidence)


def _small(picture: Picture) -> Plane:
    return unpack(
        cv2.resize(picture.lab, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    )


def _everywhere(picture: Picture) -> Matrix:
    """Describe a picture wherever things are in it: how its neighbourhoods are spread, one row."""
    features = neighbourhoods(picture.grid)[::2, ::2]
    features = np.sort(features.reshape(-1, features.shape[2]), axis=0)
    ranks = features[(_RANKS * (len(features) - 1)).astype(np.intp)]
    return np.concatenate([ranks.ravel(), features.mean(0), features.std(0)])[None]


def _looks(small: NDArray[np.float32]) -> Matrix:
    """Describe small pictures, shape (pictures, _SIDE, _SIDE, 3): edges, colours, and where the colours are."""
    count = len(small)
    cells = small.reshape(count, 8, _SIDE // 8, 8, _SIDE // 8, 3)
    places = np.concatenate([cells.mean((2, 4)), cells.std((2, 4))], axis=3) / 30
    steps = np.clip(
        (small + np.asarray([0, 60, 60], np.float32)) / np.asarray([100, 120, 120], np.float32), 0, 0.999
    )
    bins = (steps * _COLOURS).astype(np.intp) @ np.asarray([_COLOURS**2, _COLOURS, 1])
    bins += np.arange(count)[:, None, None] * _COLOURS**3
    colours = np.bincount(bins.ravel(), minlength=count * _COLOURS**3).reshape(count, -1) / _SIDE**2
    return np.concatenate(
        [
            edge_directions(small[..., 0] / np.float32(50)).reshape(count, -1),
            places.reshape(count, -1),
            np.sqrt(colours),
        ],
        axis=1,
    ).astype(np.float32)
