"""Models that several tests ask; each is trained once."""

import pytest

from local.vision import Model, train
from tests.local.vision.pictures import pattern_pictures, shape_scenes


@pytest.fixture(scope="session")
def shape_model() -> Model:
    return train(shape_scenes(30, seed=1))


@pytest.fixture(scope="session")
def pattern_model() -> Model:
    return train(pattern_pictures(36, seed=1))
