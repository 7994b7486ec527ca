"""What the guard asks of AWS."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from .decisions import PERIOD, Metrics, Model, Series

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import DimensionTypeDef, MetricDataQueryTypeDef
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_sns import SNSClient

_RESERVE = 60_000  # milliseconds: an attempt under way, the wait for the next one, and the notice
_PAUSE = 0.25  # seconds between requests of one operation; AWS allows five a second
_COUNTS = ("SuccessfulRequestCount", "ThrottledCount", "UserErrorCount", "ServerErrorCount")
_QUERIES = 500  # that one GetMetricData takes
MODELS_A_CALL = (_QUERIES - len(_COUNTS)) // (1 + len(_COUNTS))
"""Models whose metrics fit into one GetMetricData."""
_SUBJECT = 100  # characters that SNS takes
_MESSAGE = 60_000  # characters, of 262,144 bytes that SNS takes


class OutOfTimeError(BotoCoreError):
    """A request was not sent, because the run must end."""

    fmt = "The time of this run was over; the next run tries again."


class Brake:
    """Holds every request back, retries included, until its operation may be called again.

    Args:
        remaining: Returns the milliseconds until Lambda ends the function.
        clock: Seconds, monotonic.
        sleep: Waits seconds.
    """

    def __init__(
        self,
        remaining: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._remaining, self._clock, self._sleep = remaining, clock, sleep
        self._next: dict[str, float] = {}

    def __call__(self, event_name: str, **_: object) -> None:
        """Handle botocore's event `before-send`.

        Raises:
            OutOfTimeError: There is too little time left for the request.
        """
        if self._remaining() < _RESERVE:
            raise OutOfTimeError
        pause = self._next.get(event_name, 0.0) - self._clock()
        if pause > 0:
            self._sleep(pause)
        self._next[event_name] = self._clock() + _PAUSE


class Account:
    """The Custom Labels of an account in a region.

    Every method raises ClientError or BotoCoreError when AWS refuses or cannot be reached, after the retries.

    Args:
        rekognition: boto3's client.
        cloudwatch: boto3's client.
        sns: boto3's client.
    """

    def __init__(
        self, rekognition: "RekognitionClient", cloudwatch: "CloudWatchClient", sns: "SNSClient"
    ) -> None:
        self._rekognition, self._cloudwatch, self._sns = rekognition, cloudwatch, sns

    @classmethod
    def connect(cls, brake: Brake) -> "Account":
        """Make clients that retry, and whose requests but the notice wait for the brake."""
        make = cast(
            "Any", boto3
        ).client  # of the default session, which keeps what it has read for the next run
        rekognition = make("rekognition", config=_config(attempts=6))
        cloudwatch = make("cloudwatch", config=_config(attempts=6))
        for client in (rekognition, cloudwatch):
            client.meta.events.register("before-send", brake)
        return cls(rekognition, cloudwatch, make("sns", config=_config(attempts=2)))

    def project_arns(self) -> Iterator[str]:
        """Yield the ARNs of the Custom Labels projects."""
        for page in self._rekognition.get_paginator("describe_projects").paginate(Features=["CUSTOM_LABELS"]):
            yield from (project["ProjectArn"] for project in page["ProjectDescriptions"])

    def models(self, project_arn: str) -> Iterator[Model]:
        """Yield the models of a project, without tags and metrics; none when the project is gone."""
        pages = self._rekognition.get_paginator("describe_project_versions").paginate(ProjectArn=project_arn)
        try:
            for page in pages:
                for version in page["ProjectVersionDescriptions"]:
                    arn, units = version["ProjectVersionArn"], version.get("MinInferenceUnits", 0)
                    yield Model(
                        arn=arn,
                        project=project_name(arn),
                        name=arn.split("/")[3],
                        status=version["Status"],
                        created=version["CreationTimestamp"].astimezone(UTC),
                        min_units=units,
                        max_units=version.get("MaxInferenceUnits", units),
                    )
        except ClientError as error:
            _pass_over(error, "ResourceNotFoundException")

    def tags(self, model: Model) -> Mapping[str, str] | None:
        """Return the tags of a model, None when it is gone."""
        try:
            return self._rekognition.list_tags_for_resource(ResourceArn=model.arn)["Tags"]
        except ClientError as error:
            _pass_over(error, "ResourceNotFoundException")
            return None

    def tag(self, model: Model, key: str, value: str) -> None:
        """Set a tag of a model, if it is still there."""
        try:
            self._rekognition.tag_resource(ResourceArn=model.arn, Tags={key: value})
        except ClientError as error:
            _pass_over(error, "ResourceNotFoundException")

    def untag(self, model: Model, keys: Sequence[str]) -> None:
        """Remove tags of a model, if it is still there."""
        try:
            self._rekognition.untag_resource(ResourceArn=model.arn, TagKeys=keys)
        except ClientError as error:
            _pass_over(error, "ResourceNotFoundException")

    def stop(self, model: Model) -> bool:
        """Stop a model; return False when it does not run any more."""
        try:
            self._rekognition.stop_project_version(ProjectVersionArn=model.arn)
        except ClientError as error:
            _pass_over(error, "ResourceNotFoundException", "ResourceInUseException")
            return False
        return True

    def metrics(self, models: Sequence[Model], start: datetime, end: datetime) -> dict[str, Metrics]:
        """Return the metrics of at most `MODELS_A_CALL` models by their ARN.

        Args:
            models: Whose metrics.
            start: The start of a period.
            end: The end of a period.
        """
        queries = [
            _query(f"all{number}", metric, "Sum", {"Operation": "DetectCustomLabels"})
            for number, metric in enumerate(_COUNTS)
        ]
        for index, model in enumerate(models):
            dimensions = {"ProjectName": model.project, "VersionName": model.name}
            queries.append(_query(f"units{index}", "InServiceInferenceUnits", "Average", dimensions))
            queries += [
                _query(f"own{index}_{number}", metric, "Sum", dimensions)
                for number, metric in enumerate(_COUNTS)
            ]
        series = self._series(queries, start, end)
        account_counts = tuple(series[f"all{number}"] for number in range(len(_COUNTS)))
        return {
            model.arn: Metrics(
                in_service=series[f"units{index}"],
                own_counts=tuple(series[f"own{index}_{number}"] for number in range(len(_COUNTS))),
                account_counts=account_counts,
            )
            for index, model in enumerate(models)
        }

    def _series(
        self, queries: "Sequence[MetricDataQueryTypeDef]", start: datetime, end: datetime
    ) -> dict[str, Series]:
        values: dict[str, dict[datetime, float]] = {query["Id"]: {} for query in queries}
        status = dict.fromkeys(values, "Missing")
        pages = self._cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries, StartTime=start, EndTime=end
        )
        for result in (result for page in pages for result in page["MetricDataResults"]):
            # A metric may go on from page to page; what its last page says is true of all of it.
            status[result["Id"]] = result["StatusCode"]
            periods = (period.astimezone(UTC) for period in result["Timestamps"])
            values[result["Id"]].update(zip(periods, result["Values"], strict=True))
        return {key: Series(values=values[key], complete=status[key] == "Complete") for key in values}

    def publish(self, topic_arn: str, subject: str, message: str) -> None:
        """Send a notice."""
        self._sns.publish(TopicArn=topic_arn, Subject=subject[:_SUBJECT], Message=message[:_MESSAGE])


def project_name(arn: str) -> str:
    """Return the name of the project that the ARN of a project or a model states."""
    return arn.split("/")[1]


def _config(attempts: int) -> Config:
    return Config(
        retries={"mode": "standard", "total_max_attempts": attempts}, connect_timeout=3, read_timeout=10
    )


def _query(
    query_id: str, metric: str, statistic: str, dimensions: Mapping[str, str]
) -> "MetricDataQueryTypeDef":
    named: list[DimensionTypeDef] = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    return {
        "Id": query_id,
        "MetricStat": {
            "Metric": {"Namespace": "AWS/Rekognition", "MetricName": metric, "Dimensions": named},
            "Period": PERIOD.seconds,
            "Stat": statistic,
        },
    }


def _pass_over(error: ClientError, *codes: str) -> None:
    if error.response["Error"]["Code"] not in codes:
        raise error
