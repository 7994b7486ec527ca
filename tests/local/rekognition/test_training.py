"""Trainings: what a request may name, what comes of it, and what is left in S3."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from local.rekognition.limits import Timing, configure
from local.vision import TrainingError
from tests.local.rekognition.bench import BUCKET, IMAGES, UNTHROTTLED, Bench, Clock, at

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_rekognition.type_defs import ProjectVersionDescriptionTypeDef


def manifest_of(result: Any) -> dict[str, str]:
    """Return the S3Object in TrainingDataResult's or TestingDataResult's Input, Output or Validation."""
    return result["Assets"][0]["GroundTruthManifest"]["S3Object"]


def summary(bench: Bench, described: "ProjectVersionDescriptionTypeDef") -> dict[str, Any]:
    """Return the manifest summary."""
    located: Any = described.get("ManifestSummary")
    return json.loads(bench.get(located["S3Object"]))


def test_a_training_on_boxes_ends_with_a_measured_model(bench: Bench, clock: Clock) -> None:
    bench.put_manifests(bench.boxed_lines())
    arn = bench.create_version(
        bench.project(), VersionDescription="first try", KmsKeyId="alias/bench", Tags={"stage": "test"}
    )
    described: Any = bench.trained(arn)
    assert described["Status"] == "TRAINING_COMPLETED"
    assert described["StatusMessage"] == "The model is ready to be started."
    assert described["ProjectVersionArn"] == arn
    assert described["CreationTimestamp"].timestamp() == pytest.approx(clock.now, abs=0.01)
    assert described["TrainingEndTimestamp"].timestamp() == clock.now
    assert described["BillableTrainingTimeInSeconds"] >= 1
    assert described["OutputConfig"] == {"S3Bucket": BUCKET, "S3KeyPrefix": "out"}
    assert (described["VersionDescription"], described["KmsKeyId"]) == ("first try", "alias/bench")
    assert described["Feature"] == "CUSTOM_LABELS"
    assert described["TrainingDataResult"]["Input"] == at("train.manifest")
    assert described["TestingDataResult"]["Input"] == at("test.manifest")
    evaluation = json.loads(bench.get(described["EvaluationResult"]["Summary"]["S3Object"]))
    metrics = evaluation["AggregatedEvaluationResults"]["Metrics"]
    assert described["EvaluationResult"]["F1Score"] == pytest.approx(metrics["F1Score"])
    assert 0 <= metrics["F1Score"] <= 1
    details = evaluation["EvaluationDetails"]
    assert (details["NumberOfTrainingImages"], details["NumberOfTestingImages"]) == (8, 4)
    assert sorted(details["Labels"]) == ["disc", "square"]
    assert details["ProjectVersionArn"] == arn
    for result in evaluation["LabelEvaluationResults"]:
        assert 0 <= result["Metrics"]["Threshold"] <= 1


def test_a_training_on_image_level_labels_ends_with_a_confusion_matrix(bench: Bench) -> None:
    bench.put_manifests(bench.labelled_lines())
    described: Any = bench.trained(bench.create_version(bench.project()))
    assert described["Status"] == "TRAINING_COMPLETED", described["StatusMessage"]
    evaluation = json.loads(bench.get(described["EvaluationResult"]["Summary"]["S3Object"]))
    matrix = evaluation["AggregatedEvaluationResults"]["Metrics"]["ConfusionMatrix"]
    pairs = {(entry["GroundTruthLabel"], entry["PredictedLabel"]): entry["Value"] for entry in matrix}
    assert pairs[("disc", "disc")] + pairs.get(("disc", "square"), 0) == pytest.approx(1)
    assert summary(bench, described)["statistics"]["training"]["use_case"] == "IMAGE_LEVEL_LABELS"


def test_the_results_are_in_the_bucket_and_under_the_prefix(bench: Bench) -> None:
    described: Any = bench.describe(bench.model())
    keys = {
        entry.get("Key")
        for entry in bench.s3.list_objects_v2(Bucket=BUCKET, Prefix="out/").get("Contents", [])
    }
    named = {
        located["Name"]
        for located in (
            described["EvaluationResult"]["Summary"]["S3Object"],
            described["ManifestSummary"]["S3Object"],
            *(
                manifest_of(described[which][what])
                for which in ("TrainingDataResult", "TestingDataResult")
                for what in ("Output", "Validation")
            ),
        )
    }
    assert keys == named
    assert len(named) == 6


@pytest.mark.parametrize(
    ("output", "begins"),
    [
        ({}, "EvaluationSummary-"),
        ({"S3KeyPrefix": ""}, "EvaluationSummary-"),
        ({"S3KeyPrefix": "a/b/"}, "a/b/Eval"),
    ],
)
def test_the_prefix_may_be_missing_or_end_in_a_slash(
    bench: Bench, output: dict[str, str], begins: str
) -> None:
    bench.put_manifests(bench.labelled_lines()[:6])
    arn = bench.create_version(bench.project(), OutputConfig={"S3Bucket": BUCKET, **output})
    described: Any = bench.trained(arn)
    assert described["EvaluationResult"]["Summary"]["S3Object"]["Name"].startswith(begins)


def test_without_a_test_manifest_a_fifth_of_the_lines_is_split_off(bench: Bench) -> None:
    bench.put_manifest("train.manifest", bench.labelled_lines())
    described: Any = bench.trained(bench.create_version(bench.project(), TestingData={"AutoCreate": True}))
    assert described["Status"] == "TRAINING_COMPLETED"
    assert described["TestingDataResult"]["Input"] == {"AutoCreate": True}
    training = bench.get(manifest_of(described["TrainingDataResult"]["Output"])).splitlines()
    testing = bench.get(manifest_of(described["TestingDataResult"]["Output"])).splitlines()
    assert (len(training), len(testing)) == (10, 2)
    assert {json.loads(line)["source-ref"] for line in training + testing} == {
        f"s3://{BUCKET}/{key}" for key in IMAGES
    }


def test_a_few_bad_lines_are_left_out_and_reported(bench: Bench) -> None:
    lines = bench.labelled_lines()
    bench.put_manifest("train.manifest", [*lines[:4], "{", *lines[4:8]])
    bench.put_manifest("test.manifest", lines[8:])
    described: Any = bench.trained(bench.create_version(bench.project()))
    assert described["Status"] == "TRAINING_COMPLETED"
    assert described["StatusMessage"] == (
        "The model is ready to be started. Manifest lines with errors: 1; they are in the validation manifests."
    )
    assert summary(bench, described)["statistics"]["training"] == {
        "use_case": "IMAGE_LEVEL_LABELS",
        "total_json_lines": 9,
        "valid_json_lines": 8,
        "invalid_json_lines": 1,
        "ignored_json_lines": 0,
        "error_json_line_indices": [5],
        "errors": [],
    }
    validated = bench.get(manifest_of(described["TrainingDataResult"]["Validation"])).splitlines()
    assert json.loads(validated[4])["errors"][0]["code"] == "ERROR_INVALID_JSON_LINE"
    assert len(bench.get(manifest_of(described["TrainingDataResult"]["Output"])).splitlines()) == 8


def test_too_many_bad_lines_fail_the_training_and_all_are_reported(bench: Bench) -> None:
    bench.put_manifests(bench.boxed_lines())
    lines = bench.boxed_lines()
    no_image = {**lines[0], "source-ref": f"s3://{BUCKET}/images/none.png"}
    no_reference = {name: value for name, value in lines[0].items() if name != "source-ref"}
    bench.put_manifest("train.manifest", [lines[0], "{", no_image, lines[1], no_reference, "{", "{"])
    described: Any = bench.trained(bench.create_version(bench.project()))
    assert described["Status"] == "TRAINING_FAILED"
    assert described["StatusMessage"] == (
        "The training manifest has ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST: 5 of 7 lines are invalid: 20% is the "
        "most. Bad lines: line 2 ERROR_INVALID_JSON_LINE, line 3 ERROR_INVALID_IMAGE, line 5 "
        "ERROR_MISSING_SOURCE_REF and 2 more; all are in the validation manifest."
    )
    statistics = summary(bench, described)["statistics"]
    assert statistics["training"]["error_json_line_indices"] == [2, 3, 5, 6, 7]
    assert statistics["training"]["errors"][0]["code"] == "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST"
    assert statistics["testing"]["errors"] == []
    validated = bench.get(manifest_of(described["TrainingDataResult"]["Validation"])).splitlines()
    codes = [json.loads(line).get("errors", [{"code": None}])[0]["code"] for line in validated]
    json_line = "ERROR_INVALID_JSON_LINE"
    assert codes == [
        None, json_line, "ERROR_INVALID_IMAGE", None, "ERROR_MISSING_SOURCE_REF", json_line, json_line,
    ]  # fmt: skip
    assert "EvaluationResult" not in described
    assert "BillableTrainingTimeInSeconds" not in described
    assert "Output" not in described["TrainingDataResult"]


def test_a_manifest_may_be_unfit_without_a_bad_line(bench: Bench) -> None:
    bench.put_manifest("train.manifest", bench.labelled_lines()[0:8:2])
    bench.put_manifest("test.manifest", bench.labelled_lines()[:8])
    described = bench.trained(bench.create_version(bench.project()))
    assert described.get("Status") == "TRAINING_FAILED"
    assert described.get("StatusMessage") == (
        "The training manifest has ERROR_MANIFEST_TOO_FEW_LABELS: The manifest has 1 labels: 2 is the fewest."
    )


def test_findings_about_both_manifests_are_beside_the_statistics(bench: Bench) -> None:
    lines = bench.boxed_lines()
    bench.put_manifest("train.manifest", lines[0:8:2])
    bench.put_manifest("test.manifest", lines[1:8:2])
    described: Any = bench.trained(bench.create_version(bench.project()))
    assert described["Status"] == "TRAINING_FAILED"
    assert described["StatusMessage"].startswith("ERROR_INSUFFICIENT_LABEL_OVERLAP: Less than 50%")
    assert summary(bench, described)["errors"][0]["code"] == "ERROR_INSUFFICIENT_LABEL_OVERLAP"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The manifest file is empty."),
        (b"\xff\xfe", "is not UTF-8"),
        (b"x" * 1001, "1001 bytes: 1000 is the"),
    ],
)
def test_a_manifest_file_that_cannot_be_read_fails_without_validation_results(
    bench: Bench, timing: Timing, content: bytes, message: str
) -> None:
    configure(limits=replace(UNTHROTTLED, manifest_bytes=1000), timing=timing)
    bench.put("train.manifest", content)
    described: Any = bench.trained(bench.create_version(bench.project(), TestingData={"AutoCreate": True}))
    assert described["Status"] == "TRAINING_FAILED"
    assert message in described["StatusMessage"]
    assert "ManifestSummary" not in described


def test_a_bucket_that_disappears_during_training_fails_it(bench: Bench) -> None:
    bench.put_manifests(bench.labelled_lines()[:6])
    bench.s3.create_bucket(Bucket="passing", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    with bench.held_training():
        arn = bench.create_version(bench.project(), OutputConfig={"S3Bucket": "passing"})
        bench.s3.delete_bucket(Bucket="passing")
    described = bench.trained(arn)
    assert described.get("Status") == "TRAINING_FAILED"
    assert described.get("StatusMessage") == "There is no bucket passing."


def asset(**location: str) -> dict[str, Any]:
    return {"Assets": [{"GroundTruthManifest": {"S3Object": location}}]}


@pytest.mark.parametrize(
    "case",
    [
        (ZeroDivisionError(), "Training broke; the emulator's log says where.", True),
        (TrainingError("Nothing can be learned."), "Nothing can be learned.", False),
    ],
)
def test_a_training_that_breaks_ends_as_failed(
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    case: tuple[Exception, str, bool],
) -> None:
    error, message, logged = case

    def broken(_: object) -> None:
        raise error

    monkeypatch.setattr("local.rekognition.training.train", broken)
    bench.put_manifests(bench.labelled_lines()[:6])
    described = bench.trained(bench.create_version(bench.project()))
    assert described.get("Status") == "TRAINING_FAILED"
    assert described.get("StatusMessage") == message
    assert ("broke" in caplog.text) == logged


@pytest.mark.usefixtures("tokyo_bucket")
@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"OutputConfig": {}}, r"OutputConfig.S3Bucket is missing"),
        ({"OutputConfig": {"S3Bucket": "nowhere"}}, r"There is no bucket nowhere\."),
        ({"OutputConfig": {"S3Bucket": "tokyo-data"}}, r"is in ap-northeast-1: it must be in eu-west-1\."),
        ({"TrainingData": None}, "TrainingData and TestingData come together"),
        ({"TestingData": None}, "TrainingData and TestingData come together"),
        ({"TrainingData": None, "TestingData": None}, "has no TRAIN dataset"),
        ({"TrainingData": {}}, r"TrainingData.Assets has 0 manifests: it must have one\."),
        ({"TestingData": {}}, r"TestingData.Assets has 0 manifests: it must have one\."),
        ({"TestingData": {"AutoCreate": False}}, r"TestingData.Assets has 0 manifests"),
        ({"TestingData": {"AutoCreate": True, **at("test.manifest")}}, "both Assets and AutoCreate"),
        ({"TrainingData": {"Assets": at("a")["Assets"] * 2}}, r"TrainingData.Assets has 2 manifests"),
        ({"TrainingData": {"Assets": [{}]}}, "S3Object needs both Bucket and Name"),
        ({"TrainingData": asset(Bucket=BUCKET)}, "S3Object needs both Bucket and Name"),
        ({"TrainingData": at("none.manifest")}, r"There is no object none.manifest in bucket bench-data\."),
        ({"TestingData": at("none.manifest")}, r"There is no object none.manifest"),
        ({"TrainingData": asset(Bucket="nowhere", Name="a")}, r"There is no bucket nowhere\."),
        (
            {"TrainingData": asset(Bucket=BUCKET, Name="train.manifest", Version="9")},
            "There is no object train",
        ),
        (
            {"FeatureConfig": {"ContentModeration": {"ConfidenceThreshold": 50}}},
            "FeatureConfig is for CONTENT",
        ),
    ],
)
def test_a_request_that_cannot_be_trained_leaves_nothing_behind(
    bench: Bench, rekognition: "RekognitionClient", members: dict[str, Any], message: str
) -> None:
    bench.put_manifests(bench.labelled_lines()[:6])
    project = bench.project()
    with pytest.raises(rekognition.exceptions.InvalidParameterException, match=message):
        bench.create_version(project, **members)
    assert rekognition.describe_project_versions(ProjectArn=project)["ProjectVersionDescriptions"] == []
    assert bench.s3.list_objects_v2(Bucket=BUCKET, Prefix="out/")["KeyCount"] == 0


def test_an_unknown_project_cannot_be_trained(bench: Bench, rekognition: "RekognitionClient") -> None:
    bench.put_manifests(bench.labelled_lines()[:6])
    with pytest.raises(rekognition.exceptions.ResourceNotFoundException, match="There is no project"):
        bench.create_version("arn:aws:rekognition:eu-west-1:123456789012:project/a/1")


def test_a_project_that_is_being_deleted_cannot_be_trained(
    bench: Bench, rekognition: "RekognitionClient"
) -> None:
    bench.put_manifests(bench.labelled_lines()[:6])
    project = bench.project()
    rekognition.delete_project(ProjectArn=project)
    with pytest.raises(rekognition.exceptions.ResourceInUseException, match="is being deleted"):
        bench.create_version(project)


def test_a_version_name_is_taken_until_the_model_is_gone(
    bench: Bench, rekognition: "RekognitionClient", clock: Clock
) -> None:
    project = bench.project()
    arn = bench.model(project=project)
    rekognition.delete_project_version(ProjectVersionArn=arn)
    with pytest.raises(rekognition.exceptions.ResourceInUseException, match="a model named v1 already"):
        bench.create_version(project)
    clock.now += 20
    assert bench.create_version(project) != arn


def test_a_project_has_at_most_as_many_models_as_its_quota(
    bench: Bench, rekognition: "RekognitionClient", timing: Timing
) -> None:
    project = bench.project()
    bench.model(project=project)
    configure(limits=replace(UNTHROTTLED, models_per_project=1), timing=timing)
    with pytest.raises(
        rekognition.exceptions.LimitExceededException, match="models in a project: 1 is the most"
    ):
        bench.create_version(project, "v2")


def test_a_model_in_training_says_so_and_takes_no_order(
    bench: Bench, rekognition: "RekognitionClient", timing: Timing
) -> None:
    bench.put_manifests(bench.labelled_lines()[:6])
    project = bench.project()
    configure(limits=replace(UNTHROTTLED, concurrent_trainings=1), timing=timing)
    with bench.held_training():
        arn = bench.create_version(project)
        described = bench.describe(arn)
        assert described.get("Status") == "TRAINING_IN_PROGRESS"
        assert described.get("StatusMessage") == "The model is being trained."
        assert "TrainingEndTimestamp" not in described
        with pytest.raises(
            rekognition.exceptions.LimitExceededException, match="in training at once: 1 is the most"
        ):
            bench.create_version(project, "v2")
        for order in (rekognition.stop_project_version, rekognition.delete_project_version):
            with pytest.raises(
                rekognition.exceptions.ResourceInUseException, match="is TRAINING_IN_PROGRESS"
            ):
                order(ProjectVersionArn=arn)
        with pytest.raises(rekognition.exceptions.ResourceInUseException, match="is TRAINING_IN_PROGRESS"):
            rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
        with pytest.raises(rekognition.exceptions.ResourceNotReadyException, match="is TRAINING_IN_PROGRESS"):
            rekognition.detect_custom_labels(ProjectVersionArn=arn, Image={"Bytes": b"x"})
    assert bench.trained(arn).get("Status") == "TRAINING_COMPLETED"
    assert bench.trained(bench.create_version(project, "v2")).get("Status") == "TRAINING_COMPLETED"
