"""Labelled pictures become checked lines of a dataset to be, split into training and tests."""

import base64
import hashlib
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from custom_labels.datasets.examples import Box, Example, Line, Problems, Split, problem_of_box
from custom_labels.datasets.manifests import labels_of, manifest_line
from custom_labels.pictures import PictureError, upright_file

MOST_LABELS = 250
MOST_OF_AN_IMAGE = 50
MOST_BYTES = 15 * 1024**2

_AT_ONCE = 8


@dataclass(frozen=True)
class Destination:
    """Where pictures go."""

    folder: Path
    """What the names of pictures are relative to."""
    bucket: str
    prefix: str
    """With what their keys begin, up to and with a slash."""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A picture that must be in the bucket."""

    path: Path
    key: str
    size: int
    """Bytes, as it will be stored."""
    sha256: str
    """In base64, as S3 has it."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A checked line of a dataset to be."""

    line: dict[str, Any]
    """The JSON Line."""
    labels: frozenset[str]
    split: Split | None
    upload: Upload | None
    """The picture, unless it is in S3 already."""


def check(
    found: Sequence[Example | Line], to: Destination, problems: Problems, seen: Callable[[int], object]
) -> list[Entry]:
    """Check pictures and labels, and return the entries that they will be; pictures without labels are none.

    Args:
        found: What was read.
        to: Where pictures will go.
        problems: Where to note what is wrong.
        seen: Called with the number of pictures that have been looked at.
    """
    used = [one for one in found if isinstance(one, Line) or one.labels or one.boxes]
    now = datetime.now(UTC)
    entries: list[Entry] = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        looking = [pool.submit(_entry, one, to, now) for one in used]
        for count, (one, future) in enumerate(zip(used, looking, strict=True), 1):
            try:
                entries.append(future.result())
            except PictureError as error:
                problems.add(one.place, str(error))
            seen(count)
    if used and not problems.found:
        _check_whole(entries, used, problems)
    return entries


def split(entries: Sequence[Entry], fraction: float, seed: int) -> list[Entry]:
    """Put a fraction of each label's entries into the test dataset, and at least one, and the others into training.

    Args:
        entries: What to split.
        fraction: 0 to 1.
        seed: The same entries with the same seed are split in the same way.
    """

    def rank(index: int) -> bytes:
        return hashlib.sha256(f"{seed} {entries[index].line['source-ref']}".encode()).digest()

    having: defaultdict[str, list[int]] = defaultdict(list)
    for index, entry in enumerate(entries):
        for label in entry.labels:
            having[label].append(index)
    tests: set[int] = set()
    # The rarest label chooses first; the others count what is chosen already.
    for label in sorted(having, key=lambda label: (len(having[label]), label)):
        among = having[label]
        wanted = min(max(1, round(fraction * len(among))), len(among) - 1) - len(tests.intersection(among))
        tests.update(sorted((index for index in among if index not in tests), key=rank)[: max(0, wanted)])
    return [
        replace(entry, split="test" if index in tests else "train") for index, entry in enumerate(entries)
    ]


def _entry(one: Example | Line, to: Destination, now: datetime) -> Entry:
    """Look at a picture and its labels.

    Raises:
        PictureError: They cannot be used.
    """
    if isinstance(one, Line):
        document = dict(one.document)
        upload = None
        if one.image:
            upload, _ = _look(one.image, to)
            document["source-ref"] = f"s3://{to.bucket}/{upload.key}"
        return Entry(line=document, labels=frozenset(labels_of(document)), split=one.split, upload=upload)
    upload, size = _look(one.image, to)
    if one.size and one.size != size:
        raise PictureError(
            f"the labels are for {one.size[0]} x {one.size[1]} pixels, but {one.image} has {size[0]} x {size[1]} "
            "when it is upright."
        )
    if len(one.boxes) > MOST_OF_AN_IMAGE:
        raise PictureError(f"{one.image} has {len(one.boxes)} boxes: {MOST_OF_AN_IMAGE} is the most.")
    boxes = tuple(_cut(box, *size) for box in one.boxes)
    for box in boxes:
        if problem := problem_of_box(box, *size):
            raise PictureError(problem)
    labels = frozenset({*one.labels, *(box.label for box in boxes)})
    line = manifest_line(replace(one, boxes=boxes), f"s3://{to.bucket}/{upload.key}", size, now)
    return Entry(line=line, labels=labels, split=one.split, upload=upload)


def _look(image: Path, to: Destination) -> tuple[Upload, tuple[int, int]]:
    """Return what a picture will be in the bucket, and its size in pixels."""
    try:
        picture = upright_file(image.read_bytes())
    except OSError as error:
        raise PictureError(f"the picture {image} cannot be read: {error.strerror}.") from None
    except PictureError as error:
        raise PictureError(f"the picture {image} cannot be used: {error}") from None
    if len(picture.content) > MOST_BYTES:
        raise PictureError(f"the picture {image} has {len(picture.content)} bytes: {MOST_BYTES} is the most.")
    name = Path(os.path.relpath(image, to.folder)).as_posix().replace("../", "_/")
    digest = base64.b64encode(hashlib.sha256(picture.content).digest()).decode()
    upload = Upload(path=image, key=to.prefix + name, size=len(picture.content), sha256=digest)
    return upload, (picture.width, picture.height)


def _cut(box: Box, width: int, height: int) -> Box:
    """Return a box without the one pixel by which rounding may have moved it over an edge."""
    left, top = (
        max(box.left, 0) if box.left >= -1 else box.left,
        max(box.top, 0) if box.top >= -1 else box.top,
    )
    right, bottom = box.left + box.width, box.top + box.height
    right = width if right == width + 1 else right
    bottom = height if bottom == height + 1 else bottom
    return Box(box.label, left, top, right - left, bottom - top)


def _check_whole(entries: Sequence[Entry], used: Sequence[Example | Line], problems: Problems) -> None:
    labels = {label for entry in entries for label in entry.labels}
    if len(labels) > MOST_LABELS:
        problems.add(used[0].place, f"the dataset has {len(labels)} labels: {MOST_LABELS} is the most.")
    counts = Counter(entry.line["source-ref"] for entry in entries)
    for one, entry in zip(used, entries, strict=True):
        if counts[entry.line["source-ref"]] > 1:
            problems.add(one.place, f"the picture {entry.line['source-ref']} is there more than once.")
