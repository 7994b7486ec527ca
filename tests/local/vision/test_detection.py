"""What a trained model answers."""

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from local.vision import Detection, Model, decode
from tests.local.vision.pictures import PATTERNS, SHAPES, ground, pattern, png, shape_scenes, shapes


def _sure(model: Model, image: bytes) -> list[Detection]:
    return [one for one in model.detect(image) if one.confidence >= model.thresholds[one.label]]


def test_an_empty_scene_gives_nothing_above_its_threshold(shape_model: Model) -> None:
    rng = np.random.default_rng(10)
    for _ in range(6):
        assert _sure(shape_model, png(ground(320, 240, rng))) == []


def test_a_picture_of_one_colour_gives_nothing_above_its_threshold(shape_model: Model) -> None:
    for grey in (0, 128, 255):
        assert _sure(shape_model, png(np.full((240, 320, 3), grey, np.uint8))) == []


def test_other_pictures_give_other_answers(shape_model: Model) -> None:
    rng = np.random.default_rng(11)
    star, two = (_sure(shape_model, shapes(names, rng).image) for names in (["star"], ["moon", "cross"]))
    assert [one.label for one in star] == ["star"]
    assert sorted(one.label for one in two) == ["cross", "moon"]


def test_the_same_picture_gives_the_same_answer(shape_model: Model) -> None:
    image = shape_scenes(1, seed=12)[0].image
    assert shape_model.detect(image) == shape_model.detect(image)


def test_detections_at_the_same_time_do_not_disturb_each_other(shape_model: Model) -> None:
    images = [example.image for example in shape_scenes(8, seed=13)]
    alone = [shape_model.detect(image) for image in images]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(shape_model.detect, images)) == alone


def test_the_best_detection_is_first_and_confidence_is_a_percentage(shape_model: Model) -> None:
    for example in shape_scenes(6, seed=14):
        confidences = [one.confidence for one in shape_model.detect(example.image)]
        assert confidences == sorted(confidences, reverse=True)
        assert all(0 < confidence <= 100 for confidence in confidences)


def test_an_object_is_found_at_most_once(shape_model: Model) -> None:
    found = _sure(shape_model, shapes(["cross"], np.random.default_rng(15)).image)
    assert [one.label for one in found] == ["cross"]


def test_a_larger_copy_of_a_picture_gives_the_same_labels_in_about_the_same_places(
    shape_model: Model,
) -> None:
    example = shapes(SHAPES, np.random.default_rng(16))
    large = _sure(
        shape_model, png(cv2.resize(decode(example.image), (1600, 1200), interpolation=cv2.INTER_CUBIC))
    )
    small = _sure(shape_model, example.image)
    assert sorted(one.label for one in large) == sorted(one.label for one in small) == sorted(SHAPES)
    for one in large:
        twin = next(other for other in small if other.label == one.label)
        assert one.box is not None
        assert twin.box is not None
        assert (one.box.left, one.box.top) == pytest.approx((twin.box.left, twin.box.top), abs=0.03)


def test_a_model_of_whole_images_gives_each_label_once_and_no_box(pattern_model: Model) -> None:
    found = pattern_model.detect(pattern("dots", np.random.default_rng(17), framed=True).image)
    assert sorted(one.label for one in found) == sorted((*PATTERNS, "framed"))
    assert {one.box for one in found} == {None}


def test_two_labels_can_be_of_one_image(pattern_model: Model) -> None:
    rng = np.random.default_rng(18)
    both = [
        {one.label for one in _sure(pattern_model, pattern("dots", rng, framed=framed).image)}
        >= {"dots", "framed"}
        for framed in (True, False)
        for _ in range(12)
    ]
    assert sum(both[:12]) >= 9
    assert sum(both[12:]) <= 3


@pytest.mark.parametrize("which", ["shape_model", "pattern_model"])
def test_a_saved_model_answers_as_before(which: str, request: pytest.FixtureRequest) -> None:
    model: Model = request.getfixturevalue(which)
    restored = Model.load(model.save())
    assert (restored.labels, restored.thresholds) == (model.labels, model.thresholds)
    for example in shape_scenes(3, seed=19):
        assert restored.detect(example.image) == model.detect(example.image)
