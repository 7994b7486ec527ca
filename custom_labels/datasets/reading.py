"""A dataset in any of the forms that people keep: which form it is, and which pictures it puts where."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from custom_labels.datasets.coco import is_coco, read_coco
from custom_labels.datasets.examples import Example, Line, Place, Problems, Split, problem_of_label
from custom_labels.datasets.manifests import read_manifest
from custom_labels.datasets.voc import annotation_files, read_voc
from custom_labels.datasets.yolo import names_file, read_yolo
from custom_labels.pictures import find_pictures

_WORDS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("test", "testing"), "test"),
    **dict.fromkeys(("val", "valid", "validation"), "validation"),
}


def read_dataset(source: Path, problems: Problems) -> Sequence[Example | Line]:
    """Read a dataset.

    It is a COCO file, a Ground Truth manifest, or a folder with one of these, with YOLO or Pascal VOC boxes, or with a
    folder for each label. Folders or files called train and test (or val) say which pictures are for what; pictures
    for validation count as training when there are others for tests, for AWS knows no third kind.

    Args:
        source: The file or folder.
        problems: Where to note what is wrong.
    """
    folder = source if source.is_dir() else source.parent
    found = _read(source, problems)
    words = [_word(folder, one) for one in found]
    if "train" not in words or not {"test", "validation"} & set(words):
        return found
    splits: dict[str | None, Split] = {
        "train": "train",
        "test": "test",
        "validation": "train" if "test" in words else "test",
    }
    for one, word in zip(found, words, strict=True):
        if word is None:
            problems.add(one.place, "it is neither for training nor for tests, but others are.")
    return [replace(one, split=splits.get(word)) for one, word in zip(found, words, strict=True)]


def _read(source: Path, problems: Problems) -> Sequence[Example | Line]:
    if source.is_file():
        return read_coco(source, problems) if source.suffix == ".json" else read_manifest(source, problems)
    if manifests := sorted(source.rglob("*.manifest")):
        return [line for file in manifests for line in read_manifest(file, problems)]
    if names_file(source):
        return read_yolo(source, problems)
    if files := [file for file in sorted(source.rglob("*.json")) if is_coco(file)]:
        return [example for file in files for example in read_coco(file, problems)]
    if files := annotation_files(source):
        return read_voc(files, problems)
    return _read_label_folders(source, problems)


def _read_label_folders(folder: Path, problems: Problems) -> list[Example]:
    inside = {path.name for path in folder.iterdir() if path.is_dir()}
    split = "train" in inside and inside <= _WORDS.keys()
    examples: list[Example] = []
    for image in find_pictures(folder):
        parts = image.relative_to(folder).parts[1 if split else 0 : -1]
        problem = problem_of_label(parts[0]) if parts else "the picture is in no folder that is its label."
        if problem:
            problems.add(Place(image), problem)
        else:
            examples.append(Example(image=image, place=Place(image), labels=(parts[0],)))
    if not examples and not problems.found:
        problems.add(Place(folder), "there is no JPEG or PNG picture in it.")
    return examples


def _word(folder: Path, one: Example | Line) -> str | None:
    """Return what the names on the way to a picture or to its labels say that it is for."""
    file = one.place.file
    ways = [file.relative_to(folder).with_suffix("").parts if file.is_relative_to(folder) else ()]
    if one.image and one.image.is_relative_to(folder):
        ways.append(one.image.relative_to(folder).parent.parts)
    if one.image == file:
        ways.pop(0)
    words = [word for way in ways for part in way for word in re.findall("[a-z]+", part.lower())]
    return next((_WORDS[word] for word in words if word in _WORDS), None)
