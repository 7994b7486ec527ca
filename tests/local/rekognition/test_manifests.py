"""Manifests: every error code of the service, where it is written, and what counts as too much of it."""

import json
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
import pytest

from local.rekognition import manifests
from local.rekognition.manifest_lines import Line, parse_line
from local.rekognition.manifests import Manifest, ManifestFileError
from tests.local.rekognition.bench import Shape, boxed, labelled, picture

SHAPES: list[Shape] = [("disc", 10, 10), ("square", 90, 40)]


def plain(width: int, height: int) -> bytes:
    return cv2.imencode(".jpg", np.zeros((height, width, 3), np.uint8))[1].tobytes()


IMAGES = {
    "good.png": picture(SHAPES),
    "small.jpg": plain(64, 64),
    "large.jpg": plain(2560, 1440),
    "short.jpg": plain(63, 100),
    "long.jpg": plain(4097, 100),
    "strip.jpg": plain(2080, 100),
    "text.jpg": b"I am no picture.",
    "empty.jpg": b"",
    "header.png": picture(SHAPES)[:40],
}


def read_image(bucket: str, key: str) -> bytes | None:
    return IMAGES.get(key) if bucket == "bench-data" else None


def line(document: object) -> Line:
    text = document if isinstance(document, str) else json.dumps(document)
    return parse_line(1, text, read_image)


