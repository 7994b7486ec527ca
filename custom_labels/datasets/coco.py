"""COCO: one JSON file with pictures, categories and boxes."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from custom_labels.datasets.examples import Box, Example, Place, Problems, number, pixel_box, problem_of_label

_SPACE = re.compile(r"[\s,:]*")
_PARTS = ("images", "annotations", "categories")


def is_coco(file: Path) -> bool:
    """Return whether a JSON file looks like COCO."""
    head = file.read_text(errors="replace")
    return all(f'"{part}"' in head for part in _PARTS)


def read_coco(file: Path, problems: Problems) -> list[Example]:
    """Return the pictures of a COCO file; they are beside it, or in a folder `images` beside it or one above."""
    parts = _read_parts(file, problems)
    if parts is None:
        return []
    categories = _categories(file, parts["categories"], problems)
    boxes = _boxes(file, parts["annotations"], categories, problems)
    examples: list[Example] = []
    seen: set[object] = set()
    for line, image in parts["images"]:
        place = Place(file, line)
        name, width, height = image.get("file_name"), number(image.get("width")), number(image.get("height"))
        if not isinstance(name, str) or width is None or height is None or not _is_id(image.get("id")):
            problems.add(place, "an image needs id, file_name, width and height.")
            continue
        if image["id"] in seen:
            problems.add(place, f"the image id {image['id']!r} is there twice.")
        seen.add(image["id"])
        path = _find(file.parent, name)
        if path is None:
            problems.add(place, f"there is no picture {name} beside this file or in a folder images.")
            continue
        found = tuple(box for _, box in boxes.get(image["id"], []))
        examples.append(Example(image=path, place=place, size=(int(width), int(height)), boxes=found))
    for image_id in boxes.keys() - seen:
        for line, _ in boxes[image_id]:
            problems.add(Place(file, line), f"image_id is {image_id!r}: there is no such image.")
    return examples


def _read_parts(file: Path, problems: Problems) -> dict[str, list[tuple[int, dict[str, Any]]]] | None:
    """Return the three lists of a COCO file, or None when it has a problem as a whole."""
    try:
        parts = _parts(file.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        problems.add(Place(file, error.lineno), f"this is not JSON: {error.msg}.")
        return None
    except (ValueError, RecursionError):
        problems.add(Place(file), "this is not a COCO file: it needs one JSON object in UTF-8.")
        return None
    missing = [part for part in _PARTS if part not in parts]
    if missing:
        problems.add(Place(file), f"this is not a COCO file: it has no list {' and no list '.join(missing)}.")
        return None
    return parts


def _parts(text: str) -> dict[str, list[tuple[int, dict[str, Any]]]]:
    """Return the lists of objects in a JSON object, each object with the line on which it begins.

    Raises:
        ValueError: It is not an object, or is no JSON (JSONDecodeError).
    """
    json.loads(text)  # says best what is wrong with it
    decoder = json.JSONDecoder()
    position = text.find("{") + 1
    if text[: position - 1].strip():
        raise ValueError(text[:position])
    parts: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    while text[(position := _after_space(text, position))] != "}":
        name, position = decoder.raw_decode(text, position)
        position = _after_space(text, position)
        if text[position] != "[":
            _, position = decoder.raw_decode(text, position)
            continue
        found: list[tuple[int, dict[str, Any]]] = []
        line, counted = 1, 0
        position += 1
        while text[(position := _after_space(text, position))] != "]":
            value, end = decoder.raw_decode(text, position)
            line, counted = line + text.count("\n", counted, position), position
            found.append((line, cast("dict[str, Any]", value) if isinstance(value, dict) else {}))
            position = end
        parts[name] = found
        position += 1
    return parts


def _after_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _categories(
    file: Path, entries: list[tuple[int, dict[str, Any]]], problems: Problems
) -> dict[object, str]:
    categories: dict[object, str] = {}
    for line, category in entries:
        problem = problem_of_label(category.get("name"))
        if problem or not _is_id(category.get("id")):
            problems.add(Place(file, line), problem or "a category needs an id.")
        else:
            categories[category["id"]] = category["name"]
    return categories


def _boxes(
    file: Path, entries: list[tuple[int, dict[str, Any]]], categories: dict[object, str], problems: Problems
) -> dict[object, list[tuple[int, Box]]]:
    boxes: defaultdict[object, list[tuple[int, Box]]] = defaultdict(list)
    for line, annotation in entries:
        place = Place(file, line)
        given: object = annotation.get("bbox")
        sides = [number(side) for side in cast("list[object]", given)] if isinstance(given, list) else []
        numbers = [side for side in sides if side is not None]
        if len(numbers) != 4 or len(sides) != 4:  # noqa: PLR2004  # left, top, width, height
            problems.add(place, f"bbox is {given!r}: it needs four numbers, left, top, width and height.")
        elif not _is_id(annotation.get("category_id")) or annotation["category_id"] not in categories:
            problems.add(
                place, f"category_id is {annotation.get('category_id')!r}: there is no such category."
            )
        elif not _is_id(annotation.get("image_id")):
            problems.add(place, f"image_id is {annotation.get('image_id')!r}: there is no such image.")
        else:
            left, top, width, height = numbers
            label = categories[annotation["category_id"]]
            boxes[annotation["image_id"]].append(
                (line, pixel_box(label, left, top, left + width, top + height))
            )
    return boxes


def _is_id(value: object) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool)


def _find(folder: Path, name: str) -> Path | None:
    return next((path for path in _candidates(folder, name) if path.is_file()), None)


def _candidates(folder: Path, name: str) -> Iterator[Path]:
    yield folder / name
    yield folder / "images" / name
    yield folder.parent / "images" / name
    yield folder.parent / name
