"""A training: manifests read and checked, a model fitted and measured, everything that came of it written to S3."""

import logging
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self, overload

from local.rekognition import images, manifests
from local.rekognition.evaluation import measure, write_training_snapshot
from local.rekognition.exceptions import RekognitionError
from local.rekognition.limits import Limits
from local.rekognition.manifests import Finding, Manifest, ManifestFileError
from local.rekognition.storage import ObjectError, Storage
from local.vision import Example, Model, TrainingError, train

SHOWN_LINES = 3
"""Bad lines that a StatusMessage names; all of them are in the validation manifests."""

_log = logging.getLogger(__name__)


class StoppedError(Exception):
    """Nobody wants the training any more."""


Source = dict[str, str] | bytes
"""A manifest: an S3Object of the service model, or the entries of a dataset."""


@dataclass(frozen=True, kw_only=True)
class TrainingData:
    """What a CreateProjectVersion request trains on, and where the results go; manifests are S3Object of the model."""

    training: dict[str, str] | None
    """None trains on the project's datasets."""
    testing: dict[str, str] | None
    """None splits the test data off the manifest in `training`."""
    bucket: str
    prefix: str
    """Of the results' keys; empty or ending in a slash."""

    @classmethod
    def of(cls, request: Mapping[str, Any], storage: Storage) -> Self:
        """Return what a CreateProjectVersion request names, after checking that it is there.

        Raises:
            RekognitionError: InvalidParameterException.
        """
        bucket, prefix = output_place(request["OutputConfig"], storage)
        if "TrainingData" not in request and "TestingData" not in request:
            return cls(training=None, testing=None, bucket=bucket, prefix=prefix)
        if "TrainingData" not in request or "TestingData" not in request:
            raise _invalid(
                "TrainingData and TestingData come together: give both, or neither to train on datasets."
            )
        training = _manifest_object(request["TrainingData"], "TrainingData")
        test_data = request["TestingData"]
        if test_data.get("AutoCreate") and "Assets" in test_data:
            raise _invalid("TestingData has both Assets and AutoCreate: give one of them.")
        testing = None if test_data.get("AutoCreate") else _manifest_object(test_data, "TestingData")
        try:
            for location in (training, testing):
                if location:
                    storage.require_object(location["Bucket"], location["Name"], location.get("Version"))
        except ObjectError as error:
            raise _invalid(str(error)) from None
        return cls(training=training, testing=testing, bucket=bucket, prefix=prefix)


def output_place(output: Mapping[str, str], storage: Storage) -> tuple[str, str]:
    """Return the bucket and the key prefix, empty or ending in a slash, of an OutputConfig.

    Raises:
        RekognitionError: InvalidParameterException.
    """
    if "S3Bucket" not in output:
        raise _invalid("OutputConfig.S3Bucket is missing: it is required.")
    try:
        storage.require_bucket(output["S3Bucket"])
    except ObjectError as error:
        raise _invalid(str(error)) from None
    prefix = output.get("S3KeyPrefix", "")
    return output["S3Bucket"], prefix if not prefix or prefix.endswith("/") else f"{prefix}/"


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a training is given."""

    version_arn: str
    project_name: str
    version_name: str
    training: Source
    testing: Source | None
    """None splits the test data off the training data."""
    bucket: str
    prefix: str
    """Of the results' keys; empty or ending in a slash."""
    storage: Storage
    limits: Limits
    clock: Callable[[], float]
    """Seconds since 1970."""
    stopped: threading.Event
    """Set when nobody wants the training any more."""

    def summary_key(self) -> str:
        """Return the key of the evaluation summary."""
        return f"{self.prefix}EvaluationSummary-{self.project_name}-{self.version_name}.json"

    def result_key(self, name: str) -> str:
        """Return the key of another result, such as ``validation/manifest_summary.json``."""
        return f"{self.prefix}{self.project_name}/{self.version_name}/{name}"

    def check(self) -> None:
        """Raise StoppedError when the training is to end."""
        if self.stopped.is_set():
            raise StoppedError


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
    """Train; whatever goes wrong becomes a failed outcome, because nobody waits for an exception.

    Raises:
        StoppedError: The training was stopped; nothing is written from then on.
    """
    try:
        return _run(job)
    except StoppedError:
        raise
    except (ManifestFileError, ObjectError, TrainingError) as error:
        return _failed(job, str(error), {})
    except Exception:  # noqa: BLE001 - a training that never ended would be worse than any error
        _log.exception("The training of %s broke.", job.version_arn)
        return _failed(job, "Training broke; the emulator's log says where.", {})