def changed(path: str, value: object, document: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a good line, or *document*, in which the member at *path* is *value*, or missing when that is None."""
    copy: dict[str, Any] = json.loads(json.dumps(document or boxed("good.png", SHAPES)))
    *parents, last = path.split("/")
    place: Any = copy
    for parent in parents:
        place = place[int(parent) if isinstance(place, list) else parent]
    if value is None:
        del place[last]
    else:
        place[int(last) if isinstance(place, list) else last] = value
    return copy


def imaged(key: str) -> dict[str, Any]:
    return changed("source-ref", f"s3://bench-data/{key}")


IMAGE_LEVEL = labelled("good.png", "disc")
BOX = "boxes/annotations/0"
ATTRIBUTE = "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"
METADATA = "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"
NONE_VALID = "ERROR_NO_VALID_LABEL_ATTRIBUTES"

BAD_LINES: list[tuple[Any, list[str]]] = [
    ("{", ["ERROR_INVALID_JSON_LINE"]),
    ("", ["ERROR_INVALID_JSON_LINE"]),
    ("[" * 100_000, ["ERROR_INVALID_JSON_LINE"]),
    ([1], ["ERROR_INVALID_JSON_LINE"]),
    ({}, ["ERROR_MISSING_SOURCE_REF", "ERROR_NO_LABEL_ATTRIBUTES"]),
    (changed("source-ref", None), ["ERROR_MISSING_SOURCE_REF"]),
    (changed("source-ref", "https://bench-data/good.png"), ["ERROR_INVALID_SOURCE_REF_FORMAT"]),
    (changed("source-ref", "s3://bench-data"), ["ERROR_INVALID_SOURCE_REF_FORMAT"]),
    (changed("source-ref", 5), ["ERROR_INVALID_SOURCE_REF_FORMAT"]),
    (changed("boxes", None), ["ERROR_NO_LABEL_ATTRIBUTES"]),
    (changed("boxes-metadata", None), ["ERROR_NO_LABEL_ATTRIBUTES"]),
    (changed("boxes", "x"), [ATTRIBUTE, NONE_VALID]),
    (changed("boxes/image_size", None), [ATTRIBUTE, NONE_VALID]),
    (changed("boxes/image_size/0/depth", None), [ATTRIBUTE, NONE_VALID]),
    (changed("boxes/annotations", {}), [ATTRIBUTE, NONE_VALID]),
    (changed(f"{BOX}/width", 10.5), [ATTRIBUTE, NONE_VALID]),
    (changed(f"{BOX}/left", True), [ATTRIBUTE, NONE_VALID]),  # noqa: FBT003 - true is no number in JSON
    (changed("kind", "disc", IMAGE_LEVEL), [ATTRIBUTE, NONE_VALID]),
    (changed("boxes-metadata", "x"), [METADATA, NONE_VALID]),
    (changed("boxes-metadata/type", None), [METADATA, NONE_VALID]),
    (changed("boxes-metadata/human-annotated", "maybe"), [METADATA, NONE_VALID]),
    (changed("boxes-metadata/creation-date", "yesterday"), [METADATA, NONE_VALID]),
    (changed("boxes-metadata/creation-date", 20261122), [METADATA, NONE_VALID]),
    (changed("boxes-metadata/objects", None), [METADATA, NONE_VALID]),
    (changed("boxes-metadata/class-map", ["disc"]), [METADATA, NONE_VALID]),
    (changed("kind-metadata/class-name", "", IMAGE_LEVEL), [METADATA, NONE_VALID]),
    (changed("kind-metadata/confidence", 2, IMAGE_LEVEL), [METADATA, NONE_VALID]),
    (
        changed("boxes-metadata/type", "groundtruth/text-classification"),
        ["ERROR_UNSUPPORTED_USE_CASE_TYPE", NONE_VALID],
    ),
    (changed("boxes-metadata/objects/1", {}), ["ERROR_MISSING_BOUNDING_BOX_CONFIDENCE", NONE_VALID]),
    (changed("boxes-metadata/objects", []), ["ERROR_MISSING_BOUNDING_BOX_CONFIDENCE", NONE_VALID]),
    (changed(f"{BOX}/class_id", 7), ["ERROR_MISSING_CLASS_MAP_ID", NONE_VALID]),
    (boxed("good.png", [("disc", 0, 0)] * 51), ["ERROR_TOO_MANY_BOUNDING_BOXES", NONE_VALID]),
    (imaged("missing.png"), ["ERROR_INVALID_IMAGE"]),
    (imaged("text.jpg"), ["ERROR_INVALID_IMAGE"]),
    (imaged("empty.jpg"), ["ERROR_INVALID_IMAGE"]),
    (imaged("header.png"), ["ERROR_INVALID_IMAGE"]),
    (imaged("short.jpg"), ["ERROR_INVALID_IMAGE_DIMENSION"]),
    (imaged("long.jpg"), ["ERROR_INVALID_IMAGE_DIMENSION"]),
    (imaged("strip.jpg"), ["ERROR_INVALID_IMAGE_DIMENSION"]),
    (boxed("good.png", [("disc", 150, 10)]), ["ERROR_INVALID_BOUNDING_BOX", "ERROR_NO_VALID_ANNOTATIONS"]),
    (boxed("good.png", [("disc", 10, 100)]), ["ERROR_INVALID_BOUNDING_BOX", "ERROR_NO_VALID_ANNOTATIONS"]),
]


@pytest.mark.parametrize(("document", "codes"), BAD_LINES)
def test_a_bad_line_has_its_error_codes_and_is_not_used(document: object, codes: list[str]) -> None:
    parsed = line(document)
    assert parsed.codes == codes
    assert not parsed.valid
    assert parsed.usable("OBJECT_LOCALIZATION") + parsed.usable("IMAGE_LEVEL_LABELS") == []


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (changed(f"{BOX}/left", -1), "ERROR_INVALID_BOUNDING_BOX"),
        (changed(f"{BOX}/width", 183), "ERROR_INVALID_BOUNDING_BOX"),
        (changed(f"{BOX}/height", 1), "ERROR_BOUNDING_BOX_TOO_SMALL"),
        (changed(f"{BOX}/width", 0), "ERROR_BOUNDING_BOX_TOO_SMALL"),
        (
            changed("source-ref", "s3://bench-data/large.jpg", changed(f"{BOX}/width", 2)),
            "ERROR_BOUNDING_BOX_TOO_SMALL",
        ),
    ],
)
def test_a_bad_box_is_reported_where_it_is_and_the_others_are_used(
    document: dict[str, Any], code: str
) -> None:
    parsed = line(document)
    first, second = parsed.document["boxes"]["annotations"]
    assert [error["code"] for error in first["errors"]] == [code]
    assert "errors" not in second
    assert parsed.valid
    assert [annotation.label for annotation in parsed.usable("OBJECT_LOCALIZATION")] == ["square"]


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (changed("boxes/image_size", []), ["boxes"]),
        (changed("boxes-metadata/type", 1), ["boxes-metadata"]),
        (changed("kind", [], IMAGE_LEVEL), ["kind-metadata"]),
        (changed("boxes", 1), []),
        (imaged("text.jpg"), []),
        ("{", []),
    ],
    ids=["label attribute", "metadata", "image-level", "attribute is no object", "image", "line"],
)
def test_an_error_is_written_where_the_service_writes_it(document: object, place: list[str]) -> None:
    parsed = line(document)
    where = parsed.document
    for name in place:
        where = where[name]
    assert where["errors"][0]["code"] == parsed.codes[0]
    assert where["errors"][0]["message"].endswith(".")


def test_a_line_that_was_corrected_is_not_still_bad_for_what_an_earlier_check_wrote_into_it() -> None:
    bad = changed(f"{BOX}/left", -1)
    found = line(bad).document
    assert found["boxes"]["annotations"][0]["errors"]
    found["boxes"]["annotations"][0]["left"] = 10
    corrected = line(found)
    assert (corrected.codes, corrected.valid) == ([], True)
    assert corrected.document == boxed("good.png", SHAPES)


def test_errors_of_an_earlier_check_are_replaced() -> None:
    for earlier in (["earlier"], "earlier"):
        errors = line({**imaged("text.jpg"), "errors": earlier}).document["errors"]
        assert [error["code"] for error in errors] == ["ERROR_INVALID_IMAGE"]


LONG_NAME = "a" * 257


@pytest.mark.parametrize(
    "document",
    [
        changed("kind-metadata/class-name", LONG_NAME, IMAGE_LEVEL),
        changed("boxes-metadata/class-map/0", LONG_NAME),
    ],
)
def test_a_label_has_a_name_of_at_most_256_characters(document: dict[str, Any]) -> None:
    assert line(document).codes == ["ERROR_INVALID_LABEL_NAME_LENGTH", NONE_VALID]


@pytest.mark.parametrize("annotations", [[], None])
def test_a_line_without_boxes_is_ignored_with_a_warning(annotations: list[Any] | None) -> None:
    parsed = line(changed("boxes/annotations", annotations))
    assert (parsed.codes, parsed.valid) == ([], False)
    assert parsed.document["boxes"]["warnings"][0]["code"] == "WARNING_NO_ANNOTATIONS"


def test_a_good_line_has_the_boxes_and_labels_of_all_its_attributes() -> None:
    parsed = line({**boxed("good.png", SHAPES), **labelled("good.png", "bench")})
    assert (parsed.codes, parsed.valid) == ([], True)
    boxes = [annotation.box for annotation in parsed.usable("OBJECT_LOCALIZATION") if annotation.box]
    assert [(box.left, box.top, box.width, box.height) for box in boxes] == [
        (10, 10, 48, 48),
        (90, 40, 48, 48),
    ]
    assert parsed.labels("IMAGE_LEVEL_LABELS") == {"bench"}


def test_a_box_may_touch_the_edges_of_the_image() -> None:
    parsed = line(boxed("good.png", [("disc", 0, 0), ("disc", 144, 96)]))
    assert (parsed.codes, len(parsed.annotations)) == ([], 2)


def test_a_bad_attribute_beside_a_good_one_does_not_lose_the_line() -> None:
    parsed = line({**boxed("good.png", SHAPES), **changed("kind-metadata/confidence", None, IMAGE_LEVEL)})
    assert (parsed.codes, parsed.valid) == ([METADATA], True)


def parse(*documents: object, most_lines: int = 1000) -> Manifest:
    texts = [document if isinstance(document, str) else json.dumps(document) for document in documents]
    return manifests.parse(("\n".join(texts) + "\n").encode(), read_image, most_lines)


def codes(manifest: Manifest) -> list[str]:
    return [finding.code for finding in manifest.findings]


GOOD = boxed("good.png", SHAPES)


@pytest.mark.parametrize(("bad", "found"), [(1, []), (2, ["ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST"])])
def test_a_fifth_of_the_lines_may_be_bad_and_no_more(bad: int, found: list[str]) -> None:
    manifest = parse(*[GOOD] * (5 - bad), *["{"] * bad)
    assert codes(manifest) == found
    assert [line.number for line in manifest.bad_lines()] == list(range(6 - bad, 6))


def test_a_blank_line_counts_as_a_bad_one_but_the_last_line_end_does_not() -> None:
    assert [line.codes for line in parse(GOOD, "", GOOD).lines] == [[], ["ERROR_INVALID_JSON_LINE"], []]


def test_ignored_lines_are_no_bad_ones() -> None:
    manifest = parse(GOOD, *[changed("boxes/annotations", [])] * 4)
    assert codes(manifest) == []
    statistics = json.loads(manifests.summary(manifest, manifest, []))["statistics"]["training"]
    assert (statistics["valid_json_lines"], statistics["ignored_json_lines"]) == (1, 4)


def test_images_must_be_in_one_bucket() -> None:
    manifest = parse(*[GOOD] * 5, changed("source-ref", "s3://other-bucket/good.png"))
    assert codes(manifest) == ["ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS"]
    assert "bench-data, other-bucket" in manifest.findings[0].message


def test_a_manifest_has_at_most_so_many_lines() -> None:
    manifest = parse(GOOD, GOOD, GOOD, most_lines=2)
    assert codes(manifest) == ["ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM"]
    assert len(manifest.lines) == 2


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "is empty"), (b" \n\n", "is empty"), (b"{}\n\xff", "byte 3 is not UTF-8")]
)
def test_a_file_that_is_no_manifest_is_refused_as_a_whole(content: bytes, message: str) -> None:
    with pytest.raises(ManifestFileError, match=message):
        manifests.parse(content, read_image, 10)


DISC, SQUARE, RING = (boxed("good.png", [(label, 10, 10)]) for label in ("disc", "square", "ring"))
DISC_KIND, SQUARE_KIND = labelled("good.png", "disc"), labelled("good.png", "square")


@pytest.mark.parametrize(
    ("training", "testing", "in_training", "in_testing", "in_both"),
    [
        ([DISC], [DISC], [], [], []),
        ([DISC, SQUARE], [DISC], [], [], []),
        ([DISC, SQUARE, RING], [DISC], [], [], ["ERROR_INSUFFICIENT_LABEL_OVERLAP"]),
        ([DISC], [SQUARE], [], [], ["ERROR_INSUFFICIENT_LABEL_OVERLAP"]),
        ([DISC_KIND, SQUARE_KIND], [DISC_KIND, SQUARE_KIND], [], [], []),
        ([DISC_KIND], [DISC_KIND], ["ERROR_MANIFEST_TOO_FEW_LABELS"], ["ERROR_MANIFEST_TOO_FEW_LABELS"], []),
        (["{"], ["{"], ["ERROR_MANIFEST_TOO_FEW_LABELS"], ["ERROR_MANIFEST_TOO_FEW_LABELS"], []),
        (
            [DISC_KIND, DISC_KIND, SQUARE],
            [DISC_KIND, SQUARE_KIND],
            ["ERROR_MANIFEST_TOO_FEW_USABLE_LABELS"],
            [],
            [],
        ),
        (
            [DISC, DISC, DISC, SQUARE_KIND],
            [SQUARE, DISC_KIND, SQUARE_KIND],
            [],
            [],
            ["ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP"],
        ),
    ],
)
def test_labels_are_counted_and_compared(
    training: list[Any], testing: list[Any], in_training: list[str], in_testing: list[str], in_both: list[str]
) -> None:
    train, test = Manifest(parse(*training).lines), Manifest(parse(*testing).lines)
    both = manifests.check_labels(train, test)
    assert codes(train) == in_training
    assert codes(test) == in_testing
    assert [finding.code for finding in both] == in_both


def test_a_manifest_has_at_most_250_labels() -> None:
    manifest = parse(*(labelled("small.jpg", f"part {number}") for number in range(251)))
    manifests.check_labels(manifest, parse(DISC_KIND))
    assert codes(manifest) == ["ERROR_MANIFEST_TOO_MANY_LABELS"]


def test_most_lines_decide_what_kind_of_model_is_trained() -> None:
    assert parse(DISC, DISC, DISC_KIND).use_case() == "OBJECT_LOCALIZATION"
    assert parse(DISC, DISC_KIND, DISC_KIND).use_case() == "IMAGE_LEVEL_LABELS"
    assert parse("{").use_case() == "NOT_DETERMINED"


def test_a_fifth_of_the_lines_is_split_off_with_every_label_on_both_sides() -> None:
    manifest = parse(*[DISC] * 20, *[SQUARE] * 10, "{", *[RING] * 2)
    test = manifests.split_off_test(manifest)
    assert codes(manifest) == []
    shares = {
        label: (
            sum(label in line.labels("OBJECT_LOCALIZATION") for line in manifest.lines),
            sum(label in line.labels("OBJECT_LOCALIZATION") for line in test.lines),
        )
        for label in ("disc", "square", "ring")
    }
    assert shares == {"disc": (16, 4), "square": (8, 2), "ring": (1, 1)}
    assert {line.number for line in manifest.lines}.isdisjoint(line.number for line in test.lines)


def test_lines_with_several_labels_count_for_each_of_them() -> None:
    manifest = parse(*[GOOD] * 10)
    assert len(manifests.split_off_test(manifest).lines) == 2
    assert codes(manifest) == []


def test_a_label_with_one_image_cannot_be_split() -> None:
    manifest = parse(*[DISC] * 5, SQUARE)
    manifests.split_off_test(manifest)
    assert codes(manifest) == ["ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT"]
    assert "square" in manifest.findings[0].message
