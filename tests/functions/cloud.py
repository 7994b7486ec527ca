"""An account with models to guard, in the emulator, and failures to inject into what the guard asks of it."""

import itertools
import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from functions.idle_model_guard.aws import Account, Brake
from functions.idle_model_guard.guard import Report, run
from functions.idle_model_guard.settings import Settings
from local.rekognition.limits import Limits, Timing, configure
from local.rekognition.models import custom_labels_backends
from tests.trained import put_model

REGION = "eu-west-1"
START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PLENTY = 300_000
"""Milliseconds that Lambda gives the function."""


def tag(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class _Answer:
    """What botocore reads of an HTTP answer."""

    body: bytes

    def stream(self, *_: object, **__: object) -> list[bytes]:
        return [self.body]

    def read(self, *_: object, **__: object) -> bytes:
        return self.body


def failure(service: str, code: str) -> AWSResponse:
    """An error as AWS's services answer it."""
    headers: Any = {"x-amzn-errortype": code}
    body = json.dumps({"__type": code, "message": "Injected."})
    if service == "sns":
        body = (
            f"<ErrorResponse><Error><Code>{code}</Code><Message>Injected.</Message></Error></ErrorResponse>"
        )
    return AWSResponse("http://injected", 400, headers, _Answer(body.encode()))


@dataclass
class Faults:
    """Which requests fail, by operation; what was asked, retries included."""

    codes: Mapping[str, str] = field(default_factory=dict[str, str])
    """The error's code by operation."""
    times: int = 1_000_000
    """How many requests of an operation fail before it works again."""
    only: str = ""
    """What the request must contain to fail."""
    asked: Counter[str] = field(default_factory=Counter[str])
    failed: Counter[str] = field(default_factory=Counter[str])

    def __call__(self, request: Any, event_name: str, **_: object) -> AWSResponse | None:
        service, operation = event_name.split(".")[1:]
        self.asked[operation] += 1
        body = request.body if isinstance(request.body, str) else (request.body or b"").decode()
        if operation in self.codes and self.only in body and self.failed[operation] < self.times:
            self.failed[operation] += 1
            return failure(service, self.codes[operation])
        return None


class Cloud:
    """The emulator's account; its clock is turned by hand and by whoever waits."""

    def __init__(self) -> None:
        self.now = START
        self.waited = 0.0
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._projects: dict[str, str] = {}
        configure(
            limits=Limits(projects=1_000, running_models=1_000, models_per_project=1_000),
            timing=Timing(starting=600, stopping=300, copying=600, deleting=600, clock=self.clock),
        )
        self.rekognition = boto3.client("rekognition")
        self.cloudwatch = boto3.client("cloudwatch")
        self.sns = boto3.client("sns")
        self._clients: list[Any] = [self.rekognition, self.cloudwatch, self.sns]
        self.topic = self.sns.create_topic(Name="guard")["TopicArn"]
        self.settings = Settings(
            idle=HOUR, max_run=12 * HOUR, projects=(), topic_arn=self.topic, unit_hour_usd=Decimal("4.0")
        )

    def close(self) -> None:
        """Close the connections of all clients."""
        for client in self._clients:
            client.close()

    def clock(self) -> float:
        """Return the seconds since 1970."""
        return self.now.timestamp()

    def sleep(self, seconds: float) -> None:
        """Let time pass for everybody, at once."""
        with self._lock:
            self.now += timedelta(seconds=seconds)
            self.waited += seconds

    def account(self, faults: Faults | None = None, remaining: Callable[[], int] = lambda: PLENTY) -> Account:
        """Connect as the function does, but wait on the clock of this account."""
        brake = Brake(remaining, clock=self.clock, sleep=self.sleep)
        account = Account.connect(brake)
        clients: list[Any] = [account._rekognition, account._cloudwatch, account._sns]
        self._clients += clients
        if faults:
            for client in clients:
                client.meta.events.register_last("before-send", faults)
        return account

    def run(self, faults: Faults | None = None, **settings: Any) -> dict[str, str]:
        """Run the guard once; return each running model's decision by its name."""
        reports = self.reports(faults, **settings)
        return {name_of(report): report["decision"] for report in reports}

    def reports(self, faults: Faults | None = None, **settings: Any) -> list[Report]:
        return run(self.account(faults), replace(self.settings, **settings), self.now)

    def model(
        self,
        name: str,
        status: str = "RUNNING",
        project: str = "parts",
        tags: Mapping[str, str] | None = None,
    ) -> str:
        """Put a model in a state without the training it would take; return its ARN."""
        backend = custom_labels_backends[DEFAULT_ACCOUNT_ID][REGION]
        if project not in self._projects:
            self._projects[project] = backend.projects.create({"ProjectName": project})
        created = START - timedelta(days=9) + timedelta(milliseconds=next(self._numbers))
        return put_model(backend, self._projects[project], name, created=created, status=status, tags=tags)

    def running_for(self, name: str, time: timedelta, **members: Any) -> str:
        """Put a model that has been RUNNING for a time, with its start tag and its metric."""
        arn = self.model(name, tags={"started-at": tag(self.now - time)}, **members)
        self.put_metric("InServiceInferenceUnits", of(arn), self.now - time, self.now)
        return arn

    def put_metric(
        self, metric: str, dimensions: Mapping[str, str], start: datetime, end: datetime, value: float = 1.0
    ) -> None:
        """Put a value for each five minutes from *start* until *end*."""
        self.cloudwatch.put_metric_data(
            Namespace="AWS/Rekognition",
            MetricData=[
                {
                    "MetricName": metric,
                    "Dimensions": [{"Name": name, "Value": given} for name, given in dimensions.items()],
                    "Timestamp": start + number * 5 * MINUTE,
                    "Value": value,
                }
                for number in range((end - start) // (5 * MINUTE))
            ],
        )

    def status(self, arn: str) -> str:
        backend = custom_labels_backends[DEFAULT_ACCOUNT_ID][REGION]
        with backend.store.lock:
            return backend.store.version(arn)[1].state.status

    def tags(self, arn: str) -> dict[str, str]:
        return custom_labels_backends[DEFAULT_ACCOUNT_ID][REGION].tags(arn)

    def notices(self) -> list[tuple[str, str]]:
        """What the topic was told: subjects and messages."""
        sent = sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics[self.topic].sent_notifications
        return [(str(subject), str(message)) for _, message, subject, *_ in sent]


def of(arn: str) -> dict[str, str]:
    """The dimensions of a model's metrics."""
    return {"ProjectName": arn.split("/")[1], "VersionName": arn.split("/")[3]}


ALL = {"Operation": "DetectCustomLabels"}
"""The dimension of the metrics of all models."""


def name_of(report: Report) -> str:
    return report["model"].split("/")[3]
