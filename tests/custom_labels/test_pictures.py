"""Picture files become what the service takes, and boxes refer to what people see."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from custom_labels.pictures import Mark, PictureError, annotate, find_pictures, prepare, upright_file
from tests.custom_labels.workshop import encoded, picture


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_within_the_limits_is_sent_as_it_is(kind: str) -> None:
    content = encoded(picture("disc"), kind)
    prepared = prepare(content)
    assert prepared.content is content
    assert (prepared.width, prepared.height) == (192, 144)
    assert upright_file(content).content is content


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_picture_that_lies_on_its_side_is_turned(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encoded(picture("disc"), "JPEG", exif=exif)
    size = (144, 192) if orientation >= 5 else (192, 144)
    for prepared in (prepare(content), upright_file(content)):
        assert (prepared.width, prepared.height) == opened(prepared.content).size == size
        assert opened(prepared.content).getexif() == {}


def test_the_blue_corner_is_where_people_see_it() -> None:
    """EXIF orientation 6: the picture is stored lying on its left side."""
    image = Image.new("RGB", (200, 100), "white")
    image.paste("blue", (0, 0, 100, 100))
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = opened(prepare(encoded(image, "JPEG", exif=exif)).content)
    assert turned.size == (100, 200)
    top, bottom = turned.getpixel((50, 50)), turned.getpixel((50, 150))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert (top[0] < 50, bottom[0] > 200) == (True, True)


def test_a_picture_of_too_many_pixels_is_shrunk_and_its_size_remembered() -> None:
    prepared = prepare(encoded(Image.new("RGB", (5000, 2500), "grey"), "JPEG"))
    assert (prepared.width, prepared.height) == (5000, 2500)
    assert opened(prepared.content).size == (4096, 2048)


def test_a_file_of_too_many_bytes_is_shrunk_below_the_limit() -> None:
    content = encoded(Image.frombytes("RGB", (1300, 1100), os.urandom(1300 * 1100 * 3)))
    assert len(content) > 4_000_000
    prepared = prepare(content)
    assert len(prepared.content) <= 4_000_000
    assert (prepared.width, prepared.height) == (1300, 1100)


@pytest.mark.parametrize(
    ("kind", "mode"), [("WEBP", "RGB"), ("GIF", "P"), ("BMP", "L"), ("TIFF", "CMYK"), ("PNG", "RGBA")]
)
def test_other_kinds_of_pictures_are_detected_on_too(kind: str, mode: str) -> None:
    prepared = prepare(encoded(picture("disc").convert(mode), kind))
    assert opened(prepared.content).format in {"JPEG", "PNG"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it cannot be read as a picture"),
        (b"\xff\xd8\xff\xe0 no more", "it cannot be read as a picture"),
        (encoded(picture("disc"))[:200], "it cannot be read as a picture"),
        (encoded(picture("disc", size=(63, 100))), "it has 63 x 100 pixels: 64 on a side is the fewest."),
        (
            encoded(picture("disc", size=(1400, 64))),
            "it has 1400 x 64 pixels: one side may be 20 times the other.",
        ),
    ],
)
def test_what_cannot_be_detected_on_says_why(content: bytes, why: str) -> None:
    for reader in (prepare, upright_file):
        with pytest.raises(PictureError, match=why):
            reader(content)


def test_a_dataset_takes_neither_other_kinds_nor_larger_pictures() -> None:
    with pytest.raises(PictureError, match=r"it is a WEBP file: convert it to JPEG or PNG\."):
        upright_file(encoded(picture("disc"), "WEBP"))
    with pytest.raises(PictureError, match="it has 4097 x 400 pixels: 4096 on a side is the most"):
        upright_file(encoded(Image.new("RGB", (4097, 400)), "JPEG"))


def test_a_copy_has_the_box_and_the_rest_of_the_picture() -> None:
    drawn = opened(
        annotate(encoded(Image.new("RGB", (400, 300), "white")), [Mark("nut", "nut 97 %", 100, 120, 80, 60)])
    )
    assert drawn.size == (400, 300)
    dark = {
        place: sum(colour) < 600
        for place in [(101, 150), (179, 150), (140, 121), (140, 179), (140, 150), (300, 250)]
        if isinstance(colour := drawn.getpixel(place), tuple)
    }
    assert list(dark.values()) == [True, True, True, True, False, False]


def test_pictures_are_found_in_folders_below_but_not_in_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.JPG", "a/c.png", "a/d.txt", ".cache/e.jpg", ".f.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert [str(path.relative_to(tmp_path)) for path in find_pictures(tmp_path)] == ["a/c.png", "b.JPG"]
