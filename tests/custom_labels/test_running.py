"""Models are started with a lease, cost money visibly, and are stopped."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from custom_labels import models
from custom_labels.leases import in_utc, lease_tags
from custom_labels.projects import find_model
from tests.custom_labels.conftest import Command
from tests.custom_labels.workshop import Workshop

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient


def test_a_started_model_runs_and_carries_its_lease(command: Command, workshop: Workshop) -> None:
    arn = workshop.model()
    before = datetime.now(UTC).replace(microsecond=0)
    answer = command.json("start", "shapes", "--for", "90m", "--units", "2", "--max-units", "3", "--yes")
    assert answer["status"] == "RUNNING"
    assert (answer["inferenceUnits"], answer["maxInferenceUnits"]) == (2, 3)
    tags = workshop.tags(arn)
    started = datetime.fromisoformat(tags["started-at"])
    assert before <= started <= datetime.now(UTC)
    assert tags["stop-at"] == answer["stopAt"] == in_utc(started + timedelta(minutes=90))


def test_starting_asks_and_names_the_price(command: Command, workshop: Workshop) -> None:
    workshop.model()
    refusal = command.refusal("start", "shapes/v1", "--units", "2", "--max-units", "4")
    assert refusal == (
        "Starting shapes/v1 costs about $8.00 to $16.00 an hour (an estimate), $16.00 to $32.00 in 2 h 00 min. Start it? "
        "There is no terminal to answer on: add --yes to go ahead."
    )
    assert "costs about $2.50 an hour" in command.refusal("start", "shapes/v1", "--unit-hour-usd", "2.5")


def test_a_refused_start_takes_its_lease_back(
    command: Command, workshop: Workshop, rekognition: "RekognitionClient"
) -> None:
    arn = workshop.model()
    assert "That would make 6 inference units of a model: 5 is the most." in command.refusal(
        "start", "shapes", "--units", "6", "--yes"
    )
    assert workshop.tags(arn) == {}
    old = {"started-at": "2026-01-01T00:00:00Z", "stop-at": "never", "team": "blue"}
    rekognition.tag_resource(ResourceArn=arn, Tags=old)
    command.refusal("start", "shapes", "--units", "6", "--yes")
    assert workshop.tags(arn) == old


def test_a_model_that_runs_after_all_keeps_its_lease(workshop: Workshop) -> None:
    """An answer may get lost on its way."""
    arn = workshop.model()
    client: Any = boto3.client("rekognition")

    def lose_answer(**_: object) -> None:
        raise KeyboardInterrupt

    client.meta.events.register("after-call.rekognition.StartProjectVersion", lose_answer)
    with pytest.raises(KeyboardInterrupt):
        models.start(client, find_model(client, "shapes"), 1, None, timedelta(hours=1))
    assert set(workshop.tags(arn)) == {"started-at", "stop-at"}


def test_a_model_that_cannot_be_tagged_is_not_started(workshop: Workshop) -> None:
    workshop.model()
    client: Any = boto3.client("rekognition")
    refused = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "No."}}, "TagResource")

    def refuse(**_: object) -> None:
        raise refused

    client.meta.events.register("before-call.rekognition.TagResource", refuse)
    model = find_model(client, "shapes")
    with pytest.raises(ClientError):
        models.start(client, model, 1, None, timedelta(hours=1))
    assert find_model(client, "shapes").status == "TRAINING_COMPLETED"


def test_a_running_model_is_not_started_again(command: Command, workshop: Workshop) -> None:
    arn = workshop.running_model()
    assert "Model shapes/v1 is RUNNING: it can be started when" in command.refusal("start", "shapes")
    assert workshop.tags(arn) == {}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--for", "soon"], "'soon' is not a length of time: write hours and minutes"),
        (["--units", "0"], "0 is not in the range x>=1"),
        (["--units", "3", "--max-units", "2"], "--max-units is 2: it must be at least --units, 3."),
        (["--unit-hour-usd", "free"], "'free' is not a price: write US dollars such as 4.0."),
        (["--unit-hour-usd", "-1"], "'-1' is not a price"),
        (["--unit-hour-usd", "NaN"], "'NaN' is not a price"),
    ],
)
def test_wrong_usage_of_start_is_named(command: Command, arguments: list[str], sentence: str) -> None:
    assert sentence in command.refusal("start", "shapes", *arguments, code=2)


def test_stopped_models_are_stopped_and_lose_their_lease(command: Command, workshop: Workshop) -> None:
    arn = workshop.model()
    command.text("start", "shapes", "--yes")
    assert command.text("stop", "shapes/v1") == "shapes/v1 is STOPPED.\n"
    assert workshop.tags(arn) == {}


def test_stop_all_stops_every_model_also_one_that_only_starts(
    command: Command, workshop: Workshop, rekognition: "RekognitionClient"
) -> None:
    workshop.running_model("shapes")
    starting = workshop.model("forms")
    workshop.model("idle")
    rekognition.start_project_version(ProjectVersionArn=starting, MinInferenceUnits=1)
    stopped = command.json("stop", "--all")["models"]
    assert [(model["project"], model["status"]) for model in stopped] == [
        ("forms", "STOPPED"),
        ("shapes", "STOPPED"),
    ]
    assert command.text("stop", "--all") == "Nothing was stopped.\n"


def test_one_model_that_cannot_be_stopped_keeps_no_other_running(
    command: Command, workshop: Workshop
) -> None:
    workshop.model("idle")
    workshop.running_model("shapes")
    result = command("stop", "idle", "shapes")
    assert result.exit_code == 1
    assert result.stdout == "shapes/v1 is STOPPED.\n"
    assert "Model idle/v1 is TRAINING_COMPLETED: only a running model can be stopped." in result.stderr


def test_stop_wants_models_or_all(command: Command) -> None:
    assert "Name the models to stop, or say --all." in command.refusal("stop", code=2)
    assert "Name the models to stop, or say --all." in command.refusal("stop", "shapes", "--all", code=2)


def test_cost_shows_what_runs_and_what_it_has_cost(
    command: Command, workshop: Workshop, rekognition: "RekognitionClient"
) -> None:
    arn = workshop.running_model()
    started = datetime.now(UTC) - timedelta(minutes=125, seconds=5)
    rekognition.tag_resource(ResourceArn=arn, Tags=lease_tags(started, timedelta(hours=3)))
    answer = command.json("cost")
    (model,) = answer["models"]
    assert (model["minutes"], model["usd"], model["usdPerHour"]) == (125, 8.33, 4.0)
    assert (model["startedAt"], model["stopAt"]) == (in_utc(started), in_utc(started + timedelta(hours=3)))
    assert answer["usdPerHour"] == 4.0
    heads, line = command.text("cost").splitlines()
    assert heads.split("  ")[0] == "MODEL"
    assert [part.strip() for part in line.split("  ") if part][:6] == [
        "shapes/v1",
        "RUNNING",
        in_utc(started),
        "2 h 05 min",
        "$8.33",
        "$4.00",
    ]
    assert line.endswith(f"{in_utc(started + timedelta(hours=3))}, in 54 min")


def test_cost_says_what_nobody_knows(
    command: Command, workshop: Workshop, rekognition: "RekognitionClient"
) -> None:
    arn = workshop.running_model()
    line = command.text("cost").splitlines()[1]
    assert line.split() == [
        "shapes/v1",
        "RUNNING",
        "unknown",
        "unknown",
        "unknown",
        "$4.00",
        "nobody",
        "said",
        "when",
    ]
    assert "usd" not in command.json("cost")["models"][0]
    rekognition.tag_resource(ResourceArn=arn, Tags={"stop-at": "2026-01-01T00:00:00Z"})
    assert "since 2026-01-01T00:00:00Z overdue" in command.text("cost")


def test_without_running_models_nothing_costs(command: Command, workshop: Workshop) -> None:
    workshop.model()
    assert command.text("cost") == "No model costs money in eu-west-1.\n"
    assert command.json("cost")["models"] == []
