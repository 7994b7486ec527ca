"""Ground Truth manifests: whole files checked as the service does before it trains, and what it says about them."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from local.rekognition.manifest_lines import Line, ReadImage, UseCase, parse_line
from local.vision import Example

INVALID_SHARE = 0.2
LABEL_OVERLAP = 0.5
TEST_SHARE = 0.2
MAX_LABELS = 250
MIN_LABELS: Mapping[UseCase, int] = {"IMAGE_LEVEL_LABELS": 2, "OBJECT_LOCALIZATION": 1, "NOT_DETERMINED": 1}
_USE_CASES: tuple[UseCase, ...] = ("OBJECT_LOCALIZATION", "IMAGE_LEVEL_LABELS")


class ManifestFileError(Exception):
    """A manifest that cannot be read as a whole, with the sentence for the model's StatusMessage."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """An error that concerns a whole manifest, or both."""

    code: str
    message: str


@dataclass
class Manifest:
    """The lines of one manifest, all of them, and the findings that concern it as a whole."""

    lines: list[Line]
    findings: list[Finding] = field(default_factory=list[Finding])

    def use_case(self) -> UseCase:
        """Return the kind of label that most lines have."""
        kinds = Counter[UseCase]()
        for line in self.lines:
            kinds.update(case for case in _USE_CASES if line.labels(case))
        return kinds.most_common(1)[0][0] if kinds else "NOT_DETERMINED"

    def labels(self, use_case: UseCase) -> set[str]:
        """Return the labels that *use_case* can use."""
        return {label for line in self.lines for label in line.labels(use_case)}

    def bad_lines(self) -> list[Line]:
        """Return the lines with errors, also those that can be used in part."""
        return [line for line in self.lines if line.codes]

    def examples(self, use_case: UseCase) -> list[Example]:
        """Return what a model of *use_case* learns from or is measured on: one example for each usable line."""
        return [Example(line.image, tuple(line.usable(use_case))) for line in self.usable_lines(use_case)]

    def usable_lines(self, use_case: UseCase) -> list[Line]:
        """Return the lines that *use_case* uses."""
        return [line for line in self.lines if line.labels(use_case)]

    def text(self) -> bytes:
        """Return the manifest with the findings written into its lines."""
        return b"".join(json.dumps(line.document).encode() + b"\n" for line in self.lines)


def parse(content: bytes, read_image: ReadImage, most_lines: int) -> Manifest:
    """Parse a manifest and check each line, its image included, and the whole.

    Raises:
        ManifestFileError: The file is empty or not text.
    """
    if not content.strip():
        raise ManifestFileError("The manifest file is empty.")
    try:
        texts = content.decode().removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        raise ManifestFileError(
            f"The manifest file's contents are invalid: byte {error.start} is not UTF-8."
        ) from None
    manifest = Manifest(
        [parse_line(number, text, read_image) for number, text in enumerate(texts[:most_lines], 1)]
    )
    if len(texts) > most_lines:
        manifest.findings.append(
            Finding(
                code="ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM",
                message=f"The manifest has {len(texts)} lines: {most_lines} is the most.",
            )
        )
    _check_whole(manifest)
    return manifest


