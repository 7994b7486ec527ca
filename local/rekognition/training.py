"""A training: manifests read and checked, a model fitted and measured, everything that came of it written to S3."""

import json
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Self

from local.rekognition import images, manifests
from local.rekognition.exceptions import RekognitionError
from local.rekognition.limits import Limits
from local.rekognition.manifests import Finding, Manifest, ManifestFileError
from local.rekognition.storage import ObjectError, Storage
from local.vision import Evaluation, Model, TrainingError, evaluate, train

SHOWN_LINES = 3
"""Bad lines that a StatusMessage names; all of them are in the validation manifests."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class TrainingData:
    """The files of a training; manifests are given as S3Object of the service model."""

    training: dict[str, str]
    testing: dict[str, str] | None
    """None splits the test data off the training data."""
    bucket: str
    prefix: str
    """Where the results go: a key prefix, empty or ending in a slash."""

    @classmethod
    def of(cls, request: Mapping[str, Any], storage: Storage) -> Self:
        """Return the files that a CreateProjectVersion request names, after checking that they are there.

        Raises:
            RekognitionError: InvalidParameterException.
        """
        output = request["OutputConfig"]
        if "S3Bucket" not in output:
            raise _invalid("OutputConfig.S3Bucket is missing: it is required.")
        if "TrainingData" not in request or "TestingData" not in request:
            raise _invalid("A project without datasets needs both TrainingData and TestingData.")
        training = _manifest_object(request["TrainingData"], "TrainingData")
        test_data = request["TestingData"]
        if test_data.get("AutoCreate") and "Assets" in test_data:
            raise _invalid("TestingData has both Assets and AutoCreate: give one of them.")
        testing = None if test_data.get("AutoCreate") else _manifest_object(test_data, "TestingData")
        try:
            storage.require_bucket(output["S3Bucket"])
            for location in (training, testing):
                if location:
                    storage.require_object(location["Bucket"], location["Name"], location.get("Version"))
        except ObjectError as error:
            raise _invalid(str(error)) from None
        prefix = output.get("S3KeyPrefix", "")
        if prefix and not prefix.endswith("/"):
            prefix += "/"
        return cls(training=training, testing=testing, bucket=output["S3Bucket"], prefix=prefix)


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a training is given."""

    version_arn: str
    project_name: str
    version_name: str
    data: TrainingData
    storage: Storage
    limits: Limits
    clock: Callable[[], float]
    """Seconds since 1970."""

    def summary_key(self) -> str:
        """Return the key of the evaluation summary."""
        return f"{self.data.prefix}EvaluationSummary-{self.project_name}-{self.version_name}.json"

    def result_key(self, name: str) -> str:
        """Return the key of another result, such as ``validation/manifest_summary.json``."""
        return f"{self.data.prefix}{self.project_name}/{self.version_name}/{name}"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a training."""

    status: Literal["TRAINING_COMPLETED", "TRAINING_FAILED"]
    message: str
    """One sentence or more for a person, for StatusMessage."""
    ended: float
    """Seconds since 1970."""
    description: dict[str, Any]
    """The members of ProjectVersionDescription that the training fills."""
    model: Model | None = None
    """The model, if the training succeeded."""


def run(job: Job) -> Outcome:
    """Train; whatever goes wrong becomes a failed outcome, because nobody waits for an exception."""
    try:
        return _run(job)
    except (ManifestFileError, ObjectError, TrainingError) as error:
        return _failed(job, str(error), {})
    except Exception:  # noqa: BLE001 - a training that never ended would be worse than any error
        _log.exception("The training of %s broke.", job.version_arn)
        return _failed(job, "Training broke; the emulator's log says where.", {})


def _run(job: Job) -> Outcome:
    began = time.monotonic()
    training = _read(job, job.data.training)
    validated = training.text()
    testing = _read(job, job.data.testing) if job.data.testing else manifests.split_off_test(training)
    findings = manifests.check_labels(training, testing)
    description = _write_validation(job, validated, training, testing, findings)
    problem = _problem(training, testing, findings)
    if problem:
        return _failed(job, problem, description)
    use_case = training.use_case()
    examples, tests = training.examples(use_case), testing.examples(use_case)
    model = train(examples)
    evaluation = evaluate(model, tests)
    ended = job.clock()
    description["TrainingDataResult"]["Output"] = _write_manifest(
        job, "output/training.manifest", training.snapshot(use_case)
    )
    description["TestingDataResult"]["Output"] = _write_manifest(
        job, "output/testing.manifest", testing.snapshot(use_case)
    )
    summary = _summary(job, evaluation, ended, len(examples), len(tests))
    description["EvaluationResult"] = {
        "F1Score": evaluation.f1,
        "Summary": {"S3Object": _write(job, job.summary_key(), summary)},
    }
    description["BillableTrainingTimeInSeconds"] = math.ceil(time.monotonic() - began)
    bad = len(training.bad_lines()) + len(testing.bad_lines())
    message = "The model is ready to be started."
    if bad:
        message += f" Manifest lines with errors: {bad}; they are in the validation manifests."
    return Outcome(
        status="TRAINING_COMPLETED", message=message, ended=ended, description=description, model=model
    )


def _failed(job: Job, message: str, description: dict[str, Any]) -> Outcome:
    return Outcome(status="TRAINING_FAILED", message=message, ended=job.clock(), description=description)


def _manifest_object(data: Mapping[str, Any], name: str) -> dict[str, str]:
    """Return the S3Object of the one manifest that TrainingData or TestingData names."""
    assets = data.get("Assets", [])
    if len(assets) != 1:
        raise _invalid(f"{name}.Assets has {len(assets)} manifests: it must have one.")
    location: dict[str, str] = assets[0].get("GroundTruthManifest", {}).get("S3Object", {})
    if "Bucket" not in location or "Name" not in location:
        raise _invalid(f"{name}.Assets[0].GroundTruthManifest.S3Object needs both Bucket and Name.")
    return location


def _invalid(message: str) -> RekognitionError:
    return RekognitionError("InvalidParameterException", message)


def _read(job: Job, location: dict[str, str]) -> Manifest:
    def read_image(bucket: str, key: str) -> bytes | None:
        try:
            return job.storage.read(bucket, key, limit=images.S3_OBJECT_LIMIT)
        except ObjectError:
            return None

    content = job.storage.read(
        location["Bucket"], location["Name"], location.get("Version"), limit=job.limits.manifest_bytes
    )
    return manifests.parse(content, read_image, job.limits.manifest_lines)


def _write_validation(
    job: Job, validated: bytes, training: Manifest, testing: Manifest, findings: Sequence[Finding]
) -> dict[str, Any]:
    training_input = {"Assets": [{"GroundTruthManifest": {"S3Object": job.data.training}}]}
    testing_input = (
        {"Assets": [{"GroundTruthManifest": {"S3Object": job.data.testing}}]}
        if job.data.testing
        else {"AutoCreate": True}
    )
    summary = manifests.summary(training, testing, findings)
    return {
        "TrainingDataResult": {
            "Input": training_input,
            "Validation": _write_manifest(
                job, "validation/training_manifest_with_validation.json", validated
            ),
        },
        "TestingDataResult": {
            "Input": testing_input,
            "Validation": _write_manifest(
                job, "validation/testing_manifest_with_validation.json", testing.text()
            ),
        },
        "ManifestSummary": {
            "S3Object": _write(job, job.result_key("validation/manifest_summary.json"), summary)
        },
    }


def _write_manifest(job: Job, name: str, content: bytes) -> dict[str, Any]:
    return {"Assets": [{"GroundTruthManifest": {"S3Object": _write(job, job.result_key(name), content)}}]}


def _write(job: Job, key: str, content: bytes) -> dict[str, str]:
    job.storage.write(job.data.bucket, key, content)
    return {"Bucket": job.data.bucket, "Name": key}


def _problem(training: Manifest, testing: Manifest, findings: Sequence[Finding]) -> str:
    """Say why the manifests cannot be trained on; nothing when they can."""
    parts: list[str] = []
    for name, manifest in (("training", training), ("testing", testing)):
        if not manifest.findings:
            continue
        parts += [
            f"The {name} manifest has {finding.code}: {finding.message}" for finding in manifest.findings
        ]
        bad = manifest.bad_lines()
        if bad:
            shown = ", ".join(f"line {line.number} {line.codes[0]}" for line in bad[:SHOWN_LINES])
            more = f" and {len(bad) - SHOWN_LINES} more" if len(bad) > SHOWN_LINES else ""
            parts.append(f"Bad lines: {shown}{more}; all are in the validation manifest.")
    return " ".join([*parts, *(f"{finding.code}: {finding.message}" for finding in findings)])


def _summary(job: Job, evaluation: Evaluation, ended: float, trained: int, tested: int) -> bytes:
    metrics: dict[str, Any] = {
        "Precision": evaluation.precision,
        "Recall": evaluation.recall,
        "F1Score": evaluation.f1,
    }
    if evaluation.confusion:
        metrics["ConfusionMatrix"] = [
            {"GroundTruthLabel": truth, "PredictedLabel": predicted, "Value": share}
            for (truth, predicted), share in evaluation.confusion.items()
        ]
    document = {
        "Version": 1,
        "EvaluationDetails": {
            "ProjectVersionArn": job.version_arn,
            "EvaluationEndTimestamp": datetime.fromtimestamp(ended, UTC).isoformat(),
            "Labels": [score.label for score in evaluation.labels],
            "NumberOfTrainingImages": trained,
            "NumberOfTestingImages": tested,
        },
        "AggregatedEvaluationResults": {"Metrics": metrics},
        "LabelEvaluationResults": [
            {
                "Label": score.label,
                "NumberOfTestingImages": score.images,
                "Metrics": {
                    "Threshold": score.threshold / 100,
                    "Precision": score.precision,
                    "Recall": score.recall,
                    "F1Score": score.f1,
                },
            }
            for score in sorted(evaluation.labels, key=lambda score: score.f1, reverse=True)
        ],
    }
    return json.dumps(document, indent=2).encode()
