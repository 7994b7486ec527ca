"""Models are trained, followed, and their evaluation is shown."""

import json
from typing import TYPE_CHECKING, Any

from custom_labels.evaluation import parse_evaluation
from tests.custom_labels.conftest import Command
from tests.custom_labels.workshop import BUCKET, Workshop

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_s3 import S3Client

METRICS = {"Precision": 0.8, "Recall": 0.6, "F1Score": 0.7}
MATRIX = [
    {"GroundTruthLabel": "nut", "PredictedLabel": "nut", "Value": 0.75},
    {"GroundTruthLabel": "nut", "PredictedLabel": "bolt", "Value": 0.25},
    {"GroundTruthLabel": "bolt", "PredictedLabel": "bolt", "Value": 1},
]


def summary(aggregated: dict[str, Any]) -> dict[str, Any]:
    return {
        "Version": 1,
        "EvaluationDetails": {"NumberOfTrainingImages": 20, "NumberOfTestingImages": 8},
        "AggregatedEvaluationResults": aggregated,
        "LabelEvaluationResults": [
            {
                "Label": label,
                "NumberOfTestingImages": 4,
                "Metrics": {"Threshold": 0.5, **METRICS, "F1Score": f1},
            }
            for label, f1 in (("bolt", 0.9), ("nut", 0.5))
        ],
    }


def test_a_model_is_trained_on_manifests_and_judged(command: Command, workshop: Workshop) -> None:
    training, testing = workshop.put_manifests()
    command.text("projects", "create", "shapes")
    answer = command.json(
        "train",
        "shapes",
        "--train-manifest",
        training,
        "--test-manifest",
        testing,
        "--bucket",
        BUCKET,
        "--yes",
    )
    assert (answer["version"], answer["status"], answer["f1"]) == ("v1", "TRAINING_COMPLETED", 1.0)
    assert answer["evaluation"]["testingImages"] == 2
    text = command.text(
        "train",
        "shapes",
        "--train-manifest",
        training,
        "--test-manifest",
        testing,
        "--bucket",
        BUCKET,
        "--yes",
    )
    assert text.startswith("shapes/v2 is trained, 0 min billed.")
    assert "shapes/v2: F1 1.000, precision 1.000, recall 1.000; 4 training and 2 test images" in text
    assert "The labels that do worst:" in text


def test_training_names_the_price_and_asks(command: Command, workshop: Workshop) -> None:
    training, _ = workshop.put_manifests()
    command.text("projects", "create", "shapes")
    assert command.refusal("train", "shapes", "--train-manifest", training, "--bucket", BUCKET) == (
        "Training shapes/v1 costs about $1.00 an hour (an estimate), often for 1 to 24 hours. Train it? "
        "There is no terminal to answer on: add --yes to go ahead."
    )
    assert command.json("status")["models"] == []


def test_a_training_that_fails_says_why(command: Command, workshop: Workshop) -> None:
    workshop.put_manifests()
    workshop.put_lines("bad.manifest", [{"source-ref": "nowhere"}])
    command.text("projects", "create", "shapes")
    refusal = command.refusal(
        "train", "shapes", "--train-manifest", f"s3://{BUCKET}/bad.manifest", "--bucket", BUCKET, "--yes"
    )
    assert refusal.startswith("Model shapes/v1 is TRAINING_FAILED: ")
    assert "ERROR_" in refusal


def test_what_cannot_be_trained_is_refused_with_a_way_on(
    command: Command, workshop: Workshop, rekognition: "RekognitionClient"
) -> None:
    training, testing = workshop.put_manifests()
    command.text("projects", "create", "shapes")
    assert "has no TRAIN and no TEST dataset: import one" in command.refusal(
        "train", "shapes", "--bucket", BUCKET, "--yes"
    )
    project = rekognition.describe_projects()["ProjectDescriptions"][0]["ProjectArn"]
    rekognition.create_dataset(ProjectArn=project, DatasetType="TEST")
    assert "has no TRAIN dataset" in command.refusal("train", "shapes", "--bucket", BUCKET, "--yes")
    assert "has datasets, so AWS trains it on nothing else" in command.refusal(
        "train", "shapes", "--train-manifest", training, "--bucket", BUCKET, "--yes"
    )
    assert "There is no project forms in eu-west-1" in command.refusal(
        "train", "forms", "--bucket", BUCKET, "--yes"
    )
    assert "'v 1' is not a name" in command.refusal(
        "train", "shapes", "--version", "v 1", "--bucket", BUCKET, "--yes"
    )
    assert "--test-manifest goes with --train-manifest." in command.refusal(
        "train", "shapes", "--test-manifest", testing, code=2
    )
    assert "'train.manifest' is not an S3 address" in command.refusal(
        "train", "shapes", "--train-manifest", "train.manifest", code=2
    )


