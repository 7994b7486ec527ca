"""Lists in pages: NextToken and MaxResults."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Protocol, TypeVar

from local.rekognition.exceptions import RekognitionError

PAGE_SIZE = 100


class Listed(Protocol):
    """A resource that a list can hold."""

    timestamp: int
    """When it was created, in milliseconds since 1970, unique in the list."""


_Resource = TypeVar("_Resource", bound=Listed)
_Item = TypeVar("_Item")


def newest_first(
    resources: Sequence[_Resource], scope: str, token: str | None, max_results: int | None
) -> tuple[list[_Resource], str | None]:
    """Return a page of *resources*, which come oldest first, with the newest first; otherwise as `page`."""
    placed = [(-resource.timestamp, resource) for resource in reversed(resources)]
    return page(placed, scope, token, max_results)


def page(
    items: Sequence[tuple[int, _Item]], scope: str, token: str | None, max_results: int | None
) -> tuple[list[_Item], str | None]:
    """Return those of *items* that come after *token*, and the token of the rest.

    A token names the list, *scope*, and the place of the last item returned, so that what is created or deleted between
    two pages neither repeats nor hides an item.

    Args:
        items: Each with its place, in the order of the places; an item never changes its place.
        scope: What is listed, without spaces.
        token: NextToken of the page before, if any.
        max_results: Items of a page; 100 if not given.

    Raises:
        RekognitionError: InvalidPaginationTokenException.
    """
    left = items
    if token is not None:
        last = _last_returned(token, scope)
        left = [(place, item) for place, item in items if place > last]
    shown = left[: max_results or PAGE_SIZE]
    following = None
    if len(shown) < len(left):
        following = urlsafe_b64encode(f"{scope} {shown[-1][0]}".encode()).decode()
    return [item for _, item in shown], following


def _last_returned(token: str, scope: str) -> int:
    try:
        given, place = urlsafe_b64decode(token).decode("ascii").split(" ")
        if given == scope:
            return int(place)
    except ValueError:
        pass
    raise RekognitionError(
        "InvalidPaginationTokenException", "NextToken is not one that this list returned: begin without one."
    )
