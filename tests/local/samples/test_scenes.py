"""How a scene is laid out."""

import numpy as np
import pytest

from local.samples import LABELS
from local.samples.parts import Light
from local.samples.scenes import (
    _Bench,  # pyright: ignore[reportPrivateUsage]  # only while a part is laid is its mask known
    _lay,  # pyright: ignore[reportPrivateUsage]
    compose,
)
from local.vision import Annotation, Box, decode


def _boxes(annotations: tuple[Annotation, ...]) -> list[Box]:
    return [one.box for one in annotations if one.box is not None]


@pytest.mark.parametrize("count", range(7))
def test_a_bench_shows_as_many_parts_as_are_asked_for(count: int) -> None:
    scene = compose(640, 480, count, np.random.default_rng(count))
    assert len(scene.annotations) == len(_boxes(scene.annotations)) == count
    assert {one.label for one in scene.annotations} <= set(LABELS)
    assert decode(scene.jpeg).shape == (480, 640, 3)


@pytest.mark.parametrize("label", LABELS)
def test_a_box_ends_where_its_part_ends(label: str) -> None:
    for seed in range(8):
        taken = np.zeros((240, 320), np.float32)
        bench = _Bench(np.full((240, 320, 3), 0.5, np.float32), taken, 1.0, Light(0.3, 0.9, 0.5))
        box = _lay(bench, label, np.random.default_rng(seed))
        rows, columns = np.nonzero(taken >= 0.5)
        assert box is not None
        assert (box.left, box.top) == (columns.min(), rows.min())
        assert (box.left + box.width, box.top + box.height) == (columns.max() + 1, rows.max() + 1)


def test_a_full_bench_takes_no_more_parts() -> None:
    scene = compose(160, 120, 60, np.random.default_rng(0))
    assert 3 < len(scene.annotations) < 60


def test_parts_hardly_cover_each_other() -> None:
    for seed in range(6):
        boxes = _boxes(compose(320, 240, 12, np.random.default_rng(seed)).annotations)
        assert len(set(boxes)) == len(boxes)
        for one in boxes:
            covers = [
                other
                for other in boxes
                if other != one
                and other.left >= one.left
                and other.top >= one.top
                and other.left + other.width <= one.left + one.width
                and other.top + other.height <= one.top + one.height
                and other.width * other.height > 0.5 * one.width * one.height
            ]
            assert covers == []


def test_another_seed_draws_another_bench() -> None:
    pictures = {compose(160, 120, 2, np.random.default_rng(seed)).jpeg for seed in range(5)}
    assert len(pictures) == 5


def test_a_larger_picture_shows_larger_parts() -> None:
    small = _boxes(compose(320, 240, 4, np.random.default_rng(5)).annotations)
    large = _boxes(compose(1280, 960, 4, np.random.default_rng(5)).annotations)
    assert min(box.width for box in large) > 2 * min(box.width for box in small)
