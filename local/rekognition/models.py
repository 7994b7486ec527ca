"""Projects and their versions, the models: what there is, which state it is in, and what may be done with it."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend

from local.rekognition import images, training
from local.rekognition.exceptions import RekognitionError
from local.rekognition.limits import Throttle, settings
from local.rekognition.pagination import page
from local.rekognition.storage import Storage
from local.rekognition.training import Job, Outcome, TrainingData
from local.vision import Detection, ImageError

BASE_MODEL_VERSION = "1.0"

_FOLLOWING = {"CREATING": "CREATED", "STARTING": "RUNNING", "STOPPING": "STOPPED", "DELETING": "GONE"}
_MESSAGES = {
    "TRAINING_IN_PROGRESS": "The model is being trained.",
    "STARTING": "The model is being started.",
    "RUNNING": "The model is running.",
    "STOPPING": "The model is being stopped.",
    "STOPPED": "The model has been stopped.",
    "DELETING": "The model is being deleted.",
}


@dataclass(frozen=True)
class State:
    """A status that was set at a time and, if it is a passing one, becomes another by itself."""

    status: str
    since: float
    """Seconds since 1970."""

    def settled(self, now: float) -> "State":
        """Return the state that this one has become."""
        over = now >= self.since + settings.timing.seconds(self.status)
        return State(_FOLLOWING[self.status], now) if over else self


@dataclass
class ProjectVersion:
    """A model, from its training on."""

    arn: str
    name: str
    timestamp: int
    """Milliseconds since 1970, unique in the backend; the ARN ends in it."""
    output_config: dict[str, str]
    kms_key_id: str | None
    description: str | None
    tags: dict[str, str]
    state: State
    outcome: Outcome | None = None
    """What came of the training, set once, by the training's thread."""
    min_inference_units: int = 0
    """0 before the first start."""
    max_inference_units: int | None = None

    def settle(self, now: float) -> None:
        """Bring the state up to date."""
        if self.state.status == "TRAINING_IN_PROGRESS" and self.outcome:
            self.state = State(self.outcome.status, self.outcome.ended)
        self.state = self.state.settled(now)

    def describe(self) -> dict[str, Any]:
        """Return the ProjectVersionDescription."""
        status = self.state.status
        # The outcome may arrive at any moment; what is described is the state.
        outcome = None if status == "TRAINING_IN_PROGRESS" else self.outcome
        described: dict[str, Any] = {
            "ProjectVersionArn": self.arn,
            "CreationTimestamp": _time(self.timestamp / 1000),
            "Status": status,
            "StatusMessage": _MESSAGES.get(status),
            "OutputConfig": self.output_config,
            "KmsKeyId": self.kms_key_id,
            "VersionDescription": self.description,
            "Feature": "CUSTOM_LABELS",
            "BaseModelVersion": BASE_MODEL_VERSION,
            "MinInferenceUnits": self.min_inference_units or None,
            "MaxInferenceUnits": self.max_inference_units,
        }
        if outcome:
            described |= outcome.description
            described["TrainingEndTimestamp"] = _time(outcome.ended)
            if status == outcome.status:
                described["StatusMessage"] = outcome.message
        return described


@dataclass
class Project:
    """A project and its versions by ARN, oldest first."""

    arn: str
    name: str
    timestamp: int
    """Milliseconds since 1970, unique in the backend; the ARN ends in it."""
    feature: str
    auto_update: str | None
    tags: dict[str, str]
    state: State
    versions: dict[str, ProjectVersion] = field(default_factory=dict[str, ProjectVersion])

    def describe(self) -> dict[str, Any]:
        """Return the ProjectDescription."""
        return {
            "ProjectArn": self.arn,
            "CreationTimestamp": _time(self.timestamp / 1000),
            "Status": self.state.status,
            "Feature": self.feature,
            "AutoUpdate": self.auto_update,
        }


