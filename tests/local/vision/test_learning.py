"""What is learned from examples, measured on others."""

from pathlib import Path

import numpy as np
import pytest

from local import samples
from local.samples import SampleSet
from local.vision import Annotation, Box, Example, Model, TrainingError, evaluate, train
from tests.local.vision.pictures import PATTERNS, SHAPES, pattern_pictures, shape_scenes, shapes


def _examples(sample_set: SampleSet, split: str) -> list[Example]:
    truth = sample_set.truth(split)
    return [
        Example(
            image.read_bytes(),
            tuple(Annotation(one["label"], Box(**one["box"])) for one in truth[image.name]["objects"]),
        )
        for image in sample_set.images(split)
    ]


def test_the_sample_model_finds_parts_on_benches_it_has_not_seen(tmp_path: Path) -> None:
    sample_set = samples.write(tmp_path)
    model = train(_examples(sample_set, "train"))
    assert evaluate(model, _examples(sample_set, "test")).f1 >= 0.9
    assert evaluate(model, _examples(sample_set, "try")).f1 >= 0.85


def test_shapes_of_any_colour_are_learned_from_thirty_pictures(shape_model: Model) -> None:
    assert shape_model.labels == SHAPES
    assert evaluate(shape_model, shape_scenes(30, seed=2)).f1 >= 0.8


def test_patterns_and_a_frame_are_learned_from_whole_images(pattern_model: Model) -> None:
    assert pattern_model.labels == tuple(sorted((*PATTERNS, "framed")))
    evaluation = evaluate(pattern_model, pattern_pictures(30, seed=2))
    assert evaluation.f1 >= 0.8
    assert all(evaluation.confusion[name, name] >= 0.7 for name in PATTERNS)


def test_the_same_examples_and_seed_give_the_same_model() -> None:
    examples = shape_scenes(6, seed=3)
    assert train(examples, seed=5).save() == train(examples, seed=5).save()


def test_another_seed_gives_another_model() -> None:
    examples = shape_scenes(6, seed=3)
    assert train(examples, seed=5).save() != train(examples, seed=6).save()


def test_one_picture_with_one_label_is_enough_to_train() -> None:
    example = shapes(["star"], np.random.default_rng(4))
    model = train([example])
    assert model.labels == ("star",)
    assert [one.label for one in model.detect(example.image)[:1]] == ["star"]


def test_one_whole_image_label_is_enough_to_train() -> None:
    model = train([Example(example.image, (Annotation("any", None),)) for example in pattern_pictures(2, 0)])
    assert [one.label for one in model.detect(pattern_pictures(1, 5)[0].image)] == ["any"]


def test_labels_keep_their_odd_names() -> None:
    names = {"star": "Stern ★ / 5", "cross": ' "cross", \n', "moon": "__about__"}
    examples = [
        Example(one.image, tuple(Annotation(names[each.label], each.box) for each in one.annotations))
        for one in shape_scenes(8, seed=6)
    ]
    model = Model.load(train(examples).save())
    assert set(model.labels) == set(names.values()) == set(model.thresholds)


def test_boxes_of_one_pixel_and_boxes_at_the_border_can_be_learned_from() -> None:
    rng = np.random.default_rng(7)
    scenes = [shapes(["star"], rng) for _ in range(4)]
    odd = (Annotation("tiny", Box(319, 239, 1, 1)), Annotation("wide", Box(0, 0, 320, 9)))
    model = train([Example(one.image, one.annotations + odd) for one in scenes])
    assert model.labels == ("star", "tiny", "wide")
    for detection in model.detect(scenes[0].image):
        assert detection.box is not None
        assert min(detection.box.left, detection.box.top) >= 0
        assert detection.box.left + detection.box.width <= 1.001
        assert detection.box.top + detection.box.height <= 1.001


def test_boxes_decide_when_some_labels_are_of_whole_images() -> None:
    scene = shapes(["star", "moon"], np.random.default_rng(8))
    mixed = Example(scene.image, (*scene.annotations, Annotation("outside", None)))
    assert train([mixed]).labels == ("moon", "star")


@pytest.mark.parametrize("unlabelled", [0, 2])
def test_nothing_is_learned_without_labels(unlabelled: int) -> None:
    examples = [shapes([], np.random.default_rng(9))] * unlabelled
    with pytest.raises(TrainingError, match=f"None of the {unlabelled} images has a label"):
        train(examples)
