"""What time it is for those whose codes, tokens and sessions run out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _today() -> datetime:
    return datetime.now(UTC)


@dataclass
class Clock:
    """A clock that can be replaced."""

    now: Callable[[], datetime] = _today
    """Returns the time, with its zone."""


clock = Clock()
"""The clock in force; tests replace its `now`."""
