"""Projects and their versions, the models: what there is, which state it is in, and what may be done with it."""

import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from moto.core.base_backend import BackendDict, BaseBackend

from local.rekognition import images, training
from local.rekognition.exceptions import RekognitionError
from local.rekognition.limits import Throttle, Timing, settings
from local.rekognition.storage import ObjectError, ObjectTooLargeError, Storage
from local.rekognition.training import Job, Outcome
from local.vision import Detection, ImageError

PAGE_SIZE = 100
BASE_MODEL_VERSION = "1.0"

_PASSING: Mapping[str, tuple[str, Callable[[Timing], float]]] = {
    "CREATING": ("CREATED", lambda timing: timing.creating),
    "STARTING": ("RUNNING", lambda timing: timing.starting),
    "STOPPING": ("STOPPED", lambda timing: timing.stopping),
    "DELETING": ("", lambda timing: timing.deleting),
}
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

    name: str
    since: float
    """Seconds since 1970."""

    def now(self) -> str:
        """Return the status as of now; nothing when what was in it is gone."""
        if self.name not in _PASSING:
            return self.name
        following, lasts = _PASSING[self.name]
        over = settings.timing.clock() >= self.since + lasts(settings.timing)
        return following if over else self.name


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
    outcome: Outcome | None = None
    """What came of the training, set once, by the training's thread."""
    state: State | None = None
    """Set by the first start or by deletion; until then the training says how things are."""
    min_inference_units: int | None = None
    max_inference_units: int | None = None

    def status(self) -> str:
        """Return the ProjectVersionStatus as of now; nothing when the version is gone."""
        if self.state:
            return self.state.now()
        return self.outcome.status if self.outcome else "TRAINING_IN_PROGRESS"

    def describe(self) -> dict[str, Any]:
        """Return the ProjectVersionDescription."""
        status = self.status()
        finished = status.startswith("TRAINING_") and self.outcome
        described = {
            "ProjectVersionArn": self.arn,
            "CreationTimestamp": _time(self.timestamp / 1000),
            "Status": status,
            "StatusMessage": self.outcome.message if finished and self.outcome else _MESSAGES[status],
            "OutputConfig": self.output_config,
            "KmsKeyId": self.kms_key_id,
            "VersionDescription": self.description,
            "Feature": "CUSTOM_LABELS",
            "BaseModelVersion": BASE_MODEL_VERSION,
            "MinInferenceUnits": self.min_inference_units,
            "MaxInferenceUnits": self.max_inference_units,
        }
        if self.outcome:
            described |= self.outcome.description | {"TrainingEndTimestamp": _time(self.outcome.ended)}
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
            "Status": self.state.now(),
            "Feature": self.feature,
            "AutoUpdate": self.auto_update,
        }


