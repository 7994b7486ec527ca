"""Every row of the access table is answered as it says, by the emulator's evaluator and by an independent one."""

import json
from collections import Counter

import pytest

from local.aws.policy import Policy, listed, parse_policy
from tests.policies.access_table import rows
from tests.policies.callers import PEOPLE
from tests.policies.documents import DOCUMENTS
from tests.policies.judges import decide, simulate
from tests.policies.model_rows import rekognition_actions
from tests.policies.row import Row
from tests.policies.service_reference import resource_types

RENDERED = {name: document.render() for name, document in DOCUMENTS.items()}
POLICIES = {name: parse_policy(text) for name, text in RENDERED.items()}


def test_the_emulator_answers_every_row_as_the_table_says() -> None:
    assert [row for row in rows() if decide(row, POLICIES) is not row.allowed] == []


def test_an_independent_simulator_answers_every_row_as_the_table_says() -> None:
    asked = [row for row in rows() if not row.beyond_simulator]
    expected = {True: {"Allowed"}, False: {"ImplicitlyDenied", "ExplicitlyDenied"}}
    answers = zip(asked, simulate(asked, RENDERED), strict=True)
    assert [(row, answer) for row, answer in answers if answer not in expected[row.allowed]] == []


def test_the_simulator_can_be_asked_nearly_every_row() -> None:
    reasons = Counter(row.beyond_simulator for row in rows())
    assert reasons.pop("") > 2000
    assert reasons == {
        "the action never meets this type of resource, so the simulator refuses the question": 55
    }


def test_no_two_rows_contradict_each_other() -> None:
    answers: dict[str, bool] = {}
    for row in rows():
        question = json.dumps([row.where, row.who, row.action, row.resource, row.full_context])
        assert answers.setdefault(question, row.allowed) is row.allowed


def test_every_operation_of_rekognition_has_rows_for_everyone_with_and_without_projects() -> None:
    asked = {(row.where, row.who, row.action) for row in rows()}
    assert len(rekognition_actions()) >= 75
    for where in ("all projects", "two projects"):
        for who in (*PEOPLE, "anonymous"):
            assert {(where, who, action) for action in rekognition_actions()} <= asked


def test_every_action_on_a_bucket_or_an_object_has_rows_in_both_modes() -> None:
    asked = {(row.where, row.who, row.action) for row in rows()}
    actions = {name for name, kinds in resource_types("s3").items() if {"bucket", "object"} & set(kinds)}
    for where in ("site behind CloudFront", "public site"):
        for who in ("anonymous", "stranger", "the distribution"):
            assert {(where, who, action) for action in actions} <= asked


def test_the_reference_of_actions_knows_every_operation_of_rekognition() -> None:
    assert set(rekognition_actions()) == resource_types("rekognition").keys()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_action_that_a_document_names_is_allowed_by_a_row_and_denied_by_a_row(name: str) -> None:
    deciding = [row for row in rows() if name in row.documents]
    for statement in POLICIES[name].statements:
        for action in listed(statement["Action"]):
            answers = {row.allowed for row in deciding if action in {row.action, "s3:*"}}
            assert answers == {True, False}, action


@pytest.mark.parametrize(
    ("name", "sid"),
    [(name, statement["Sid"]) for name, policy in POLICIES.items() for statement in policy.statements],
)
def test_every_statement_is_needed_by_a_row(name: str, sid: str) -> None:
    kept = tuple(statement for statement in POLICIES[name].statements if statement["Sid"] != sid)
    without = {**POLICIES, name: Policy(kept, POLICIES[name].has_variables)}
    assert any(decide(row, without) is not row.allowed for row in rows() if name in row.documents)


def test_a_wrong_row_would_be_noticed_by_both() -> None:
    row = Row(
        where="all projects", who="guest", action="rekognition:DescribeProjects", resource="*", allowed=False
    )
    assert decide(row, POLICIES) is True
    assert simulate([row], RENDERED) == ["Allowed"]
