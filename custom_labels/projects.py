"""Projects and the models in them: what there is, and how people name it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from custom_labels.errors import CustomLabelsError

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_rekognition.type_defs import (
        ProjectDescriptionTypeDef,
        ProjectVersionDescriptionTypeDef,
    )

_NAME = re.compile(r"[a-zA-Z0-9_.\-]{1,255}")
_PROJECT_ARN = re.compile(r"arn:[a-z\d-]+:rekognition:[a-z\d-]+:\d{12}:project/(?P<project>[^/]+)/\d+")
_MODEL_ARN = re.compile(
    r"arn:[a-z\d-]+:rekognition:[a-z\d-]+:\d{12}:project/(?P<project>[^/]+)/version/(?P<version>[^/]+)/\d+"
)


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project."""

    arn: str
    name: str
    status: str
    created: datetime
    datasets: dict[str, str]
    """ARN of each dataset by its type, `TRAIN` or `TEST`."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """A project version."""

    arn: str
    project: str
    version: str
    status: str
    message: str
    """What the service says about the status; may be empty."""
    created: datetime
    trained: datetime | None
    """When the training ended."""
    units: int
    """MinInferenceUnits of the last start; 0 before the first."""
    max_units: int | None
    """MaxInferenceUnits of the last start, when it may grow."""
    f1: float | None
    """F1 score on the test images, 0 to 1."""
    summary: tuple[str, str] | None
    """Bucket and key of the evaluation summary."""
    billable_seconds: int | None
    """Billed training time; known after a successful training."""

    @property
    def name(self) -> str:
        """The name by which people call it."""
        return f"{self.project}/{self.version}"


def list_projects(rekognition: "RekognitionClient") -> list[Project]:
    """Return the projects of the region by name."""
    pages = rekognition.get_paginator("describe_projects").paginate()
    found = [_project(each) for page in pages for each in page["ProjectDescriptions"]]
    return sorted(found, key=lambda project: project.name)


def create_project(rekognition: "RekognitionClient", name: str) -> str:
    """Create a project and return its ARN.

    Raises:
        CustomLabelsError: The name is none that a project can have.
    """
    require_name(name)
    return rekognition.create_project(ProjectName=name)["ProjectArn"]


def find_project(rekognition: "RekognitionClient", reference: str) -> Project:
    """Return the project with that name or ARN.

    Raises:
        CustomLabelsError: There is none.
    """
    by_arn = _PROJECT_ARN.fullmatch(reference)
    name = require_name(by_arn["project"] if by_arn else reference)
    for description in rekognition.describe_projects(ProjectNames=[name])["ProjectDescriptions"]:
        project = _project(description)
        if reference in (project.arn, project.name):
            return project
    raise CustomLabelsError(
        f"There is no project {reference} in {rekognition.meta.region_name}: see `custom-labels projects list`."
    )


def list_models(rekognition: "RekognitionClient", project: Project) -> list[Model]:
    """Return the models of a project, newest first."""
    pages = rekognition.get_paginator("describe_project_versions").paginate(ProjectArn=project.arn)
    return [_model(each) for page in pages for each in page["ProjectVersionDescriptions"]]


def list_all_models(rekognition: "RekognitionClient") -> Iterator[Model]:
    """Yield the models of all projects, by project, newest first."""
    for project in list_projects(rekognition):
        yield from list_models(rekognition, project)


def find_model(rekognition: "RekognitionClient", reference: str) -> Model:
    """Return the model that an ARN, `PROJECT/VERSION` or, when it has only one model, `PROJECT` names.

    Raises:
        CustomLabelsError: There is none, or the project has several.
    """
    by_arn = _MODEL_ARN.fullmatch(reference)
    project_name, _, version = (
        (by_arn["project"], "/", by_arn["version"]) if by_arn else reference.partition("/")
    )
    project = find_project(rekognition, project_name)
    if not version:
        return _only_model(list_models(rekognition, project), project.name)
    answer = rekognition.describe_project_versions(
        ProjectArn=project.arn, VersionNames=[require_name(version)]
    )
    for description in answer["ProjectVersionDescriptions"]:
        model = _model(description)
        if reference in (model.arn, model.name):
            return model
    raise CustomLabelsError(f"There is no model {reference}: see `custom-labels status {project.name}`.")


def refresh(rekognition: "RekognitionClient", model: Model) -> Model:
    """Return a model as it is now.

    Raises:
        CustomLabelsError: It is gone.
    """
    return find_model(rekognition, model.arn)


def require_name(name: str) -> str:
    """Return *name* if a project or a model may be called so.

    Raises:
        CustomLabelsError: It may not.
    """
    if not _NAME.fullmatch(name):
        raise CustomLabelsError(
            f"{name!r} is not a name: use 1 to 255 letters, digits, dots, hyphens and underscores."
        )
    return name


def _only_model(models: list[Model], project: str) -> Model:
    if not models:
        raise CustomLabelsError(
            f"Project {project} has no model: train one with `custom-labels train {project}`."
        )
    if len(models) > 1:
        names = ", ".join(model.name for model in models)
        raise CustomLabelsError(f"Project {project} has {len(models)} models: name one of {names}.")
    return models[0]


def _project(description: "ProjectDescriptionTypeDef") -> Project:
    arn = description["ProjectArn"]
    return Project(
        arn=arn,
        name=arn.split("/")[1],
        status=description["Status"],
        created=description["CreationTimestamp"],
        datasets={each["DatasetType"]: each["DatasetArn"] for each in description.get("Datasets", [])},
    )


def _model(description: "ProjectVersionDescriptionTypeDef") -> Model:
    arn = description["ProjectVersionArn"]
    _, project, _, version, _ = arn.split("/")
    evaluation = description.get("EvaluationResult", {})
    summary = evaluation.get("Summary", {}).get("S3Object", {})
    return Model(
        arn=arn,
        project=project,
        version=version,
        status=description["Status"],
        message=description.get("StatusMessage", ""),
        created=description["CreationTimestamp"],
        trained=description.get("TrainingEndTimestamp"),
        units=description.get("MinInferenceUnits", 0),
        max_units=description.get("MaxInferenceUnits"),
        f1=evaluation.get("F1Score"),
        summary=(summary["Bucket"], summary["Name"]) if "Bucket" in summary and "Name" in summary else None,
        billable_seconds=description.get("BillableTrainingTimeInSeconds"),
    )