class _Checked(Sequence[Example]):
    """Examples that end a training which nobody wants any more as soon as it looks at the next of them."""

    def __init__(self, examples: Sequence[Example], check: Callable[[], None]) -> None:
        self._examples = examples
        self._check = check

    def __len__(self) -> int:
        return len(self._examples)

    @overload
    def __getitem__(self, index: int) -> Example: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Example]: ...

    def __getitem__(self, index: int | slice) -> Example | Sequence[Example]:
        self._check()
        return self._examples[index]


def _run(job: Job) -> Outcome:
    began = time.monotonic()
    training = _read(job, job.training)
    validated = training.text()
    testing = manifests.split_off_test(training) if job.testing is None else _read(job, job.testing)
    findings = manifests.check_labels(training, testing)
    description = _write_validation(job, validated, training, testing, findings)
    problem = _problem(training, testing, findings)
    if problem:
        return _failed(job, problem, description)
    use_case = training.use_case()
    examples = training.examples(use_case)
    model = train(_Checked(examples, job.check))
    measured = measure(model, testing.examples(use_case), job.check)
    ended = job.clock()
    description["TrainingDataResult"]["Output"] = _write_manifest(
        job,
        "output/training.manifest",
        write_training_snapshot(training.usable_lines(use_case), use_case, ended),
    )
    description["TestingDataResult"]["Output"] = _write_manifest(
        job,
        "output/testing.manifest",
        measured.write_snapshot(testing.usable_lines(use_case), use_case, ended),
    )
    summary = measured.write_summary(job.version_arn, ended, len(examples))
    description["EvaluationResult"] = {
        "F1Score": measured.evaluation.f1,
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


def _read(job: Job, source: Source) -> Manifest:
    def read_image(bucket: str, key: str) -> bytes | None:
        job.check()
        try:
            return job.storage.read(bucket, key, limit=images.S3_OBJECT_LIMIT)
        except ObjectError:
            return None

    if not isinstance(source, bytes):
        source = job.storage.read(
            source["Bucket"], source["Name"], source.get("Version"), limit=job.limits.manifest_bytes
        )
    return manifests.parse(source, read_image, job.limits.manifest_lines)


def _write_validation(
    job: Job, validated: bytes, training: Manifest, testing: Manifest, findings: Sequence[Finding]
) -> dict[str, Any]:
    summary = manifests.summary(training, testing, findings)
    return {
        "TrainingDataResult": {
            **_input(job.training),
            "Validation": _write_manifest(
                job, "validation/training_manifest_with_validation.json", validated
            ),
        },
        "TestingDataResult": {
            **_input(job.testing),
            "Validation": _write_manifest(
                job, "validation/testing_manifest_with_validation.json", testing.text()
            ),
        },
        "ManifestSummary": {
            "S3Object": _write(job, job.result_key("validation/manifest_summary.json"), summary)
        },
    }


def _input(source: Source | None) -> dict[str, Any]:
    """Return the Input of a result, which is the data that the request supplied; none for a dataset."""
    if source is None:
        return {"Input": {"AutoCreate": True}}
    if isinstance(source, bytes):
        return {}
    return {"Input": {"Assets": [{"GroundTruthManifest": {"S3Object": source}}]}}


def _write_manifest(job: Job, name: str, content: bytes) -> dict[str, Any]:
    return {"Assets": [{"GroundTruthManifest": {"S3Object": _write(job, job.result_key(name), content)}}]}


def _write(job: Job, key: str, content: bytes) -> dict[str, str]:
    job.check()
    job.storage.write(job.bucket, key, content)
    return {"Bucket": job.bucket, "Name": key}


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
