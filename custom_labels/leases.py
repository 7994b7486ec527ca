"""How long a model may run: two tags on it, which the cost guard and the web app read too."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

STARTED_AT = "started-at"
STOP_AT = "stop-at"

_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_LENGTH = re.compile(r"(?:(?P<hours>\d{1,4})h)?(?:(?P<minutes>\d{1,5})m)?", re.ASCII)
_LONGEST = timedelta(days=7)


@dataclass(frozen=True)
class Lease:
    """From when until when; None is what the tags do not say, or not in UTC ISO 8601 with seconds and Z."""

    started_at: datetime | None
    stop_at: datetime | None

    @classmethod
    def of_tags(cls, tags: Mapping[str, str]) -> Self:
        """Read the lease from a model's tags."""
        return cls(_parse(tags.get(STARTED_AT, "")), _parse(tags.get(STOP_AT, "")))


def lease_tags(start: datetime, length: timedelta) -> dict[str, str]:
    """Return the tags of a lease of *length* from *start*, which has a time zone."""
    return {STARTED_AT: in_utc(start), STOP_AT: in_utc(start + length)}


def parse_length(text: str) -> timedelta:
    """Return the length of time that `2h`, `90m` or `1h30m` says.

    Raises:
        ValueError: It says nothing of the kind, nothing at all, or more than a week.
    """
    found = _LENGTH.fullmatch(text)
    length = found and timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0))
    if not length or length > _LONGEST:
        raise ValueError(
            f"{text!r} is not a length of time: write hours and minutes such as 2h, 90m or 1h30m, up to 168h."
        )
    return length


def in_utc(moment: datetime) -> str:
    """Return a moment as UTC ISO 8601 with seconds and Z, such as ``2026-11-22T18:05:00Z``."""
    return moment.astimezone(UTC).strftime(_FORMAT)


def _parse(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, _FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None
