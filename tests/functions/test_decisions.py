"""What becomes of a running model, case by case, and which tags a run that is over leaves behind."""

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.idle_model_guard.decisions import (
    Decision,
    Metrics,
    Model,
    Series,
    cost_usd,
    decide,
    metrics_window,
    minutes_between,
    outdated_tags,
)
from functions.idle_model_guard.settings import Settings

NOW = datetime(2026, 11, 22, 12, 2, 30, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
IDLE_FROM, IDLE_UNTIL = NOW.replace(hour=10, minute=55, second=0), NOW.replace(hour=11, minute=55, second=0)
"""The hour that ends five minutes ago, on borders of periods."""
SETTINGS = Settings(idle=HOUR, max_run=12 * HOUR, projects=(), topic_arn=None, unit_hour_usd=Decimal("4.0"))
NONE = Series(values={}, complete=True)
COSTS = json.loads((Path(__file__).parents[1] / "custom_labels" / "costs.json").read_text())


def tag(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def series(start: datetime, end: datetime, value: float = 1.0) -> Series:
    """A value for each five minutes from *start* until *end*."""
    periods = range((end - start) // (5 * MINUTE))
    return Series(values={start + number * 5 * MINUTE: value for number in periods}, complete=True)


def at(*times: datetime, value: float = 1.0) -> Series:
    return Series(values=dict.fromkeys(times, value), complete=True)


def metrics(
    in_service: Series | None = None,
    own: Mapping[int, Series] | None = None,
    account: Mapping[int, Series] | None = None,
) -> Metrics:
    """In service all the time and without requests, if not said otherwise; counts are given by their number."""
    return Metrics(
        in_service=in_service or series(IDLE_FROM, IDLE_UNTIL),
        own_counts=tuple((own or {}).get(number, NONE) for number in range(4)),
        account_counts=tuple((account or {}).get(number, NONE) for number in range(4)),
    )


def model(tags: Mapping[str, str] | None = None, known: Metrics | None = None, **members: Any) -> Model:
    """A model that was started two hours ago and has been idle, if not said otherwise."""
    return replace(
        Model(
            arn="arn:aws:rekognition:eu-west-1:123456789012:project/parts/version/v1/1",
            project="parts",
            name="v1",
            status="RUNNING",
            created=NOW - timedelta(days=30),
            min_units=1,
            max_units=1,
            tags={"started-at": tag(NOW - 2 * HOUR)} if tags is None else tags,
            metrics=known or metrics(),
        ),
        **members,
    )


def decided(tags: Mapping[str, str] | None = None, known: Metrics | None = None, **members: Any) -> Decision:
    return decide(model(tags, known, **members), NOW, SETTINGS)


def test_a_model_that_served_nothing_for_the_idle_time_is_stopped() -> None:
    assert decided() == Decision(
        stop=True,
        reason="It served nothing for 1 h 00 min, until 2026-11-22 11:55 UTC.",
        cost="It has cost about $8.00 since 2026-11-22 10:02 UTC.",
        since=NOW - 2 * HOUR,
        warnings=(),
    )


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize(
    "when", [IDLE_FROM, IDLE_UNTIL - 5 * MINUTE, NOW - 2.5 * MINUTE], ids=["first", "last", "newest"]
)
def test_a_request_of_any_kind_keeps_a_model_running(number: int, when: datetime) -> None:
    own = decided(known=metrics(own={number: at(when, value=2.0)}))
    assert (own.stop, own.reason) == (
        False,
        "It got requests since 2026-11-22 10:55 UTC: 2.",
    )
    account = decided(known=metrics(account={number: at(when)}))
    assert (account.stop, account.reason) == (
        False,
        "It, or another model, got requests since 2026-11-22 10:55 UTC: 1.",
    )


def test_a_model_with_metrics_of_its_own_is_not_kept_running_by_another() -> None:
    own = dict.fromkeys(range(4), at(IDLE_FROM - HOUR))
    busy = dict.fromkeys(range(4), at(IDLE_FROM))
    assert decided(known=metrics(own=own, account=busy)).stop
    assert decided(known=metrics(own=own | {3: at(IDLE_FROM, value=7.0)})).reason == (
        "It got requests since 2026-11-22 10:55 UTC: 7."
    )


def test_requests_before_the_idle_time_keep_nothing_running() -> None:
    assert decided(known=metrics(account={0: at(IDLE_FROM - 5 * MINUTE)})).stop


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (metrics(in_service=NONE), "do not show it in service all the time"),
        (metrics(in_service=series(IDLE_FROM + 5 * MINUTE, IDLE_UNTIL)), "do not show it in service"),
        (metrics(in_service=series(IDLE_FROM, IDLE_UNTIL - 5 * MINUTE)), "do not show it in service"),
        (metrics(in_service=series(IDLE_FROM, IDLE_UNTIL, 0.0)), "do not show it in service"),
        (metrics(in_service=series(IDLE_FROM, IDLE_UNTIL, math.nan)), "do not show it in service"),
        (metrics(in_service=replace(series(IDLE_FROM, IDLE_UNTIL), complete=False)), "do not show it in"),
        (metrics(own={0: replace(NONE, complete=False)}), "request metrics are incomplete"),
        (metrics(account={2: replace(NONE, complete=False)}), "request metrics are incomplete"),
        (metrics(own={1: at(IDLE_FROM, value=math.nan)}), "request metrics are incomplete"),
        (metrics(account={1: at(NOW, value=math.nan)}), "request metrics are incomplete"),
    ],
    ids=[
        "missing", "first missing", "last late", "zero", "NaN", "partial",
        "own partial", "account partial", "own NaN", "account NaN",
    ],
)  # fmt: skip
def test_a_model_is_not_idle_on_incomplete_metrics(known: Metrics, reason: str) -> None:
    decision = decided(known=known)
    assert not decision.stop
    assert reason in decision.reason


@pytest.mark.parametrize("number", range(12))
def test_a_single_gap_anywhere_in_the_idle_time_is_not_taken_for_idleness(number: int) -> None:
    values = dict(series(IDLE_FROM, IDLE_UNTIL).values)
    del values[IDLE_FROM + number * 5 * MINUTE]
    assert not decided(known=metrics(in_service=Series(values=values, complete=True))).stop


def test_a_model_is_not_idle_when_its_metrics_could_not_be_read() -> None:
    decision = decide(replace(model(), metrics=None), NOW, SETTINGS)
    assert (decision.stop, decision.reason) == (
        False,
        "Whether it is idle is not known: its metrics could not be read.",
    )


@pytest.mark.parametrize("name", ["started-at", "guard-first-seen"])
def test_a_model_is_not_idle_before_it_has_run_for_the_idle_time(name: str) -> None:
    warming = decided({name: tag(IDLE_FROM + timedelta(seconds=1))})
    assert (warming.stop, warming.reason) == (False, "It has not run for 1 h 00 min yet.")
    assert decided({name: tag(IDLE_FROM)}).stop


def test_a_model_seen_for_the_first_time_is_kept_and_noted() -> None:
    decision = decided({})
    assert (decision.stop, decision.since) == (False, None)
    assert decision.reason == "The guard sees it running for the first time."
    assert decision.cost == "What it has cost is not known: the guard sees it running for the first time."


def test_no_model_is_idle_when_idle_models_may_run() -> None:
    decision = decide(model(), NOW, replace(SETTINGS, idle=None))
    assert (decision.stop, decision.reason) == (False, "Models are not stopped for idleness.")


@pytest.mark.parametrize(("idle", "start"), [(17, 20), (15, 15), (1440, 1440)])
def test_idle_time_is_rounded_up_to_whole_periods(idle: int, start: int) -> None:
    settings = replace(SETTINGS, idle=idle * MINUTE, max_run=100 * HOUR)
    first = IDLE_UNTIL - start * MINUTE
    old = {"started-at": tag(NOW - 30 * HOUR)}
    assert decide(model(old, metrics(series(first, IDLE_UNTIL))), NOW, settings).stop
    assert not decide(model(old, metrics(series(first + 5 * MINUTE, IDLE_UNTIL))), NOW, settings).stop
    asked_from, asked_until = metrics_window(NOW)
    assert asked_from <= first
    assert asked_until > NOW


@pytest.mark.parametrize("since", [timedelta(0), timedelta(seconds=1), 10 * HOUR])
def test_a_model_whose_lease_has_ended_is_stopped_though_it_is_busy(since: timedelta) -> None:
    busy = metrics(own={0: series(IDLE_FROM, NOW)})
    decision = decided({"started-at": tag(NOW - 11 * HOUR), "stop-at": tag(NOW - since)}, busy)
    assert decision.stop
    assert decision.reason == f"Its lease ended at {NOW - since:%Y-%m-%d %H:%M} UTC."


def test_a_lease_to_come_protects_from_idleness_but_not_from_the_longest_run() -> None:
    lease = {"stop-at": tag(NOW + timedelta(seconds=1))}
    idle = decided({"started-at": tag(NOW - 2 * HOUR)} | lease)
    assert (idle.stop, idle.reason) == (False, "Its lease lasts until 2026-11-22 12:02 UTC.")
    assert decided({"started-at": tag(NOW - 12 * HOUR)} | lease).stop


def test_a_lease_alone_is_enough_to_be_stopped() -> None:
    assert decided({"stop-at": tag(NOW)}).stop
    assert not decided({"stop-at": tag(NOW + HOUR)}).stop


@pytest.mark.parametrize(
    ("name", "begun"),
    [("started-at", "since"), ("guard-first-seen", "since the guard first saw it at")],
)
def test_a_model_that_has_run_for_longest_is_stopped_though_it_is_busy(name: str, begun: str) -> None:
    busy = metrics(own={0: series(IDLE_FROM, NOW)})
    decision = decided({name: tag(NOW - 12 * HOUR)}, busy)
    assert decision.stop
    assert decision.reason == (
        f"It has run for 12 h 00 min, {begun} 2026-11-22 00:02 UTC; 12 h 00 min is the most."
    )
    assert not decided({name: tag(NOW - 12 * HOUR + timedelta(seconds=1))}, busy).stop


def test_the_start_tag_counts_before_the_first_sight() -> None:
    tags = {"started-at": tag(NOW - 11 * HOUR), "guard-first-seen": tag(NOW - 13 * HOUR)}
    assert decided(tags).since == NOW - 11 * HOUR


@pytest.mark.parametrize("value", ["", "true", "yes", "demo on Friday", "0"])
def test_a_model_tagged_keep_running_is_never_stopped(value: str) -> None:
    tags = {"keep-running": value, "started-at": tag(NOW - 99 * HOUR), "stop-at": tag(NOW - HOUR)}
    decision = decided(tags)
    assert (decision.stop, decision.reason) == (False, "It is tagged keep-running.")
    assert decision.cost == "It has cost about $396.00 since 2026-11-18 09:02 UTC."


@pytest.mark.parametrize("value", ["false", "False", " false "])
def test_keep_running_false_keeps_nothing_running(value: str) -> None:
    assert decided({"keep-running": value, "stop-at": tag(NOW)}).stop


@pytest.mark.parametrize(
    "value",
    [
        "", "soon", "2026-11-22", "2026-11-22T10:00:00", "2026-11-22T10:00:00+00:00", "2026-11-22T25:00:00Z",
        "2026-02-30T10:00:00Z", "1795341600", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", tag(NOW + 32 * 24 * HOUR),
        tag(NOW - timedelta(days=31)),
    ],
)  # fmt: skip
def test_a_malformed_or_absurd_time_is_ignored_with_a_warning_and_other_rules_apply(value: str) -> None:
    started = {"started-at": tag(NOW - 2 * HOUR)}
    lease = decided(started | {"stop-at": value}, metrics(account={0: at(NOW)}))
    assert not lease.stop
    assert len(lease.warnings) == 1
    assert f"Its tag stop-at is {value!r}, and is ignored" in lease.warnings[0]
    assert decided(started | {"stop-at": value}).stop
    start = decided({"started-at": value, "guard-first-seen": tag(NOW - 12 * HOUR)})
    assert start.stop
    assert len(start.warnings) == 1
    assert f"Its tag started-at is {value!r}, and is ignored" in start.warnings[0]
    seen = decided({"guard-first-seen": value})
    assert (seen.stop, seen.since, len(seen.warnings)) == (False, None, 1)


def test_a_lease_that_ended_before_the_start_is_of_another_run() -> None:
    tags = {"started-at": tag(NOW - 10 * MINUTE), "stop-at": tag(NOW - 20 * MINUTE)}
    decision = decided(tags)
    assert not decision.stop
    assert "stop-at" in decision.warnings[0]


@pytest.mark.parametrize(("ahead", "known"), [(timedelta(minutes=5), True), (timedelta(minutes=6), False)])
def test_a_start_may_be_ahead_by_the_skew_of_a_clock(ahead: timedelta, known: bool) -> None:  # noqa: FBT001  # a case
    decision = decided({"started-at": tag(NOW + ahead)})
    assert not decision.stop
    assert (decision.since is not None) == known
    assert ("about $0.00" in decision.cost) == known


@pytest.mark.parametrize(
    "changing",
    ["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", "2026-11-01T06:00:00Z"],
    ids=["spring", "autumn", "US"],
)
def test_a_day_on_which_clocks_change_has_hours_like_any_other(
    changing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = datetime.fromisoformat(changing)
    for zone in ("UTC", "Europe/Berlin", "America/New_York"):
        monkeypatch.setenv("TZ", zone)
        begun = {"started-at": tag(change - 6 * HOUR)}
        run = model(begun, created=change - 99 * HOUR)
        assert not decide(run, change + 6 * HOUR - timedelta(seconds=1), SETTINGS).stop
        ended = decide(run, change + 6 * HOUR, SETTINGS)
        assert ended.stop
        assert "12 h 00 min" in ended.reason
        assert "$48.00" in ended.cost


def test_the_cost_of_a_model_that_may_grow_is_a_least() -> None:
    assert decided(min_units=2, max_units=5).cost == "It has cost at least $16.00 since 2026-11-22 10:02 UTC."


def test_costs_beyond_a_thousand_dollars_are_written_for_people() -> None:
    tags = {"started-at": tag(NOW - 300 * HOUR), "keep-running": ""}
    assert "$1,200.00" in decided(tags).cost


@pytest.mark.parametrize("case", COSTS, ids=lambda case: f"{case['startedAt']} {case['now']}")
def test_costs_are_those_of_the_table_that_all_rooms_share(case: dict[str, Any]) -> None:
    price, units = Decimal(case["unitHourUsd"]), case["units"]
    minutes = minutes_between(datetime.fromisoformat(case["startedAt"]), datetime.fromisoformat(case["now"]))
    assert minutes == case["minutes"]
    assert str(cost_usd(minutes, units, price)) == case["usd"]
    assert str(cost_usd(60, units, price)) == case["usdPerHour"]


TAGS = st.dictionaries(
    st.sampled_from(["started-at", "stop-at", "guard-first-seen", "keep-running", "other"]),
    st.one_of(
        st.text(max_size=256),
        st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)).map(tag),  # noqa: DTZ001  # hypothesis wants them so
        st.integers(-100_000, 100_000).map(lambda minutes: tag(NOW + minutes * MINUTE)),
    ),
)


