"""Invokes functions: logs, metrics, credentials of their role, and what becomes of runs that fail."""

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import uuid
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from local.aws.account import ACCOUNT_ID
from local.aws.awslambda.models import Function
from local.aws.sessions import Session, assume_for_service

_BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
_NO_CLOCK_AHEAD = timedelta()


@dataclass(frozen=True)
class Invocation:
    """What came of one invocation."""

    payload: Any
    """What the handler returned, or the error's type and message."""
    failed: bool
    log: str
    """What the function printed."""


class Runtime:
    """Runs the functions of one region.

    Args:
        endpoint: URL of the emulator.
        region: Of the functions.
    """

    def __init__(self, endpoint: str, region: str) -> None:
        self._endpoint, self._region = endpoint, region
        self._session: Any = boto3.Session("local", "local", region_name=region)

    def invoke(self, function: Function, event: Any, ahead: timedelta = _NO_CLOCK_AHEAD) -> Invocation:  # noqa: ANN401 - JSON
        """Run a function and wait for it.

        Args:
            function: What is run.
            event: The handler's first argument; JSON.
            ahead: How far the function's clock is ahead.

        Raises:
            NotAssumableError: The function's role does not trust Lambda.
        """
        session = assume_for_service(
            "lambda.amazonaws.com",
            self._region,
            function.role,
            function.function_arn,
            function.function_name,
        )
        invocation = self._run(function, event, session, ahead)
        self._write_log(function, session, invocation.log)
        self._count(function, "Invocations", 1.0, ahead)
        self._count(function, "Errors", float(invocation.failed), ahead)
        return invocation

    def invoke_later(self, function: Function, event: Any, ahead: timedelta = _NO_CLOCK_AHEAD) -> Invocation:  # noqa: ANN401 - JSON
        """Run a function as an asynchronous invocation does: anew after an error, which goes to its destination.

        Args as for `invoke`.

        Returns:
            What came of the last attempt.
        """
        invocation = self.invoke(function, event, ahead)
        for _ in range(function.attempts - 1):
            if not invocation.failed:
                break
            invocation = self.invoke(function, event, ahead)
        if invocation.failed and function.failure_destination:
            self._send_failure(function, function.failure_destination, event, invocation)
        return invocation

    def _run(self, function: Function, event: Any, session: Session, ahead: timedelta) -> Invocation:  # noqa: ANN401 - JSON
        with tempfile.TemporaryDirectory(prefix="function-") as folder:
            root, answer = Path(folder) / "task", Path(folder) / "answer.json"
            with zipfile.ZipFile(io.BytesIO(function.code_bytes)) as archive:
                archive.extractall(root)
            request = {
                "ahead": ahead.total_seconds(),
                "answer": str(answer),
                "event": event,
                "function_arn": function.function_arn,
                "function_name": function.function_name,
                "handler": function.handler,
                "request_id": str(uuid.uuid4()),
                "root": str(root),
                "timeout": function.timeout,
            }
            try:
                done = subprocess.run(
                    [sys.executable, "-I", "-u", _BOOTSTRAP],
                    input=json.dumps(request),
                    env=self._environment(function, session, folder),
                    cwd=root,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    timeout=function.timeout,
                    check=False,
                )
            except subprocess.TimeoutExpired as expired:
                log = (expired.output or b"").decode(errors="replace")
                told = {"errorMessage": f"Task timed out after {function.timeout}.00 seconds"}
                return Invocation(told, failed=True, log=log)
            if not answer.exists():
                told = {"errorMessage": f"The process ended with status {done.returncode}."}
                return Invocation(told, failed=True, log=done.stdout)
            payload = json.loads(answer.read_text())["payload"]
            return Invocation(payload, failed=done.returncode != 0, log=done.stdout)

    def _environment(self, function: Function, session: Session, home: str) -> dict[str, str]:
        return {
            **{name: str(value) for name, value in function.environment_vars.items()},
            "AWS_ACCESS_KEY_ID": session.access_key_id,
            "AWS_SECRET_ACCESS_KEY": session.secret_key,
            "AWS_SESSION_TOKEN": session.session_token,
            "AWS_REGION": self._region,
            "AWS_DEFAULT_REGION": self._region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self._endpoint,
            "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
            "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
            "HOME": home,
            "LANG": "C.UTF-8",
            "PATH": os.defpath,
            "TZ": "UTC",
        }

    def _write_log(self, function: Function, session: Session, log: str) -> None:
        """Write what was printed; as in AWS, it is lost when the role may not write it or there is no log group."""
        now = datetime.now(UTC)
        stream = f"{now:%Y/%m/%d}/[$LATEST]{uuid.uuid4().hex}"
        group, arn = function.log_group, f"arn:aws:logs:{self._region}:{ACCOUNT_ID}:log-group"
        needed = ("logs:CreateLogStream", "logs:PutLogEvents")
        if not log or not all(session.may(one, f"{arn}:{group}:log-stream:{stream}") for one in needed):
            return
        client = self._session.client("logs", endpoint_url=self._endpoint)
        events = [
            {"timestamp": int(now.timestamp() * 1000), "message": line} for line in log.splitlines() if line
        ]
        with contextlib.suppress(ClientError):
            client.create_log_stream(logGroupName=group, logStreamName=stream)
            client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)

    def _count(self, function: Function, metric: str, value: float, ahead: timedelta) -> None:
        self._session.client("cloudwatch", endpoint_url=self._endpoint).put_metric_data(
            Namespace="AWS/Lambda",
            MetricData=[
                {
                    "MetricName": metric,
                    "Dimensions": [{"Name": "FunctionName", "Value": function.function_name}],
                    "Timestamp": datetime.now(UTC) + ahead,
                    "Value": value,
                }
            ],
        )

    def _send_failure(
        self,
        function: Function,
        queue_arn: str,
        event: Any,  # noqa: ANN401 - JSON
        invocation: Invocation,
    ) -> None:
        """Send a record of a failed run to a queue, if the function's role may."""
        session = assume_for_service(
            "lambda.amazonaws.com",
            self._region,
            function.role,
            function.function_arn,
            function.function_name,
        )
        if not session.may("sqs:SendMessage", queue_arn):
            return
        client = self._session.client("sqs", endpoint_url=self._endpoint)
        record = {
            "version": "1.0",
            "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "requestContext": {
                "functionArn": f"{function.function_arn}:$LATEST",
                "condition": "RetriesExhausted",
                "approximateInvokeCount": function.attempts,
            },
            "requestPayload": event,
            "responseContext": {
                "statusCode": 200,
                "executedVersion": "$LATEST",
                "functionError": "Unhandled",
            },
            "responsePayload": invocation.payload,
        }
        with contextlib.suppress(ClientError):
            url = client.get_queue_url(QueueName=queue_arn.rpartition(":")[2])["QueueUrl"]
            client.send_message(QueueUrl=url, MessageBody=json.dumps(record))
