"""Snapshots: what is saved comes back, and what was under way goes on."""

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from moto.moto_api._internal.models import moto_api_backend
from moto.s3.models import s3_backends

from local.rekognition.snapshots import SnapshotError, restore, snapshot
from tests.local.rekognition.bench import BUCKET, Bench, Clock, picture

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

DISC = picture([("disc", 60, 40)], 50)


def forget() -> None:
    """Lose everything that Custom Labels keeps, as the end of the process would."""
    restore(EMPTY)


def seen(rekognition: "RekognitionClient") -> list[Any]:
    """Return everything that can be seen of projects, models, datasets and policies."""
    projects = rekognition.describe_projects()["ProjectDescriptions"]
    everything: list[Any] = [projects]
    for project in projects:
        arn = project.get("ProjectArn", "")
        everything += [
            rekognition.describe_project_versions(ProjectArn=arn)["ProjectVersionDescriptions"],
            rekognition.list_project_policies(ProjectArn=arn)["ProjectPolicies"],
            rekognition.list_tags_for_resource(ResourceArn=arn)["Tags"],
        ]
        for dataset in project.get("Datasets", []):
            named = dataset.get("DatasetArn", "")
            everything += [
                rekognition.describe_dataset(DatasetArn=named)["DatasetDescription"],
                rekognition.list_dataset_entries(DatasetArn=named)["DatasetEntries"],
            ]
    return everything


def archive(**members: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        for name, text in members.items():
            written.writestr(name.replace("_", "."), text)
    return file.getvalue()


EMPTY = archive(state_json=json.dumps({"format": 1, "places": []}))


def test_everything_comes_back_as_it_was_and_running_models_run(
    bench: Bench, rekognition: "RekognitionClient", clock: Clock
) -> None:
    running = bench.running_model(clock, bench.boxed_lines()[:9])
    other = rekognition.create_project(ProjectName="other", Tags={"stage": "test"})["ProjectArn"]
    bench.dataset(other, "TRAIN", [*bench.labelled_lines(), {"source-ref": f"s3://{BUCKET}/bare.png"}])
    bench.policy(other)
    stopped = bench.model("v1", other_project := bench.project("third"))
    clock.now += 100
    before = seen(rekognition)
    labels = bench.detect(running, DISC)
    assert labels != []
    saved = snapshot()
    forget()
    assert seen(rekognition) == [[]]
    restore(saved)
    assert seen(rekognition) == before
    assert bench.detect(running, DISC) == labels
    rekognition.start_project_version(ProjectVersionArn=stopped, MinInferenceUnits=1)
    later = rekognition.create_project(ProjectName="later")["ProjectArn"]
    assert int(later.rpartition("/")[2]) > int(other_project.rpartition("/")[2])


def test_a_training_that_was_under_way_begins_again(bench: Bench) -> None:
    bench.put_manifests(bench.labelled_lines()[:6])
    with bench.held_training():
        arn = bench.create_version(bench.project())
        saved = snapshot()
        restore(saved)
        assert bench.describe(arn).get("Status") == "TRAINING_IN_PROGRESS"
    assert bench.trained(arn).get("Status") == "TRAINING_COMPLETED"


def test_a_training_on_datasets_begins_again_too(bench: Bench) -> None:
    project = bench.project_with_datasets(bench.labelled_lines()[:6])
    with bench.held_training():
        arn = bench.create_version(project, TrainingData=None, TestingData=None)
        restore(snapshot())
    assert bench.trained(arn).get("Status") == "TRAINING_COMPLETED"


def test_a_training_that_cannot_begin_again_fails_and_says_why(bench: Bench) -> None:
    bench.put_manifests(bench.labelled_lines()[:6])
    with bench.held_training():
        arn = bench.create_version(bench.project())
        saved = snapshot()
        s3_backends["123456789012"]["aws"].delete_object(BUCKET, "train.manifest")
        restore(saved)
    described = bench.trained(arn)
    assert described.get("Status") == "TRAINING_FAILED"
    assert described.get("StatusMessage") == f"There is no object train.manifest in bucket {BUCKET}."


def test_what_is_not_in_the_snapshot_is_gone(bench: Bench, tokyo: "RekognitionClient") -> None:
    bench.project()
    saved = snapshot()
    tokyo.create_project(ProjectName="later")
    bench.project("later")
    restore(saved)
    assert tokyo.describe_projects()["ProjectDescriptions"] == []
    assert len(bench.rekognition.describe_projects()["ProjectDescriptions"]) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cannot be read"),
        (b"PK\x03\x04", "cannot be read"),
        (EMPTY[:-5], "cannot be read"),
        (archive(), "cannot be read"),
        (archive(state_json="{"), "cannot be read"),
        (archive(state_json="[]"), "cannot be read"),
        (archive(state_json='{"format": 2}'), "its format is 2, not 1"),
        (archive(state_json='{"format": 1, "places": [{"account": "1"}]}'), "cannot be read"),
    ],
)
def test_what_is_no_snapshot_changes_nothing(
    bench: Bench, rekognition: "RekognitionClient", content: bytes, message: str
) -> None:
    bench.project()
    with pytest.raises(SnapshotError, match=message):
        restore(content)
    assert len(rekognition.describe_projects()["ProjectDescriptions"]) == 1


def test_a_snapshot_can_be_read_by_an_emulator_that_has_just_started(
    bench: Bench, rekognition: "RekognitionClient"
) -> None:
    bench.project()
    saved = snapshot()
    moto_api_backend.reset()
    restore(saved)
    assert len(rekognition.describe_projects()["ProjectDescriptions"]) == 1
