"""How often somebody may try."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from local.aws.cognitoidp.exceptions import CognitoIdpError, not_authorized

_FREE_FAILURES = 5
_LONGEST = timedelta(minutes=15)
_HOUR = timedelta(hours=1)
_PER_HOUR = 5


@dataclass
class _Failures:
    count: int
    last: datetime

    @property
    def locked_until(self) -> datetime:
        over = self.count - _FREE_FAILURES
        if over < 0:
            return self.last
        return self.last + min(timedelta(seconds=2 ** min(over, 20)), _LONGEST)


class Lockout:
    """Locks a name after five wrong passwords or codes: for a second, then twice as long at each further one.

    Fifteen minutes without a try, or signing in, begin anew.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._failures: dict[str, _Failures] = {}

    def check(self, name: str) -> None:
        """Refuse who is locked out.

        Raises:
            CognitoIdpError: NotAuthorizedException; the try does not count.
        """
        failures = self._failures.get(name)
        if failures and self._now() < failures.locked_until:
            raise not_authorized("Password attempts exceeded")

    def failed(self, name: str) -> None:
        """Count a wrong password or code."""
        now = self._now()
        recent = {
            other: failures for other, failures in self._failures.items() if now - failures.last < _LONGEST
        }
        count = recent[name].count + 1 if name in recent else 1
        self._failures = {**recent, name: _Failures(count, now)}

    def succeeded(self, name: str) -> None:
        """Forget the failures of somebody who signed in."""
        self._failures.pop(name, None)


class HourlyLimit:
    """Lets something happen five times in an hour for each name."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._times: dict[str, list[datetime]] = {}

    def check(self, name: str) -> None:
        """Refuse who has used up the hour's times.

        Raises:
            CognitoIdpError: LimitExceededException.
        """
        self._forget()
        if len(self._times.get(name, [])) >= _PER_HOUR:
            raise CognitoIdpError(
                "LimitExceededException", "Attempt limit exceeded, please try after some time."
            )

    def count(self, name: str) -> None:
        """Count one time."""
        self._times.setdefault(name, []).append(self._now())

    def _forget(self) -> None:
        since = self._now() - _HOUR
        recent = {name: [time for time in times if time > since] for name, times in self._times.items()}
        self._times = {name: times for name, times in recent.items() if times}