def split_off_test(manifest: Manifest) -> Manifest:
    """Move a fifth of the usable lines into a new manifest, so that every label is in both."""
    use_case = manifest.use_case()
    chosen: set[int] = set()
    having: defaultdict[str, list[int]] = defaultdict(list)
    for line in manifest.lines:
        for label in line.labels(use_case):
            having[label].append(line.number)
    # The rarest label chooses first; later ones count what is chosen already.
    for label in sorted(having, key=lambda label: (len(having[label]), label)):
        count = len(having[label])
        free = [number for number in having[label] if number not in chosen]
        wanted = max(1, round(TEST_SHARE * count)) - (count - len(free))
        if wanted > 0:
            chosen.update(free[:: max(1, len(free) // wanted)][:wanted])
    test = Manifest([line for line in manifest.lines if line.number in chosen])
    manifest.lines = [line for line in manifest.lines if line.number not in chosen]
    lonely = set(having) - (manifest.labels(use_case) & test.labels(use_case))
    if lonely:
        manifest.findings.append(
            Finding(
                code="ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT",
                message=f"These labels have too few images for a test dataset to be split off: {_list(lonely)}.",
            )
        )
    return test


def check_labels(training: Manifest, testing: Manifest) -> list[Finding]:
    """Check the number of labels of both manifests, noting findings in them; return the findings that concern both."""
    use_case = training.use_case()
    for manifest in (training, testing):
        _check_label_count(manifest, use_case)
    known = _all_labels(training)
    if known and len(known & _all_labels(testing)) < LABEL_OVERLAP * len(known):
        return [_overlap("ERROR_INSUFFICIENT_LABEL_OVERLAP", known - _all_labels(testing))]
    usable = training.labels(use_case)
    if usable and len(usable & testing.labels(use_case)) < LABEL_OVERLAP * len(usable):
        return [_overlap("ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP", usable - testing.labels(use_case))]
    return []


def summary(training: Manifest, testing: Manifest, findings: Sequence[Finding]) -> bytes:
    """Return the manifest summary: statistics of both manifests and the findings that concern both, as JSON."""
    use_case = training.use_case()
    document = {
        "statistics": {
            "training": _statistics(training, use_case),
            "testing": _statistics(testing, use_case),
        },
        "errors": [vars(finding) for finding in findings],
    }
    return json.dumps(document, indent=2).encode()


def _statistics(manifest: Manifest, use_case: UseCase) -> dict[str, object]:
    valid = sum(line.valid for line in manifest.lines)
    invalid = sum(bool(line.codes) and not line.valid for line in manifest.lines)
    return {
        "use_case": use_case,
        "total_json_lines": len(manifest.lines),
        "valid_json_lines": valid,
        "invalid_json_lines": invalid,
        "ignored_json_lines": len(manifest.lines) - valid - invalid,
        "error_json_line_indices": [line.number for line in manifest.bad_lines()],
        "errors": [vars(finding) for finding in manifest.findings],
    }


def _check_whole(manifest: Manifest) -> None:
    invalid = sum(bool(line.codes) and not line.valid for line in manifest.lines)
    if invalid > INVALID_SHARE * len(manifest.lines):
        manifest.findings.append(
            Finding(
                code="ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST",
                message=f"{invalid} of {len(manifest.lines)} lines are invalid: {INVALID_SHARE:.0%} is the most.",
            )
        )
    buckets = {line.bucket for line in manifest.lines if line.bucket}
    if len(buckets) > 1:
        manifest.findings.append(
            Finding(
                code="ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS",
                message=f"The images must be in one bucket, not in {_list(buckets)}.",
            )
        )


def _check_label_count(manifest: Manifest, use_case: UseCase) -> None:
    count, usable, least = len(_all_labels(manifest)), len(manifest.labels(use_case)), MIN_LABELS[use_case]
    if count < least:
        code, message = (
            "ERROR_MANIFEST_TOO_FEW_LABELS",
            f"The manifest has {count} labels: {least} is the fewest.",
        )
    elif usable < least:
        code = "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS"
        message = f"The manifest has {usable} labels for {use_case}: {least} is the fewest."
    elif usable > MAX_LABELS:
        code, message = (
            "ERROR_MANIFEST_TOO_MANY_LABELS",
            f"The manifest has {usable} labels: {MAX_LABELS} is the most.",
        )
    else:
        return
    manifest.findings.append(Finding(code=code, message=message))


def _all_labels(manifest: Manifest) -> set[str]:
    return {label for use_case in _USE_CASES for label in manifest.labels(use_case)}


def _overlap(code: str, missing: set[str]) -> Finding:
    return Finding(
        code=code,
        message=f"Less than {LABEL_OVERLAP:.0%} of the training labels are in the testing manifest: "
        f"{_list(missing)} are missing.",
    )


def _list(words: set[str]) -> str:
    return ", ".join(sorted(words))
