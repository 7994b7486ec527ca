"""A world in memory: people who start models and forget them, AWS as boto3 shows it, and the truth about both."""

import random
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from functions.idle_model_guard.aws import Account

START = datetime(
    2026, 10, 20, tzinfo=UTC
)  # Europe's and America's clocks change within the thirty days that follow
STEP = timedelta(minutes=5)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LONGEST_RUN = 12 * HOUR
ARN = "arn:aws:rekognition:eu-west-1:123456789012:project"
KINDS = ("SuccessfulRequestCount", "ThrottledCount", "UserErrorCount", "ServerErrorCount")
_PAGE = 1  # items of a page
_DATAPOINTS = 40  # of a metric on a page
_QUERIES = 500


def _tag(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def _error(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "Simulated."}}, operation)


@dataclass
class SimulatedModel:
    """A model, and what is true of its present run, whatever AWS shows."""

    project: str
    name: str
    units: int
    has_own_metrics: bool
    status: str = "STOPPED"
    changed: datetime = START - 2 * HOUR
    """When the status began."""
    tags: dict[str, str] = field(default_factory=dict[str, str])
    begun: datetime = START
    """When somebody started it."""
    tagged: bool = False
    """Whether whoever started it said so in a tag."""
    lease: datetime | None = None
    seen: datetime | None = None
    """When an undisturbed run of the guard first saw the present run."""
    busy: bool = False
    served: deque[datetime] = field(default_factory=lambda: deque[datetime](maxlen=400))
    """Starts of the steps in which it got requests."""
    unguarded: bool = False
    """Whether it would run if there were no guard."""
    minutes: int = 0
    minutes_unguarded: int = 0

    @property
    def arn(self) -> str:
        return f"{ARN}/{self.project}/version/{self.name}/1"

    @property
    def keep(self) -> bool:
        return "keep-running" in self.tags

    def become(self, status: str, now: datetime) -> None:
        self.status, self.changed = status, now

    def quiet(self, start: datetime, end: datetime) -> bool:
        return not any(start <= step < end for step in self.served)


