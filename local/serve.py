"""The emulated AWS alone, for whoever develops a Custom Labels application."""

import contextlib
from collections.abc import Generator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from local.aws.server import LocalAws
from local.rekognition.limits import LOCAL_TIMING, Limits, configure

REGION = "us-east-1"
"""The region that is proposed; any other does as well."""


class LimitError(ValueError):
    """A limit that cannot be set; the message is one sentence."""


@contextlib.contextmanager
def serving(
    *, port: int = 0, state: Path | None = None, limits: Mapping[str, Any] | None = None
) -> Generator[str]:
    """Run the emulated AWS while the context lasts; gives what a person has to know to use it.

    Args:
        port: Where to listen; 0 takes a free port.
        state: Folder that everything is kept in; None begins with nothing and keeps nothing.
        limits: Quotas that differ from AWS's, by their names in `Limits`.

    Raises:
        LimitError: There is no such quota, or its value is no whole number above zero.
        PortInUseError: The port is taken.
        StateError: The folder of the state cannot be used.
    """
    configure(limits=_limits(limits or {}), timing=LOCAL_TIMING)
    with LocalAws(port, state) as aws:
        kept = f"kept in {state}" if state else "forgotten at the end (--state FOLDER keeps it)"
        yield (
            f"The emulated AWS is at {aws.url}; what you create is {kept}. Ctrl-C stops it.\n"
            f"\nexport AWS_ENDPOINT_URL={aws.url}"
            f"\nexport AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_REGION={REGION} AWS_DEFAULT_REGION={REGION}"
        )


def _limits(given: Mapping[str, Any]) -> Limits:
    names = [one.name for one in fields(Limits)]
    for name, value in given.items():
        if name not in names:
            raise LimitError(f"There is no limit '{name}': give one of {', '.join(names)}.")
        if type(value) is not int or value < 1:
            raise LimitError(f"The limit {name} is {value!r}: give a whole number from 1.")
    return replace(Limits(), **given)
