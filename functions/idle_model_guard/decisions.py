"""What is to become of a model, from what is known of it; nothing here calls AWS or looks at a clock."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .settings import Settings

STARTED_AT = "started-at"
STOP_AT = "stop-at"
FIRST_SEEN = "guard-first-seen"
KEEP_RUNNING = "keep-running"

_FORMAT = "%Y-%m-%dT%H:%M:%SZ"

PERIOD = timedelta(minutes=5)
"""Of the metrics."""
_LAG = timedelta(minutes=5)  # until CloudWatch has a metric
_LOOK_BACK = timedelta(hours=25)  # covers the longest idle time; shows whether a model has metrics of its own
_SKEW = timedelta(minutes=5)  # that another's clock may be ahead of ours
_LONGEST_START = timedelta(minutes=30)  # from StartProjectVersion to RUNNING
_LONGEST_LEASE = timedelta(days=31)  # what ends later than that is a slip of the pen


@dataclass(frozen=True, kw_only=True)
class Series:
    """One metric, as CloudWatch answered."""

    values: Mapping[datetime, float]
    """The statistic of each period that has one, by the period's start."""
    complete: bool
    """False when CloudWatch said that something is missing."""


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """What CloudWatch knows about the use of a model; the counts are of requests served, throttled and failed."""

    in_service: Series
    """InServiceInferenceUnits."""
    own_counts: tuple[Series, ...]
    """The model's."""
    account_counts: tuple[Series, ...]
    """Those of all models of the account, in the same order."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """A project version."""

    arn: str
    project: str
    name: str
    status: str
    created: datetime
    min_units: int
    max_units: int
    """More than min_units when traffic may add inference units."""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    metrics: Metrics | None = None
    """None when they could not be read."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What is to become of a running model."""

    stop: bool
    reason: str
    """One sentence for people."""
    cost: str
    """One sentence: what the run has cost so far."""
    since: datetime | None
    """When the run began, or was first seen; None when this is the first time that the guard sees it."""
    warnings: tuple[str, ...]
    """One sentence for each tag that is ignored."""


@dataclass(frozen=True, kw_only=True)
class _Run:
    """What the tags say of the present run."""

    started: datetime | None
    seen: datetime | None
    lease: datetime | None

    @classmethod
    def of(cls, model: Model, now: datetime, warnings: list[str]) -> "_Run":
        """Read the tags; what is ignored is noted in *warnings*."""

        def time(tag: str, earliest: datetime, latest: datetime) -> datetime | None:
            text = model.tags.get(tag)
            if text is None:
                return None
            stated = _parsed(text)
            if stated and earliest <= stated <= latest:
                return stated
            warnings.append(
                f"Its tag {tag} is {text!r}, and is ignored:"
                f" it should be a time from {timestamp(earliest)} to {timestamp(latest)}."
            )
            return None

        created = model.created - _SKEW
        started = time(STARTED_AT, created, now + _SKEW)
        seen = None if started else time(FIRST_SEEN, created, now + _SKEW)
        return cls(started=started, seen=seen, lease=time(STOP_AT, started or created, now + _LONGEST_LEASE))

    @property
    def since(self) -> datetime | None:
        """When it began, or was first seen."""
        return self.started or self.seen

    @property
    def begun(self) -> str:
        """When it began, for people; only when that is known."""
        if self.started:
            return f"since {_clock(self.started)}"
        return f"since the guard first saw it at {_clock(self.seen)}" if self.seen else ""


def decide(model: Model, now: datetime, settings: Settings) -> Decision:
    """Decide on a model that is RUNNING.

    Args:
        model: With its tags and metrics.
        now: The time, in UTC.
        settings: When models are stopped.
    """
    warnings: list[str] = []
    run = _Run.of(model, now, warnings)
    stop, reason = _verdict(model, now, settings, run)
    return Decision(
        stop=stop,
        reason=reason,
        cost=_cost_sentence(model, now, settings, run),
        since=run.since,
        warnings=tuple(warnings),
    )


