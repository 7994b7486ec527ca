"""How hits, misses and false alarms are counted."""

import numpy as np
import pytest

from local.vision import Annotation, Box, Example, Model, evaluate
from tests.local.vision.pictures import SHAPES, ground, pattern_pictures, png, shape_scenes, shapes


def test_the_mean_over_labels_is_what_is_reported(shape_model: Model) -> None:
    evaluation = evaluate(shape_model, shape_scenes(12, seed=30))
    assert tuple(one.label for one in evaluation.labels) == SHAPES
    for value in ("f1", "precision", "recall"):
        assert getattr(evaluation, value) == pytest.approx(
            np.mean([getattr(one, value) for one in evaluation.labels])
        )


def test_each_label_is_counted_at_the_models_own_threshold(shape_model: Model) -> None:
    evaluation = evaluate(shape_model, shape_scenes(4, seed=31))
    assert {one.label: one.threshold for one in evaluation.labels} == dict(shape_model.thresholds)


def test_images_are_counted_once_for_a_label_that_they_show_twice(shape_model: Model) -> None:
    example = shapes(["star", "star", "moon"], np.random.default_rng(32))
    images = {one.label: one.images for one in evaluate(shape_model, [example]).labels}
    assert images == {"cross": 0, "moon": 1, "star": 1}


def test_a_box_in_the_wrong_place_is_a_miss_and_a_false_alarm(shape_model: Model) -> None:
    example = shapes(["star"], np.random.default_rng(33))
    box = example.annotations[0].box
    assert box is not None
    right = evaluate(shape_model, [example])
    moved = Box((box.left + 160) % 260, box.top, box.width, box.height)
    wrong = evaluate(shape_model, [Example(example.image, (Annotation("star", moved),))])
    assert (right.precision, right.recall, right.f1) == (1, 1, 1)
    assert (wrong.precision, wrong.recall, wrong.f1) == (0, 0, 0)


def test_one_detection_is_a_hit_for_one_object_only(shape_model: Model) -> None:
    example = shapes(["star"], np.random.default_rng(33))
    star = next(
        one
        for one in evaluate(shape_model, [Example(example.image, example.annotations * 2)]).labels
        if one.label == "star"
    )
    assert (star.precision, star.recall) == (1, 0.5)
    assert star.f1 == pytest.approx(2 / 3)


def test_what_is_not_there_and_not_found_scores_nothing_and_fails_nothing(shape_model: Model) -> None:
    example = Example(png(ground(320, 240, np.random.default_rng(34))), ())
    assert evaluate(shape_model, [example]).f1 == 0


def test_confusion_is_the_share_of_a_labels_images_that_got_a_label(pattern_model: Model) -> None:
    evaluation = evaluate(pattern_model, pattern_pictures(18, seed=35))
    assert evaluation.confusion
    assert all(0 < share <= 1 for share in evaluation.confusion.values())
    recalls = {one.label: one.recall for one in evaluation.labels}
    assert {label: evaluation.confusion.get((label, label), 0) for label in recalls} == recalls


def test_boxes_have_no_confusion(shape_model: Model) -> None:
    assert evaluate(shape_model, shape_scenes(3, seed=36)).confusion == {}
