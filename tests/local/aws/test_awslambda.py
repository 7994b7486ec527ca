"""Functions really run: with their role's credentials, their log, their metrics, and what becomes of failures."""

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from local.aws.account import ACCOUNT_ID
from local.aws.awslambda.models import functions_backends
from local.aws.awslambda.runtime import Invocation, Runtime
from local.aws.schedules import RegionTime, passing_time
from local.aws.server import LocalAws
from local.rekognition.limits import configure

REGION = "eu-west-1"
SESSION: Any = boto3.Session("local", "local", region_name=REGION)
MINUTE = timedelta(minutes=1)


def trust(service: str, account: str = ACCOUNT_ID) -> str:
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": service},
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def allow(*statements: tuple[str, str]) -> str:
    allowed = [{"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": allowed})


class Cloud:
    """An account with a queue, a log group, and functions that are made as they are needed."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self.logs, self.sqs, self.lambda_ = self.client("logs"), self.client("sqs"), self.client("lambda")
        self.queue = self.sqs.create_queue(QueueName="failures")["QueueUrl"]
        self.logs.create_log_group(logGroupName="log")
        self.role = self.make_role("function", trust("lambda.amazonaws.com"))
        self.allow("logs:*", "*")

    def client(self, service: str) -> Any:
        return SESSION.client(service, endpoint_url=self.aws.url)

    def make_role(self, name: str, document: str) -> str:
        made = self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)
        return made["Role"]["Arn"]

    def allow(self, action: str, resource: str, role: str = "function") -> None:
        self.client("iam").put_role_policy(
            RoleName=role,
            PolicyName=action.replace(":", "-").replace("*", "all"),
            PolicyDocument=allow((action, resource)),
        )

    def function(self, code: str, **settings: Any) -> str:
        """Create a function of a module; return its ARN."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as content:
            content.writestr("app/__init__.py", "")
            content.writestr("app/main.py", code)
        made = self.lambda_.create_function(
            **{
                "FunctionName": "f",
                "Role": self.role,
                "Runtime": "python3.13",
                "Handler": "app.main.handler",
                "Code": {"ZipFile": archive.getvalue()},
                "LoggingConfig": {"LogFormat": "Text", "LogGroup": "log"},
                **settings,
            }
        )
        return made["FunctionArn"]

    def invoke(self, event: Any = None, **settings: Any) -> tuple[Any, str | None]:
        answer = self.lambda_.invoke(FunctionName="f", Payload=json.dumps(event), **settings)
        return json.loads(answer["Payload"].read() or b"null"), answer.get("FunctionError")

    def lines(self) -> list[str]:
        events = self.logs.filter_log_events(logGroupName="log")["events"]
        return [event["message"] for event in events]

    def counts(self, metric: str, namespace: str = "AWS/Lambda", **dimensions: str) -> list[float]:
        statistics = self.client("cloudwatch").get_metric_statistics(
            Namespace=namespace,
            MetricName=metric,
            Dimensions=[
                {"Name": name, "Value": value}
                for name, value in (dimensions or {"FunctionName": "f"}).items()
            ],
            StartTime=datetime.now(UTC) - timedelta(days=1),
            EndTime=datetime.now(UTC) + timedelta(days=2),
            Period=60,
            Statistics=["Sum"],
        )
        return [point["Sum"] for point in sorted(statistics["Datapoints"], key=lambda one: one["Timestamp"])]

    def failures(self) -> list[dict[str, Any]]:
        messages = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in messages]


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with LocalAws() as aws:
        yield Cloud(aws)
        configure()


ECHO = "def handler(event, context):\n    print('hello')\n    return {'event': event}\n"
FAILS = "def handler(event, context):\n    print('so far')\n    raise ValueError('no ' + event)\n"
SHOWS = """
import os, sys
def handler(event, context):
    return {"environment": sorted(os.environ), "cwd": os.listdir("."), "name": context.function_name,
            "left": context.get_remaining_time_in_millis(), "path": [p for p in sys.path if p.startswith("/work")]}
"""
STOPS = """
import boto3
def handler(event, context):
    client = boto3.client("rekognition")
    client.describe_projects()
    client.create_project(ProjectName="p")
"""


def test_a_function_answers_logs_and_is_counted(cloud: Cloud) -> None:
    cloud.function(ECHO)
    assert cloud.invoke([1, {"a": None}]) == ({"event": [1, {"a": None}]}, None)
    assert cloud.lines() == ["hello"]
    assert (cloud.counts("Invocations"), cloud.counts("Errors")) == ([1.0], [0.0])


def test_an_error_is_the_answer_and_is_counted(cloud: Cloud) -> None:
    cloud.function(FAILS)
    assert cloud.invoke("way") == ({"errorMessage": "no way", "errorType": "ValueError"}, "Unhandled")
    assert cloud.lines()[0] == "so far"
    assert cloud.lines()[-1] == "ValueError: no way"
    assert cloud.counts("Errors") == [1.0]


