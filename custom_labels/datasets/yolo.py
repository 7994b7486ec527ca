"""YOLO: names in data.yaml or classes.txt, and beside each picture a text file with a line a box."""

from pathlib import Path
from typing import Any, cast

import yaml
from PIL import Image, ImageOps

from custom_labels.datasets.examples import Box, Example, Place, Problems, pixel_box, problem_of_label
from custom_labels.pictures import find_pictures

_NAMES = ("data.yaml", "data.yml", "classes.txt", "obj.names")


def names_file(folder: Path) -> Path | None:
    """Return the file that names the classes of a YOLO dataset, or None when the folder is none."""
    places = (folder / name for name in (*_NAMES, "labels/classes.txt"))
    return next((path for path in places if path.is_file()), None)


def read_yolo(folder: Path, problems: Problems) -> list[Example]:
    """Return the pictures of a YOLO dataset, those without boxes too."""
    file = names_file(folder)
    names = _names(file, problems) if file else {}
    examples: list[Example] = []
    for image in find_pictures(folder):
        text = _text_file(image.relative_to(folder))
        path = folder / text if (folder / text).is_file() else image.with_suffix(".txt")
        if not path.is_file():
            examples.append(Example(image=image, place=Place(image)))
            continue
        try:
            with Image.open(image) as picture:
                width, height = ImageOps.exif_transpose(picture).size
        except (OSError, SyntaxError, ValueError) as error:
            problems.add(Place(image), f"it cannot be read as a picture: {error}.")
            continue
        boxes: list[Box] = []
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if line.strip():
                box = _box(line, names, width, height)
                if isinstance(box, str):
                    problems.add(Place(path, number), box)
                else:
                    boxes.append(box)
        examples.append(Example(image=image, place=Place(path), boxes=tuple(boxes)))
    if not examples:
        problems.add(Place(folder), "there is no picture in this YOLO dataset.")
    return examples


def _box(line: str, names: dict[int, str], width: int, height: int) -> Box | str:
    """Return the box that a line says, or what is wrong with it."""
    words = line.split()
    if len(words) != 5:  # noqa: PLR2004  # class and four numbers
        return f"the line has {len(words)} words: a box has five, class, centre x and y, width and height."
    try:
        index, (x, y, box_width, box_height) = int(words[0]), map(float, words[1:])
    except ValueError:
        return f"{line.strip()!r} is not a box: it needs a class number and four shares."
    if index not in names:
        return f"there is no class {index}: there are {len(names)}."
    if not all(0 <= share <= 1 for share in (x, y, box_width, box_height)):
        return f"{line.strip()!r} is not a box: its four shares must be from 0 to 1."
    left, top = (x - box_width / 2) * width, (y - box_height / 2) * height
    right, bottom = left + box_width * width, top + box_height * height
    return pixel_box(names[index], left, top, right, bottom)


def _text_file(image: Path) -> Path:
    """Return where the boxes of a picture are when pictures are below `images` and boxes below `labels`."""
    parts = list(image.with_suffix(".txt").parts)
    if "images" in parts:
        last = len(parts) - 1 - parts[::-1].index("images")
        parts[last] = "labels"
    return Path(*parts)


def _names(file: Path, problems: Problems) -> dict[int, str]:
    text = file.read_text(errors="replace")
    given: Any = [line.strip() for line in text.splitlines() if line.strip()]
    if file.suffix not in {".txt", ".names"}:
        try:
            document: Any = yaml.safe_load(text)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else None
            problems.add(Place(file, line), f"this is not YAML: {error.problem}.")
            return {}
        given = cast("dict[str, Any]", document).get("names") if isinstance(document, dict) else None
    found: dict[Any, Any] = dict(enumerate(cast("list[Any]", given))) if isinstance(given, list) else given
    if not isinstance(given, list | dict) or not all(isinstance(index, int) for index in found):
        problems.add(Place(file), "the classes are not named: give names as a list.")
        return {}
    for name in found.values():
        if problem := problem_of_label(name):
            problems.add(Place(file), problem)
    return {index: name for index, name in found.items() if isinstance(name, str)}
