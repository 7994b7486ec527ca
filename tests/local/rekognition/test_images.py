"""The size of an image, read from its header."""

import time

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.rekognition.images import dimensions, size_problem


def encoded(suffix: str, *flags: int) -> bytes:
    return cv2.imencode(suffix, np.zeros((70, 90, 3), np.uint8), flags)[1].tobytes()


BASELINE = encoded(".jpg")
START_OF_FRAME = bytes.fromhex("ffc0001108000100010301110002110103110111")


@pytest.mark.parametrize(
    "image",
    [
        BASELINE,
        encoded(".jpg", cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
        encoded(".png"),
        BASELINE[:2] + b"\xff\xff\xff" + BASELINE[2:],
        BASELINE[:2] + b"\xff\xd0\xff\x01" + BASELINE[2:],
        BASELINE[:2] + b"\xff\xe1\x00\x16" + START_OF_FRAME + BASELINE[2:],
    ],
    ids=["baseline", "progressive", "png", "padded", "standalone markers", "with a thumbnail in a segment"],
)
def test_the_size_is_that_of_the_picture(image: bytes) -> None:
    assert dimensions(image) == (90, 70)


@given(st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b""]), st.binary(max_size=200))
def test_no_bytes_break_the_reading_of_a_header(start: bytes, rest: bytes) -> None:
    size = dimensions(start + rest)
    assert size is None or all(0 <= side < 2**32 for side in size)


@pytest.mark.parametrize("filling", [b"\xff", b"\xff\xd0", b"\xff\xe0\x00\x00"])
def test_a_file_of_markers_only_is_given_up_soon(filling: bytes) -> None:
    began = time.process_time()
    assert dimensions(b"\xff\xd8\xff" + filling * 1_000_000) is None
    assert time.process_time() - began < 0.2


@pytest.mark.parametrize("size", [(64, 64), (4096, 4096), (64, 1280), (1280, 64)])
def test_a_size_at_the_limits_is_no_problem(size: tuple[int, int]) -> None:
    assert size_problem(*size) is None


@pytest.mark.parametrize("size", [(63, 64), (64, 63), (0, 0), (4097, 4096), (300, 4097), (64, 1281)])
def test_a_size_beyond_a_limit_is_named(size: tuple[int, int]) -> None:
    assert f"The image is {size[0]} x {size[1]} pixels: " in str(size_problem(*size))