def test_a_function_sees_what_lambda_gives_it_and_nothing_else(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_DEVELOPER", "x")
    cloud.function(SHOWS, Environment={"Variables": {"MINE": "1"}}, Timeout=20)
    answer, _ = cloud.invoke()
    assert {"MINE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_ENDPOINT_URL"} <= set(answer["environment"])
    assert "SECRET_OF_THE_DEVELOPER" not in answer["environment"]
    assert (answer["cwd"], answer["name"]) == (["app"], "f")
    assert 10_000 < answer["left"] <= 20_000


def test_a_function_may_what_its_role_may(cloud: Cloud) -> None:
    cloud.function(STOPS, Timeout=30)
    assert "DescribeProjects" in cloud.invoke()[0]["errorMessage"]
    cloud.allow("rekognition:DescribeProjects", "*")
    refused = cloud.invoke()[0]["errorMessage"]
    assert "not authorized to perform: rekognition:CreateProject" in refused
    assert "assumed-role/function/f" in refused


def test_a_function_that_takes_too_long_is_ended(cloud: Cloud) -> None:
    cloud.function("import time\ndef handler(event, context):\n    time.sleep(30)\n", Timeout=1)
    start = time.perf_counter()
    assert cloud.invoke() == ({"errorMessage": "Task timed out after 1.00 seconds"}, "Unhandled")
    assert time.perf_counter() - start < 10


def test_a_process_that_dies_is_an_error(cloud: Cloud) -> None:
    cloud.function("import os\ndef handler(event, context):\n    os._exit(7)\n")
    assert cloud.invoke() == ({"errorMessage": "The process ended with status 7."}, "Unhandled")


def test_a_role_that_does_not_trust_lambda_runs_nothing(cloud: Cloud) -> None:
    cloud.role = cloud.make_role("strange", trust("lambda.amazonaws.com", "210987654321"))
    cloud.function(ECHO)
    function = functions_backends[ACCOUNT_ID][REGION].function("f")
    with pytest.raises(Exception, match=r"role/strange cannot be assumed by lambda\.amazonaws\.com"):
        Runtime(cloud.aws.url, REGION).invoke(function, None)


def test_without_permission_nothing_is_logged(cloud: Cloud) -> None:
    cloud.client("iam").delete_role_policy(RoleName="function", PolicyName="logs-all")
    cloud.function(ECHO)
    assert cloud.invoke("a")[0] == {"event": "a"}
    assert cloud.lines() == []


def later(cloud: Cloud, retries: int) -> None:
    cloud.lambda_.put_function_event_invoke_config(
        FunctionName="f",
        MaximumRetryAttempts=retries,
        DestinationConfig={"OnFailure": {"Destination": f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:failures"}},
    )
    function = functions_backends[ACCOUNT_ID][REGION].function("f")
    Runtime(cloud.aws.url, REGION).invoke_later(function, "way")


def test_a_failed_asynchronous_run_goes_to_the_queue_if_the_role_may(cloud: Cloud) -> None:
    cloud.function(FAILS)
    later(cloud, retries=0)
    assert cloud.failures() == []
    cloud.allow("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:failures")
    later(cloud, retries=1)
    (record,) = cloud.failures()
    assert record["requestPayload"] == "way"
    assert record["requestContext"]["approximateInvokeCount"] == 2
    assert record["responsePayload"] == {"errorMessage": "no way", "errorType": "ValueError"}
    assert sum(cloud.counts("Invocations")) == 3


def test_an_event_is_answered_before_it_is_run(cloud: Cloud) -> None:
    cloud.function(ECHO)
    assert cloud.invoke("a", InvocationType="Event") == (None, None)
    deadline = time.monotonic() + 20
    while not cloud.lines() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert cloud.lines() == ["hello"]


NOW = "from datetime import UTC, datetime\ndef handler(event, context):\n    return datetime.now(UTC).isoformat()\n"


def schedule(cloud: Cloud, expression: str, *, may_invoke: bool = True) -> None:
    arn = cloud.function(NOW)
    role = cloud.make_role("schedule", trust("scheduler.amazonaws.com"))
    if may_invoke:
        cloud.allow("lambda:InvokeFunction", arn, "schedule")
    cloud.client("scheduler").create_schedule(
        Name="s",
        ScheduleExpression=expression,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn, "RoleArn": role},
    )


def test_a_schedule_runs_its_function_each_time_that_its_time_has_passed(cloud: Cloud) -> None:
    schedule(cloud, "rate(15 minutes)")
    runs: list[Invocation] = []
    region, start = RegionTime(cloud.aws, REGION, runs.append), datetime.now(UTC)
    for minutes in range(0, 46, 5):
        region.pass_until(start + minutes * MINUTE)
    times = [datetime.fromisoformat(run.payload) for run in runs]
    assert len(times) == 3
    for number, told in enumerate(times, start=1):
        assert abs(told - (start + number * 15 * MINUTE)) < 2 * MINUTE


def test_a_schedule_whose_role_may_not_invoke_runs_nothing(
    cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    schedule(cloud, "rate(1 hour)", may_invoke=False)
    runs: list[Invocation] = []
    region, start = RegionTime(cloud.aws, REGION, runs.append), datetime.now(UTC)
    for hours in range(3):
        region.pass_until(start + hours * 60 * MINUTE)
    assert runs == []
    assert "The schedule s did not run: The role" in caplog.text


def test_time_can_pass_faster(cloud: Cloud) -> None:
    schedule(cloud, "rate(15 minutes)")
    runs: list[Invocation] = []

    def enough() -> bool:
        return len(runs) >= 2

    with passing_time(cloud.aws, REGION, 300, runs.append):
        wait_for(enough)
    assert not any(run.failed for run in runs)


def wait_for(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not done() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert done()
