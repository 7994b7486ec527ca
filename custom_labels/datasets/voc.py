"""Pascal VOC: beside each picture, or in a folder Annotations, an XML file with its boxes."""

from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat  # document types, with all their entities, are refused below

from custom_labels.datasets.examples import Box, Example, Place, Problems, pixel_box, problem_of_label

_CORNERS = ("xmin", "ymin", "xmax", "ymax")


@dataclass
class _Element:
    name: str
    line: int
    text: str = ""
    children: "list[_Element]" = field(default_factory=list["_Element"])

    def child(self, name: str) -> "_Element | None":
        return next((child for child in self.children if child.name == name), None)

    def value(self, *names: str) -> str | None:
        """Return the text of the element at the end of a path, or None."""
        element: _Element | None = self
        for name in names:
            element = element.child(name) if element else None
        return element.text.strip() if element else None


def annotation_files(folder: Path) -> list[Path]:
    """Return the XML files of a Pascal VOC dataset; none when the folder is none."""
    return [path for path in sorted(folder.rglob("*.xml")) if b"<annotation" in path.read_bytes()]


def read_voc(files: list[Path], problems: Problems) -> list[Example]:
    """Return the pictures that Pascal VOC files describe."""
    return [example for file in files if (example := _read(file, problems))]


def _read(file: Path, problems: Problems) -> Example | None:
    try:
        root = _parse(file.read_bytes())
    except expat.ExpatError as error:
        problems.add(Place(file, error.lineno), f"this is not XML: {expat.ErrorString(error.code)}.")
        return None
    except ValueError as error:
        problems.add(Place(file), str(error))
        return None
    name = root.value("filename")
    image = _find(file, name) if name else None
    if image is None:
        problems.add(Place(file), f"there is no picture {name} beside this file or in a folder of pictures.")
        return None
    size = _whole(root.value("size", "width")), _whole(root.value("size", "height"))
    boxes = [_box(file, each, problems) for each in root.children if each.name == "object"]
    return Example(
        image=image,
        place=Place(file),
        size=(size[0], size[1]) if size[0] and size[1] else None,
        boxes=tuple(box for box in boxes if box),
    )


def _box(file: Path, element: _Element, problems: Problems) -> Box | None:
    place = Place(file, element.line)
    label = element.value("name")
    if problem := problem_of_label(label):
        problems.add(place, problem)
        return None
    corners = [_whole(element.value("bndbox", corner)) for corner in _CORNERS]
    if label is None or None in corners:
        problems.add(place, f"the object {label} needs a bndbox with {', '.join(_CORNERS)} in numbers.")
        return None
    left, top, right, bottom = (corner or 0 for corner in corners)
    # Pascal VOC counts pixels from 1, and its box has the last one too; some tools begin at 0 all the same.
    return pixel_box(label, max(0, left - 1), max(0, top - 1), right, bottom)


def _parse(content: bytes) -> _Element:
    """Return the outermost element.

    Raises:
        expat.ExpatError: It is not XML.
        ValueError: It has a document type, which no annotation needs.
    """
    outside = _Element("", 0)
    open_elements = [outside]
    parser = expat.ParserCreate()

    def start(name: str, _: dict[str, str]) -> None:
        element = _Element(name, parser.CurrentLineNumber)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def end(_: str) -> None:
        open_elements.pop()

    def text(part: str) -> None:
        open_elements[-1].text += part

    def refuse(*_: object) -> None:
        raise ValueError("it has a DOCTYPE: take it out, annotations need none.")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(content, True)  # noqa: FBT003  # expat's own signature
    return outside.children[0]


def _find(file: Path, name: str) -> Path | None:
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    beside = file.parent
    places = [beside / name]
    for folder in ("JPEGImages", "images"):
        places += [beside / folder / name, beside.parent / folder / name]
    places.append(beside.parent / name)
    return next((path for path in places if path.is_file()), None)


def _whole(text: str | None) -> int | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return round(value) if abs(value) < 1e6 else None  # noqa: PLR2004  # no picture has so many pixels