class World:
    """Four models in two projects, five minutes a step.

    Args:
        seed: What happens is decided by it alone.
        faults: How likely a call fails; a tenth as likely, a whole run of the guard does.
    """

    def __init__(self, seed: int, faults: float = 0.004) -> None:
        self.random = random.Random(seed)  # noqa: S311 - nothing secret
        self.faults = faults
        self.now = START
        self.models = [
            SimulatedModel(f"project{number % 2}", f"v{number}", 1 + number % 3, number % 4 > 1)
            for number in range(4)
        ]
        self.metrics: dict[tuple[str, ...], deque[tuple[datetime, float, datetime]]] = {}
        """By name and dimensions: start of the period, value, when CloudWatch has it."""
        self.late_until = START
        """Metrics of times before it come only then."""
        self.notices: list[str] = []
        self.faulted = False
        """Whether a call has failed since this was last reset."""
        self.garbled = False
        """Whether metrics were incomplete since this was last reset."""
        self.down = False

    def account(self) -> Account:
        clients: Any = (_Rekognition(self), _CloudWatch(self), _Sns(self))
        return Account(*clients)

    def step(self) -> None:
        """Let five minutes pass: what people do, what is served, what CloudWatch will know."""
        if self.now > self.late_until and self._happens(0.002):
            self.late_until = self.now + self.random.randint(20, 90) * MINUTE
        for model in self.models:
            self._settle(model)
            self._people(model)
            self._serve(model)
        self.now += STEP

    def _happens(self, probability: float) -> bool:
        return self.random.random() < probability

    def _settle(self, model: SimulatedModel) -> None:
        age = self.now - model.changed
        if model.status == "STARTING" and age >= 10 * MINUTE:
            model.become("RUNNING", self.now)
            model.unguarded = True
        elif model.status == "STOPPING" and age >= 5 * MINUTE:
            model.become("STOPPED", self.now)
        elif model.status == "STOPPED":
            model.seen = None

    def _people(self, model: SimulatedModel) -> None:
        if model.status == "STOPPED" and self.now - model.changed >= HOUR and self._happens(0.02):
            self._start(model)
        elif model.status == "RUNNING":
            lease = model.lease
            if lease and timedelta(0) < lease - self.now <= 10 * MINUTE and self._happens(0.3):
                model.lease = lease + HOUR
                model.tags["stop-at"] = _tag(model.lease)
            if model.keep and self._happens(0.01):
                del model.tags["keep-running"]
        if self._happens(0.003):
            model.unguarded = False
            if model.status == "RUNNING":
                model.become("STOPPING", self.now)

    def _start(self, model: SimulatedModel) -> None:
        model.become("STARTING", self.now)
        model.begun, model.lease = self.now, None
        model.tagged = self._happens(0.7)
        if model.tagged:
            model.lease = self.now + self.random.choice([1, 2, 2, 4, 8, 20]) * HOUR
            model.tags |= {"started-at": _tag(self.now), "stop-at": _tag(model.lease)}
            if self._happens(0.2):
                model.lease = None
                model.tags["stop-at"] = self.random.choice(
                    ["tomorrow", "", "2026-10-21T10:00", "9999-01-01T00:00:00Z"]
                )
        if self._happens(0.05):
            model.tags["keep-running"] = "fair"

    def _serve(self, model: SimulatedModel) -> None:
        if model.unguarded:
            model.minutes_unguarded += 5
        if model.status != "RUNNING":
            return
        model.minutes += 5
        model.busy = self._happens(0.97 if model.busy else 0.03)
        dimensions = (model.project, model.name)
        self._put("InServiceInferenceUnits", dimensions, model.units)
        night = self.now.hour < 6
        if night or not model.busy or self._happens(0.3):
            return
        model.served.append(self.now)
        requests = dict.fromkeys(KINDS, 0)
        requests[self.random.choices(KINDS, [97, 1, 1, 1])[0]] = self.random.randint(1, 9)
        for kind, count in requests.items():
            if model.has_own_metrics:
                self._put(kind, dimensions, count)
            if count:
                self._put(kind, ("DetectCustomLabels",), count)

    def _put(self, metric: str, dimensions: tuple[str, ...], value: float) -> None:
        known = max(self.now + STEP, self.late_until) + self.random.randint(0, 5) * MINUTE
        self.metrics.setdefault((metric, *dimensions), deque(maxlen=2000)).append((self.now, value, known))

    def call(self, operation: str) -> None:
        """Let a call to AWS fail now and then.

        Raises:
            ClientError: It fails.
        """
        if self.down or self._happens(self.faults):
            self.faulted = True
            raise _error("InternalServerError", operation)

    def model(self, arn: str) -> SimulatedModel:
        return next(model for model in self.models if model.arn == arn)

    def may_be_stopped(self, model: SimulatedModel) -> bool:
        """Return whether it is right to stop a running model now."""
        if model.keep:
            return False
        if self.now - model.begun >= LONGEST_RUN or (model.lease and model.lease <= self.now):
            return True
        end = self.now - 5 * MINUTE
        return not model.lease and model.changed <= end - HOUR and model.quiet(end - HOUR, end)

    def must_be_stopped(self, model: SimulatedModel) -> bool:
        """Return whether an undisturbed run of the guard must stop a running model now."""
        if model.keep:
            return False
        since = model.begun if model.tagged else model.seen
        if model.lease and model.lease <= self.now:
            return True
        if since and self.now - since >= LONGEST_RUN:
            return True
        end = self.now - 5 * MINUTE
        start = end - HOUR
        if (
            model.lease
            or not since
            or max(since, model.changed) > start
            or self.now < self.late_until + 10 * MINUTE
        ):
            return False
        recently = model.has_own_metrics and not model.quiet(self.now - 24 * HOUR, self.now)
        return all(other.quiet(start, self.now) for other in ([model] if recently else self.models))


class _Client:
    def __init__(self, world: World) -> None:
        self.world = world

    def get_paginator(self, operation: str) -> "_Paginator":
        return _Paginator(getattr(self, operation))


@dataclass
class _Paginator:
    pages: Any

    def paginate(self, **parameters: Any) -> Iterator[dict[str, Any]]:
        return self.pages(**parameters)


