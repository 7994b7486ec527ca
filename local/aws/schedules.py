"""Lets time pass in one region: schedules run their functions, and Rekognition publishes its metrics."""

import logging
import re
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from moto.scheduler.models import Schedule, scheduler_backends

from local.aws.account import ACCOUNT_ID
from local.aws.awslambda.models import functions_backends
from local.aws.awslambda.runtime import Invocation, Runtime
from local.aws.metrics import MINUTE, publish
from local.aws.server import LocalAws
from local.aws.sessions import NotAssumableError, assume_for_service

log = logging.getLogger(__name__)

_RATE = re.compile(r"rate\(([0-9]+) (minute|hour|day)s?\)")
_EVENT = {"version": "0", "source": "aws.scheduler", "detail-type": "Scheduled Event", "detail": "{}"}


@contextmanager
def passing_time(
    aws: LocalAws, region: str, speed: int, on_run: Callable[[Invocation], None]
) -> Generator[None]:
    """Let the schedules of a region run while the context lasts.

    A schedule of the form rate(…) runs its function for the first time when its time has passed once.

    Args:
        aws: The emulator.
        region: Whose schedules run and whose models are measured.
        speed: Seconds that pass for schedules, functions and metrics in one second.
        on_run: Called, from another thread, with what came of each run.
    """
    ended = threading.Event()
    region_time = RegionTime(aws, region, on_run)
    start, started = time.monotonic(), datetime.now(UTC)

    def run() -> None:
        while not ended.wait(min(1.0, MINUTE.total_seconds() / speed)):
            try:
                region_time.pass_until(started + timedelta(seconds=(time.monotonic() - start) * speed))
            except Exception:
                log.exception("The schedules of %s stumbled", region)

    thread = threading.Thread(target=run, name="schedules", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


class RegionTime:
    """What happens in a region by itself as time passes.

    Args:
        aws: The emulator.
        region: The region.
        on_run: Called with what came of each run of a schedule.
    """

    def __init__(self, aws: LocalAws, region: str, on_run: Callable[[Invocation], None]) -> None:
        session: Any = boto3.Session("local", "local", region_name=region)
        self._cloudwatch = session.client("cloudwatch", endpoint_url=aws.url)
        self._runtime = Runtime(aws.url, region)
        self._detections = aws.detections
        self._region, self._on_run = region, on_run
        self._measured = datetime.now(UTC)
        self._last: dict[str, datetime] = {}

    def pass_until(self, now: datetime) -> None:
        """Do everything that is due until *now*."""
        minutes = (now - self._measured) // MINUTE
        if minutes > 0:
            publish(self._cloudwatch, self._region, self._detections.take(), self._measured, now)
            self._measured += minutes * MINUTE
        for schedule in self._schedules():
            last = self._last.setdefault(schedule.arn, now)
            period = _period(schedule.schedule_expression)
            if period and now - last >= period:
                self._last[schedule.arn] = now
                self._fire(schedule, now)

    def _schedules(self) -> list[Schedule]:
        # moto's models hide their class from type checkers.
        groups: list[Any] = list(scheduler_backends[ACCOUNT_ID][self._region].schedule_groups.values())
        schedules = [schedule for group in groups for schedule in list(group.schedules.values())]
        return [schedule for schedule in schedules if schedule.state == "ENABLED"]

    def _fire(self, schedule: Schedule, now: datetime) -> None:
        """Run a schedule's function, if the schedule's role may; else nothing runs, as in AWS."""
        try:
            self._check_role(schedule)
            function = functions_backends[ACCOUNT_ID][self._region].function(schedule.target["Arn"])
            self._on_run(self._runtime.invoke_later(function, _EVENT, now - datetime.now(UTC)))
        except NotAssumableError as error:
            log.warning("The schedule %s did not run: %s", schedule.name, error)

    def _check_role(self, schedule: Schedule) -> None:
        role_arn, target = schedule.target["RoleArn"], schedule.target["Arn"]
        group_arn = f"arn:aws:scheduler:{self._region}:{ACCOUNT_ID}:schedule-group/{schedule.group_name}"
        session = assume_for_service(
            "scheduler.amazonaws.com", self._region, role_arn, group_arn, schedule.name
        )
        if not session.may("lambda:InvokeFunction", target):
            raise NotAssumableError(f"The role {role_arn} may not invoke {target}.")


def _period(expression: str) -> timedelta | None:
    found = _RATE.fullmatch(expression)
    return timedelta(**{f"{found[2]}s": int(found[1])}) if found else None