class CustomLabelsBackend(BaseBackend):
    """The Custom Labels of one account in one region.

    Its methods may be called from any number of threads. The lock is held for bookkeeping only, never while a model
    is trained or runs.
    """

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._projects: dict[str, Project] = {}
        self._lock = threading.Lock()
        self._throttle = Throttle()
        self._last_timestamp = 0
        self._storage = Storage(account_id, region_name)

    def charge(self, operation: str) -> None:
        """Count a request.

        Raises:
            RekognitionError: ThrottlingException; for DetectCustomLabels ProvisionedThroughputExceededException.
        """
        limits = settings.limits
        if operation == "DetectCustomLabels":
            rate = limits.detect_requests_per_second
            self._throttle.charge(operation, rate, "ProvisionedThroughputExceededException")
        else:
            self._throttle.charge(operation, limits.control_requests_per_second, "ThrottlingException")

    def create_project(
        self, name: str, feature: str, auto_update: str | None, tags: dict[str, str]
    ) -> Project:
        """Create a project; it can be used at once, while it is still CREATING."""
        if (auto_update is None) == (feature == "CONTENT_MODERATION"):
            raise RekognitionError(
                "InvalidParameterException",
                f"AutoUpdate is {auto_update} for {feature}: CONTENT_MODERATION needs it, CUSTOM_LABELS has none.",
            )
        with self._lock:
            projects = self._current_projects()
            if any(project.name == name for project in projects.values()):
                raise RekognitionError("ResourceInUseException", f"There is a project named {name} already.")
            _check_quota(len(projects) + 1, settings.limits.projects, "projects in an account")
            timestamp = self._timestamp()
            project = Project(
                arn=f"arn:{self.partition}:rekognition:{self.region_name}:{self.account_id}"
                f":project/{name}/{timestamp}",
                name=name,
                timestamp=timestamp,
                feature=feature,
                auto_update=auto_update,
                tags=tags,
                state=_state("CREATING"),
            )
            projects[project.arn] = project
            return project

    def describe_projects(
        self,
        names: Sequence[str] | None,
        features: Sequence[str],
        token: str | None,
        max_results: int | None,
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Return a page of ProjectDescriptions, newest first, and the token of the next page."""
        with self._lock:
            projects = [
                project
                for project in self._current_projects().values()
                if project.feature in features and (names is None or project.name in names)
            ]
            listed, following = page(projects, "projects", token, max_results)
            return [project.describe() for project in listed], following

    def delete_project(self, arn: str) -> str:
        """Delete a project without versions; return its status."""
        with self._lock:
            project = self._project(arn)
            _require_usable(project)
            if project.versions:
                raise RekognitionError(
                    "ResourceInUseException",
                    f"Project {project.name} still has models ({len(project.versions)}): delete them first.",
                )
            project.state = _state("DELETING")
            return project.state.status

    def create_project_version(self, request: Mapping[str, Any]) -> str:
        """Create a version as the members of *request* say, begin to train it, and return its ARN.

        The training runs in a thread of its own. A request that is refused leaves nothing behind.
        """
        data = TrainingData.of(request, self._storage)
        with self._lock:
            project = self._project(request["ProjectArn"])
            _require_usable(project)
            if project.feature != "CUSTOM_LABELS":
                raise NotImplementedError(f"Training for {project.feature} has not been implemented")
            if "FeatureConfig" in request:
                raise RekognitionError(
                    "InvalidParameterException",
                    "FeatureConfig is for CONTENT_MODERATION: leave it out for CUSTOM_LABELS.",
                )
            name: str = request["VersionName"]
            if any(version.name == name for version in project.versions.values()):
                raise RekognitionError(
                    "ResourceInUseException", f"Project {project.name} has a model named {name} already."
                )
            limits, training_now = settings.limits, self._count("TRAINING_IN_PROGRESS")
            _check_quota(len(project.versions) + 1, limits.models_per_project, "models in a project")
            _check_quota(training_now + 1, limits.concurrent_trainings, "models in training at once")
            timestamp = self._timestamp()
            version = ProjectVersion(
                arn=f"{project.arn.rpartition('/')[0]}/version/{name}/{timestamp}",
                name=name,
                timestamp=timestamp,
                output_config=request["OutputConfig"],
                kms_key_id=request.get("KmsKeyId"),
                description=request.get("VersionDescription"),
                tags=request.get("Tags", {}),
                state=_state("TRAINING_IN_PROGRESS"),
            )
            project.versions[version.arn] = version
        job = Job(
            version_arn=version.arn,
            project_name=project.name,
            version_name=name,
            data=data,
            storage=self._storage,
            limits=settings.limits,
            clock=settings.timing.clock,
        )

        def train() -> None:
            version.outcome = training.run(job)

        threading.Thread(target=train, name=f"train {project.name} {name}", daemon=True).start()
        return version.arn

    def describe_project_versions(
        self, project_arn: str, names: Sequence[str] | None, token: str | None, max_results: int | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Return a page of ProjectVersionDescriptions, newest first, and the token of the next page."""
        with self._lock:
            project = self._project(project_arn)
            versions = [
                version for version in project.versions.values() if names is None or version.name in names
            ]
            listed, following = page(versions, str(project.timestamp), token, max_results)
            return [version.describe() for version in listed], following

    def start_project_version(self, arn: str, min_units: int, max_units: int | None) -> str:
        """Start a model with *min_units* inference units, growing to *max_units*; return its status."""
        limits = settings.limits
        if max_units is not None and max_units < min_units:
            raise RekognitionError(
                "InvalidParameterException",
                f"MaxInferenceUnits is {max_units}: it must be at least MinInferenceUnits, {min_units}.",
            )
        _check_quota(max_units or min_units, limits.inference_units, "inference units of a model")
        with self._lock:
            version = self._version(arn)
            _require_status(version, "be started", "TRAINING_COMPLETED", "STOPPED")
            running = self._count("STARTING", "RUNNING")
            _check_quota(running + 1, limits.running_models, "running models in an account")
            version.min_inference_units, version.max_inference_units = min_units, max_units
            version.state = _state("STARTING")
            return version.state.status

    def stop_project_version(self, arn: str) -> str:
        """Stop a running model; return its status."""
        with self._lock:
            version = self._version(arn)
            _require_status(version, "be stopped", "RUNNING")
            version.state = _state("STOPPING")
            return version.state.status

    def delete_project_version(self, arn: str) -> str:
        """Delete a model that neither runs nor is in training; return its status."""
        with self._lock:
            version = self._version(arn)
            _require_status(version, "be deleted", "TRAINING_COMPLETED", "TRAINING_FAILED", "STOPPED")
            version.state = _state("DELETING")
            return version.state.status

    def detect_custom_labels(
        self, arn: str, image: Mapping[str, Any], max_results: int | None, min_confidence: float | None
    ) -> list[dict[str, Any]]:
        """Return the CustomLabels that a running model finds in an image, the most confident first.

        Without *min_confidence* each label's own assumed threshold decides what is returned. A model that may grow
        to more inference units serves as many requests as if it had.
        """
        with self._lock:
            version = self._version(arn)
            model = version.outcome.model if version.outcome else None
            if version.state.status != "RUNNING" or model is None:
                raise RekognitionError(
                    "ResourceNotReadyException",
                    f"Model {version.name} is {version.state.status}: start it, and wait until it is RUNNING.",
                )
            units = version.max_inference_units or version.min_inference_units
        rate = units * settings.limits.detect_requests_per_second_per_inference_unit
        self._throttle.charge(arn, rate, "ProvisionedThroughputExceededException")
        try:
            detections = model.detect(images.read(image, self._storage))
        except ImageError as error:
            raise RekognitionError("InvalidImageFormatException", str(error)) from None
        found = [
            detection
            for detection in detections
            if detection.confidence
            >= (model.thresholds[detection.label] if min_confidence is None else min_confidence)
        ]
        return [_custom_label(detection) for detection in found[:max_results]]

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        """Set tags of a project or a model."""
        with self._lock:
            tagged = self._tagged(arn)
            after = {**tagged.tags, **tags}
            if len(after) > settings.limits.tags:
                raise RekognitionError(
                    "ServiceQuotaExceededException",
                    f"That would make {len(after)} tags on {arn}: {settings.limits.tags} is the most.",
                )
            tagged.tags = after

    def untag(self, arn: str, keys: Sequence[str]) -> None:
        """Remove tags of a project or a model; keys that it does not have are passed over."""
        with self._lock:
            tagged = self._tagged(arn)
            tagged.tags = {key: value for key, value in tagged.tags.items() if key not in keys}

    def tags(self, arn: str) -> dict[str, str]:
        """Return the tags of a project or a model."""
        with self._lock:
            return self._tagged(arn).tags

    def _tagged(self, arn: str) -> Project | ProjectVersion:
        return self._version(arn) if "/version/" in arn else self._project(arn)

    def _timestamp(self) -> int:
        """Return the time in milliseconds since 1970, later than any time returned before."""
        self._last_timestamp = max(int(settings.timing.clock() * 1000), self._last_timestamp + 1)
        return self._last_timestamp

    def _current_projects(self) -> dict[str, Project]:
        """Return the projects by ARN, oldest first, with every state up to date and what has been deleted gone."""
        now = settings.timing.clock()
        for project in list(self._projects.values()):
            project.state = project.state.settled(now)
            if project.state.status == "GONE":
                del self._projects[project.arn]
            for version in list(project.versions.values()):
                version.settle(now)
                if version.state.status == "GONE":
                    del project.versions[version.arn]
        return self._projects

    def _project(self, arn: str) -> Project:
        project = self._current_projects().get(arn)
        if project is None:
            raise RekognitionError("ResourceNotFoundException", f"There is no project {arn}.")
        return project

    def _version(self, arn: str) -> ProjectVersion:
        for project in self._current_projects().values():
            if arn in project.versions:
                return project.versions[arn]
        raise RekognitionError("ResourceNotFoundException", f"There is no model {arn}.")

    def _count(self, *statuses: str) -> int:
        return sum(
            version.state.status in statuses
            for project in self._projects.values()
            for version in project.versions.values()
        )


custom_labels_backends = BackendDict(CustomLabelsBackend, "rekognition")
"""The Custom Labels of every account and region; moto empties it whenever it resets."""


def _state(name: str) -> State:
    return State(name, settings.timing.clock())


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _check_quota(wanted: int, most: int, what: str) -> None:
    if wanted > most:
        raise RekognitionError(
            "LimitExceededException", f"That would make {wanted} {what}: {most} is the most."
        )


def _require_usable(project: Project) -> None:
    if project.state.status == "DELETING":
        raise RekognitionError("ResourceInUseException", f"Project {project.name} is being deleted.")


def _require_status(version: ProjectVersion, deed: str, *statuses: str) -> None:
    status = version.state.status
    if status not in statuses:
        raise RekognitionError(
            "ResourceInUseException",
            f"Model {version.name} is {status}: it can {deed} when it is {' or '.join(statuses)}.",
        )


def _custom_label(detection: Detection) -> dict[str, Any]:
    label: dict[str, Any] = {"Name": detection.label, "Confidence": detection.confidence}
    if detection.box:
        box = detection.box
        label["Geometry"] = {
            "BoundingBox": {"Left": box.left, "Top": box.top, "Width": box.width, "Height": box.height}
        }
    return label
