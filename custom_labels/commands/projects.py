"""`custom-labels projects` and `custom-labels status`."""

import time
from collections.abc import Sequence

import click

from custom_labels.aws import Aws
from custom_labels.errors import CustomLabelsError
from custom_labels.leases import in_utc
from custom_labels.models import PASSING, follow
from custom_labels.projects import (
    Model,
    create_project,
    find_model,
    find_project,
    list_all_models,
    list_models,
    list_projects,
)
from custom_labels.terminal import (
    agree,
    examples,
    note,
    output_option,
    pass_aws,
    show,
    status_text,
    table,
    without_nothing,
    yes_option,
)

_BUSY = (PASSING | {"RUNNING"}) - {"DELETING"}


@click.group()
def projects() -> None:
    """List, create and delete projects."""


@projects.command(
    "list", epilog=examples("custom-labels projects list", "custom-labels projects list --output json")
)
@output_option
@pass_aws
def list_(aws: Aws, output: str) -> None:
    """List the projects of the region."""
    found = list_projects(aws.rekognition)
    document = {
        "projects": [
            {
                "arn": project.arn,
                "name": project.name,
                "status": project.status,
                "created": in_utc(project.created),
                "datasets": project.datasets,
            }
            for project in found
        ]
    }
    rows = [
        [
            project.name,
            status_text(project.status),
            in_utc(project.created),
            " and ".join(sorted(project.datasets, reverse=True)).lower() or "none",
        ]
        for project in found
    ]
    text = (
        table(["PROJECT", "STATUS", "CREATED", "DATASETS"], rows) if rows else f"No projects in {aws.region}."
    )
    show(output, document, text)


@projects.command(epilog=examples("custom-labels projects create parts"))
@click.argument("name")
@output_option
@pass_aws
def create(aws: Aws, name: str, output: str) -> None:
    """Create the project NAME."""
    arn = create_project(aws.rekognition, name)
    show(output, {"arn": arn, "name": name}, f"Project {name} is there: {arn}")


@projects.command(
    epilog=examples("custom-labels projects delete parts", "custom-labels projects delete parts --yes")
)
@click.argument("project")
@yes_option
@output_option
@pass_aws
def delete(aws: Aws, *, project: str, output: str, yes: bool) -> None:
    """Delete PROJECT with its models and datasets, for ever. Images and manifests in S3 stay."""
    found = find_project(aws.rekognition, project)
    models = list_models(aws.rekognition, found)
    busy = [f"{model.name} is {model.status}" for model in models if model.status in _BUSY]
    if busy:
        raise CustomLabelsError(f"{', '.join(busy)}: stop what runs, and wait for what is in training.")
    agree(
        f"Delete project {found.name} with {len(models)} models and {len(found.datasets)} datasets, for ever?",
        yes=yes,
    )
    for model in models:
        if model.status != "DELETING":
            aws.rekognition.delete_project_version(ProjectVersionArn=model.arn)
    while list_models(aws.rekognition, found):
        time.sleep(0.5)
    for arn in found.datasets.values():
        aws.rekognition.delete_dataset(DatasetArn=arn)
    while find_project(aws.rekognition, found.arn).datasets:
        time.sleep(0.5)
    aws.rekognition.delete_project(ProjectArn=found.arn)
    show(output, {"arn": found.arn, "name": found.name}, f"Project {found.name} is being deleted.")


@click.command(
    epilog=examples(
        "custom-labels status",
        "custom-labels status parts",
        "custom-labels status parts/v1 --watch",
        "custom-labels status --output json",
    )
)
@click.argument("reference", metavar="[PROJECT|MODEL]", required=False)
@click.option("--watch", is_flag=True, help="Look again until no status passes by itself any more.")
@output_option
@pass_aws
def status(aws: Aws, *, reference: str | None, output: str, watch: bool) -> None:
    """Show the models of the region, of a project, or one model."""
    found = _named(aws, reference)
    if watch:
        for model in found:
            _watch(aws, model)
        found = _named(aws, reference)
    show(output, {"models": [describe(model) for model in found]}, _text(found))


def describe(model: Model) -> dict[str, object]:
    """Return a model as JSON."""
    return without_nothing(
        {
            "arn": model.arn,
            "project": model.project,
            "version": model.version,
            "status": model.status,
            "message": model.message,
            "created": in_utc(model.created),
            "trained": in_utc(model.trained) if model.trained else None,
            "inferenceUnits": model.units or None,
            "maxInferenceUnits": model.max_units,
            "f1": model.f1,
            "billableTrainingSeconds": model.billable_seconds,
        }
    )


def _named(aws: Aws, reference: str | None) -> list[Model]:
    if reference is None:
        return list(list_all_models(aws.rekognition))
    if ("/" in reference and "/version/" in reference) or reference.count("/") == 1:
        return [find_model(aws.rekognition, reference)]
    return list_models(aws.rekognition, find_project(aws.rekognition, reference))


def _watch(aws: Aws, model: Model) -> None:
    seen = ""
    for current in follow(aws.rekognition, model, time.sleep):
        if current.status != seen:
            note(f"{current.name}: {status_text(current.status)}")
            seen = current.status


def _text(models: Sequence[Model]) -> str:
    if not models:
        return "No models."
    rows = [
        [
            model.name,
            status_text(model.status),
            "" if model.f1 is None else f"{model.f1:.3f}",
            _units(model),
            in_utc(model.created),
            model.message,
        ]
        for model in models
    ]
    return table(["MODEL", "STATUS", "F1", "UNITS", "CREATED", "MESSAGE"], rows, right=["F1"])


def _units(model: Model) -> str:
    if not model.units:
        return ""
    return f"{model.units} to {model.max_units}" if model.max_units else str(model.units)
