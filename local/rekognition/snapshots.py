"""Everything that the service keeps, as bytes: a ZIP file of one JSON document and the trained models.

What S3 holds is not in it: the images, manifests and results.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from local.rekognition.manifest_lines import parse_line
from local.rekognition.models import custom_labels_backends
from local.rekognition.resources import Dataset, Project, ProjectPolicy, ProjectVersion, State
from local.rekognition.store import Store
from local.rekognition.training import Outcome, TrainingData
from local.vision import Model

_FORMAT = 1
_DOCUMENT = "state.json"


class SnapshotError(ValueError):
    """Bytes that are no snapshot; the message is one sentence."""


def snapshot() -> bytes:
    """Return the projects, datasets, models and policies of every account and region, for `restore`."""
    models: list[Model] = []
    places: list[dict[str, Any]] = []
    for account, regions in custom_labels_backends.items():
        for region, backend in regions.items():
            with backend.store.lock:
                projects = backend.store.projects().values()
                places.append(
                    {
                        "account": account,
                        "region": region,
                        "last_timestamp": backend.store.last_timestamp,
                        "projects": [_project_document(project, models) for project in projects],
                    }
                )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_DOCUMENT, json.dumps({"format": _FORMAT, "places": places}))
        for number, model in enumerate(models):
            archive.writestr(_model_name(number), model.save())
    return file.getvalue()


def restore(content: bytes) -> None:
    """Put what `snapshot` returned in the place of everything there is.

    Models that ran, run; a training that was under way begins again, on what S3 holds now.

    Raises:
        SnapshotError: The bytes are no snapshot; nothing has changed.
    """
    try:
        stores = _read(content)
    except (zipfile.BadZipFile, AttributeError, EOFError, KeyError, TypeError, ValueError) as error:
        raise SnapshotError(f"The state of Custom Labels cannot be read: {error}.") from error
    for regions in custom_labels_backends.values():
        regions.reset()
    for (account, region), (projects, last_timestamp) in stores.items():
        backend = custom_labels_backends[account][region]
        store = Store(backend.partition, region, account)
        store.fill(projects, last_timestamp)
        backend.use_store(store)
        backend.versions.resume_trainings()


def _read(content: bytes) -> dict[tuple[str, str], tuple[list[Project], int]]:
    """Return the projects and the last timestamp of each account and region."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        document = json.loads(archive.read(_DOCUMENT))
        if document["format"] != _FORMAT:
            raise ValueError(f"its format is {document['format']}, not {_FORMAT}")
        return {
            (place["account"], place["region"]): (
                [_project(project, archive) for project in place["projects"]],
                place["last_timestamp"],
            )
            for place in document["places"]
        }


def _project_document(project: Project, models: list[Model]) -> dict[str, Any]:
    return {
        **vars(project),
        "state": vars(project.state),
        "versions": [_version_document(version, models) for version in project.versions.values()],
        "datasets": [_dataset_document(dataset) for dataset in project.datasets.values()],
        "policies": [vars(policy) for policy in project.policies.values()],
    }


def _version_document(version: ProjectVersion, models: list[Model]) -> dict[str, Any]:
    outcome: dict[str, Any] | None = None
    if version.outcome:
        outcome = {**vars(version.outcome), "model": None}
        if version.outcome.model:
            outcome["model"] = len(models)
            models.append(version.outcome.model)
    return {
        **vars(version),
        "state": vars(version.state),
        "training_data": version.training_data and vars(version.training_data),
        "outcome": outcome,
    }


def _dataset_document(dataset: Dataset) -> dict[str, Any]:
    return {
        **vars(dataset),
        "state": vars(dataset.state),
        "entries": [json.dumps(entry.document) for entry in dataset.entries.values()],
    }


def _project(document: Mapping[str, Any], archive: zipfile.ZipFile) -> Project:
    versions = [_version(version, archive) for version in document["versions"]]
    datasets = [_dataset(dataset) for dataset in document["datasets"]]
    policies = [ProjectPolicy(**policy) for policy in document["policies"]]
    fields: dict[str, Any] = {
        **document,
        "state": State(**document["state"]),
        "versions": {version.arn: version for version in versions},
        "datasets": {dataset.arn: dataset for dataset in datasets},
        "policies": {policy.name: policy for policy in policies},
    }
    return Project(**fields)


def _version(document: Mapping[str, Any], archive: zipfile.ZipFile) -> ProjectVersion:
    outcome: dict[str, Any] | None = document["outcome"]
    training_data: dict[str, Any] | None = document["training_data"]
    if outcome and outcome["model"] is not None:
        model = Model.load(archive.read(_model_name(outcome["model"])))
        outcome = {**outcome, "model": model}
    fields: dict[str, Any] = {
        **document,
        "state": State(**document["state"]),
        "training_data": training_data and TrainingData(**training_data),
        "outcome": outcome and Outcome(**outcome),
    }
    return ProjectVersion(**fields)


def _dataset(document: Mapping[str, Any]) -> Dataset:
    entries = [parse_line(number, text, None) for number, text in enumerate(document["entries"], 1)]
    fields: dict[str, Any] = {
        **document,
        "state": State(**document["state"]),
        "entries": {entry.source_ref: entry for entry in entries},
    }
    return Dataset(**fields)


def _model_name(number: int) -> str:
    return f"models/{number}.npz"
