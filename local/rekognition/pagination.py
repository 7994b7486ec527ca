"""Lists in pages: NextToken and MaxResults."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Protocol, TypeVar

from local.rekognition.exceptions import RekognitionError

PAGE_SIZE = 100


class Listed(Protocol):
    """Anything that a list can hold."""

    timestamp: int
    """When it was created, in milliseconds since 1970, unique in the list."""


_Item = TypeVar("_Item", bound=Listed)


def page(
    items: Sequence[_Item], scope: str, token: str | None, max_results: int | None
) -> tuple[list[_Item], str | None]:
    """Return the newest of *items* that come after *token*, and the token of the rest.

    A token names the list, *scope*, and the last item returned, so that what is created or deleted between two pages
    neither repeats nor hides an item.

    Args:
        items: Oldest first.
        scope: What is listed, without spaces.
        token: NextToken of the page before, if any.
        max_results: Items of a page; 100 if not given.

    Raises:
        RekognitionError: InvalidPaginationTokenException.
    """
    newest_first = list(reversed(items))
    if token is not None:
        last = _last_returned(token, scope)
        newest_first = [item for item in newest_first if item.timestamp < last]
    size = max_results or PAGE_SIZE
    if len(newest_first) <= size:
        return newest_first, None
    following = f"{scope} {newest_first[size - 1].timestamp}"
    return newest_first[:size], urlsafe_b64encode(following.encode()).decode()


def _last_returned(token: str, scope: str) -> int:
    try:
        given, timestamp = urlsafe_b64decode(token).decode("ascii").split(" ")
        if given == scope:
            return int(timestamp)
    except ValueError:
        pass
    raise RekognitionError(
        "InvalidPaginationTokenException", "NextToken is not one that this list returned: begin without one."
    )
