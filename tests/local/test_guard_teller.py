"""The demo says what the guard does, once."""

import json

from local.aws.awslambda.runtime import Invocation
from local.demo import GuardTeller

MODEL = "arn:aws:rekognition:eu-west-1:123456789012:project/parts/version/v1/1580000000001"


def report(decision: str, reason: str) -> str:
    return json.dumps({"model": MODEL, "decision": decision, "reason": reason, "cost": "", "warnings": []})


def test_news_is_told_and_what_stays_the_same_is_not() -> None:
    said: list[str] = []
    tell = GuardTeller(said.append)
    for line in (
        report("kept", "It is new."),
        report("kept", "It is new."),
        report("stopped", "It is idle."),
    ):
        tell(Invocation({}, failed=False, log=line))
    assert said == [
        "  ⏱ Guard: parts/v1 kept. It is new.",
        "  ⏱ Guard: parts/v1 stopped. It is idle.",
    ]


def test_a_failure_is_told_with_its_reason() -> None:
    said: list[str] = []
    log = (
        json.dumps({"failure": "Listing the projects", "error": "no"})
        + "\nTraceback (most recent call last):"
    )
    GuardTeller(said.append)(Invocation({"errorMessage": "All is lost."}, failed=True, log=log))
    assert said == [
        "  ⏱ Guard: Listing the projects failed. no",
        "  ⏱ Guard: the run failed. All is lost.",
    ]
