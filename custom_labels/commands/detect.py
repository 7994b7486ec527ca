"""`custom-labels detect`."""

import contextlib
import glob
import os
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import click

from custom_labels.aws import Aws
from custom_labels.detection import Detection, detect_all
from custom_labels.errors import CustomLabelsError
from custom_labels.pictures import Mark, annotate, find_pictures
from custom_labels.projects import Model, find_model, list_all_models
from custom_labels.results import Format, ResultFile, as_csv, as_json
from custom_labels.terminal import Ticker, examples, note, pass_aws, show


@click.command(
    epilog=examples(
        "custom-labels detect photo.jpg",
        "custom-labels detect photos/ 'more/**/*.png' --model parts/v1 --annotate seen",
        "custom-labels detect photos/ --csv --to results.csv",
        "custom-labels detect photos/ --min-confidence 0 --json | jq '.images[].labels'",
    )
)
@click.argument("files", nargs=-1, required=True)
@click.option("--model", "reference", metavar="MODEL", help="The model; without it the only one that runs.")
@click.option(
    "--min-confidence", type=click.FloatRange(0, 100), help="Instead of each label's own threshold."
)
@click.option(
    "--annotate",
    "annotated",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for copies with boxes.",
)
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for the results; goes on where a run ended.",
)
@click.option(
    "--output", type=click.Choice(["text", "json", "csv"]), default="text", help="Form of the results."
)
@click.option(
    "--json", "output", flag_value="json", help="The same as --output json; with --to, a JSON line a picture."
)
@click.option("--csv", "output", flag_value="csv", help="The same as --output csv.")
@pass_aws
def detect(  # noqa: PLR0913  # one parameter an option
    aws: Aws,
    *,
    files: Sequence[str],
    reference: str | None,
    min_confidence: float | None,
    annotated: Path | None,
    to: Path | None,
    output: str,
) -> None:
    """Detect custom labels on FILES: pictures, folders of pictures, and patterns such as '**/*.jpg'.

    Pictures are turned upright and shrunk to what the service takes; boxes are in pixels of the original, seen upright.
    What cannot be used is named at the end, and the exit code is 1 then.
    """
    paths = _expand(files)
    if to and output == "text":
        raise click.UsageError("--to needs --json or --csv, the form in which to write.")
    model = _running_model(aws, reference)

    def seen(known: Mapping[str, Detection]) -> Generator[Detection]:
        missing = [path for path in paths if str(path) not in known]
        fresh = detect_all(aws.detector, model, missing, min_confidence)
        with contextlib.closing(fresh):
            yield from _watched((known.get(str(path)) or next(fresh) for path in paths), paths, annotated)

    if to:
        failed = _write(seen, to, "csv" if output == "csv" else "json", model)
    elif output == "json":
        found = list(seen({}))
        failed = sum(one.error is not None for one in found)
        show("json", {"model": model.arn, "images": [as_json(one) for one in found]}, "")
    else:
        failed = _print(seen({}), output, model)
    if failed:
        raise CustomLabelsError(f"{failed} of {len(paths)} pictures have no result.")


def _write(
    seen: Callable[[Mapping[str, Detection]], Generator[Detection]], to: Path, kind: Format, model: Model
) -> int:
    """Add what is seen to a file; return how many pictures have no result."""
    counts = Counter[bool]()
    with ResultFile(to, kind, model.arn) as file, contextlib.closing(seen(file.done)) as detections:
        for one in detections:
            counts[one.error is None] += 1
            if one.image not in file.done:
                file.add(one)
        click.echo(f"{counts[True]} pictures with results in {to}, {len(file.done)} of them from before.")
    return counts[False]


def _print(detections: Iterable[Detection], output: str, model: Model) -> int:
    """Print what is seen as it comes; return how many pictures have no result."""
    failed = 0
    for number, one in enumerate(detections):
        failed += one.error is not None
        if output == "csv":
            click.echo(as_csv(model.arn, [one], head=number == 0), nl=False)
        elif one.error is None:
            click.echo("\n".join(_lines(one)))
    return failed


def _expand(files: Sequence[str]) -> list[Path]:
    paths: dict[Path, None] = {}
    for name in files:
        path = Path(name)
        found = (
            find_pictures(path)
            if path.is_dir()
            else [path]
            if path.is_file()
            else [each for each in map(Path, _matching(name)) if each.is_file()]
        )
        if not found:
            raise click.UsageError(f"There is no picture {name}: name files, folders, or patterns in quotes.")
        paths.update(dict.fromkeys(found))
    return list(paths)


def _matching(pattern: str) -> list[str]:
    return sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207  # patterns may be absolute, Path.glob's not


def _running_model(aws: Aws, reference: str | None) -> Model:
    if reference is not None:
        model = find_model(aws.rekognition, reference)
        if model.status != "RUNNING":
            raise CustomLabelsError(
                f"Model {model.name} is {model.status}: start it with `custom-labels start {model.name}`."
            )
        return model
    running = [model for model in list_all_models(aws.rekognition) if model.status == "RUNNING"]
    if len(running) != 1:
        names = ", ".join(model.name for model in running)
        raise CustomLabelsError(
            f"{len(running)} models run ({names}): name one with --model."
            if running
            else "No model runs: start one with `custom-labels start`."
        )
    return running[0]


def _targets(folder: Path, paths: Sequence[Path]) -> dict[Path, Path]:
    """Return where the copy of each picture goes: by its name below what all of them have in common."""
    folders = [path.absolute().parent for path in paths]
    common = os.path.commonpath(folders)
    return {
        path: folder / path.absolute().relative_to(common).with_suffix(f"{path.suffix}.jpg") for path in paths
    }


def _watched(
    detections: Iterable[Detection], paths: Sequence[Path], annotated: Path | None
) -> Iterator[Detection]:
    """Pass on what is seen, say what fails and how far it is, and draw the copies."""
    targets = _targets(annotated, paths) if annotated else {}
    began = time.monotonic()
    with Ticker() as ticker:
        for number, (path, one) in enumerate(zip(paths, detections, strict=True), 1):
            if one.error:
                ticker.say("")
                note(one.error)
            elif targets:
                _annotate(path, targets[path], one)
            yield one
            speed = number / max(time.monotonic() - began, 0.1)
            ticker.say(f"{number} of {len(paths)} pictures, {speed:.1f} a second")


def _annotate(path: Path, target: Path, detection: Detection) -> None:
    marks = [
        Mark(label.name, f"{label.name} {label.confidence:.0f} %", *label.box)
        for label in detection.labels
        if label.box
    ]
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f"{target.name}.new")
    fresh.write_bytes(annotate(path.read_bytes(), marks))
    fresh.replace(target)


def _lines(detection: Detection) -> list[str]:
    if not detection.labels:
        return [f"{detection.image}: nothing found"]
    lines: list[str] = []
    for label in detection.labels:
        line = f"{detection.image}: {label.name} {label.confidence:.1f} %"
        if label.box:
            left, top, width, height = label.box
            line += f", {width} x {height} at {left},{top}"
        lines.append(line)
    return lines
