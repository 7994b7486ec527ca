"""The deployed guard, run by its deployed schedule as its deployed roles, against models of the emulator."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from local.aws.account import ACCOUNT_ID
from local.aws.schedules import RegionTime
from local.aws.server import LocalAws
from local.engine import Result, up
from local.provider import AwsProvider
from local.rekognition.limits import Timing, configure
from local.rekognition.models import custom_labels_backends
from local.stack import PROJECT_DIR, local_config
from tests.trained import put_model

if TYPE_CHECKING:
    from local.aws.awslambda.runtime import Invocation

REGION = "eu-west-1"
SESSION: Any = boto3.Session("local", "local", region_name=REGION)
MINUTE = timedelta(minutes=1)


class Deployed:
    """A stack with models, and time to pass for them."""

    def __init__(self, aws: LocalAws, config: dict[str, Any]) -> None:
        self.aws = aws
        self.stack: Result = up(PROJECT_DIR, local_config(aws.url, config), AwsProvider(aws.url, REGION))
        self.runs: list[Invocation] = []
        self.start = datetime.now(UTC)
        self._time = RegionTime(aws, REGION, self.runs.append)
        self._time.pass_until(self.start)
        self._backend = custom_labels_backends[ACCOUNT_ID][REGION]
        self._project = self._backend.projects.create({"ProjectName": "parts"})

    def client(self, service: str) -> Any:
        return SESSION.client(service, endpoint_url=self.aws.url)

    def model(self, name: str, **tags: str) -> str:
        """Put a running model into the project, without training it; return its ARN."""
        created = self.start - timedelta(days=1)
        return put_model(self._backend, self._project, name, created=created, tags=tags)

    def status(self, arn: str) -> str:
        with self._backend.store.lock:
            return self._backend.store.version(arn)[1].state.status

    def pass_minutes(self, minutes: int) -> None:
        for minute in range(5, minutes + 1, 5):
            self._time.pass_until(self.start + minute * MINUTE)

    def role_of(self, name: str) -> str:
        (role,) = (one.id for one in self.stack.state.resources if one.name == name)
        return role


@pytest.fixture
def aws() -> Iterator[LocalAws]:
    configure(timing=Timing(stopping=0.0))
    with LocalAws() as aws:
        yield aws
    configure()


def tag(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_the_guard_stops_what_is_idle_or_over_and_says_why(aws: LocalAws) -> None:
    deployed = Deployed(aws, {"projects": ["parts"], "alertEmail": "me@example.com", "idleStopMinutes": 15})
    over = deployed.model("over", **{"stop-at": tag(deployed.start + 10 * MINUTE)})
    kept = deployed.model("kept", **{"keep-running": "true"})
    idle = deployed.model("idle")
    deployed.pass_minutes(15)
    assert [deployed.status(arn) for arn in (over, kept, idle)] == ["STOPPED", "RUNNING", "RUNNING"]
    deployed.pass_minutes(45)
    assert [deployed.status(arn) for arn in (over, kept, idle)] == ["STOPPED", "RUNNING", "STOPPED"]
    assert [run.payload for run in deployed.runs if run.failed] == []
    reasons = {
        report["model"]: report["reason"]
        for run in deployed.runs
        for report in run.payload["models"]
        if report["decision"] == "stopped"
    }
    assert reasons[over].startswith("Its lease ended at ")
    assert reasons[idle].startswith("It served nothing for 15 min, until ")
    assert set(reasons) == {over, idle}
    logged = deployed.client("logs").filter_log_events(logGroupName=log_group(deployed))["events"]
    assert {json.loads(event["message"])["decision"] for event in logged} == {"stopped", "kept"}


def log_group(deployed: Deployed) -> str:
    name = deployed.stack.outputs["guardFunctionName"]
    made = deployed.client("lambda").get_function_configuration(FunctionName=name)
    return made["LoggingConfig"]["LogGroup"]


def test_a_guard_that_may_not_stop_fails_loudly(aws: LocalAws) -> None:
    deployed = Deployed(aws, {"idleStopMinutes": 0})
    over = deployed.model("over", **{"stop-at": tag(deployed.start)})
    iam, role = deployed.client("iam"), deployed.role_of("RekogCustomLabelsDemo-guard-role")
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    kept = [one for one in document["Statement"] if one["Sid"] != "StopModels"]
    iam.put_role_policy(
        RoleName=role, PolicyName=name, PolicyDocument=json.dumps({**document, "Statement": kept})
    )
    deployed.pass_minutes(15)
    assert deployed.status(over) == "RUNNING"
    (run,) = deployed.runs
    assert run.failed
    assert "not authorized to perform: rekognition:ListTagsForResource" in run.payload["errorMessage"]
    (queue,) = (one.id for one in deployed.stack.state.resources if one.type == "aws:sqs/queue:Queue")
    (message,) = deployed.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(message["Body"])["responsePayload"] == run.payload
