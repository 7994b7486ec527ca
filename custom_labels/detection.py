"""Detection on many pictures: as fast as the model takes them, and none of them lost."""

import threading
import time
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

from custom_labels.errors import THROTTLING, code_of, explain
from custom_labels.pictures import PictureError, prepare

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_rekognition.type_defs import CustomLabelTypeDef

    from custom_labels.projects import Model

UNIT_RATE = 5
"""Requests per second that one inference unit takes, about; how many it really takes depends on the model."""

_MOST_RATE = 50  # requests per second: the quota of an account
_LEAST_RATE = 0.2
_IN_FLIGHT_PER_UNIT = 4
_TRIES = 20
_TRIES_WITHOUT_ANSWER = 4
_TEMPORARY = THROTTLING | {"InternalServerError", "ServiceUnavailable"}
_OF_THE_PICTURE = frozenset(
    {"InvalidImageFormatException", "ImageTooLargeException", "InvalidParameterException"}
)


@dataclass(frozen=True)
class Label:
    """What was found; the box is in pixels of the picture seen upright, and None for a label of the whole picture."""

    name: str
    confidence: float
    """0 to 100."""
    box: tuple[int, int, int, int] | None
    """Left, top, width, height."""


@dataclass(frozen=True, kw_only=True)
class Detection:
    """What came of one picture."""

    image: str
    """The file, as it was named."""
    width: int = 0
    """Pixels of the picture seen upright."""
    height: int = 0
    labels: tuple[Label, ...] = ()
    """Most confident first."""
    error: str | None = None
    """Why nothing could be detected."""


class Pace:
    """How fast requests go: a little faster with each that is taken, much slower when one is refused.

    Args:
        rate: Requests per second to begin with.
    """

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._lock = threading.Lock()
        self._next = time.monotonic()
        self._slowed = self._next
        self._ended = threading.Event()

    def wait(self) -> None:
        """Wait for the turn of the next request."""
        with self._lock:
            turn = max(self._next, time.monotonic())
            self._next = turn + 1 / self.rate
        self._ended.wait(max(0.0, turn - time.monotonic()))

    def taken(self) -> None:
        """A request was taken."""
        with self._lock:
            self.rate = min(_MOST_RATE, self.rate + 0.02)

    def refused(self) -> None:
        """A request came too soon; those that were sent together with it count once."""
        with self._lock:
            now = time.monotonic()
            if now - self._slowed >= 1:
                self.rate = max(_LEAST_RATE, self.rate * 0.7)
                self._slowed = now
            self._next = max(self._next, now + 1 / self.rate)

    def end(self) -> None:
        """Let nobody wait any more."""
        self._ended.set()

    @property
    def ended(self) -> bool:
        """Whether nobody shall wait any more."""
        return self._ended.is_set()


def detect_all(
    rekognition: "RekognitionClient",
    model: "Model",
    paths: Sequence[Path],
    min_confidence: float | None = None,
) -> Generator[Detection]:
    """Detect on picture files and yield what came of each, in their order.

    Args:
        rekognition: A client that does not try again by itself.
        model: A running model.
        paths: Files; what is wrong with one of them is said in its Detection.
        min_confidence: 0 to 100; without it each label's own threshold decides.

    Raises:
        ClientError: AWS refuses what concerns every picture, such as a model that does not run.
        BotoCoreError: AWS does not answer.
    """
    units = model.max_units or model.units or 1
    pace = Pace(UNIT_RATE * units)
    in_flight = _IN_FLIGHT_PER_UNIT * units
    pool = ThreadPoolExecutor(in_flight)
    waiting: deque[Future[Detection]] = deque()
    try:
        for path in paths:
            waiting.append(pool.submit(_detect, rekognition, model.arn, path, min_confidence, pace))
            if len(waiting) > 2 * in_flight:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pace.end()
        pool.shutdown(cancel_futures=True)


def _detect(
    rekognition: "RekognitionClient", arn: str, path: Path, min_confidence: float | None, pace: Pace
) -> Detection:
    try:
        picture = prepare(path.read_bytes())
    except (OSError, PictureError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return Detection(image=str(path), error=f"{path} cannot be used: {reason}")
    request: dict[str, Any] = {"ProjectVersionArn": arn, "Image": {"Bytes": picture.content}}
    if min_confidence is not None:
        request["MinConfidence"] = min_confidence
    try:
        found = _ask(rekognition, request, pace)
    except ClientError as error:
        if code_of(error) not in _OF_THE_PICTURE | _TEMPORARY:
            raise
        return Detection(image=str(path), error=explain(error))
    return Detection(
        image=str(path),
        width=picture.width,
        height=picture.height,
        labels=tuple(_label(each, picture.width, picture.height) for each in found),
    )


def _ask(rekognition: "RekognitionClient", request: dict[str, Any], pace: Pace) -> "list[CustomLabelTypeDef]":
    tries = 0
    while True:
        pace.wait()
        tries += 1
        try:
            found = rekognition.detect_custom_labels(**request)["CustomLabels"]
        except ClientError as error:
            if code_of(error) not in _TEMPORARY or tries >= _TRIES or pace.ended:
                raise
        except (HTTPClientError, NoConnectionError):
            if tries >= _TRIES_WITHOUT_ANSWER or pace.ended:
                raise
        else:
            pace.taken()
            return found
        pace.refused()


def _label(found: "CustomLabelTypeDef", width: int, height: int) -> Label:
    box = found.get("Geometry", {}).get("BoundingBox")
    if box is None:
        return Label(found["Name"], found["Confidence"], None)
    # The service may say that a box reaches over the edge.
    left, right = (_pixels(share, width) for share in (box["Left"], box["Left"] + box["Width"]))
    top, bottom = (_pixels(share, height) for share in (box["Top"], box["Top"] + box["Height"]))
    return Label(found["Name"], found["Confidence"], (left, top, right - left, bottom - top))


def _pixels(share: float, side: int) -> int:
    return round(min(max(share, 0), 1) * side)
