"""Projects, datasets, models and project policies: what each is made of, its state, and how it is described."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.rekognition.limits import settings
from local.rekognition.manifest_lines import Line
from local.rekognition.training import Outcome, TrainingData

BASE_MODEL_VERSION = "1.0"
GONE = "GONE"
"""The status of what has been deleted, until somebody looks."""

_FOLLOWING = {
    "CREATING": "CREATED",
    "STARTING": "RUNNING",
    "STOPPING": "STOPPED",
    "DELETING": GONE,
    "COPYING_IN_PROGRESS": "COPYING_COMPLETED",
    "CREATE_IN_PROGRESS": "CREATE_COMPLETE",
    "UPDATE_IN_PROGRESS": "UPDATE_COMPLETE",
    "DELETE_IN_PROGRESS": GONE,
}
_MESSAGES = {
    "TRAINING_IN_PROGRESS": "The model is being trained.",
    "STARTING": "The model is being started.",
    "RUNNING": "The model is running.",
    "STOPPING": "The model is being stopped.",
    "STOPPED": "The model has been stopped.",
    "DELETING": "The model is being deleted.",
    "COPYING_IN_PROGRESS": "The model is being copied.",
    "COPYING_COMPLETED": "The model is ready to be started.",
    "CREATE_IN_PROGRESS": "The dataset is being created.",
    "CREATE_COMPLETE": "The dataset has been created.",
    "UPDATE_IN_PROGRESS": "The dataset is being updated.",
    "UPDATE_COMPLETE": "The dataset has been updated.",
    "DELETE_IN_PROGRESS": "The dataset is being deleted.",
}


@dataclass(frozen=True)
class State:
    """A status that was set at a time and, if it is a passing one, becomes another by itself."""

    status: str
    message: str
    """One sentence for a person, for StatusMessage."""
    since: float
    """Seconds since 1970."""
    failure: str = ""
    """Why what is in progress will fail; empty when it will not."""

    @classmethod
    def now(cls, status: str, failure: str = "") -> "State":
        """Return a state that begins now."""
        return cls(status, _MESSAGES.get(status, ""), settings.timing.clock(), failure)

    def settled(self, now: float) -> "State":
        """Return the state that this one has become."""
        if now < self.since + settings.timing.seconds(self.status):
            return self
        if self.failure:
            return State(self.status.replace("IN_PROGRESS", "FAILED"), self.failure, now)
        following = _FOLLOWING[self.status]
        return State(following, _MESSAGES.get(following, ""), now)


@dataclass(kw_only=True)
class ProjectVersion:
    """A model, from its training or copying on."""

    arn: str
    name: str
    timestamp: int
    """Milliseconds since 1970, unique in the backend; the ARN ends in it."""
    output_config: dict[str, str]
    kms_key_id: str | None
    description: str | None
    tags: dict[str, str]
    state: State
    training_data: TrainingData | None = None
    """What it is trained on; None for a copy."""
    source_arn: str | None = None
    """ARN of the model that it is a copy of."""
    outcome: Outcome | None = None
    """What came of the training, set once, by the training's thread; a copy has it from the start."""
    min_inference_units: int = 0
    """0 before the first start."""
    max_inference_units: int | None = None

    def settle(self, now: float) -> None:
        """Bring the state up to date."""
        if self.state.status == "TRAINING_IN_PROGRESS" and self.outcome:
            self.state = State(self.outcome.status, self.outcome.message, self.outcome.ended)
        self.state = self.state.settled(now)

    def describe(self) -> dict[str, Any]:
        """Return the ProjectVersionDescription."""
        described: dict[str, Any] = {
            "ProjectVersionArn": self.arn,
            "CreationTimestamp": _time(self.timestamp / 1000),
            "Status": self.state.status,
            "StatusMessage": self.state.message,
            "OutputConfig": self.output_config,
            "KmsKeyId": self.kms_key_id,
            "VersionDescription": self.description,
            "SourceProjectVersionArn": self.source_arn,
            "Feature": "CUSTOM_LABELS",
            "BaseModelVersion": BASE_MODEL_VERSION,
            "MinInferenceUnits": self.min_inference_units or None,
            "MaxInferenceUnits": self.max_inference_units,
        }
        # The outcome may arrive at any moment; what is described is the state.
        unfinished = {"TRAINING_IN_PROGRESS", "COPYING_IN_PROGRESS", "COPYING_FAILED"}
        if self.outcome and self.state.status not in unfinished:
            described |= self.outcome.description
            described["TrainingEndTimestamp"] = _time(self.outcome.ended)
        return described