class _Rekognition(_Client):
    def describe_projects(self, **parameters: Any) -> Iterator[dict[str, Any]]:
        assert parameters == {"Features": ["CUSTOM_LABELS"]}
        names = sorted({model.project for model in self.world.models})
        for first in range(0, len(names), _PAGE):
            self.world.call("DescribeProjects")
            arns = [f"{ARN}/{name}/1" for name in names[first : first + _PAGE]]
            yield {"ProjectDescriptions": [{"ProjectArn": arn, "Status": "CREATED"} for arn in arns]}

    def describe_project_versions(self, **parameters: Any) -> Iterator[dict[str, Any]]:
        name = parameters["ProjectArn"].split("/")[1]
        models = [model for model in self.world.models if model.project == name]
        for first in range(0, len(models), _PAGE):
            self.world.call("DescribeProjectVersions")
            yield {
                "ProjectVersionDescriptions": [
                    {
                        "ProjectVersionArn": model.arn,
                        "CreationTimestamp": START - timedelta(days=30),
                        "Status": model.status,
                        "MinInferenceUnits": model.units,
                    }
                    for model in models[first : first + _PAGE]
                ]
            }

    def list_tags_for_resource(self, **parameters: Any) -> dict[str, Any]:
        self.world.call("ListTagsForResource")
        return {"Tags": dict(self.world.model(parameters["ResourceArn"]).tags)}

    def tag_resource(self, **parameters: Any) -> None:
        self.world.call("TagResource")
        self.world.model(parameters["ResourceArn"]).tags.update(parameters["Tags"])

    def untag_resource(self, **parameters: Any) -> None:
        self.world.call("UntagResource")
        for key in parameters["TagKeys"]:
            self.world.model(parameters["ResourceArn"]).tags.pop(key, None)

    def stop_project_version(self, **parameters: Any) -> None:
        self.world.call("StopProjectVersion")
        model = self.world.model(parameters["ProjectVersionArn"])
        if model.status != "RUNNING":
            raise _error("ResourceInUseException", "StopProjectVersion")
        assert self.world.may_be_stopped(model), f"{model} should not be stopped at {self.world.now}"
        model.become("STOPPING", self.world.now)


class _CloudWatch(_Client):
    def get_metric_data(self, **parameters: Any) -> Iterator[dict[str, Any]]:
        queries = parameters["MetricDataQueries"]
        assert len(queries) <= _QUERIES
        assert len({query["Id"] for query in queries}) == len(queries)
        assert parameters["EndTime"] > self.world.now
        series = {
            query["Id"]: self._series(query["MetricStat"], parameters["StartTime"]) for query in queries
        }
        ruined = self.world.random.choice(list(series)) if self.world._happens(0.02) else ""
        self.world.garbled |= bool(ruined)
        for first in range(0, max(1, *(len(points) for points in series.values())), _DATAPOINTS):
            self.world.call("GetMetricData")
            results: list[dict[str, Any]] = []
            for name, points in series.items():
                page = points[first : first + _DATAPOINTS]
                status = "Complete" if first + _DATAPOINTS >= len(points) else "PartialData"
                values = [value for _, value in page]
                if name == ruined:
                    how = self.world.random.choice(["PartialData", "InternalError", "NaN"])
                    if how == "NaN":
                        values = [float("nan") for _ in values]
                    else:
                        status, page, values = how, page[::2], values[::2]
                if page or not first:
                    results.append(
                        {
                            "Id": name,
                            "Timestamps": [time for time, _ in page],
                            "Values": values,
                            "StatusCode": status,
                        }
                    )
            yield {"MetricDataResults": results}

    def _series(self, stat: Mapping[str, Any], start: datetime) -> list[tuple[datetime, float]]:
        metric = stat["Metric"]
        assert metric["Namespace"] == "AWS/Rekognition"
        assert stat["Stat"] == ("Average" if metric["MetricName"] == "InServiceInferenceUnits" else "Sum")
        assert stat["Period"] == STEP.seconds
        key = (metric["MetricName"], *(dimension["Value"] for dimension in metric["Dimensions"]))
        sums: dict[datetime, float] = {}
        for period, value, known in reversed(self.world.metrics.get(key, ())):
            if period < start:
                break
            if known <= self.world.now:
                sums[period] = sums.get(period, 0.0) + value
        return list(sums.items())


class _Sns(_Client):
    def publish(self, **parameters: Any) -> None:
        self.world.call("Publish")
        self.world.notices.append(parameters["Message"])
