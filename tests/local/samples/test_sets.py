"""What is written, what the manifests say of it, and when it has to be written again."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from local.samples import LABELS, SampleSet, load, write
from local.samples.scenes import compose
from local.vision import decode


def _sizes(sample_set: SampleSet, split: str) -> list[tuple[int, int]]:
    return [decode(image.read_bytes()).shape[1::-1] for image in sample_set.images(split)]


def test_a_picture_depends_on_seed_split_and_place_alone(sample_set: SampleSet) -> None:
    rng = np.random.default_rng([2026, 1, 2])
    count = int(rng.integers(0, 7))
    assert compose(640, 480, count, rng).jpeg == sample_set.images("test")[2].read_bytes()


def test_no_picture_is_in_two_splits_or_twice_in_one(sample_set: SampleSet) -> None:
    digests = Counter(
        hashlib.sha256(image.read_bytes()).hexdigest()
        for split in ("train", "test", "try")
        for image in sample_set.images(split)
    )
    assert set(digests.values()) == {1}
    assert len(digests) >= 60 + 30 + 12


def test_every_split_shows_every_label_and_some_empty_benches(sample_set: SampleSet) -> None:
    for split in ("train", "test", "try"):
        pictures = sample_set.truth(split).values()
        assert {one["label"] for picture in pictures for one in picture["objects"]} == set(LABELS)
        assert any(not picture["objects"] for picture in pictures)


def test_the_truth_knows_each_pictures_real_size(sample_set: SampleSet) -> None:
    for split in ("train", "try"):
        told = [(one["width"], one["height"]) for one in sample_set.truth(split).values()]
        assert told == _sizes(sample_set, split)


def test_the_pictures_to_try_have_one_empty_bench_and_one_large_picture(sample_set: SampleSet) -> None:
    pictures = list(sample_set.truth("try").values())
    assert len(pictures) == 12
    assert sum(not picture["objects"] for picture in pictures) == 1
    assert [picture["width"] for picture in pictures if picture["width"] > 2000] == [2400]


def test_every_box_lies_inside_its_picture(sample_set: SampleSet) -> None:
    boxes = [
        (one["box"], picture)
        for split in ("train", "test", "try")
        for picture in sample_set.truth(split).values()
        for one in picture["objects"]
    ]
    assert len(boxes) > 300
    for box, picture in boxes:
        assert min(box["left"], box["top"]) >= 0
        assert min(box["width"], box["height"]) > 10
        assert box["left"] + box["width"] <= picture["width"]
        assert box["top"] + box["height"] <= picture["height"]


def test_there_is_more_to_see_in_a_box_than_on_the_bench(sample_set: SampleSet) -> None:
    stronger: list[bool] = []
    for image in sample_set.images("test"):
        grey = cv2.cvtColor(decode(image.read_bytes()), cv2.COLOR_BGR2GRAY)
        edges = np.abs(cv2.Laplacian(cv2.GaussianBlur(grey, (0, 0), 1.5), cv2.CV_32F))
        for one in sample_set.truth("test")[image.name]["objects"]:
            box = one["box"]
            rows = slice(box["top"], box["top"] + box["height"])
            columns = slice(box["left"], box["left"] + box["width"])
            stronger.append(bool(edges[rows, columns].mean() > 1.5 * np.median(edges)))
    assert sum(stronger) / len(stronger) > 0.95


def _lines(manifest: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in manifest.splitlines()]


def test_a_manifest_names_every_picture_of_its_split_in_the_bucket(sample_set: SampleSet) -> None:
    images = [f"s3://some-bucket/train/{image.name}" for image in sample_set.images("train")]
    for manifest in (
        sample_set.manifest("train", "some-bucket"),
        sample_set.image_level_manifest("train", "some-bucket"),
    ):
        assert [line["source-ref"] for line in _lines(manifest)] == images


def test_a_manifest_carries_the_truth_of_each_box(sample_set: SampleSet) -> None:
    truth = sample_set.truth("test")
    for line in _lines(sample_set.manifest("test", "some-bucket")):
        picture = truth[line["source-ref"].rpartition("/")[2]]
        classes = line["parts-metadata"]["class-map"]
        told = [
            {
                "label": classes[str(one["class_id"])],
                "box": {side: one[side] for side in ("left", "top", "width", "height")},
            }
            for one in line["parts"]["annotations"]
        ]
        assert told == picture["objects"]
        assert line["parts"]["image_size"] == [
            {"width": picture["width"], "height": picture["height"], "depth": 3}
        ]
        assert len(line["parts-metadata"]["objects"]) == len(told)
        assert line["parts-metadata"]["type"] == "groundtruth/object-detection"


def test_an_image_level_manifest_says_which_benches_are_empty(sample_set: SampleSet) -> None:
    truth = sample_set.truth("train")
    for line in _lines(sample_set.image_level_manifest("train", "some-bucket")):
        label = "parts" if truth[line["source-ref"].rpartition("/")[2]]["objects"] else "empty"
        assert line[f"bench_{label}"] == 1
        assert line[f"bench_{label}-metadata"]["class-name"] == label


def test_what_is_complete_is_loaded_and_not_drawn_again(sample_set: SampleSet) -> None:
    assert load(sample_set.folder) == sample_set


def test_nothing_is_loaded_from_a_folder_without_samples(tmp_path: Path) -> None:
    assert load(tmp_path / "nowhere") is None


def test_nothing_is_loaded_that_was_drawn_with_another_seed(sample_set: SampleSet) -> None:
    assert load(sample_set.folder, seed=1) is None


@pytest.mark.parametrize("missing", ["train/bench-03.jpg", "try/truth.json", "samples.json"])
def test_nothing_is_loaded_when_a_file_is_missing(
    sample_set: SampleSet, tmp_path: Path, missing: str
) -> None:
    shutil.copytree(sample_set.folder, tmp_path / "copy")
    assert load(tmp_path / "copy") is not None
    (tmp_path / "copy" / missing).unlink()
    assert load(tmp_path / "copy") is None


def test_a_picture_put_beside_the_samples_does_not_make_them_incomplete(
    sample_set: SampleSet, tmp_path: Path
) -> None:
    shutil.copytree(sample_set.folder, tmp_path / "copy")
    shutil.copy(sample_set.images("try")[0], tmp_path / "copy" / "try" / "mine.jpg")
    assert load(tmp_path / "copy") is not None


def test_samples_whose_drawing_failed_do_not_look_complete(sample_set: SampleSet, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(sample_set.folder, folder)
    shutil.rmtree(folder / "train")
    (folder / "train").write_text("in the way")
    with pytest.raises(FileExistsError):
        write(folder)
    assert not (folder / "samples.json").exists()


def test_the_command_says_how_it_is_used() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "local.samples"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == "usage: python -m local.samples FOLDER\n"