def outdated_tags(tags: Mapping[str, str], now: datetime) -> list[str]:
    """Return the keys of the tags that a run which is over has left on a model that does not run.

    `started-at` and `stop-at` may be set shortly before the model starts: they are of a run to come, unless
    `started-at` is longer ago than a start takes.
    """
    started = _parsed(tags.get(STARTED_AT, ""))
    starting = started is not None and started > now - _LONGEST_START
    keys = [FIRST_SEEN] if starting else [FIRST_SEEN, STARTED_AT, STOP_AT]
    return [key for key in keys if key in tags]


def minutes_between(start: datetime, end: datetime) -> int:
    """Return the whole minutes from *start* to *end*; 0 when *end* is earlier."""
    return max(0, (end - start) // timedelta(minutes=1))


def cost_usd(minutes: int, units: int, unit_hour_usd: Decimal) -> Decimal:
    """Return what *units* inference units cost in *minutes*, in US dollars rounded to cents, halves up."""
    return (minutes * units * unit_hour_usd / 60).quantize(Decimal("0.01"), ROUND_HALF_UP)


def metrics_window(now: datetime) -> tuple[datetime, datetime]:
    """Return the start and the end of the time whose metrics a decision asks for, on borders of periods."""
    end = _border(now) + PERIOD
    return end - _LOOK_BACK, end


def timestamp(time: datetime) -> str:
    """Return a time in UTC as the tags state it."""
    return time.strftime(_FORMAT)


def _verdict(  # noqa: PLR0911 - each rule has its own way out, in the order of their rank
    model: Model, now: datetime, settings: Settings, run: _Run
) -> tuple[bool, str]:
    if model.tags.get(KEEP_RUNNING, "false").strip().lower() != "false":
        return False, f"It is tagged {KEEP_RUNNING}."
    if run.lease and run.lease <= now:
        return True, f"Its lease ended at {_clock(run.lease)}."
    if run.since and now - run.since >= settings.max_run:
        most = _duration(settings.max_run)
        return True, f"It has run for {_duration(now - run.since)}, {run.begun}; {most} is the most."
    if run.lease:
        return False, f"Its lease lasts until {_clock(run.lease)}."
    if settings.idle is None:
        return False, "Models are not stopped for idleness."
    if run.since is None:
        return False, "The guard sees it running for the first time."
    return _idle(model.metrics, now, settings.idle, run.since)


def _idle(metrics: Metrics | None, now: datetime, idle: timedelta, since: datetime) -> tuple[bool, str]:
    end = _border(now - _LAG)
    periods = math.ceil(idle / PERIOD)
    start = end - periods * PERIOD
    if since > start:
        return False, f"It has not run for {_duration(idle)} yet."
    if metrics is None:
        return False, "Whether it is idle is not known: its metrics could not be read."
    in_service = [metrics.in_service.values.get(start + number * PERIOD, 0.0) for number in range(periods)]
    if not metrics.in_service.complete or not all(units > 0 for units in in_service):
        return False, "Whether it is idle is not known: its metrics do not show it in service all the time."
    counts = [
        own if own.values or not own.complete else account
        for own, account in zip(metrics.own_counts, metrics.account_counts, strict=True)
    ]
    # What is newer than the window counts too, as far as it is known.
    requests = [value for count in counts for period, value in count.values.items() if period >= start]
    if not all(count.complete for count in counts) or any(map(math.isnan, requests)):
        return False, "Whether it is idle is not known: its request metrics are incomplete."
    if total := sum(requests):
        whose = "It" if counts == list(metrics.own_counts) else "It, or another model,"
        return False, f"{whose} got requests since {_clock(start)}: {total:.0f}."
    return True, f"It served nothing for {_duration(end - start)}, until {_clock(end)}."


def _cost_sentence(model: Model, now: datetime, settings: Settings, run: _Run) -> str:
    if run.since is None:
        return "What it has cost is not known: the guard sees it running for the first time."
    cost = cost_usd(minutes_between(run.since, now), model.min_units, settings.unit_hour_usd)
    about = "at least" if model.max_units > model.min_units else "about"
    return f"It has cost {about} ${cost:,} {run.begun}."


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, _FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None


def _border(time: datetime) -> datetime:
    """Return the start of the period that a time is in."""
    return datetime.fromtimestamp(time.timestamp() // PERIOD.total_seconds() * PERIOD.total_seconds(), UTC)


def _clock(time: datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC")


def _duration(time: timedelta) -> str:
    hours, minutes = divmod(time // timedelta(minutes=1), 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
