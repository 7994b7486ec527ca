"""Models: trained, copied, listed, started, stopped, deleted."""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, cast

from local.rekognition import training
from local.rekognition.exceptions import RekognitionError
from local.rekognition.limits import settings
from local.rekognition.manifests import Manifest
from local.rekognition.pagination import newest_first
from local.rekognition.policies import check_copy
from local.rekognition.resources import Dataset, Project, ProjectVersion, State
from local.rekognition.storage import ObjectError
from local.rekognition.store import Store, check_quota
from local.rekognition.training import Job, Source, StoppedError, TrainingData, output_place

TRAINED = ("TRAINING_COMPLETED", "COPYING_COMPLETED", "STARTING", "RUNNING", "STOPPING", "STOPPED")
"""Statuses of a version that is a whole model."""
AT_REST = ("TRAINING_COMPLETED", "COPYING_COMPLETED", "STOPPED")
"""Statuses of a model that can be started."""

Location = dict[str, str]
"""Where a result is: an S3Object of the service model."""


class ProjectVersions:
    """The operations on models, and the threads that train them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stopped = threading.Event()

    def create(self, request: Mapping[str, Any]) -> str:
        """Create a version, begin to train it, and return its ARN.

        The training runs in a thread of its own. A request that is refused leaves nothing behind.

        Args:
            request: The members of CreateProjectVersion.
        """
        data = TrainingData.of(request, self._store.storage)
        with self._store.lock:
            project = self._store.usable_project(request["ProjectArn"])
            if project.feature != "CUSTOM_LABELS":
                raise NotImplementedError(f"Training for {project.feature} has not been implemented")
            if "FeatureConfig" in request:
                raise _invalid("FeatureConfig is for CONTENT_MODERATION: leave it out for CUSTOM_LABELS.")
            if data.training is None:
                _require_datasets(project)
            elif project.datasets:
                raise _invalid(
                    f"Project {project.name} has datasets: leave TrainingData and TestingData out to train on them."
                )
            running = sum(
                version.state.status == "TRAINING_IN_PROGRESS" for version in self._store.versions()
            )
            version = self._new_version(project, request, State.now("TRAINING_IN_PROGRESS"))
            check_quota(running + 1, settings.limits.concurrent_trainings, "models in training at once")
            version.training_data = data
            version.description = request.get("VersionDescription")
            project.versions[version.arn] = version
            self._train(project, version, data)
        return version.arn

    def resume_trainings(self) -> None:
        """Train from the beginning what is in training, but in no thread."""
        with self._store.lock:
            for project in self._store.projects().values():
                for version in project.versions.values():
                    if version.state.status == "TRAINING_IN_PROGRESS" and version.training_data:
                        self._train(project, version, version.training_data)

    def stop_trainings(self) -> None:
        """Make every training end soon, without a result."""
        self._stopped.set()

    def copy(self, request: Mapping[str, Any], source: Store) -> str:
        """Create a version that is a copy of another, its results in S3 included, and return its ARN.

        Args:
            request: The members of CopyProjectVersion.
            source: Where the version to be copied is.
        """
        bucket, prefix = output_place(request["OutputConfig"], self._store.storage)
        original_arn: str = request["SourceProjectVersionArn"]
        with source.lock:
            project = source.project(request["SourceProjectArn"])
            owner, original = source.version(original_arn)
            if owner is not project:
                raise _invalid(f"Model {original_arn} is not one of project {project.arn}.")
            same_account = source.account_id == self._store.account_id
            check_copy(project, original_arn, self._store.account_id, same_account=same_account)
            _require_status(original, "be copied", *TRAINED)
            outcome, original_prefix = original.outcome, original.output_config.get("S3KeyPrefix", "")
        if outcome is None:
            raise ValueError(f"Model {original_arn} is trained, but has no outcome.")
        with self._store.lock:
            destination = self._store.usable_project(request["DestinationProjectArn"])
            version = self._new_version(destination, request, State.now("COPYING_IN_PROGRESS"))
            version.source_arn = original_arn

            def copied(location: Location) -> Location:
                inside = location["Name"].removeprefix(original_prefix).removeprefix("/")
                inside = inside.removeprefix(f"{project.name}/{original.name}/")
                return {"Bucket": bucket, "Name": f"{prefix}{destination.name}/{version.name}/{inside}"}

            description = _with_results(outcome.description, copied)
            version.outcome = replace(outcome, description=description)
            destination.versions[version.arn] = version
        try:
            for location in _results(outcome.description):
                content = source.storage.read(
                    location["Bucket"], location["Name"], limit=settings.limits.manifest_bytes
                )
                self._store.storage.write(copied(location)["Bucket"], copied(location)["Name"], content)
        except ObjectError as error:
            with self._store.lock:
                version.state = replace(version.state, failure=str(error))
        return version.arn

    def describe(
        self, project_arn: str, names: Sequence[str] | None, token: str | None, max_results: int | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Return a page of ProjectVersionDescriptions, newest first, and the token of the next page."""
        with self._store.lock:
            project = self._store.project(project_arn)
            versions = [
                version for version in project.versions.values() if names is None or version.name in names
            ]
            listed, following = newest_first(versions, str(project.timestamp), token, max_results)
            return [version.describe() for version in listed], following

    def start(self, arn: str, min_units: int, max_units: int | None) -> str:
        """Start a model with *min_units* inference units, growing to *max_units*; return its status."""
        limits = settings.limits
        if max_units is not None and max_units < min_units:
            raise _invalid(
                f"MaxInferenceUnits is {max_units}: it must be at least MinInferenceUnits, {min_units}."
            )
        check_quota(max_units or min_units, limits.inference_units, "inference units of a model")
        with self._store.lock:
            _, version = self._store.version(arn)
            _require_status(version, "be started", *AT_REST)
            running = sum(one.state.status in {"STARTING", "RUNNING"} for one in self._store.versions())
            check_quota(running + 1, limits.running_models, "running models in an account")
            version.min_inference_units, version.max_inference_units = min_units, max_units
            version.state = State.now("STARTING")
            return version.state.status

    def stop(self, arn: str) -> str:
        """Stop a running model; return its status."""
        with self._store.lock:
            _, version = self._store.version(arn)
            _require_status(version, "be stopped", "RUNNING")
            version.state = State.now("STOPPING")
            return version.state.status

    def delete(self, arn: str) -> str:
        """Delete a model that neither runs nor is in training; return its status."""
        with self._store.lock:
            _, version = self._store.version(arn)
            _require_status(version, "be deleted", *AT_REST, "TRAINING_FAILED", "COPYING_FAILED")
            version.state = State.now("DELETING")
            return version.state.status

    def _new_version(self, project: Project, request: Mapping[str, Any], state: State) -> ProjectVersion:
        """Return a version that the project may have; it does not have it yet."""
        name: str = request["VersionName"]
        if any(version.name == name for version in project.versions.values()):
            raise RekognitionError(
                "ResourceInUseException", f"Project {project.name} has a model named {name} already."
            )
        check_quota(len(project.versions) + 1, settings.limits.models_per_project, "models in a project")
        timestamp = self._store.timestamp()
        return ProjectVersion(
            arn=self._store.arn(project.name, "version", name, timestamp),
            name=name,
            timestamp=timestamp,
            output_config=request["OutputConfig"],
            kms_key_id=request.get("KmsKeyId"),
            description=None,
            tags=request.get("Tags", {}),
            state=state,
        )

    def _train(self, project: Project, version: ProjectVersion, data: TrainingData) -> None:
        """Begin to train a version in a thread of its own."""
        sources: tuple[Source, Source | None]
        if data.training is None:
            by_type = {dataset.kind: dataset for dataset in project.datasets.values()}
            sources = _manifest(by_type["TRAIN"]), _manifest(by_type["TEST"])
        else:
            sources = data.training, data.testing
        job = Job(
            version_arn=version.arn,
            project_name=project.name,
            version_name=version.name,
            training=sources[0],
            testing=sources[1],
            bucket=data.bucket,
            prefix=data.prefix,
            storage=self._store.storage,
            limits=settings.limits,
            clock=settings.timing.clock,
            stopped=self._stopped,
        )

        def train() -> None:
            with suppress(StoppedError):
                version.outcome = training.run(job)

        threading.Thread(target=train, name=f"train {project.name} {version.name}", daemon=True).start()


