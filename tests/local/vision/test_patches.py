"""Descriptions of patches that are turned give what describing turned patches gives."""

import numpy as np
import pytest
from numpy.typing import NDArray

from local.vision.patches import SIDE, TURNS, Patches, look, profiles, turned_profiles

SIZE = 640, 480
BOXES = np.asarray([(10, 20, 60, 30), (200, 100, 25, 80), (300, 300, 50, 50)], np.float32)


def _turned(planes: NDArray[np.float32], turn: int) -> NDArray[np.float32]:
    """Turn planes whose last two axes are those of patches."""
    planes = planes.swapaxes(-1, -2) if turn & 4 else planes
    planes = planes[..., ::-1, :] if turn & 1 else planes
    return np.ascontiguousarray(planes[..., ::-1] if turn & 2 else planes)


@pytest.fixture
def patches() -> Patches:
    rng = np.random.default_rng(40)
    lab = rng.uniform(-40, 60, (3, len(BOXES), SIDE, SIDE))
    return Patches(lab.astype(np.float32), rng.random((len(BOXES), SIDE, SIDE), np.float32))


@pytest.mark.parametrize("turn", range(TURNS))
def test_turned_looks_are_the_looks_of_turned_patches(turn: int, patches: Patches) -> None:
    boxes = BOXES[:, [0, 1, 3, 2]] if turn & 4 else BOXES
    really = look(Patches(_turned(patches.lab, turn), _turned(patches.objects, turn)), boxes, SIZE)
    assert look(patches, BOXES, SIZE).turned(turn) == pytest.approx(really.turned(0), abs=1e-4)


@pytest.mark.parametrize("turn", range(TURNS))
def test_turned_profiles_are_the_profiles_of_turned_patches(turn: int, patches: Patches) -> None:
    really = profiles(Patches(_turned(patches.lab, turn), _turned(patches.objects, turn)))
    assert turned_profiles(profiles(patches), turn) == pytest.approx(turned_profiles(really, 0), abs=1e-4)


def test_every_turn_looks_different(patches: Patches) -> None:
    looks = look(patches, BOXES, SIZE)
    assert len({looks.turned(turn).tobytes() for turn in range(TURNS)}) == TURNS
