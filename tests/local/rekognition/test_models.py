"""The life of a model after its training: which order is taken in which state, and for how many."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import WaiterError

from local.rekognition.limits import Timing, configure
from tests.local.rekognition.bench import BUCKET, UNTHROTTLED, Bench, Clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_rekognition import RekognitionClient

    Order = Callable[[RekognitionClient, str], object]

NO_MODEL = "arn:aws:rekognition:eu-west-1:123456789012:project/p/version/v/1"

ORDERS: "dict[str, Order]" = {
    "start": lambda client, arn: client.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1),
    "stop": lambda client, arn: client.stop_project_version(ProjectVersionArn=arn),
    "delete": lambda client, arn: client.delete_project_version(ProjectVersionArn=arn),
    "detect": lambda client, arn: client.detect_custom_labels(
        ProjectVersionArn=arn, Image={"S3Object": {"Bucket": BUCKET, "Name": "images/0.png"}}
    ),
}
PATHS = {
    "TRAINING_COMPLETED": [],
    "STARTING": ["start"],
    "RUNNING": ["start", 100],
    "STOPPING": ["start", 100, "stop"],
    "STOPPED": ["start", 100, "stop", 50],
    "DELETING": ["delete"],
}
TAKEN = {
    ("TRAINING_COMPLETED", "start"),
    ("TRAINING_COMPLETED", "delete"),
    ("RUNNING", "stop"),
    ("RUNNING", "detect"),
    ("STOPPED", "start"),
    ("STOPPED", "delete"),
}


@pytest.mark.parametrize("status", PATHS)
def test_a_model_takes_exactly_the_orders_of_its_state(
    bench: Bench, rekognition: "RekognitionClient", clock: Clock, status: str
) -> None:
    arn = bench.model()
    for step in PATHS[status]:
        if isinstance(step, str):
            ORDERS[step](rekognition, arn)
        else:
            clock.now += step
    assert bench.describe(arn).get("Status") == status
    # Orders that are taken change the state, so they come last.
    for order in sorted(ORDERS, key=lambda order: (status, order) in TAKEN):
        if (status, order) not in TAKEN:
            error = "ResourceNotReadyException" if order == "detect" else "ResourceInUseException"
            with pytest.raises(getattr(rekognition.exceptions, error), match=f"Model v1 is {status}: "):
                ORDERS[order](rekognition, arn)
            assert bench.describe(arn).get("Status") == status
    taken = [order for order in ORDERS if (status, order) in TAKEN]
    if taken:
        ORDERS[taken[-1]](rekognition, arn)


@pytest.mark.parametrize("order", ORDERS)
def test_an_unknown_model_takes_no_order(rekognition: "RekognitionClient", order: str) -> None:
    with pytest.raises(rekognition.exceptions.ResourceNotFoundException, match="There is no model arn:aws"):
        ORDERS[order](rekognition, NO_MODEL)


def test_models_of_the_same_name_in_two_projects_are_two(
    bench: Bench, rekognition: "RekognitionClient"
) -> None:
    first, second = (bench.model(project=bench.project(name)) for name in ("a", "b"))
    ORDERS["start"](rekognition, second)
    assert (bench.describe(first).get("Status"), bench.describe(second).get("Status")) == (
        "TRAINING_COMPLETED",
        "STARTING",
    )


def test_each_passing_state_lasts_as_long_as_timing_says(
    bench: Bench, rekognition: "RekognitionClient", clock: Clock
) -> None:
    arn = bench.model()
    seen: list[str | None] = []
    for order, seconds in (("start", 100), ("stop", 50), ("delete", 20)):
        ORDERS[order](rekognition, arn)
        clock.now += seconds - 0.5
        seen.append(bench.describe(arn).get("Status"))
        clock.now += 0.5
        project = rekognition.describe_projects()["ProjectDescriptions"][0]
        versions = rekognition.describe_project_versions(ProjectArn=project.get("ProjectArn", ""))
        seen += [version.get("Status") for version in versions["ProjectVersionDescriptions"]]
    assert seen == ["STARTING", "RUNNING", "STOPPING", "STOPPED", "DELETING"]


def test_a_started_model_shows_its_inference_units(bench: Bench, rekognition: "RekognitionClient") -> None:
    arn = bench.model()
    assert "MinInferenceUnits" not in bench.describe(arn)
    rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=2, MaxInferenceUnits=4)
    described = bench.describe(arn)
    assert (described.get("MinInferenceUnits"), described.get("MaxInferenceUnits")) == (2, 4)
    assert described.get("StatusMessage") == "The model is being started."


BAD_UNITS: list[tuple[Any, str, str]] = [
    ({"MinInferenceUnits": 6}, "LimitExceededException", "5 is the most"),
    ({"MinInferenceUnits": 1, "MaxInferenceUnits": 6}, "LimitExceededException", "5 is the most"),
    ({"MinInferenceUnits": 3, "MaxInferenceUnits": 2}, "InvalidParameterException", "at least MinInfer"),
    ({"MinInferenceUnits": 0}, "ClientError", "Value '0' at 'minInferenceUnits' failed"),
    ({}, "ClientError", "Value null at 'minInferenceUnits' failed"),
]


def test_a_model_is_not_started_with_units_that_it_cannot_have(
    bench: Bench, rekognition: "RekognitionClient"
) -> None:
    arn = bench.model()
    for units, error, message in BAD_UNITS:
        with pytest.raises(getattr(rekognition.exceptions, error), match=message):
            rekognition.start_project_version(ProjectVersionArn=arn, **units)
    assert bench.describe(arn).get("Status") == "TRAINING_COMPLETED"


def test_a_model_may_be_held_to_a_fixed_number_of_units(
    bench: Bench, rekognition: "RekognitionClient"
) -> None:
    arn = bench.model()
    started = rekognition.start_project_version(
        ProjectVersionArn=arn, MinInferenceUnits=5, MaxInferenceUnits=5
    )
    assert started["Status"] == "STARTING"


def test_no_more_models_run_at_once_than_the_quota_allows(
    bench: Bench, rekognition: "RekognitionClient", timing: Timing, clock: Clock
) -> None:
    project = bench.project()
    configure(limits=replace(UNTHROTTLED, running_models=1), timing=timing)
    first, second = bench.model("v1", project), bench.model("v2", project)
    ORDERS["start"](rekognition, first)
    with pytest.raises(rekognition.exceptions.LimitExceededException, match=r"running models.*1 is the most"):
        ORDERS["start"](rekognition, second)
    clock.now += 100
    with pytest.raises(rekognition.exceptions.LimitExceededException):
        ORDERS["start"](rekognition, second)
    ORDERS["stop"](rekognition, first)
    ORDERS["start"](rekognition, second)
    assert bench.describe(second).get("Status") == "STARTING"


def test_versions_are_listed_newest_first_by_name_and_in_pages(
    bench: Bench, rekognition: "RekognitionClient"
) -> None:
    project = bench.project()
    for name in ("v1", "v2", "v3"):
        bench.model(name, project)
    pages = rekognition.get_paginator("describe_project_versions").paginate(
        ProjectArn=project, PaginationConfig={"PageSize": 2}
    )
    listed = [
        [version.get("ProjectVersionArn", "").split("/")[3] for version in page["ProjectVersionDescriptions"]]
        for page in pages
    ]
    assert listed == [["v3", "v2"], ["v1"]]
    some = rekognition.describe_project_versions(ProjectArn=project, VersionNames=["v1", "other"])
    assert len(some["ProjectVersionDescriptions"]) == 1


def test_versions_of_an_unknown_project_cannot_be_listed(rekognition: "RekognitionClient") -> None:
    with pytest.raises(rekognition.exceptions.ResourceNotFoundException, match="There is no project"):
        rekognition.describe_project_versions(ProjectArn=NO_MODEL.replace("/version/v", ""))


def test_the_waiter_sees_a_model_become_running(bench: Bench, rekognition: "RekognitionClient") -> None:
    project = bench.project()
    arn = bench.model(project=project)
    configure(limits=UNTHROTTLED, timing=Timing(starting=0.2))
    ORDERS["start"](rekognition, arn)
    waiter = rekognition.get_waiter("project_version_running")
    waiter.wait(ProjectArn=project, VersionNames=["v1"], WaiterConfig={"Delay": 1, "MaxAttempts": 3})
    assert bench.describe(arn).get("Status") == "RUNNING"


def test_the_waiter_sees_a_training_fail(bench: Bench, rekognition: "RekognitionClient") -> None:
    project = bench.project()
    bench.put("train.manifest", b"no JSON\n")
    bench.put("test.manifest", b"no JSON\n")
    arn = bench.create_version(project)
    bench.trained(arn)
    waiter = rekognition.get_waiter("project_version_training_completed")
    with pytest.raises(WaiterError, match="terminal failure"):
        waiter.wait(ProjectArn=project, WaiterConfig={"Delay": 1, "MaxAttempts": 2})


def test_a_failed_model_can_be_deleted_and_nothing_else(
    bench: Bench, rekognition: "RekognitionClient"
) -> None:
    bench.put("train.manifest", b"no JSON\n")
    bench.put("test.manifest", b"no JSON\n")
    arn = bench.create_version(bench.project())
    assert bench.trained(arn).get("Status") == "TRAINING_FAILED"
    for order in ("start", "stop"):
        with pytest.raises(rekognition.exceptions.ResourceInUseException, match="is TRAINING_FAILED"):
            ORDERS[order](rekognition, arn)
    assert rekognition.delete_project_version(ProjectVersionArn=arn)["Status"] == "DELETING"
