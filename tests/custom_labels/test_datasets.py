"""Datasets in every form become the same entries; what is wrong is named by file and line."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from custom_labels.datasets.check import Destination, Entry, check, split
from custom_labels.datasets.examples import Box, Example, Line, Place, Problems
from custom_labels.datasets.manifests import labels_of, manifest_line, read_manifest
from custom_labels.datasets.reading import read_dataset
from tests.custom_labels.workshop import encoded, picture

WIDTH, HEIGHT = 192, 144
PNG = encoded(picture("disc"))
BOX = Box("disc", 60, 40, 48, 48)
METADATA = {
    "type": "groundtruth/object-detection",
    "human-annotated": "yes",
    "creation-date": "2026-11-22T12:00:00",
}
CLASS = {"class-name": "disc", "confidence": 1, **METADATA, "type": "groundtruth/image-classification"}

Files = dict[str, str | bytes]


def written(folder: Path, files: Files) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def checked(source: Path) -> list[Entry]:
    """Read and check a dataset in which nothing is wrong."""
    problems = Problems()
    folder = source if source.is_dir() else source.parent
    entries = check(
        read_dataset(source, problems), Destination(folder, "bucket", "p/"), problems, lambda _: None
    )
    assert problems.found == []
    return entries


def problems_of(source: Path) -> list[str]:
    """Read and check a dataset; return what is wrong, with file names relative to its folder."""
    problems = Problems()
    folder = source if source.is_dir() else source.parent
    check(read_dataset(source, problems), Destination(folder, "bucket", "p/"), problems, lambda _: None)
    return [problem.replace(f"{folder}/", "") for problem in problems.found]


def coco(*, image: object = None, annotation: object = None, category: object = None) -> str:
    """Return a COCO file whose third line has the image, the fourth the category and the fifth the box."""
    image = image if image is not None else {"id": 1, "file_name": "a.png", "width": WIDTH, "height": HEIGHT}
    category = category if category is not None else {"id": 7, "name": "disc"}
    annotation = (
        annotation if annotation is not None else {"image_id": 1, "category_id": 7, "bbox": [60, 40, 48, 48]}
    )
    parts = (json.dumps(part) for part in (image, category, annotation))
    return '{{"info": {{}},\n"images": [\n{}],\n"categories": [{}],\n"annotations": [{}]\n}}'.format(*parts)


def voc(
    *,
    size: str = f"<width>{WIDTH}</width><height>{HEIGHT}</height>",
    name: str = "disc",
    box: tuple[Any, ...] = (61, 41, 108, 88),
) -> str:
    """Return a Pascal VOC file whose third line begins the box."""
    corners = "".join(
        f"<{corner}>{value}</{corner}>"
        for corner, value in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True)
    )
    return (
        f"<annotation><filename>a.png</filename>\n<size>{size}</size>\n"
        f"<object><name>{name}</name><bndbox>{corners}</bndbox></object>\n</annotation>"
    )


def line(source: str | None = "a.png", **members: Any) -> str:
    """Return a manifest line with a box."""
    document: dict[str, Any] = {
        "source-ref": source,
        "b": {
            "image_size": [{"width": WIDTH, "height": HEIGHT, "depth": 3}],
            "annotations": [{"class_id": 0, "left": 60, "top": 40, "width": 48, "height": 48}],
        },
        "b-metadata": {"objects": [{"confidence": 1}], "class-map": {"0": "disc"}, **METADATA},
    }
    document.update(members)
    return json.dumps({name: value for name, value in document.items() if value is not None}) + "\n"


YOLO_BOX = f"0 {84 / WIDTH} {64 / HEIGHT} {48 / WIDTH} {48 / HEIGHT}\n"

BOXED: dict[str, tuple[str, Files]] = {
    "COCO": ("coco.json", {"coco.json": coco(), "a.png": PNG}),
    "COCO, pictures in a folder": (
        "annotations/coco.json",
        {"annotations/coco.json": coco(), "images/a.png": PNG},
    ),
    "COCO, as a folder": ("", {"coco.json": coco(), "a.png": PNG}),
    "YOLO, data.yaml": ("", {"data.yaml": "names: [disc]\n", "images/a.png": PNG, "labels/a.txt": YOLO_BOX}),
    "YOLO, names by number": ("", {"data.yaml": "names:\n  0: disc\n", "a.png": PNG, "a.txt": YOLO_BOX}),
    "YOLO, classes.txt": ("", {"classes.txt": "disc\n", "a.png": PNG, "a.txt": YOLO_BOX + "\n"}),
    "Pascal VOC": ("", {"Annotations/a.xml": voc(), "JPEGImages/a.png": PNG}),
    "Pascal VOC, beside": ("", {"a.xml": voc(), "a.png": PNG}),
    "manifest": ("all.manifest", {"all.manifest": line(), "a.png": PNG}),
}


@pytest.mark.parametrize("form", BOXED)
def test_the_same_box_in_every_form_becomes_the_same_entry(form: str, tmp_path: Path) -> None:
    name, files = BOXED[form]
    (entry,) = checked(written(tmp_path, files) / name)
    (attribute,) = [member for member in entry.line if f"{member}-metadata" in entry.line]
    assert entry.line[attribute]["image_size"] == [{"width": WIDTH, "height": HEIGHT, "depth": 3}]
    assert entry.line[attribute]["annotations"] == [
        {"class_id": 0, "left": 60, "top": 40, "width": 48, "height": 48}
    ]
    assert entry.line[f"{attribute}-metadata"]["class-map"] == {"0": "disc"}
    assert entry.line["source-ref"].startswith("s3://bucket/p/")
    assert entry.upload is not None
    assert entry.upload.key.endswith("a.png")
    assert (entry.labels, entry.split) == ({"disc"}, None)


def test_a_folder_per_label_labels_whole_pictures(tmp_path: Path) -> None:
    written(tmp_path, {"disc/a.png": PNG, "red square/more/b.PNG": PNG, "disc/notes.txt": "no picture"})
    entries = checked(tmp_path)
    assert [(entry.line["source-ref"], set(entry.labels)) for entry in entries] == [
        ("s3://bucket/p/disc/a.png", {"disc"}),
        ("s3://bucket/p/red square/more/b.PNG", {"red square"}),
    ]
    assert entries[0].line["label_disc"] == 1
    assert entries[0].line["label_disc-metadata"]["class-name"] == "disc"


def test_a_manifest_keeps_what_is_in_s3_and_uploads_what_is_beside_it(tmp_path: Path) -> None:
    written(tmp_path, {"corrections.manifest": line("s3://other/a.png") + "\n" + line("b.png"), "b.png": PNG})
    there, beside = checked(tmp_path / "corrections.manifest")
    assert (there.line["source-ref"], there.upload) == ("s3://other/a.png", None)
    assert beside.line["source-ref"] == "s3://bucket/p/b.png"


@pytest.mark.parametrize(
    ("names", "splits"),
    [
        (["train/disc/a.png", "test/disc/b.png"], ["test", "train"]),
        (["train/disc/a.png", "val/disc/b.png"], ["train", "test"]),
        (["train/disc/a.png", "test/disc/b.png", "valid/disc/c.png"], ["test", "train", "train"]),
        (["train/a.png", "boat/b.png"], [None, None]),
    ],
)
def test_folders_say_what_is_for_training_and_what_for_tests(
    names: list[str], splits: list[str | None], tmp_path: Path
) -> None:
    written(tmp_path, dict.fromkeys(names, PNG))
    assert [entry.split for entry in checked(tmp_path)] == splits
    labels = {label for entry in checked(tmp_path) for label in entry.labels}
    assert labels == ({"disc"} if splits[0] else {"train", "boat"})


@pytest.mark.parametrize(
    "files",
    [
        {
            "train/_annotations.coco.json": coco(),
            "train/a.png": PNG,
            "test/_annotations.coco.json": coco(),
            "test/a.png": PNG,
        },
        {
            "annotations/instances_train2017.json": coco(),
            "annotations/instances_val2017.json": coco(
                image={"id": 1, "file_name": "b.png", "width": WIDTH, "height": HEIGHT}
            ),
            "images/a.png": PNG,
            "images/b.png": PNG,
        },
        {
            "data.yaml": "names: [disc]",
            "images/train/a.png": PNG,
            "labels/train/a.txt": YOLO_BOX,
            "images/val/b.png": PNG,
            "labels/val/b.txt": YOLO_BOX,
        },
        {"train.manifest": line(), "test.manifest": line("b.png"), "a.png": PNG, "b.png": PNG},
    ],
)
def test_every_form_knows_training_and_tests(files: Files, tmp_path: Path) -> None:
    assert sorted(str(entry.split) for entry in checked(written(tmp_path, files))) == ["test", "train"]


def test_pictures_without_boxes_become_no_entries(tmp_path: Path) -> None:
    written(
        tmp_path,
        {"classes.txt": "disc", "a.png": PNG, "a.txt": YOLO_BOX, "b.png": PNG, "c.png": PNG, "c.txt": ""},
    )
    assert [entry.line["source-ref"] for entry in checked(tmp_path)] == ["s3://bucket/p/a.png"]


OTHER_SIZE = {"id": 1, "file_name": "a.png", "width": HEIGHT, "height": WIDTH}
BAD: dict[str, tuple[str, Files, str]] = {
    "COCO that is no JSON": (
        "c.json",
        {"c.json": '{"images": [],\n"annotations": [}'},
        "c.json:2: this is not JSON: Expecting value.",
    ),
    "COCO without categories": (
        "c.json",
        {"c.json": '{"images": [], "annotations": []}'},
        "c.json: this is not a COCO file: it has no list categories.",
    ),
    "COCO that is a list": (
        "c.json",
        {"c.json": "[]"},
        "c.json: this is not a COCO file: it needs one JSON object in UTF-8.",
    ),
    "COCO in another encoding": (
        "c.json",
        {"c.json": b"\xff{}"},
        "c.json: this is not a COCO file: it needs one JSON object in UTF-8.",
    ),
    "COCO without its picture": (
        "c.json",
        {"c.json": coco()},
        "c.json:3: there is no picture a.png beside this file or in a folder images.",
    ),
    "COCO image without a size": (
        "c.json",
        {"c.json": coco(image={"id": 1, "file_name": "a.png"})},
        "c.json:3: an image needs id, file_name, width and height.",
    ),
    "COCO image that is no object": (
        "c.json",
        {"c.json": coco(image=17)},
        "c.json:3: an image needs id, file_name, width and height.",
    ),
    "COCO category without a name": (
        "c.json",
        {"c.json": coco(category={"id": 7}), "a.png": PNG},
        "c.json:4: None is not a label: it needs a name.",
    ),
    "COCO box of three numbers": (
        "c.json",
        {"c.json": coco(annotation={"image_id": 1, "category_id": 7, "bbox": [1, 2, 3]}), "a.png": PNG},
        "c.json:5: bbox is [1, 2, 3]: it needs four numbers, left, top, width and height.",
    ),
    "COCO box of words": (
        "c.json",
        {"c.json": coco(annotation={"image_id": 1, "category_id": 7, "bbox": ["1", 2, 3, 4]}), "a.png": PNG},
        "c.json:5: bbox is ['1', 2, 3, 4]: it needs four numbers, left, top, width and height.",
    ),
    "COCO box of an unknown category": (
        "c.json",
        {
            "c.json": coco(annotation={"image_id": 1, "category_id": 8, "bbox": [60, 40, 48, 48]}),
            "a.png": PNG,
        },
        "c.json:5: category_id is 8: there is no such category.",
    ),
    "COCO box of an unknown image": (
        "c.json",
        {
            "c.json": coco(annotation={"image_id": 2, "category_id": 7, "bbox": [60, 40, 48, 48]}),
            "a.png": PNG,
        },
        "c.json:5: image_id is 2: there is no such image.",
    ),
    "COCO box outside": (
        "c.json",
        {
            "c.json": coco(annotation={"image_id": 1, "category_id": 7, "bbox": [160, 40, 48, 48]}),
            "a.png": PNG,
        },
        f"c.json:3: the box 48 x 48 at 160,40 is not inside the picture of {WIDTH} x {HEIGHT} pixels.",
    ),
    "COCO box of nothing": (
        "c.json",
        {"c.json": coco(annotation={"image_id": 1, "category_id": 7, "bbox": [60, 40, 1, 48]}), "a.png": PNG},
        "c.json:3: the box 1 x 48 at 60,40 is too small: 2 pixels on a side is the fewest.",
    ),
    "COCO for a picture of another size": (
        "c.json",
        {"c.json": coco(image=OTHER_SIZE), "a.png": PNG},
        f"c.json:3: the labels are for {HEIGHT} x {WIDTH} pixels, but FOLDER/a.png has {WIDTH} x {HEIGHT} when it is upright.",
    ),
    "YOLO names that are no YAML": (
        "",
        {"data.yaml": "names: [disc\n", "a.png": PNG},
        "data.yaml:2: this is not YAML: ",
    ),
    "YOLO without names": (
        "",
        {"data.yaml": "nc: 1\n", "a.png": PNG},
        "data.yaml: the classes are not named: give names as a list.",
    ),
    "YOLO with an empty name": (
        "",
        {"data.yaml": "names: ['', disc]\n", "a.png": PNG},
        "data.yaml: '' is not a label: it needs a name.",
    ),
    "YOLO line of four words": (
        "",
        {"classes.txt": "disc", "a.png": PNG, "a.txt": f"{YOLO_BOX}0 0.5 0.5 0.1\n"},
        "a.txt:2: the line has 4 words: a box has five, class, centre x and y, width and height.",
    ),
    "YOLO line of letters": (
        "",
        {"classes.txt": "disc", "a.png": PNG, "a.txt": "0 a b c d"},
        "a.txt:1: '0 a b c d' is not a box: it needs a class number and four shares.",
    ),
    "YOLO line of pixels": (
        "",
        {"classes.txt": "disc", "a.png": PNG, "a.txt": "0 84 64 48 48"},
        "a.txt:1: '0 84 64 48 48' is not a box: its four shares must be from 0 to 1.",
    ),
    "YOLO line of no numbers": (
        "",
        {"classes.txt": "disc", "a.png": PNG, "a.txt": "0 nan 0.5 0.1 0.1"},
        "a.txt:1: '0 nan 0.5 0.1 0.1' is not a box: its four shares must be from 0 to 1.",
    ),
    "YOLO class that is not named": (
        "",
        {"classes.txt": "disc", "a.png": PNG, "a.txt": "1 0.5 0.5 0.1 0.1"},
        "a.txt:1: there is no class 1: there are 1.",
    ),
    "YOLO without pictures": ("", {"classes.txt": "disc"}, "there is no picture in this YOLO dataset."),
    "YOLO with a broken picture": (
        "",
        {"classes.txt": "disc", "a.png": b"broken", "a.txt": YOLO_BOX},
        "a.png: it cannot be read as a picture: ",
    ),
    "VOC that is no XML": (
        "",
        {"a.xml": "<annotation>\n<object></annotation>", "a.png": PNG},
        "a.xml:2: this is not XML: mismatched tag.",
    ),
    "VOC with a document type": (
        "",
        {"a.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><annotation/>", "a.png": PNG},
        "a.xml: it has a DOCTYPE: take it out, annotations need none.",
    ),
    "VOC without its picture": (
        "",
        {"a.xml": voc()},
        "a.xml: there is no picture a.png beside this file or in a folder of pictures.",
    ),
    "VOC box without a corner": (
        "",
        {"a.xml": voc(box=(61, 41, 108, "")), "a.png": PNG},
        "a.xml:3: the object disc needs a bndbox with xmin, ymin, xmax, ymax in numbers.",
    ),
    "VOC object without a name": (
        "",
        {"a.xml": voc(name=""), "a.png": PNG},
        "a.xml:3: '' is not a label: it needs a name.",
    ),
    "VOC box that is turned round": (
        "",
        {"a.xml": voc(box=(108, 41, 61, 88)), "a.png": PNG},
        "a.xml: the box -46 x 48 at 107,40 is too small: 2 pixels on a side is the fewest.",
    ),
    "VOC for a picture of another size": (
        "",
        {"a.xml": voc(size="<width>10</width><height>20</height>"), "a.png": PNG},
        "a.xml: the labels are for 10 x 20 pixels, but FOLDER/a.png has 192 x 144 when it is upright.",
    ),
    "manifest that is no text": (
        "m.manifest",
        {"m.manifest": b"\xff\xfe"},
        "m.manifest: this is not a manifest: it is not UTF-8 text.",
    ),
    "manifest without lines": ("m.manifest", {"m.manifest": "\n"}, "m.manifest: the manifest has no line."),
    "manifest line that is no JSON": (
        "m.manifest",
        {"m.manifest": line("s3://b/k") + "{\n"},
        "m.manifest:2: the line is not JSON (ERROR_INVALID_JSON_LINE).",
    ),
    "manifest line that is a list": (
        "m.manifest",
        {"m.manifest": "[]"},
        "m.manifest:1: a line must be one JSON object of at most 100000 characters.",
    ),
    "manifest line without a picture": (
        "m.manifest",
        {"m.manifest": line(None)},
        "m.manifest:1: the line has no source-ref (ERROR_MISSING_SOURCE_REF).",
    ),
    "manifest line with a lost picture": (
        "m.manifest",
        {"m.manifest": line("b.png")},
        "m.manifest:1: source-ref is 'b.png': it is neither s3://BUCKET/KEY nor a picture beside this file.",
    ),
    "manifest line without labels": (
        "m.manifest",
        {"m.manifest": '{"source-ref": "s3://b/k"}'},
        "m.manifest:1: the line has no label attribute with its metadata (ERROR_NO_LABEL_ATTRIBUTES).",
    ),
    "manifest metadata that is a word": (
        "m.manifest",
        {"m.manifest": line("s3://b/k", **{"b-metadata": "no"})},
        "m.manifest:1: b-metadata does not have the format (ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT): it is not a JSON object.",
    ),
    "manifest metadata without a date": (
        "m.manifest",
        {"m.manifest": line("s3://b/k", **{"b-metadata": {**METADATA, "creation-date": None}})},
        "m.manifest:1: b-metadata does not have the format (ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT): it has no creation-date.",
    ),
    "manifest metadata of another type": (
        "m.manifest",
        {"m.manifest": line("s3://b/k", **{"b-metadata": {**METADATA, "type": "groundtruth/text"}})},
        "m.manifest:1: b-metadata does not have the format (ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT): its type 'groundtruth/text' is neither groundtruth/image-classification nor groundtruth/object-detection.",
    ),
    "manifest label without confidence": (
        "m.manifest",
        {"m.manifest": line("s3://b/k", b=1, **{"b-metadata": {**CLASS, "confidence": None}})},
        "m.manifest:1: b-metadata does not have the format (ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT): it has no confidence.",
    ),
    "manifest box of an unknown class": (
        "m.manifest",
        {
            "m.manifest": line(
                "s3://b/k", **{"b-metadata": {"objects": [{}], "class-map": {"1": "disc"}, **METADATA}}
            )
        },
        "m.manifest:1: class_id 0 of b (ERROR_MISSING_CLASS_MAP_ID): None is not a label: it needs a name.",
    ),
    "manifest with more boxes than objects": (
        "m.manifest",
        {
            "m.manifest": line(
                "s3://b/k", **{"b-metadata": {"objects": [], "class-map": {"0": "disc"}, **METADATA}}
            )
        },
        "m.manifest:1: b has 1 boxes but 0 objects in its metadata.",
    ),
    "manifest boxes without a format": (
        "m.manifest",
        {"m.manifest": line("s3://b/k", b={"annotations": 7})},
        "m.manifest:1: b does not have the format (ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT): ",
    ),
    "picture in no folder": (
        "",
        {"a.png": PNG, "disc/b.png": PNG},
        "a.png: the picture is in no folder that is its label.",
    ),
    "folder without pictures": ("", {"notes.txt": ""}, "there is no JPEG or PNG picture in it."),
    "label too long": (
        "",
        {"classes.txt": "x" * 256, "a.png": PNG},
        f"classes.txt: '{'x' * 40}' is not a label: use up to 255 printable characters.",
    ),
    "broken picture": (
        "",
        {"disc/a.png": PNG[:99]},
        "disc/a.png: the picture FOLDER/disc/a.png cannot be used: it cannot be read as a picture: ",
    ),
    "small picture": (
        "",
        {"disc/a.png": encoded(Image.new("L", (64, 63)))},
        "disc/a.png: the picture FOLDER/disc/a.png cannot be used: it has 64 x 63 pixels: 64 on a side is the fewest.",
    ),
    "picture of another kind": (
        "",
        {"disc/a.png": encoded(picture("disc"), "GIF")},
        "disc/a.png: the picture FOLDER/disc/a.png cannot be used: it is a GIF file: convert it to JPEG or PNG.",
    ),
    "too many boxes": (
        "",
        {"classes.txt": "disc", "a.png": PNG, "a.txt": YOLO_BOX * 51},
        "a.txt: FOLDER/a.png has 51 boxes: 50 is the most.",
    ),
    "the same picture twice": (
        "m.manifest",
        {"m.manifest": line("s3://b/k") * 2},
        "m.manifest:1: the picture s3://b/k is there more than once.",
    ),
    "pictures beside the split": (
        "",
        {"classes.txt": "disc", "train/a.png": PNG, "test/b.png": PNG, "c.png": PNG},
        "c.png: it is neither for training nor for tests, but others are.",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_named_by_file_and_line(name: str, tmp_path: Path) -> None:
    source, files, sentence = BAD[name]
    found = problems_of(written(tmp_path, files) / source)
    assert found
    expected = sentence.replace("FOLDER/", "")
    assert found[0].removeprefix(f"{tmp_path}: ").startswith(expected)


def test_two_hundred_and_fifty_labels_are_the_most(tmp_path: Path) -> None:
    small = encoded(Image.new("L", (64, 64)))
    written(tmp_path, {f"label{number}/a.png": small for number in range(251)})
    assert problems_of(tmp_path) == ["label0/a.png: the dataset has 251 labels: 250 is the most."]


boxes = st.tuples(st.integers(0, 180), st.integers(0, 130), st.integers(2, 60), st.integers(2, 60)).map(
    lambda sides: Box(
        "disc", sides[0], sides[1], min(sides[2], WIDTH - sides[0]), min(sides[3], HEIGHT - sides[1])
    )
)


def as_coco(box: Box) -> Files:
    annotation = {"image_id": 1, "category_id": 7, "bbox": [box.left, box.top, box.width, box.height]}
    return {"coco.json": coco(annotation=annotation)}


def as_yolo(box: Box) -> Files:
    shares = (
        (box.left + box.width / 2) / WIDTH,
        (box.top + box.height / 2) / HEIGHT,
        box.width / WIDTH,
        box.height / HEIGHT,
    )
    return {"classes.txt": "disc", "a.txt": "0 " + " ".join(f"{share:.6f}" for share in shares)}


def as_voc(box: Box) -> Files:
    return {"a.xml": voc(box=(box.left + 1, box.top + 1, box.left + box.width, box.top + box.height))}


@pytest.mark.parametrize("form", [as_coco, as_yolo, as_voc])
@settings(deadline=None)  # a busy machine is no mistake
@given(box=boxes)
def test_a_box_comes_back_from_every_form(
    form: Callable[[Box], Files], box: Box, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp() / form.__name__
    problems = Problems()
    (example,) = read_dataset(written(folder, {"a.png": PNG, **form(box)}), problems)
    assert problems.found == []
    assert isinstance(example, Example)
    assert example.boxes == (box,)


@settings(deadline=None)  # a busy machine is no mistake
@given(
    st.lists(boxes, min_size=1, max_size=5),
    st.lists(
        st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20),
        max_size=3,
        unique=True,
    ),
)
def test_a_written_line_is_a_good_line(found: list[Box], labels: list[str]) -> None:
    example = Example(
        image=Path("a.png"), place=Place(Path("a.png")), labels=tuple(labels), boxes=tuple(found)
    )
    document = manifest_line(example, "s3://bucket/a.png", (WIDTH, HEIGHT), datetime.now(UTC))
    assert labels_of(document) == {*labels, "disc"}
    assert len([name for name in document if name.startswith("label_")]) == 2 * len(labels)


def test_a_written_manifest_can_be_read(tmp_path: Path) -> None:
    entries = checked(written(tmp_path / "in", {"disc/a.png": PNG, "a b/c.png": PNG}))
    file = tmp_path / "out.manifest"
    file.write_text("".join(f"{json.dumps(entry.line)}\n" for entry in entries))
    problems = Problems()
    lines = read_manifest(file, problems)
    assert problems.found == []
    assert [labels_of(one.document) for one in lines] == [{"a b"}, {"disc"}]


def entries_of(labels: list[str]) -> list[Entry]:
    return [
        Entry(line={"source-ref": f"s3://b/{index}"}, labels=frozenset({label}), split=None, upload=None)
        for index, label in enumerate(labels)
    ]


@settings(deadline=None)  # a busy machine is no mistake
@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=60), st.floats(0.05, 0.95), st.integers(0, 9))
def test_a_split_leaves_each_label_its_share(labels: list[str], fraction: float, seed: int) -> None:
    parts = split(entries_of(labels), fraction, seed)
    assert len(parts) == len(labels)
    for label in set(labels):
        count = labels.count(label)
        tests = sum(one.split == "test" for one in parts if label in one.labels)
        assert tests == min(max(1, round(fraction * count)), count - 1)
    assert parts == split(entries_of(labels), fraction, seed)


def test_another_seed_splits_in_another_way() -> None:
    entries = entries_of(["a"] * 20)
    assert split(entries, 0.5, 0) != split(entries, 0.5, 1)


def test_a_line_can_be_read_without_its_picture(tmp_path: Path) -> None:
    (one,) = read_manifest(written(tmp_path, {"m.manifest": line("s3://b/k")}) / "m.manifest", Problems())
    assert isinstance(one, Line)
    assert one.image is None
