"""Detection: what a running model finds, which images it takes, and how many at a time."""

import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from local.rekognition import images
from local.rekognition.limits import Timing, configure
from tests.local.rekognition.bench import BUCKET, UNTHROTTLED, Bench, Clock, Shape, picture

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

DISC: list[Shape] = [("disc", 60, 40)]


def plain(width: int, height: int, suffix: str = ".jpg") -> bytes:
    return cv2.imencode(suffix, np.full((height, width, 3), 90, np.uint8))[1].tobytes()


def jpeg_header(width: int, height: int) -> bytes:
    """Return a JPEG file that states a size and has no picture."""
    frame = struct.pack(">BHHB", 8, height, width, 3) + bytes(9)
    return (
        b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xff\xc0"
        + struct.pack(">H", len(frame) + 2)
        + frame
        + b"\xff\xd9"
    )


def png_header(width: int, height: int) -> bytes:
    """Return a PNG file that states a size and has no picture."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


def detect(rekognition: "RekognitionClient", arn: str, image: bytes, **members: Any) -> list[Any]:
    answer = rekognition.detect_custom_labels(ProjectVersionArn=arn, Image={"Bytes": image}, **members)
    return list(answer["CustomLabels"])


def pixels(label: Any) -> tuple[float, ...]:
    """Return left, top, width and height of a label in a picture of 192 x 144."""
    box = label["Geometry"]["BoundingBox"]
    return box["Left"] * 192, box["Top"] * 144, box["Width"] * 192, box["Height"] * 144


def test_what_lies_in_a_scene_is_found_where_it_lies_and_nothing_else(
    bench: Bench, rekognition: "RekognitionClient", clock: Clock
) -> None:
    arn = bench.running_model(clock, bench.boxed_lines()[:9])
    [disc] = detect(rekognition, arn, picture(DISC, 50))
    assert disc["Name"] == "disc"
    assert 0 < disc["Confidence"] <= 100
    assert pixels(disc) == pytest.approx((60, 40, 48, 48), abs=8)
    [square] = detect(rekognition, arn, picture([("square", 100, 20)], 51))
    assert square["Name"] == "square"
    assert pixels(square) == pytest.approx((100, 20, 48, 48), abs=8)
    assert detect(rekognition, arn, picture([], 52)) == []


def test_a_label_of_an_image_level_model_has_no_geometry(
    bench: Bench, rekognition: "RekognitionClient", clock: Clock
) -> None:
    arn = bench.running_model(clock, bench.labelled_lines())
    labels = detect(rekognition, arn, picture(DISC, 50), MinConfidence=0)
    assert {label["Name"] for label in labels} == {"disc", "square"}
    assert labels[0]["Name"] == "disc"
    assert [label for label in labels if "Geometry" in label] == []


def test_confidence_and_number_of_results_can_be_bounded(
    bench: Bench, rekognition: "RekognitionClient", clock: Clock
) -> None:
    arn = bench.running_model(clock)
    image = picture(DISC, 50)
    labels = detect(rekognition, arn, image, MinConfidence=0)
    confidences = [label["Confidence"] for label in labels]
    assert confidences == sorted(confidences, reverse=True)
    assert len(labels) >= 2
    assert detect(rekognition, arn, image, MinConfidence=0, MaxResults=1) == labels[:1]
    assert detect(rekognition, arn, image, MinConfidence=0, MaxResults=0) == []
    sure = detect(rekognition, arn, image, MinConfidence=confidences[0])
    assert [label for label in labels if label["Confidence"] >= confidences[0]] == sure


def test_an_image_in_s3_gives_the_same_as_its_bytes(
    bench: Bench, rekognition: "RekognitionClient", clock: Clock
) -> None:
    arn = bench.running_model(clock)
    bench.put("new.png", picture(DISC, 50))
    stored = rekognition.detect_custom_labels(
        ProjectVersionArn=arn, Image={"S3Object": {"Bucket": BUCKET, "Name": "new.png"}}
    )
    assert stored["CustomLabels"] == detect(rekognition, arn, picture(DISC, 50))
    assert stored["CustomLabels"] != []


GIF = b"GIF89a" + bytes(100)
BAD_IMAGES: dict[str, tuple[bytes, str, str]] = {
    "text": (b"I am no picture", "InvalidImageFormatException", "neither a JPEG nor a PNG"),
    "gif": (GIF, "InvalidImageFormatException", "neither a JPEG nor a PNG"),
    "jpeg without a frame": (b"\xff\xd8\xff\xd9", "InvalidImageFormatException", "neither a JPEG nor a PNG"),
    "jpeg cut in a segment": (b"\xff\xd8\xff\xe0\xff", "InvalidImageFormatException", "neither a JPEG nor"),
    "png without a header": (b"\x89PNG\r\n\x1a\n", "InvalidImageFormatException", "neither a JPEG nor a PNG"),
    "png with no picture": (
        png_header(100, 100),
        "InvalidImageFormatException",
        "not a readable JPEG or PNG",
    ),
    "jpeg with no picture": (
        jpeg_header(100, 100),
        "InvalidImageFormatException",
        "not a readable JPEG or PNG",
    ),
    "one pixel": (
        plain(1, 1, ".png"),
        "InvalidParameterException",
        r"1 x 1 pixels: each side must have 64 to",
    ),
    "63 high": (plain(64, 63), "InvalidParameterException", "64 x 63 pixels"),
    "4097 wide": (plain(4097, 300), "InvalidParameterException", "4097 x 300 pixels"),
    "50 megapixels": (jpeg_header(8660, 5774), "InvalidParameterException", "8660 x 5774 pixels"),
    "bomb": (png_header(2**31 - 1, 2**31 - 1), "InvalidParameterException", "2147483647 x 2147483647"),
    "strip": (
        plain(1281, 64),
        "InvalidParameterException",
        r"1281 x 64 pixels: its sides may differ by 20:1",
    ),
    "4 MB and a byte": (
        b"\xff\xd8\xff" + bytes(4_194_302),
        "ImageTooLargeException",
        "4194305 bytes: 4194304 is",
    ),
    "5 MB and a byte": (bytes(5_242_881), "ClientError", "lim=5242881 cap=5242881.' at 'image.bytes' failed"),
    "nothing": (b"", "ClientError", "ValidationException.* at 'image.bytes' failed"),
}


def test_an_image_that_the_service_does_not_take_is_refused_by_name(
    bench: Bench, rekognition: "RekognitionClient", clock: Clock
) -> None:
    arn = bench.running_model(clock)
    for image, error, message in BAD_IMAGES.values():
        with pytest.raises(getattr(rekognition.exceptions, error), match=message):
            detect(rekognition, arn, image)


def test_images_at_the_limits_are_taken(bench: Bench, rekognition: "RekognitionClient", clock: Clock) -> None:
    arn = bench.running_model(clock)
    for image in (plain(64, 64), plain(1280, 64), plain(1280, 64, ".png")):
        assert detect(rekognition, arn, image, MinConfidence=100) == []
    whole = plain(100, 100)
    padded = whole[:2] + b"\xff\xfe\xff\xff" + bytes(65_533)  # a comment segment
    full = padded * 1 + whole[2:] + bytes(images.BYTES_LIMIT - len(padded) - len(whole) + 2)
    assert len(full) == 4_194_304
    assert detect(rekognition, arn, full, MinConfidence=100) == []


BAD_PLACES: list[tuple[Any, str, str]] = [
    ({}, "InvalidParameterException", "either Bytes or S3Object"),
    ({"Bytes": b"x", "S3Object": {}}, "InvalidParameterException", "either Bytes or S3Object"),
    ({"S3Object": {"Bucket": BUCKET}}, "InvalidParameterException", "both Bucket and Name"),
    ({"S3Object": {"Name": "a"}}, "InvalidParameterException", "both Bucket and Name"),
    ({"S3Object": {"Bucket": "nowhere", "Name": "a"}}, "InvalidS3ObjectException", "no bucket nowhere"),
    (
        {"S3Object": {"Bucket": "tokyo-data", "Name": "a"}},
        "InvalidS3ObjectException",
        "in ap-northeast-1",
    ),
    ({"S3Object": {"Bucket": BUCKET, "Name": "a"}}, "InvalidS3ObjectException", "no object a in bucket"),
    (
        {"S3Object": {"Bucket": BUCKET, "Name": "images/0.png", "Version": "9"}},
        "InvalidS3ObjectException",
        "no object images/0.png",
    ),
    ({"S3Object": {"Bucket": BUCKET, "Name": "large"}}, "ImageTooLargeException", "15728641 bytes"),
    ({"S3Object": {"Bucket": BUCKET, "Name": "full"}}, "InvalidImageFormatException", "neither"),
]


@pytest.mark.usefixtures("tokyo_bucket")
def test_an_image_that_is_not_there_or_not_clear_is_refused(bench: Bench, clock: Clock) -> None:
    arn = bench.running_model(clock)
    bench.put("large", bytes(15 * 1024 * 1024 + 1))
    bench.put("full", bytes(15 * 1024 * 1024))
    for image, error, message in BAD_PLACES:
        with pytest.raises(getattr(bench.rekognition.exceptions, error), match=message):
            bench.rekognition.detect_custom_labels(ProjectVersionArn=arn, Image=image)


def test_a_restarted_model_finds_the_same(
    bench: Bench, rekognition: "RekognitionClient", clock: Clock
) -> None:
    arn = bench.running_model(clock)
    before = detect(rekognition, arn, picture(DISC, 50))
    rekognition.stop_project_version(ProjectVersionArn=arn)
    clock.now += 50
    rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    clock.now += 100
    assert detect(rekognition, arn, picture(DISC, 50)) == before


def test_twenty_clients_at_once_get_each_their_own_answer(
    bench: Bench, rekognition: "RekognitionClient", clock: Clock
) -> None:
    arn = bench.running_model(clock)
    pictures = [picture([(("disc", "square")[number % 2], 7 * number, 40)], number) for number in range(20)]

    def ask(image: bytes) -> list[Any]:
        return detect(rekognition, arn, image, MinConfidence=0)

    with ThreadPoolExecutor(20) as clients:
        together = list(clients.map(ask, pictures))
    assert together == [ask(image) for image in pictures]
    assert len({str(labels) for labels in together}) > 10


def test_a_model_answers_while_another_is_trained(
    bench: Bench, rekognition: "RekognitionClient", clock: Clock
) -> None:
    running = bench.running_model(clock)
    project = bench.project("other")
    with bench.held_training():
        training = bench.create_version(project)
        assert detect(rekognition, running, picture(DISC, 50)) != []
        assert bench.describe(training).get("Status") == "TRAINING_IN_PROGRESS"
    bench.trained(training)


def accepted(rekognition: "RekognitionClient", arn: str, tries: int) -> int:
    """Return how many of so many requests were served before the first was refused."""
    for count in range(tries):
        try:
            detect(rekognition, arn, plain(64, 64))
        except rekognition.exceptions.ProvisionedThroughputExceededException as refused:
            return count if "More than" in str(refused) else -1
    return tries


@pytest.mark.parametrize(
    ("units", "served"),
    [
        ({"MinInferenceUnits": 1}, 5),
        ({"MinInferenceUnits": 2}, 10),
        ({"MinInferenceUnits": 1, "MaxInferenceUnits": 3}, 15),
    ],
)
def test_each_inference_unit_serves_five_requests_per_second(
    bench: Bench, clock: Clock, timing: Timing, units: Any, served: int
) -> None:
    arn = bench.model()
    bench.rekognition.start_project_version(ProjectVersionArn=arn, **units)
    clock.now += 100
    configure(timing=timing)
    assert accepted(bench.rekognition, arn, 20) == served
    clock.now += 0.999 / served
    assert accepted(bench.rekognition, arn, 20) == 0
    clock.now += 0.002 / served
    assert accepted(bench.rekognition, arn, 20) == 1
    clock.now += 60
    assert accepted(bench.rekognition, arn, 20) == served


def test_an_account_has_a_rate_for_all_its_models(
    bench: Bench, rekognition: "RekognitionClient", clock: Clock, timing: Timing
) -> None:
    arn = bench.running_model(clock)
    configure(
        limits=replace(UNTHROTTLED, detect_requests_per_second=3),
        timing=timing,
    )
    assert accepted(rekognition, arn, 5) == 3


def test_each_control_operation_has_its_own_rate(
    rekognition: "RekognitionClient", tokyo: "RekognitionClient", clock: Clock, timing: Timing
) -> None:
    configure(timing=timing)
    for _ in range(5):
        rekognition.describe_projects()
    with pytest.raises(
        rekognition.exceptions.ThrottlingException,
        match="More than 5 requests per second for DescribeProjects",
    ):
        rekognition.describe_projects()
    rekognition.create_project(ProjectName="a")
    tokyo.describe_projects()
    clock.now += 1
    rekognition.describe_projects()


def test_no_lock_lets_more_requests_through_than_the_rate(
    rekognition: "RekognitionClient", timing: Timing
) -> None:
    configure(timing=timing)

    def ask(_: int) -> bool:
        try:
            rekognition.describe_projects()
        except rekognition.exceptions.ThrottlingException:
            return False
        return True

    with ThreadPoolExecutor(20) as clients:
        assert sum(clients.map(ask, range(40))) == 5