@dataclass(kw_only=True)
class Dataset:
    """A training or a test dataset of a project."""

    arn: str
    kind: str
    """TRAIN or TEST."""
    timestamp: int
    """Milliseconds since 1970, unique in the backend; the ARN ends in it."""
    updated: float
    """When it was last changed, in seconds since 1970."""
    tags: dict[str, str]
    state: State
    entries: dict[str, Line]
    """By source-ref, oldest first."""

    def is_settled(self) -> bool:
        """Return whether the entries are there and do not change."""
        return self.state.status in {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_FAILED"}

    def metadata(self) -> dict[str, Any]:
        """Return the DatasetMetadata that its project shows."""
        return {
            "CreationTimestamp": _time(self.timestamp / 1000),
            "DatasetType": self.kind,
            "DatasetArn": self.arn,
            **self._status(),
        }

    def describe(self) -> dict[str, Any]:
        """Return the DatasetDescription."""
        there = self.state.status != "CREATE_IN_PROGRESS"
        entries = [entry for entry in self.entries.values() if there]
        return {
            "CreationTimestamp": _time(self.timestamp / 1000),
            "LastUpdatedTimestamp": _time(self.updated),
            **self._status(),
            "DatasetStats": {
                "LabeledEntries": sum(bool(entry.annotations) for entry in entries),
                "TotalEntries": len(entries),
                "TotalLabels": len({one.label for entry in entries for one in entry.annotations}),
                "ErrorEntries": sum(bool(entry.codes) for entry in entries),
            },
        }

    def _status(self) -> dict[str, Any]:
        failed = self.state.status.endswith("_FAILED")
        return {
            "Status": self.state.status,
            "StatusMessage": self.state.message,
            "StatusMessageCode": "CLIENT_ERROR" if failed else "SUCCESS",
        }


@dataclass(kw_only=True)
class ProjectPolicy:
    """A policy of a project: who may copy its models."""

    name: str
    revision_id: str
    document: str
    timestamp: int
    """Milliseconds since 1970, unique in the backend."""
    updated: float
    """When it was last changed, in seconds since 1970."""


@dataclass(kw_only=True)
class Project:
    """A project with what belongs to it."""

    arn: str
    name: str
    timestamp: int
    """Milliseconds since 1970, unique in the backend; the ARN ends in it."""
    feature: str
    auto_update: str | None
    tags: dict[str, str]
    state: State
    versions: dict[str, ProjectVersion] = field(default_factory=dict[str, ProjectVersion])
    """By ARN, oldest first."""
    datasets: dict[str, Dataset] = field(default_factory=dict[str, Dataset])
    """By ARN, oldest first; at most one of each type."""
    policies: dict[str, ProjectPolicy] = field(default_factory=dict[str, ProjectPolicy])
    """By name, oldest first."""

    def describe(self) -> dict[str, Any]:
        """Return the ProjectDescription."""
        return {
            "ProjectArn": self.arn,
            "CreationTimestamp": _time(self.timestamp / 1000),
            "Status": self.state.status,
            "Datasets": [dataset.metadata() for dataset in self.datasets.values()],
            "Feature": self.feature,
            "AutoUpdate": self.auto_update,
        }

    def describe_policy(self, policy: ProjectPolicy) -> dict[str, Any]:
        """Return the ProjectPolicy of the service model."""
        return {
            "ProjectArn": self.arn,
            "PolicyName": policy.name,
            "PolicyRevisionId": policy.revision_id,
            "PolicyDocument": policy.document,
            "CreationTimestamp": _time(policy.timestamp / 1000),
            "LastUpdatedTimestamp": _time(policy.updated),
        }

    def settle(self, now: float) -> None:
        """Bring every state up to date, and forget what has been deleted."""
        self.state = self.state.settled(now)
        for version in list(self.versions.values()):
            version.settle(now)
            if version.state.status == GONE:
                del self.versions[version.arn]
        for dataset in list(self.datasets.values()):
            dataset.state = dataset.state.settled(now)
            if dataset.state.status == GONE:
                del self.datasets[dataset.arn]


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
