"""Functions, alarms, schedules, topics and budgets: what an update does in AWS, and what is refused before."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from local.engine import Archive, Asset, ProviderError

if TYPE_CHECKING:
    from tests.local.provider.conftest import Cloud

FUNCTION = "aws:lambda/function:Function"
BUDGET = "aws:budgets/budget:Budget"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
        ],
    }
)
COSTS = {"budgetType": "COST", "timeUnit": "MONTHLY", "limitAmount": "100", "limitUnit": "USD"}
ACCOUNT = "123456789012"


def code(text: str) -> Archive:
    return Archive.of_files({"a.py": Asset.of_text(text)})


@pytest.fixture
def function(cloud: Cloud) -> dict[str, Any]:
    """What every function needs."""
    role = cloud.create("aws:iam/role:Role", {"assumeRolePolicy": TRUST})[1]["arn"]
    return {"code": code("1"), "handler": "a.b", "role": role, "runtime": "python3.13"}


def change(cloud: Cloud, type_: str, id_: str, old: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    wanted = cloud.check(type_, inputs, old)
    cloud.provider.update(type_, id_, old, wanted)
    return wanted


def test_a_new_archive_changes_the_code_and_nothing_else(cloud: Cloud, function: dict[str, Any]) -> None:
    id_, _, checked = cloud.create(FUNCTION, function)
    client = cloud.client("lambda")
    before = client.get_function_configuration(FunctionName=id_)
    change(cloud, FUNCTION, id_, checked, {**function, "code": code("2")})
    after = client.get_function_configuration(FunctionName=id_)
    differing = {name for name in after if after[name] != before[name]} - {"ResponseMetadata", "LastModified"}
    assert differing <= {"CodeSha256", "CodeSize"}
    assert "CodeSha256" in differing


def test_the_zip_holds_the_files_of_the_archive() -> None:
    with zipfile.ZipFile(io.BytesIO(code("print()").zipped())) as archive:
        assert archive.read("a.py") == b"print()"


def test_settings_of_a_function_that_are_left_out_are_reset(cloud: Cloud, function: dict[str, Any]) -> None:
    function["loggingConfig"] = {"logFormat": "Text", "logGroup": "own"}
    more = {"environment": {"variables": {"A": "1"}}, "description": "x"}
    id_, _, checked = cloud.create(FUNCTION, {**function, **more})
    client = cloud.client("lambda")
    assert client.get_function_configuration(FunctionName=id_)["LoggingConfig"]["LogGroup"] == "own"
    change(cloud, FUNCTION, id_, checked, function)
    after = client.get_function_configuration(FunctionName=id_)
    assert (after["Description"], after.get("Environment", {}).get("Variables", {})) == ("", {})


def notice(threshold: int, *addresses: str) -> dict[str, Any]:
    return {
        "comparisonOperator": "GREATER_THAN",
        "notificationType": "ACTUAL",
        "threshold": threshold,
        "thresholdType": "PERCENTAGE",
        "subscriberEmailAddresses": list(addresses),
    }


def test_a_budget_tells_whom_its_notifications_name_and_nobody_else(cloud: Cloud) -> None:
    inputs = {**COSTS, "notifications": [notice(80, "a@example.com")], "tags": {"team": "x"}}
    _, outputs, checked = cloud.create(BUDGET, inputs)
    wanted = {**COSTS, "limitAmount": "7", "notifications": [notice(90, "b@example.com", "c@example.com")]}
    change(cloud, BUDGET, "", checked, wanted)
    client, name = cloud.client("budgets"), outputs["name"]
    of = {"AccountId": ACCOUNT, "BudgetName": name}
    (notification,) = client.describe_notifications_for_budget(**of)["Notifications"]
    assert notification["Threshold"] == 90
    subscribers = client.describe_subscribers_for_notification(**of, Notification=notification)["Subscribers"]
    assert [one["Address"] for one in subscribers] == ["b@example.com", "c@example.com"]
    assert client.describe_budget(**of)["Budget"]["BudgetLimit"]["Amount"] == "7"
    assert client.list_tags_for_resource(ResourceARN=outputs["arn"])["ResourceTags"] == []


ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
SCHEDULE = "aws:scheduler/schedule:Schedule"


@pytest.mark.parametrize(
    ("type_", "inputs", "sentence"),
    [
        (
            "aws:cloudwatch/logGroup:LogGroup",
            {"retentionInDays": 8},
            "retentionInDays is 8, but must be one of",
        ),
        (
            ALARM,
            {"comparisonOperator": "x", "evaluationPeriods": 1, "treatMissingData": "ignored"},
            "treatMissingData is 'ignored', but must be one of breaching",
        ),
        (
            SCHEDULE,
            {
                "scheduleExpression": "rate(15 min)",
                "flexibleTimeWindow": {"mode": "OFF"},
                "target": {"arn": "a", "roleArn": "b"},
            },
            r"scheduleExpression is 'rate\(15 min\)', but must be",
        ),
    ],
)
def test_what_aws_would_refuse_is_refused_at_preview(
    cloud: Cloud, type_: str, inputs: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ProviderError, match=f"^{sentence}"):
        cloud.check(type_, inputs)


def test_a_topic_policy_is_about_its_topic_only(cloud: Cloud) -> None:
    topic = cloud.create("aws:sns/topic:Topic", {})[0]
    policy = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*",'
        ' "Action": "sns:Publish", "Resource": "*"}]}'
    )
    with pytest.raises(ProviderError, match=r"^policy is about \*, but must be about arn:aws:sns:"):
        cloud.check("aws:sns/topicPolicy:TopicPolicy", {"arn": topic, "policy": policy})
