"""The function's environment, checked."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import cast

_PROJECT = re.compile(r"[A-Za-z0-9_.\-]{1,255}")  # ProjectName in Rekognition's service model
_TOPIC = re.compile(r"arn:[a-z\d-]+:sns:[a-z\d-]+:\d{12}:[A-Za-z0-9_-]{1,256}")
_SHORTEST_IDLE = 15  # minutes; less would take the pause between two looks at the same picture for idleness
_LONGEST_IDLE = 24 * 60  # minutes
_LONGEST_RUN = 31 * 24  # hours


@dataclass(frozen=True, kw_only=True)
class Settings:
    """When models are stopped, and who is told."""

    idle: timedelta | None
    """How long a model may serve nothing; None for ever."""
    max_run: timedelta
    """How long a model may run."""
    projects: tuple[str, ...]
    """Names of the projects that are guarded; none stands for all."""
    topic_arn: str | None
    """The SNS topic that is told of stops and failures."""
    unit_hour_usd: Decimal
    """What an inference unit costs an hour."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Settings":
        """Read IDLE_STOP_MINUTES, MAX_RUN_HOURS, PROJECTS, TOPIC_ARN (may be missing) and UNIT_HOUR_USD.

        Raises:
            ValueError: One sentence with the variable, its value and what is allowed.
        """
        idle = _whole(environment, "IDLE_STOP_MINUTES", {0, *range(_SHORTEST_IDLE, _LONGEST_IDLE + 1)})
        topic_arn = environment.get("TOPIC_ARN") or None
        if topic_arn and not _TOPIC.fullmatch(topic_arn):
            raise ValueError(
                f"TOPIC_ARN is {topic_arn!r}: set it to the ARN of an SNS topic, or leave it out."
            )
        return cls(
            idle=timedelta(minutes=idle) if idle else None,
            max_run=timedelta(hours=_whole(environment, "MAX_RUN_HOURS", set(range(1, _LONGEST_RUN + 1)))),
            projects=_projects(environment),
            topic_arn=topic_arn,
            unit_hour_usd=_price(environment),
        )


def _whole(environment: Mapping[str, str], name: str, allowed: set[int]) -> int:
    text = environment.get(name, "")
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) not in allowed:
        never = "0 (never) or " if 0 in allowed else ""
        positive = allowed - {0}
        raise ValueError(
            f"{name} is {text!r}: set it to {never}a whole number from {min(positive)} to {max(positive)}."
        )
    return int(text)


def _projects(environment: Mapping[str, str]) -> tuple[str, ...]:
    text = environment.get("PROJECTS", "")
    try:
        names: object = json.loads(text)
    except ValueError:
        names = None
    if not isinstance(names, list) or not all(
        isinstance(name, str) and _PROJECT.fullmatch(name) for name in cast("list[object]", names)
    ):
        raise ValueError(f"PROJECTS is {text!r}: set it to a JSON list of project names, [] for all.")
    return tuple(cast("list[str]", names))


def _price(environment: Mapping[str, str]) -> Decimal:
    text = environment.get("UNIT_HOUR_USD", "")
    try:
        price = Decimal(text)
    except InvalidOperation:
        price = Decimal("NaN")
    if not price.is_finite() or price < 0:
        raise ValueError(f"UNIT_HOUR_USD is {text!r}: set it to US dollars an hour, such as 4.0.")
    return price
