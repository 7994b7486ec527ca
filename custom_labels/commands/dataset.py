"""`custom-labels dataset`."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from custom_labels.aws import Aws
from custom_labels.buckets import find_bucket
from custom_labels.datasets.check import Destination, Entry, check, split
from custom_labels.datasets.examples import Line, Problems, Split
from custom_labels.datasets.importing import Dataset, bring, check_objects, entries_with_errors, upload_all
from custom_labels.datasets.reading import read_dataset
from custom_labels.errors import CustomLabelsError
from custom_labels.projects import Project, find_project
from custom_labels.terminal import Ticker, bucket_option, examples, note, output_option, pass_aws, show

_BETWEEN_LOOKS = 0.5  # seconds; an account may look five times a second


class _Split(click.ParamType[str | float]):
    name = "train|test|FRACTION"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str | float:
        if value in {"train", "test"}:
            return str(value)
        try:
            fraction = float(str(value))
        except ValueError:
            fraction = 0
        if not 0 < fraction < 1:
            self.fail(f"{value!r} is neither train nor test nor the share of tests, such as 0.2.", param, ctx)
        return fraction


@click.group()
def dataset() -> None:
    """Bring labelled pictures to a project."""


@dataset.command(
    "import",
    epilog=examples(
        "custom-labels dataset import photos --project parts --split 0.2",
        "custom-labels dataset import coco.json --project parts --split train --bucket my-images",
        "custom-labels dataset import corrections.manifest --project parts --split train",
    ),
)
@click.argument("source", metavar="FOLDER|MANIFEST", type=click.Path(exists=True, path_type=Path))
@click.option("--project", required=True, help="The project, by name or ARN.")
@click.option(
    "--split", "wanted", type=_Split(), help="Where the pictures go; a share splits off so many tests."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed splits in another way.")
@bucket_option
@output_option
@pass_aws
def import_(  # noqa: PLR0913  # one parameter an option
    aws: Aws,
    *,
    source: Path,
    project: str,
    wanted: str | float | None,
    seed: int,
    bucket: str | None,
    output: str,
) -> None:
    """Check, upload and import labelled pictures.

    FOLDER has a folder for each label, or pictures with YOLO, Pascal VOC or COCO boxes, or manifests; MANIFEST is a
    SageMaker Ground Truth manifest or a COCO file. Folders named train and test (or val) are recognised. Nothing is
    uploaded before everything is checked. Pictures that are in the bucket already are not uploaded again, so the same
    command goes on where it was interrupted. An entry of the dataset with the same picture is replaced.
    """
    found_project = find_project(aws.rekognition, project)
    bucket = bucket or find_bucket(aws.s3)
    entries, left_out = _read(aws, source, bucket, f"custom-labels/{found_project.name}/images/")
    entries = _assigned(source, entries, wanted, seed)
    uploaded = _upload(aws, bucket, entries)
    datasets = _bring(aws, found_project, bucket, entries)
    pictures = sum(entry.upload is not None for entry in entries)
    document = {
        "project": found_project.arn,
        "bucket": bucket,
        "pictures": len(entries),
        "uploaded": uploaded,
        "withoutLabels": left_out,
        "datasets": {kind: vars(each) for kind, each in datasets.items()},
    }
    lines = [f"{uploaded} pictures uploaded to {bucket}, {pictures - uploaded} were there already."]
    if left_out:
        lines.append(f"{left_out} pictures without labels are left out.")
    lines += [
        f"{found_project.name} {kind}: {each.entries} entries, {each.labels} labels, {each.errors} with errors."
        for kind, each in datasets.items()
    ]
    show(output, document, "\n".join(lines))
    _name_errors(aws, datasets)


def _read(aws: Aws, source: Path, bucket: str, prefix: str) -> tuple[list[Entry], int]:
    """Return the checked entries of a dataset, and the number of pictures without labels."""
    problems = Problems()
    found = read_dataset(source, problems)
    destination = Destination(source if source.is_dir() else source.parent, bucket, prefix)
    with Ticker() as ticker:
        entries = check(
            found,
            destination,
            problems,
            lambda count: ticker.say(f"{count} of {len(found)} pictures checked"),
        )
        check_objects(aws.s3, [one for one in found if isinstance(one, Line)], problems)
    problems.raise_any()
    if not entries:
        raise CustomLabelsError(f"{source} has no picture with labels.")
    return entries, len(found) - len(entries)


def _assigned(source: Path, entries: Sequence[Entry], wanted: str | float | None, seed: int) -> list[Entry]:
    """Return the entries, each with the dataset into which it goes."""
    if isinstance(wanted, float):
        return split(entries, wanted, seed)
    if wanted is not None:
        return [replace(entry, split="train" if wanted == "train" else "test") for entry in entries]
    if any(entry.split is None for entry in entries):
        raise click.UsageError(
            f"{source} does not say which pictures are for training and which for tests: add --split 0.2 to split off a "
            "fifth for tests, or --split train, or --split test."
        )
    return list(entries)


def _upload(aws: Aws, bucket: str, entries: Sequence[Entry]) -> int:
    """Upload what is missing; return how many pictures that was."""
    uploads = [entry.upload for entry in entries if entry.upload]
    uploaded = 0
    try:
        with Ticker() as ticker:
            for count, fresh in enumerate(upload_all(aws.s3, bucket, uploads), 1):
                uploaded += fresh
                ticker.say(f"{count} of {len(uploads)} pictures in {bucket}, {uploaded} of them uploaded now")
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"{uploaded} pictures were uploaded, and no dataset was changed: the same command goes on."
        ) from None
    return uploaded


def _bring(aws: Aws, project: Project, bucket: str, entries: Sequence[Entry]) -> dict[Split, Dataset]:
    datasets: dict[Split, Dataset] = {}
    kinds: tuple[Split, Split] = ("train", "test")
    with Ticker() as ticker:
        for kind in kinds:
            lines = [entry.line for entry in entries if entry.split == kind]
            if lines:
                ticker.say(f"{len(lines)} entries become part of the {kind} dataset …")
                wait: Callable[[], None] = partial(time.sleep, _BETWEEN_LOOKS)
                datasets[kind] = bring(
                    aws.rekognition, aws.s3, project, kind=kind, lines=lines, bucket=bucket, pause=wait
                )
    return datasets


def _name_errors(aws: Aws, datasets: dict[Split, Dataset]) -> None:
    bad = {kind: each for kind, each in datasets.items() if each.errors}
    for each in bad.values():
        for line in entries_with_errors(aws.rekognition, each.arn):
            note(line)
    if bad:
        raise CustomLabelsError(f"AWS cannot use some entries of the {' and the '.join(bad)} dataset.")
