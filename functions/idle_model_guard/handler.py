"""Where Lambda enters."""

import os
from datetime import UTC, datetime
from typing import Protocol

from .aws import Account, Brake
from .guard import Report, run
from .settings import Settings

_SETTINGS = Settings.of(os.environ)  # at cold start: with wrong settings no run begins


class Context(Protocol):
    """What the function uses of the context that Lambda passes."""

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until Lambda ends the function."""
        ...


def handler(_event: object, context: Context) -> dict[str, list[Report]]:
    """Run the guard once, whatever the event.

    Returns:
        `models`: a report on each running model.

    Raises:
        GuardError: What could not be done.
    """
    account = Account.connect(Brake(context.get_remaining_time_in_millis))
    return {"models": run(account, _SETTINGS, datetime.now(UTC))}