def in_training(project: Project) -> bool:
    """Return whether a model is being trained on the project's datasets."""
    return any(
        version.state.status == "TRAINING_IN_PROGRESS"
        and version.training_data is not None
        and version.training_data.training is None
        for version in project.versions.values()
    )


def _require_datasets(project: Project) -> None:
    by_type = {dataset.kind: dataset for dataset in project.datasets.values()}
    for kind in ("TRAIN", "TEST"):
        if kind not in by_type:
            raise _invalid(
                f"Project {project.name} has no {kind} dataset: create it, or, in a project without datasets, give "
                "TrainingData and TestingData."
            )
        if not by_type[kind].is_settled():
            raise RekognitionError(
                "ResourceInUseException",
                f"The {kind} dataset of project {project.name} is {by_type[kind].state.status}: it can be trained on "
                "when it is CREATE_COMPLETE or UPDATE_COMPLETE.",
            )


def _manifest(dataset: Dataset) -> bytes:
    return Manifest(list(dataset.entries.values())).text()


def _results(described: Mapping[str, Any]) -> list[Location]:
    """Return where the results are that the members of a ProjectVersionDescription name, but for what was supplied."""
    found: list[Location] = []

    def note(location: Location) -> Location:
        found.append(location)
        return location

    _with_results(described, note)
    return found


def _with_results(described: Any, place: Callable[[Location], Location]) -> Any:  # noqa: ANN401 - JSON
    """Return members of a ProjectVersionDescription with every result where *place* puts it."""
    if isinstance(described, list):
        return [_with_results(item, place) for item in cast("list[Any]", described)]
    if not isinstance(described, dict):
        return described
    members = cast("dict[str, Any]", described)
    return {
        name: place(item) if name == "S3Object" else item if name == "Input" else _with_results(item, place)
        for name, item in members.items()
    }


def _invalid(message: str) -> RekognitionError:
    return RekognitionError("InvalidParameterException", message)


def _require_status(version: ProjectVersion, deed: str, *statuses: str) -> None:
    status = version.state.status
    if status not in statuses:
        raise RekognitionError(
            "ResourceInUseException",
            f"Model {version.name} is {status}: it can {deed} when it is {' or '.join(statuses)}.",
        )
