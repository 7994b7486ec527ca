"""Manifests as datasets take them: bad lines are left out, doubtful ones are kept with what is wrong in them.

Images are not read here, but when a model is trained.
"""

from collections.abc import Mapping

from local.rekognition.manifest_lines import Line, parse_line
from local.rekognition.manifests import INVALID_SHARE, MAX_LABELS, ManifestFileError

LINE_LENGTH = 100_000
"""Characters of a JSON Line."""

_TERMINAL = {"ERROR_INVALID_JSON_LINE", "ERROR_MISSING_SOURCE_REF", "ERROR_INVALID_SOURCE_REF_FORMAT"}


def read_entries(content: bytes) -> dict[str, Line]:
    """Return the lines of a manifest that can be entries, by source-ref.

    Lines that are too long, are no JSON, or name no image, or one that a line above names too, are left out.

    Raises:
        ManifestFileError: More than a fifth of the lines are left out, or the content is no manifest; the message
            begins with the service's error code.
    """
    try:
        texts = content.decode().removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        raise ManifestFileError(
            f"ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT: Byte {error.start} of the manifest is not UTF-8."
        ) from None
    entries: dict[str, Line] = {}
    for number, text in enumerate(texts, 1):
        line = parse_line(number, text, None) if len(text) <= LINE_LENGTH else Line(number, {})
        if line.source_ref and line.source_ref not in entries and not _TERMINAL & set(line.codes):
            entries[line.source_ref] = line
    left_out = len(texts) - len(entries)
    if left_out > INVALID_SHARE * len(texts):
        raise ManifestFileError(
            f"ERROR_TOO_MANY_RECORDS_IN_ERROR: {left_out} of {len(texts)} lines cannot be used: "
            f"{INVALID_SHARE:.0%} is the most."
        )
    return entries


def merge_entries(before: Mapping[str, Line], new: Mapping[str, Line], most: int) -> dict[str, Line]:
    """Return the entries *before* with new ones added to them or in their places.

    Raises:
        ManifestFileError: That makes more than *most* entries, or too many labels; the message begins with the
            service's error code.
    """
    entries = {**before, **new}
    if len(entries) > most:
        raise ManifestFileError(
            f"ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM: That makes {len(entries)} entries: {most} is the most."
        )
    labels = {one.label for entry in entries.values() for one in entry.annotations}
    if len(labels) > MAX_LABELS:
        raise ManifestFileError(
            f"ERROR_MANIFEST_TOO_MANY_LABELS: That makes {len(labels)} labels: {MAX_LABELS} is the most."
        )
    return entries
