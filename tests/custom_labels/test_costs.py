"""The rule of prices, and the lengths of time and tags it works on."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_labels.costs import cost_usd, in_dollars, in_hours, minutes_between
from custom_labels.leases import Lease, in_utc, lease_tags, parse_length

CASES = json.loads((Path(__file__).parent / "costs.json").read_text())


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case['startedAt']} {case['now']} {case['unitHourUsd']}"
)
def test_costs_are_those_of_the_shared_table(case: dict[str, Any]) -> None:
    price, units = Decimal(case["unitHourUsd"]), case["units"]
    minutes = minutes_between(datetime.fromisoformat(case["startedAt"]), datetime.fromisoformat(case["now"]))
    assert minutes == case["minutes"]
    assert str(cost_usd(minutes, units, price)) == case["usd"]
    assert str(cost_usd(60, units, price)) == case["usdPerHour"]


@settings(deadline=None)  # a busy machine is no mistake
@given(minutes=st.integers(0, 100_000), units=st.integers(1, 5), price=st.decimals(0, 20, places=4))
def test_a_cost_is_never_half_a_cent_off(minutes: int, units: int, price: Decimal) -> None:
    assert abs(cost_usd(minutes, units, price) * 60 - minutes * units * price) <= Decimal("0.30")


def test_amounts_and_times_are_written_for_people() -> None:
    assert [in_dollars(Decimal(amount)) for amount in ("0.00", "16.67", "2880.00")] == [
        "$0.00",
        "$16.67",
        "$2,880.00",
    ]
    assert [in_hours(minutes) for minutes in (0, 7, 60, 125, 6000)] == [
        "0 min",
        "7 min",
        "1 h 00 min",
        "2 h 05 min",
        "100 h 00 min",
    ]


@pytest.mark.parametrize(
    ("text", "minutes"), [("2h", 120), ("90m", 90), ("1h30m", 90), ("168h", 10080), ("1m", 1)]
)
def test_a_length_of_time_is_hours_and_minutes(text: str, minutes: int) -> None:
    assert parse_length(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text", ["", "2", "h", "0h", "0m", "-1h", "2 h", "30m1h", "1.5h", "169h", "10081m", "٢h", "2H", "2h\n"]
)
def test_anything_else_is_no_length_of_time(text: str) -> None:
    with pytest.raises(ValueError, match="is not a length of time: write hours and minutes such as 2h"):
        parse_length(text)


@settings(deadline=None)  # a busy machine is no mistake
@given(st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)), st.integers(-12, 14), st.integers(1, 10_000))  # noqa: DTZ001  # hypothesis wants them without a zone
def test_a_lease_survives_its_tags(moment: datetime, zone: int, minutes: int) -> None:
    start = moment.replace(microsecond=0, tzinfo=timezone(timedelta(hours=zone)))
    length = timedelta(minutes=minutes)
    assert Lease.of_tags(lease_tags(start, length)) == Lease(start, start + length)


def test_tags_are_written_in_utc_with_seconds_and_z() -> None:
    start = datetime(2026, 11, 22, 18, 5, tzinfo=timezone(timedelta(hours=2)))
    assert lease_tags(start, timedelta(hours=8)) == {
        "started-at": "2026-11-22T16:05:00Z",
        "stop-at": "2026-11-23T00:05:00Z",
    }
    assert in_utc(datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)) == "2026-01-02T03:04:05Z"


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-11-22", "2026-11-22T16:05:00", "2026-11-22T16:05:00+02:00", "2026-13-01T00:00:00Z"],
)
def test_a_tag_that_is_no_time_says_nothing(text: str) -> None:
    assert Lease.of_tags({"started-at": text, "stop-at": text}) == Lease(None, None)
