"""Models that run: started with a lease, stopped, and what they cost."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from custom_labels.costs import cost_usd, minutes_between
from custom_labels.errors import CustomLabelsError
from custom_labels.leases import STARTED_AT, STOP_AT, Lease, lease_tags
from custom_labels.projects import Model, list_all_models, refresh

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

CHARGED = frozenset({"STARTING", "RUNNING"})
"""Statuses in which a model costs money."""
PASSING = frozenset({"TRAINING_IN_PROGRESS", "STARTING", "STOPPING", "DELETING", "COPYING_IN_PROGRESS"})
"""Statuses that become others by themselves."""
STARTABLE = frozenset({"TRAINING_COMPLETED", "COPYING_COMPLETED", "STOPPED", "FAILED"})
"""Statuses from which a model can be started."""

_LONGEST_PAUSE = 30


@dataclass(frozen=True, kw_only=True)
class Running:
    """A model that costs money, and what is known about it."""

    model: Model
    lease: Lease
    minutes: int | None
    """Whole minutes that it has run; None when no tag says since when."""
    usd: Decimal | None
    """What it has cost so far, at least; None when nobody knows since when it runs."""
    usd_per_hour: Decimal
    """What an hour costs, at least."""


def list_running(rekognition: "RekognitionClient", unit_hour_usd: Decimal, now: datetime) -> list[Running]:
    """Return the models of the region that cost money, and what they have cost until *now*."""
    running: list[Running] = []
    for model in list_all_models(rekognition):
        if model.status not in CHARGED:
            continue
        lease = Lease.of_tags(_tags(rekognition, model))
        minutes = minutes_between(lease.started_at, now) if lease.started_at else None
        running.append(
            Running(
                model=model,
                lease=lease,
                minutes=minutes,
                usd=None if minutes is None else cost_usd(minutes, model.units, unit_hour_usd),
                usd_per_hour=cost_usd(60, model.units, unit_hour_usd),
            )
        )
    return running


def start(
    rekognition: "RekognitionClient", model: Model, units: int, max_units: int | None, length: timedelta
) -> Lease:
    """Start a model that may run for *length* from now on, and return its lease.

    The lease is on the model before the model is started, so that nothing runs without one; a start that fails takes it
    off again.

    Raises:
        CustomLabelsError: Its status does not allow it.
        ClientError: AWS refuses it.
    """
    require_startable(model)
    before = _tags(rekognition, model)
    tags = lease_tags(datetime.now(UTC), length)
    rekognition.tag_resource(ResourceArn=model.arn, Tags=tags)
    try:
        if max_units is None:
            rekognition.start_project_version(ProjectVersionArn=model.arn, MinInferenceUnits=units)
        else:
            rekognition.start_project_version(
                ProjectVersionArn=model.arn, MinInferenceUnits=units, MaxInferenceUnits=max_units
            )
    except BaseException:
        _take_back(rekognition, model, before)
        raise
    return Lease.of_tags(tags)


def require_startable(model: Model) -> None:
    """Check that a model's status allows it to be started.

    Raises:
        CustomLabelsError: It does not.
    """
    if model.status not in STARTABLE:
        raise CustomLabelsError(
            f"Model {model.name} is {model.status}: it can be started when it is {' or '.join(sorted(STARTABLE))}."
        )


def stop(rekognition: "RekognitionClient", model: Model) -> None:
    """Begin to stop a model that runs or starts.

    A model cannot be stopped while it starts, so this waits until it runs. Its lease goes when it is on its way down.

    Raises:
        CustomLabelsError: It does not run, or its start failed.
        ClientError: AWS refuses it.
    """
    if model.status == "STARTING":
        *_, model = follow(rekognition, model, time.sleep)
    if model.status != "RUNNING":
        raise CustomLabelsError(f"Model {model.name} is {model.status}: only a running model can be stopped.")
    rekognition.stop_project_version(ProjectVersionArn=model.arn)
    # An old lease would soon stop a model that somebody starts from elsewhere; but stopping needs no right to untag.
    with contextlib.suppress(ClientError):
        rekognition.untag_resource(ResourceArn=model.arn, TagKeys=[STARTED_AT, STOP_AT])


def follow(
    rekognition: "RekognitionClient", model: Model, pause: Callable[[float], object]
) -> Iterator[Model]:
    """Yield a model again and again until its status no longer passes by itself; the last one has that status.

    Args:
        rekognition: Where to ask.
        model: The model as it was seen last.
        pause: Called with the seconds to wait before the next look: short at first, up to half a minute later.
    """
    began = time.monotonic()
    while True:
        yield model
        if model.status not in PASSING:
            return
        pause(min(_LONGEST_PAUSE, 0.3 + (time.monotonic() - began) / 20))
        model = refresh(rekognition, model)


def _tags(rekognition: "RekognitionClient", model: Model) -> dict[str, str]:
    return rekognition.list_tags_for_resource(ResourceArn=model.arn)["Tags"]


def _take_back(rekognition: "RekognitionClient", model: Model, before: dict[str, str]) -> None:
    """Put the lease's tags back as they were, unless the model runs after all: then it keeps its lease."""
    # A lease too many stops nothing that runs; what the caller must hear is why the start failed.
    with contextlib.suppress(BotoCoreError, ClientError, CustomLabelsError):
        if refresh(rekognition, model).status in CHARGED:
            return
        old = {key: before[key] for key in (STARTED_AT, STOP_AT) if key in before}
        if old:
            rekognition.tag_resource(ResourceArn=model.arn, Tags=old)
        new = [key for key in (STARTED_AT, STOP_AT) if key not in before]
        if new:
            rekognition.untag_resource(ResourceArn=model.arn, TagKeys=new)