def test_the_bucket_is_found_by_its_tag(command: Command, workshop: Workshop, s3: "S3Client") -> None:
    training, testing = workshop.put_manifests()
    command.text("projects", "create", "shapes")
    arguments = ["train", "shapes", "--train-manifest", training, "--test-manifest", testing]
    assert command.refusal(*arguments, "--yes") == (
        "0 buckets in eu-west-1 have the tag custom-labels:training-bucket=true (none): "
        "name one with --bucket or CUSTOM_LABELS_BUCKET."
    )
    tags: Any = {"TagSet": [{"Key": "custom-labels:training-bucket", "Value": "true"}]}
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging=tags)
    command.text(*arguments, "--yes")
    s3.create_bucket(Bucket="second", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_tagging(Bucket="second", Tagging=tags)
    assert (
        f"2 buckets in eu-west-1 have the tag custom-labels:training-bucket=true (second, {BUCKET})"
        in command.refusal(*arguments, "--yes")
    )


def test_an_evaluation_shows_labels_and_who_is_taken_for_whom(
    command: Command, workshop: Workshop, s3: "S3Client"
) -> None:
    workshop.model()
    key = next(
        found["Key"]
        for found in s3.list_objects_v2(Bucket=BUCKET, Prefix="out/")["Contents"]
        if "EvaluationSummary" in found["Key"]
    )
    s3.put_object(
        Bucket=BUCKET, Key=key, Body=json.dumps(summary({"Metrics": METRICS | {"ConfusionMatrix": MATRIX}}))
    )
    assert command.text("evaluate", "shapes/v1").splitlines() == [
        "shapes/v1: F1 0.700, precision 0.800, recall 0.600; 20 training and 8 test images",
        "",
        "LABEL  IMAGES     F1  PRECISION  RECALL  THRESHOLD",
        "nut         4  0.500      0.800   0.600      0.500",
        "bolt        4  0.900      0.800   0.600      0.500",
        "",
        "Shares of images by label (row) that got a label (column):",
        "      bolt   nut",
        "bolt  1.00  0.00",
        "nut   0.25  0.75",
    ]
    answer = command.json("evaluate", "shapes")
    assert (answer["f1"], answer["labels"][0]["label"], len(answer["confusion"])) == (0.7, "nut", 3)
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"[]")
    assert "is not an evaluation summary in a form that is known" in command.refusal("evaluate", "shapes")
    s3.delete_object(Bucket=BUCKET, Key=key)
    assert "AWS refuses GetObject (NoSuchKey)" in command.refusal("evaluate", "shapes")


def test_both_documented_layouts_of_a_summary_say_the_same() -> None:
    nested = summary({"Metrics": METRICS | {"ConfusionMatrix": MATRIX}})
    flat = summary(METRICS | {"ConfusionMatrix": MATRIX})
    assert parse_evaluation(nested) == parse_evaluation(flat)
    assert parse_evaluation(summary(METRICS)).confusion == {}


def test_status_shows_models_projects_and_all(command: Command, workshop: Workshop) -> None:
    workshop.model("shapes", "v1")
    workshop.model("forms", "v1")
    assert [model["project"] for model in command.json("status")["models"]] == ["forms", "shapes"]
    assert [model["project"] for model in command.json("status", "shapes")["models"]] == ["shapes"]
    arn = command.json("status", "shapes/v1")["models"][0]["arn"]
    assert command.json("status", arn)["models"][0]["status"] == "TRAINING_COMPLETED"
    heads, line = command.text("status", "shapes/v1", "--watch").splitlines()
    assert heads.split() == ["MODEL", "STATUS", "F1", "UNITS", "CREATED", "MESSAGE"]
    assert line.split()[:3] == ["shapes/v1", "TRAINING_COMPLETED", "1.000"]


def test_a_model_must_be_named_when_a_project_has_several(command: Command, workshop: Workshop) -> None:
    workshop.model("shapes", "v1")
    workshop.model("shapes", "v2")
    assert command.refusal("evaluate", "shapes") == (
        "Project shapes has 2 models: name one of shapes/v2, shapes/v1."
    )
    assert "There is no model shapes/v3: see `custom-labels status shapes`." in command.refusal(
        "evaluate", "shapes/v3"
    )
    assert "There is no project forms in eu-west-1" in command.refusal("evaluate", "forms")


def test_projects_are_created_listed_and_deleted_with_their_models(
    command: Command, workshop: Workshop
) -> None:
    workshop.model("shapes")
    assert command.text("projects", "create", "empty").startswith(
        "Project empty is there: arn:aws:rekognition:"
    )
    assert [project["name"] for project in command.json("projects", "list")["projects"]] == [
        "empty",
        "shapes",
    ]
    assert "Delete project shapes with 1 models and 0 datasets, for ever?" in command.refusal(
        "projects", "delete", "shapes"
    )
    command.text("projects", "delete", "shapes", "--yes")
    assert "shapes" not in [
        project["name"]
        for project in command.json("projects", "list")["projects"]
        if project["status"] != "DELETING"
    ]
    assert "is not a name" in command.refusal("projects", "create", "no/slash")
    assert "(ResourceInUseException)" in command.refusal("projects", "create", "empty")


def test_a_project_with_a_running_model_is_not_deleted(command: Command, workshop: Workshop) -> None:
    workshop.running_model("shapes")
    assert command.refusal("projects", "delete", "shapes", "--yes") == (
        "shapes/v1 is RUNNING: stop what runs, and wait for what is in training."
    )
    assert command.json("status", "shapes")["models"][0]["status"] == "RUNNING"