@given(TAGS)
def test_no_tag_confuses_the_guard(tags: dict[str, str]) -> None:
    decision = decided(tags)
    assert not (decision.stop and tags.get("keep-running", "false").strip().lower() != "false")
    assert set(outdated_tags(tags, NOW)) <= {"started-at", "stop-at", "guard-first-seen"} & set(tags)


@pytest.mark.parametrize(
    ("tags", "outdated"),
    [
        ({}, []),
        ({"team": "x", "keep-running": ""}, []),
        ({"guard-first-seen": tag(NOW)}, ["guard-first-seen"]),
        (
            {"started-at": tag(NOW - 31 * MINUTE), "stop-at": tag(NOW + HOUR), "guard-first-seen": "?"},
            ["guard-first-seen", "started-at", "stop-at"],
        ),
        (
            {"started-at": tag(NOW - 29 * MINUTE), "stop-at": tag(NOW + HOUR), "guard-first-seen": "?"},
            ["guard-first-seen"],
        ),
        ({"started-at": "?", "stop-at": tag(NOW + HOUR)}, ["started-at", "stop-at"]),
        ({"stop-at": tag(NOW - HOUR)}, ["stop-at"]),
    ],
)
def test_tags_of_a_run_that_is_over_are_outdated_unless_a_start_is_under_way(
    tags: dict[str, str], outdated: list[str]
) -> None:
    assert outdated_tags(tags, NOW) == outdated
