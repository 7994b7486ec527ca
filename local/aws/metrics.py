"""What Rekognition tells CloudWatch about running models and their use."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from local.aws.account import ACCOUNT_ID
from local.aws.loopback import HeaderList

MINUTE = timedelta(minutes=1)
_METRICS_A_CALL = 1000
_THROTTLED = ("ProvisionedThroughputExceededException", "ThrottlingException")


class DetectionCounts:
    """WSGI middleware: counts DetectCustomLabels by what came of it."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on."""
        if environ.get("HTTP_X_AMZ_TARGET") != "RekognitionService.DetectCustomLabels":
            return self._application(environ, start_response)

        def start(status: str, headers: HeaderList, _error: object = None, /) -> Callable[[bytes], object]:
            with self._lock:
                self._counts[_metric(status, dict(headers))] += 1
            return start_response(status, headers)

        return self._application(environ, start)

    def take(self) -> Counter[str]:
        """Return the counts by metric since they were last taken."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        return counts


def publish(
    cloudwatch: Any,  # noqa: ANN401 - boto3's client
    region: str,
    counts: Counter[str],
    since: datetime,
    until: datetime,
) -> None:
    """Publish the metrics of every minute that began after *since*, and *counts* for the last of them.

    Args:
        cloudwatch: boto3's client.
        region: Of the models.
        counts: What `DetectionCounts.take` returned.
        since: Until when metrics have been published.
        until: The time.
    """
    minutes = [since + number * MINUTE for number in range(1, (until - since) // MINUTE + 1)]
    data = [
        _datum("InServiceInferenceUnits", dimensions, minute, units)
        for dimensions, units in _models_in_service(region)
        for minute in minutes
    ]
    data += [
        _datum(metric, {"Operation": "DetectCustomLabels"}, until, count) for metric, count in counts.items()
    ]
    for first in range(0, len(data), _METRICS_A_CALL):
        cloudwatch.put_metric_data(
            Namespace="AWS/Rekognition", MetricData=data[first : first + _METRICS_A_CALL]
        )


def _models_in_service(region: str) -> list[tuple[dict[str, str], int]]:
    from local.rekognition.models import custom_labels_backends  # noqa: PLC0415 - imports OpenCV

    store = custom_labels_backends[ACCOUNT_ID][region].store
    with store.lock:
        return [
            ({"ProjectName": project.name, "VersionName": version.name}, version.min_inference_units)
            for project in store.projects().values()
            for version in project.versions.values()
            if version.state.status == "RUNNING"
        ]


def _metric(status: str, headers: dict[str, str]) -> str:
    if status.startswith("200"):
        return "SuccessfulRequestCount"
    if status.startswith("5"):
        return "ServerErrorCount"
    throttled = headers.get("x-amzn-errortype", "").startswith(_THROTTLED)
    return "ThrottledCount" if throttled else "UserErrorCount"


def _datum(metric: str, dimensions: dict[str, str], time: datetime, value: float) -> dict[str, Any]:
    return {
        "MetricName": metric,
        "Dimensions": [{"Name": name, "Value": given} for name, given in dimensions.items()],
        "Timestamp": time,
        "Value": float(value),
    }
