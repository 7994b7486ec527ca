"""Which images can be read, and what unusual ones do."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from local.vision import Annotation, Example, ImageError, Model, decode, evaluate, train
from tests.local.vision.pictures import ground, png, shapes


def _star() -> NDArray[np.uint8]:
    return decode(shapes(["star"], np.random.default_rng(20)).image)


@pytest.mark.parametrize(
    "image",
    [b"", b"not an image", b"\x89PNG\r\n\x1a\n" + bytes(40), b"\xff\xd8\xff\xe0" + bytes(40)],
    ids=["nothing", "text", "png header", "jpeg header"],
)
def test_bytes_that_are_no_image_are_refused_in_one_sentence(image: bytes, shape_model: Model) -> None:
    said = f"The {len(image)} bytes are not a readable JPEG or PNG image."
    for use in (decode, shape_model.detect):
        with pytest.raises(ImageError) as caught:
            use(image)
        assert str(caught.value) == said


def test_training_and_evaluation_refuse_an_unreadable_image(shape_model: Model) -> None:
    broken = Example(b"GIF89a", (Annotation("star", None),))
    with pytest.raises(ImageError):
        train([broken])
    with pytest.raises(ImageError):
        evaluate(shape_model, [broken])


def test_an_image_is_decoded_to_blue_green_red() -> None:
    pixels = np.zeros((64, 80, 3), np.uint8)
    pixels[..., 0] = 200
    assert (decode(png(pixels)) == pixels).all()


def test_a_grey_a_deep_and_a_transparent_png_are_read_as_the_plain_one(shape_model: Model) -> None:
    plain = _star()
    opaque = np.full((*plain.shape[:2], 1), 255, np.uint8)
    same = {
        "deep": png(plain.astype(np.uint16) * 257),
        "transparent": png(np.concatenate([plain, opaque], axis=2)),
    }
    expected = shape_model.detect(png(plain))
    assert {name: shape_model.detect(image) for name, image in same.items()} == dict.fromkeys(same, expected)
    grey = png(cv2.cvtColor(plain, cv2.COLOR_BGR2GRAY))
    assert decode(grey).shape == plain.shape
    assert shape_model.detect(grey) != expected


@pytest.mark.parametrize(("width", "height"), [(64, 64), (64, 1280), (1280, 64), (4096, 4096), (4096, 205)])
def test_images_of_every_allowed_size_are_looked_at(width: int, height: int, shape_model: Model) -> None:
    image = png(ground(width, height, np.random.default_rng(21)))
    for detection in shape_model.detect(image):
        assert detection.box is not None
        assert detection.box.left + detection.box.width <= 1.001
        assert detection.box.top + detection.box.height <= 1.001


def test_an_image_of_one_pixel_gives_nothing_above_its_threshold(shape_model: Model) -> None:
    found = shape_model.detect(png(np.full((1, 1, 3), 90, np.uint8)))
    assert [one for one in found if one.confidence >= shape_model.thresholds[one.label]] == []
