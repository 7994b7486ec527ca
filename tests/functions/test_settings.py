"""The function's environment: what is accepted, and the sentence for what is not."""

from datetime import timedelta
from decimal import Decimal

import pytest

from functions.idle_model_guard.settings import Settings

TOPIC = "arn:aws:sns:eu-west-1:123456789012:guard"
GOOD = {
    "IDLE_STOP_MINUTES": "60",
    "MAX_RUN_HOURS": "12",
    "PROJECTS": '["parts", "seals"]',
    "TOPIC_ARN": TOPIC,
    "UNIT_HOUR_USD": "4.0",
}


def test_settings_are_what_the_environment_says() -> None:
    assert Settings.of(GOOD) == Settings(
        idle=timedelta(hours=1),
        max_run=timedelta(hours=12),
        projects=("parts", "seals"),
        topic_arn=TOPIC,
        unit_hour_usd=Decimal("4.0"),
    )


def test_nobody_is_told_without_a_topic_and_nothing_is_idle_with_zero_minutes() -> None:
    for absent in ({}, {"TOPIC_ARN": ""}):
        settings = Settings.of(
            {name: GOOD[name] for name in GOOD if name != "TOPIC_ARN"}
            | {"IDLE_STOP_MINUTES": "0", "PROJECTS": "[]"}
            | absent
        )
        assert (settings.topic_arn, settings.idle, settings.projects) == (None, None, ())


@pytest.mark.parametrize("minutes", ["15", "1440"])
def test_idle_minutes_go_from_a_quarter_of_an_hour_to_a_day(minutes: str) -> None:
    assert Settings.of(GOOD | {"IDLE_STOP_MINUTES": minutes}).idle == timedelta(minutes=int(minutes))


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("IDLE_STOP_MINUTES", "14", "0 (never) or a whole number from 15 to 1440"),
        ("IDLE_STOP_MINUTES", "1441", "0 (never) or a whole number from 15 to 1440"),
        ("IDLE_STOP_MINUTES", "-60", "0 (never) or a whole number from 15 to 1440"),
        ("IDLE_STOP_MINUTES", "60.0", "0 (never) or a whole number from 15 to 1440"),
        ("IDLE_STOP_MINUTES", "\uff16\uff10", "0 (never) or a whole number from 15 to 1440"),
        ("MAX_RUN_HOURS", "0", "to a whole number from 1 to 744"),
        ("MAX_RUN_HOURS", "745", "to a whole number from 1 to 744"),
        ("MAX_RUN_HOURS", "", "to a whole number from 1 to 744"),
        ("PROJECTS", "", "to a JSON list of project names, [] for all"),
        ("PROJECTS", "parts", "to a JSON list of project names, [] for all"),
        ("PROJECTS", '"parts"', "to a JSON list of project names, [] for all"),
        ("PROJECTS", '["parts", 1]', "to a JSON list of project names, [] for all"),
        ("PROJECTS", '["parts/secret"]', "to a JSON list of project names, [] for all"),
        ("TOPIC_ARN", "guard", "to the ARN of an SNS topic, or leave it out"),
        ("TOPIC_ARN", TOPIC + ":subscription", "to the ARN of an SNS topic, or leave it out"),
        ("UNIT_HOUR_USD", "$4", "to US dollars an hour, such as 4.0"),
        ("UNIT_HOUR_USD", "-4", "to US dollars an hour, such as 4.0"),
        ("UNIT_HOUR_USD", "NaN", "to US dollars an hour, such as 4.0"),
        ("UNIT_HOUR_USD", "Infinity", "to US dollars an hour, such as 4.0"),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence(name: str, value: str, allowed: str) -> None:
    with pytest.raises(ValueError, match=name) as refused:
        Settings.of(GOOD | {name: value})
    assert str(refused.value).startswith(f"{name} is {value!r}: set it ")
    assert allowed in str(refused.value)


@pytest.mark.parametrize("name", ["IDLE_STOP_MINUTES", "MAX_RUN_HOURS", "PROJECTS", "UNIT_HOUR_USD"])
def test_a_missing_variable_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is ''"):
        Settings.of({other: GOOD[other] for other in GOOD if other != name})
