"""Many clients at once: no update is lost, no quota overrun, and the end of the server is the end of its trainings."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from moto.moto_api._internal.models import moto_api_backend

from local.rekognition.limits import Timing, configure
from tests.local.rekognition.bench import BUCKET, IMPORTING, PATIENCE, UNTHROTTLED, Bench, labelled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local.vision import Example

CLIENTS = 20


def at_once(order: "Callable[[int], object]") -> list[Any]:
    """Give an order from as many clients at once; return the answers, or the codes of the errors."""
    together = threading.Barrier(CLIENTS)

    def attempt(number: int) -> Any:
        together.wait()
        try:
            return order(number)
        except ClientError as error:
            return error.response["Error"]["Code"]

    with ThreadPoolExecutor(CLIENTS) as clients:
        return list(clients.map(attempt, range(CLIENTS)))


def test_every_project_of_many_clients_is_there(bench: Bench) -> None:
    at_once(lambda number: bench.rekognition.create_project(ProjectName=f"p{number}"))
    listed = bench.rekognition.describe_projects()["ProjectDescriptions"]
    stamps = {project.get("ProjectArn", "").rpartition("/")[2] for project in listed}
    assert len(stamps) == len(listed) == CLIENTS


def test_one_of_many_clients_gets_a_name(bench: Bench) -> None:
    answers = at_once(lambda _: bench.project("wanted"))
    assert answers.count("ResourceInUseException") == CLIENTS - 1


def test_tags_of_many_clients_are_all_kept(bench: Bench) -> None:
    arn = bench.project()
    at_once(lambda number: bench.rekognition.tag_resource(ResourceArn=arn, Tags={f"k{number}": "v"}))
    tags = bench.rekognition.list_tags_for_resource(ResourceArn=arn)["Tags"]
    assert tags == {f"k{number}": "v" for number in range(CLIENTS)}


def test_no_update_of_a_dataset_is_lost(bench: Bench, timing: Timing) -> None:
    configure(limits=UNTHROTTLED, timing=Timing(importing=0, clock=timing.clock))
    arn = bench.dataset(bench.project(), "TRAIN")

    def update(number: int) -> str:
        entry = json.dumps(labelled(f"{number}.png", "disc")).encode()
        bench.rekognition.update_dataset_entries(DatasetArn=arn, Changes={"GroundTruth": entry})
        return f"s3://{BUCKET}/{number}.png"

    answers = at_once(update)
    listed = bench.rekognition.list_dataset_entries(DatasetArn=arn)["DatasetEntries"]
    assert sorted(json.loads(entry)["source-ref"] for entry in listed) == sorted(answers)


def test_one_of_many_updates_begins_while_an_update_takes_its_time(bench: Bench) -> None:
    arn = bench.dataset(bench.project(), "TRAIN")
    bench.clock.now += IMPORTING
    entry = json.dumps(labelled("1.png", "disc")).encode()
    answers = at_once(
        lambda _: bench.rekognition.update_dataset_entries(DatasetArn=arn, Changes={"GroundTruth": entry})
    )
    assert answers.count("ResourceInUseException") == CLIENTS - 1


def test_no_more_models_are_started_or_trained_than_the_quotas_allow(bench: Bench) -> None:
    project = bench.project()
    models = [bench.model(f"v{number}", project) for number in range(4)]
    started = at_once(
        lambda number: bench.rekognition.start_project_version(
            ProjectVersionArn=models[number % 4], MinInferenceUnits=1
        )["Status"]
    )
    assert started.count("STARTING") == 2
    with bench.held_training():
        answers = at_once(lambda number: bench.create_version(project, f"t{number}"))
        in_training = [arn for arn in answers if arn != "LimitExceededException"]
        assert len(in_training) == 2
    for arn in in_training:
        assert bench.trained(arn).get("Status") == "TRAINING_COMPLETED"


def trainings() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("train ")]


def wait_for_the_end_of_trainings() -> None:
    until = time.monotonic() + PATIENCE
    while trainings():
        assert time.monotonic() < until, "A training goes on."
        time.sleep(0.01)


def test_the_end_of_the_server_ends_a_training_that_reads_its_images(bench: Bench) -> None:
    bench.put_manifests(bench.labelled_lines()[:6])
    with bench.held_training():
        bench.create_version(bench.project())
        assert len(trainings()) == 1
        bucket = bench.bucket()
        moto_api_backend.reset()
    wait_for_the_end_of_trainings()
    assert [key for key in bucket.keys if key.startswith("out/")] == []


def test_the_end_of_the_server_ends_a_training_that_learns(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    learning, ended = threading.Event(), threading.Event()
    seen: list[int] = []

    def learn(examples: "Sequence[Example]") -> None:
        for count, _ in enumerate(examples, 1):
            seen.append(count)
            learning.set()
            ended.wait(PATIENCE)

    monkeypatch.setattr("local.rekognition.training.train", learn)
    bench.put_manifests(bench.labelled_lines()[:6])
    bench.create_version(bench.project())
    assert learning.wait(PATIENCE)
    moto_api_backend.reset()
    ended.set()
    wait_for_the_end_of_trainings()
    assert seen == [1]