_Item = TypeVar("_Item", Project, ProjectVersion)


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
            page, following = _page(projects, "projects", token, max_results)
            return [project.describe() for project in page], following

    def delete_project(self, arn: str) -> str:
        """Delete a project without versions; return its status."""
        with self._lock:
            project = self._project(arn)
            _require_usable(project)
            if project.versions:
                raise RekognitionError(
                    "ResourceInUseException",
                    f"Project {project.name} has {len(project.versions)} models: delete them first.",
                )
            project.state = _state("DELETING")
            return project.state.name

    def create_project_version(self, request: Mapping[str, Any]) -> str:
        """Create a version as the members of *request* say, begin to train it, and return its ARN.

        The training runs in a thread of its own. A request that is refused leaves nothing behind.
        """
        output, manifests = self._training_files(request)
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
            )
            project.versions[version.arn] = version
        job = Job(
            version_arn=version.arn,
            project_name=project.name,
            version_name=name,
            training=manifests[0],
            testing=manifests[1],
            bucket=output["Bucket"],
            prefix=output["Prefix"],
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
            page, following = _page(versions, str(project.timestamp), token, max_results)
            return [version.describe() for version in page], following

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
            return version.state.name

    def stop_project_version(self, arn: str) -> str:
        """Stop a running model; return its status."""
        with self._lock:
            version = self._version(arn)
            _require_status(version, "be stopped", "RUNNING")
            version.state = _state("STOPPING")
            return version.state.name

    def delete_project_version(self, arn: str) -> str:
        """Delete a model that neither runs nor is in training; return its status."""
        with self._lock:
            version = self._version(arn)
            _require_status(version, "be deleted", "TRAINING_COMPLETED", "TRAINING_FAILED", "STOPPED")
            version.state = _state("DELETING")
            return version.state.name

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
            if version.status() != "RUNNING" or model is None:
                raise RekognitionError(
                    "ResourceNotReadyException",
                    f"Model {version.name} is {version.status()}: start it, and wait until it is RUNNING.",
                )
            units = version.max_inference_units or version.min_inference_units or 1
        rate = units * settings.limits.detect_requests_per_second_per_inference_unit
        self._throttle.charge(arn, rate, "ProvisionedThroughputExceededException")
        try:
            detections = model.detect(self._image(image))
        except ImageError as error:
            raise RekognitionError("InvalidImageFormatException", str(error)) from None
        found = [
            detection
            for detection in detections
            if detection.confidence
            >= (model.thresholds[detection.label] if min_confidence is None else min_confidence)
        ]
        return [_custom_label(detection) for detection in found[:max_results]]

    def _training_files(
        self, request: Mapping[str, Any]
    ) -> tuple[dict[str, str], tuple[dict[str, str], dict[str, str] | None]]:
        """Return where the results go and the S3Objects of both manifests, after checking that they exist."""
        output = request["OutputConfig"]
        if "TrainingData" not in request or "TestingData" not in request:
            raise RekognitionError(
                "InvalidParameterException",
                "A project without datasets needs both TrainingData and TestingData: give both.",
            )
        if "S3Bucket" not in output:
            raise RekognitionError(
                "InvalidParameterException", "OutputConfig.S3Bucket is missing: it is required."
            )
        training_data = _manifest_object(request["TrainingData"], "TrainingData")
        split = request["TestingData"].get("AutoCreate", False)
        if split and "Assets" in request["TestingData"]:
            raise RekognitionError(
                "InvalidParameterException", "TestingData has both Assets and AutoCreate: give one of them."
            )
        testing_data = None if split else _manifest_object(request["TestingData"], "TestingData")
        try:
            self._storage.require_bucket(output["S3Bucket"])
            for location in (training_data, testing_data):
                if location:
                    self._storage.require_object(
                        location["Bucket"], location["Name"], location.get("Version")
                    )
        except ObjectError as error:
            raise RekognitionError("InvalidParameterException", str(error)) from None
        prefix = output.get("S3KeyPrefix", "")
        prefix = prefix if prefix.endswith("/") or not prefix else f"{prefix}/"
        return {"Bucket": output["S3Bucket"], "Prefix": prefix}, (training_data, testing_data)

    def _image(self, image: Mapping[str, Any]) -> bytes:
        """Return the bytes of an Image that the service takes; nothing is decoded."""
        if ("Bytes" in image) == ("S3Object" in image):
            raise RekognitionError(
                "InvalidParameterException", "Image needs either Bytes or S3Object: give one of them."
            )
        content = self._s3_image(image["S3Object"]) if "S3Object" in image else image["Bytes"]
        if "Bytes" in image and len(content) > images.BYTES_LIMIT:
            raise RekognitionError(
                "ImageTooLargeException",
                f"The image has {len(content)} bytes: {images.BYTES_LIMIT} is the most.",
            )
        size = images.dimensions(content)
        if size is None:
            raise RekognitionError(
                "InvalidImageFormatException", "The image is neither a JPEG nor a PNG file."
            )
        problem = images.size_problem(*size)
        if problem:
            raise RekognitionError("InvalidParameterException", problem)
        return content

    def _s3_image(self, location: Mapping[str, str]) -> bytes:
        if "Bucket" not in location or "Name" not in location:
            raise RekognitionError("InvalidParameterException", "Image.S3Object needs both Bucket and Name.")
        try:
            return self._storage.read(
                location["Bucket"], location["Name"], location.get("Version"), limit=images.S3_OBJECT_LIMIT
            )
        except ObjectTooLargeError as error:
            raise RekognitionError("ImageTooLargeException", str(error)) from None
        except ObjectError as error:
            raise RekognitionError("InvalidS3ObjectException", str(error)) from None

    def _timestamp(self) -> int:
        """Return the time in milliseconds since 1970, later than any time returned before."""
        self._last_timestamp = max(int(settings.timing.clock() * 1000), self._last_timestamp + 1)
        return self._last_timestamp

    def _current_projects(self) -> dict[str, Project]:
        """Return the projects by ARN, oldest first, after dropping what has been deleted."""
        for project in list(self._projects.values()):
            if not project.state.now():
                del self._projects[project.arn]
            for version in list(project.versions.values()):
                if not version.status():
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
            version.status() in statuses
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
    if project.state.now() == "DELETING":
        raise RekognitionError("ResourceInUseException", f"Project {project.name} is being deleted.")


def _require_status(version: ProjectVersion, deed: str, *statuses: str) -> None:
    status = version.status()
    if status not in statuses:
        raise RekognitionError(
            "ResourceInUseException",
            f"Model {version.name} is {status}: it can {deed} when it is {' or '.join(statuses)}.",
        )


def _manifest_object(data: Mapping[str, Any], name: str) -> dict[str, str]:
    """Return the S3Object of the one manifest that TrainingData or TestingData names."""
    assets = data.get("Assets", [])
    if len(assets) != 1:
        raise RekognitionError(
            "InvalidParameterException", f"{name}.Assets has {len(assets)} manifests: it must have one."
        )
    location: dict[str, str] = assets[0].get("GroundTruthManifest", {}).get("S3Object", {})
    if "Bucket" not in location or "Name" not in location:
        raise RekognitionError(
            "InvalidParameterException",
            f"{name}.Assets[0].GroundTruthManifest.S3Object needs both Bucket and Name.",
        )
    return location


def _page(
    items: Sequence[_Item], scope: str, token: str | None, max_results: int | None
) -> tuple[list[_Item], str | None]:
    """Return the newest *items* that come after *token*, and the token of the rest.

    A token names the list it belongs to and the last item returned, so what is created or deleted between two
    pages neither repeats nor hides an item.
    """
    newest_first = list(reversed(items))
    if token is not None:
        last = _last_returned(token, scope)
        newest_first = [item for item in newest_first if item.timestamp < last]
    size = max_results or PAGE_SIZE
    page = newest_first[:size]
    if len(newest_first) <= size:
        return page, None
    return page, urlsafe_b64encode(f"{scope} {page[-1].timestamp}".encode()).decode()


def _last_returned(token: str, scope: str) -> int:
    try:
        given, timestamp = urlsafe_b64decode(token).decode("ascii").split(" ")
        if given == scope:
            return int(timestamp)
    except ValueError:
        pass
    raise RekognitionError(
        "InvalidPaginationTokenException", "NextToken is not one that this list returned: begin without one."
    )


def _custom_label(detection: Detection) -> dict[str, Any]:
    label: dict[str, Any] = {"Name": detection.label, "Confidence": detection.confidence}
    if detection.box:
        box = detection.box
        label["Geometry"] = {
            "BoundingBox": {"Left": box.left, "Top": box.top, "Width": box.width, "Height": box.height}
        }
    return label
