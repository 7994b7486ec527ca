"""Datasets: created from a manifest, from another dataset or empty, listed, updated, distributed, deleted."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from local.rekognition.exceptions import RekognitionError
from local.rekognition.imports import merge_entries, read_entries
from local.rekognition.limits import settings
from local.rekognition.manifest_lines import Line
from local.rekognition.manifests import Manifest, ManifestFileError, split_off_test
from local.rekognition.pagination import page
from local.rekognition.resources import Dataset, Project, State
from local.rekognition.storage import ObjectError, ObjectTooLargeError
from local.rekognition.store import Store
from local.rekognition.versions import in_training


class Datasets:
    """The operations on datasets.

    What a request brings is checked and merged at once; the states in progress only take their time.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, request: Mapping[str, Any]) -> str:
        """Create a dataset and return its ARN.

        Args:
            request: The members of CreateDataset.
        """
        kind: str = request["DatasetType"]
        entries, failure = self._source_entries(request.get("DatasetSource"))
        with self._store.lock:
            project = self._store.project(request["ProjectArn"])
            if project.state.status == "DELETING":
                raise _invalid(f"Project {project.name} is being deleted.")
            if project.feature != "CUSTOM_LABELS":
                raise NotImplementedError(f"Datasets for {project.feature} have not been implemented")
            if any(dataset.kind == kind for dataset in project.datasets.values()):
                raise RekognitionError(
                    "ResourceAlreadyExistsException", f"Project {project.name} has a {kind} dataset already."
                )
            timestamp = self._store.timestamp()
            dataset = Dataset(
                arn=self._store.arn(project.name, "dataset", kind.lower(), timestamp),
                kind=kind,
                timestamp=timestamp,
                updated=timestamp / 1000,
                tags=request.get("Tags", {}),
                state=State.now("CREATE_IN_PROGRESS", failure),
                entries=entries,
            )
            project.datasets[dataset.arn] = dataset
            return dataset.arn

    def describe(self, arn: str) -> dict[str, Any]:
        """Return the DatasetDescription."""
        with self._store.lock:
            return self._store.dataset(arn)[1].describe()

    def delete(self, arn: str) -> None:
        """Delete a dataset that neither changes nor is trained on."""
        with self._store.lock:
            project, dataset = self._store.dataset(arn)
            if dataset.state.status.endswith("_IN_PROGRESS"):
                raise _in_use(f"{_name(dataset)} is {dataset.state.status}: wait until that is over.")
            _require_no_training(project)
            dataset.state = State.now("DELETE_IN_PROGRESS")

    def list_entries(self, request: Mapping[str, Any]) -> tuple[list[str], str | None]:
        """Return a page of JSON Lines, in the order in which they were added, and the token of the next page.

        Args:
            request: The members of ListDatasetEntries.
        """
        with self._store.lock:
            dataset = self._readable(request["DatasetArn"])
            placed = [
                (place, entry)
                for place, entry in enumerate(dataset.entries.values())
                if _matches(entry, request)
            ]
            entries, following = page(
                placed, f"{dataset.timestamp}/entries", request.get("NextToken"), request.get("MaxResults")
            )
        return [json.dumps(entry.document) for entry in entries], following

    def list_labels(
        self, arn: str, token: str | None, max_results: int | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Return a page of DatasetLabelDescriptions, in the order of first use, and the token of the next page."""
        with self._store.lock:
            dataset = self._readable(arn)
            entries: dict[str, int] = {}
            boxed: dict[str, int] = {}
            for entry in dataset.entries.values():
                for label in dict.fromkeys(one.label for one in entry.annotations):
                    entries[label] = entries.get(label, 0) + 1
                for label in entry.labels("OBJECT_LOCALIZATION"):
                    boxed[label] = boxed.get(label, 0) + 1
            labels, following = page(
                list(enumerate(entries)), f"{dataset.timestamp}/labels", token, max_results
            )
        return [
            {
                "LabelName": label,
                "LabelStats": {"EntryCount": entries[label], "BoundingBoxCount": boxed.get(label, 0)},
            }
            for label in labels
        ], following

    def update(self, arn: str, ground_truth: bytes) -> None:
        """Add JSON Lines to a dataset; a line whose source-ref is there already replaces that entry."""
        new: dict[str, Line] = {}
        failure = ""
        try:
            new = read_entries(ground_truth)
        except ManifestFileError as error:
            failure = str(error)
        with self._store.lock:
            project, dataset = self._store.dataset(arn)
            if not dataset.is_settled():
                raise _in_use(f"{_name(dataset)} is {dataset.state.status}: it cannot be updated.")
            _require_no_training(project)
            try:
                dataset.entries = merge_entries(dataset.entries, new, settings.limits.manifest_lines)
            except ManifestFileError as error:
                failure = str(error)
            _begin_update(dataset, failure)

    def distribute(self, arns: Sequence[str]) -> None:
        """Move a fifth of a project's training dataset into its test dataset, which must be empty.

        Args:
            arns: Of the two datasets, in any order.
        """
        with self._store.lock:
            found = [self._store.dataset(arn) for arn in arns]
            projects = {project.arn for project, _ in found}
            by_type = {dataset.kind: dataset for _, dataset in found}
            if len(projects) > 1 or by_type.keys() != {"TRAIN", "TEST"}:
                raise _invalid("Datasets must be the training and the test dataset of one project.")
            for dataset in by_type.values():
                if not dataset.is_settled():
                    raise _not_ready(f"{_name(dataset)} is {dataset.state.status}: wait until that is over.")
            if in_training(found[0][0]):
                raise _not_ready("A model is being trained on the datasets: wait until that is over.")
            train, test = by_type["TRAIN"], by_type["TEST"]
            if test.entries or not train.entries:
                raise _invalid(
                    f"The training dataset has {len(train.entries)} entries and the test dataset {len(test.entries)}: "
                    "the training dataset must have some, and the test dataset none."
                )
            # Numbers tell lines apart here, and entries may come from several files.
            manifest = Manifest(
                [replace(entry, number=number) for number, entry in enumerate(train.entries.values())]
            )
            chosen = split_off_test(manifest).lines
            failure = "" if chosen else "The training dataset has no labels."
            failure = " ".join([failure, *(finding.message for finding in manifest.findings)]).strip()
            if failure:
                failure = f"ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE: {failure}"
            else:
                train.entries = {line.source_ref: line for line in manifest.lines}
                test.entries = {line.source_ref: line for line in chosen}
            _begin_update(train, failure)
            _begin_update(test, failure)

    def _source_entries(self, source: Mapping[str, Any] | None) -> tuple[dict[str, Line], str]:
        """Return the entries that a DatasetSource holds, and why they cannot be had, if so."""
        if source is None:
            return {}, ""
        if ("GroundTruthManifest" in source) == ("DatasetArn" in source):
            raise _invalid("DatasetSource needs either GroundTruthManifest or DatasetArn: give one of them.")
        if "DatasetArn" in source:
            with self._store.lock:
                _, dataset = self._store.dataset(source["DatasetArn"])
                if not dataset.is_settled():
                    raise _invalid(f"{_name(dataset)} is {dataset.state.status}: it cannot be copied.")
                return dict(dataset.entries), ""
        location: Mapping[str, str] = source["GroundTruthManifest"].get("S3Object", {})
        if "Bucket" not in location or "Name" not in location:
            raise _invalid("DatasetSource.GroundTruthManifest.S3Object needs both Bucket and Name.")
        limits = settings.limits
        try:
            content = self._store.storage.read(
                location["Bucket"], location["Name"], location.get("Version"), limit=limits.manifest_bytes
            )
            return merge_entries({}, read_entries(content), limits.manifest_lines), ""
        except ObjectTooLargeError as error:
            return {}, f"ERROR_MANIFEST_SIZE_TOO_LARGE: {error}"
        except ObjectError as error:
            raise RekognitionError("InvalidS3ObjectException", str(error)) from None
        except ManifestFileError as error:
            return {}, str(error)

    def _readable(self, arn: str) -> Dataset:
        """Return a dataset whose entries can be listed."""
        _, dataset = self._store.dataset(arn)
        status = dataset.state.status
        if status in {"CREATE_IN_PROGRESS", "CREATE_FAILED"}:
            raise _not_ready(f"{_name(dataset)} is {status}: there is nothing to list.")
        if not dataset.is_settled():
            raise _in_use(f"{_name(dataset)} is {status}: wait until that is over.")
        return dataset


def _begin_update(dataset: Dataset, failure: str) -> None:
    dataset.state = State.now("UPDATE_IN_PROGRESS", failure)
    dataset.updated = dataset.state.since


def _matches(entry: Line, request: Mapping[str, Any]) -> bool:
    """Return whether an entry passes the filters of ListDatasetEntries."""
    labels: list[str] | None = request.get("ContainsLabels")
    return (
        (labels is None or any(one.label in labels for one in entry.annotations))
        and request.get("Labeled", bool(entry.annotations)) == bool(entry.annotations)
        and request.get("SourceRefContains", "") in entry.source_ref
        and (not request.get("HasErrors") or bool(entry.codes))
    )


def _require_no_training(project: Project) -> None:
    if in_training(project):
        raise _in_use(f"A model is being trained on the datasets of project {project.name}.")


def _name(dataset: Dataset) -> str:
    return f"Dataset {dataset.arn}"


def _invalid(message: str) -> RekognitionError:
    return RekognitionError("InvalidParameterException", message)


def _in_use(message: str) -> RekognitionError:
    return RekognitionError("ResourceInUseException", message)


def _not_ready(message: str) -> RekognitionError:
    return RekognitionError("ResourceNotReadyException", message)
