"""What Rekognition would tell CloudWatch."""

from collections.abc import Iterable
from typing import Any, cast

import pytest

from local.aws.metrics import DetectionCounts


@pytest.mark.parametrize(
    ("status", "error", "metric"),
    [
        ("200 OK", "", "SuccessfulRequestCount"),
        ("400 Bad Request", "ProvisionedThroughputExceededException", "ThrottledCount"),
        ("400 Bad Request", "ThrottlingException", "ThrottledCount"),
        ("400 Bad Request", "InvalidImageFormatException", "UserErrorCount"),
        ("500 Internal Server Error", "", "ServerErrorCount"),
    ],
)
def test_detections_are_counted_by_what_came_of_them_and_other_requests_are_not(
    status: str, error: str, metric: str
) -> None:
    def answer(_environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response(status, [("x-amzn-errortype", error)])
        return [b""]

    counts = DetectionCounts(cast("Any", answer))
    started: list[str] = []
    for operation in ("DetectCustomLabels", "DetectCustomLabels", "DescribeProjects"):
        environ = {"HTTP_X_AMZ_TARGET": f"RekognitionService.{operation}"}
        counts(environ, cast("Any", lambda line, _headers: started.append(line)))
    assert started == [status] * 3
    assert counts.take() == {metric: 2}
    assert counts.take() == {}
