"""`custom-labels train` and `evaluate`."""

import time
from collections.abc import Sequence

import click
from botocore.exceptions import ClientError

from custom_labels.aws import Aws
from custom_labels.buckets import find_bucket
from custom_labels.commands.projects import describe
from custom_labels.costs import TRAINING_HOUR_USD, in_dollars, in_hours
from custom_labels.errors import CustomLabelsError, explain
from custom_labels.evaluation import Evaluation, LabelScore, read_evaluation
from custom_labels.models import follow
from custom_labels.projects import Model, find_model, find_project, list_models
from custom_labels.terminal import (
    Ticker,
    agree,
    bucket_option,
    examples,
    note,
    output_option,
    pass_aws,
    show,
    table,
    yes_option,
)
from custom_labels.training import S3Address, next_version
from custom_labels.training import train as begin_training

_WORST = 5


class _Address(click.ParamType[S3Address]):
    name = "S3-ADDRESS"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> S3Address:
        try:
            return S3Address.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command(
    epilog=examples(
        "custom-labels train parts",
        "custom-labels train parts --version 2026-11-22 --bucket my-images --yes",
        "custom-labels train parts --train-manifest s3://my-images/train.manifest",
    )
)
@click.argument("project")
@click.option("--version", help="Name of the new model.  [default: the next of v1, v2, ...]")
@click.option(
    "--train-manifest", "training", type=_Address(), help="Train on this manifest, not on datasets."
)
@click.option(
    "--test-manifest",
    "testing",
    type=_Address(),
    help="Test on this manifest; else AWS keeps a fifth of the training images for that.",
)
@bucket_option
@yes_option
@output_option
@pass_aws
def train(  # noqa: PLR0913  # one parameter an option
    aws: Aws,
    *,
    project: str,
    version: str | None,
    training: S3Address | None,
    testing: S3Address | None,
    bucket: str | None,
    yes: bool,
    output: str,
) -> None:
    """Train a model of PROJECT and follow it until it is done. Ctrl-C only ends the following.

    What the training writes goes into the bucket, below custom-labels/PROJECT/output.
    """
    if testing and not training:
        raise click.UsageError("--test-manifest goes with --train-manifest.")
    found = find_project(aws.rekognition, project)
    version = version or next_version(list_models(aws.rekognition, found))
    bucket = bucket or find_bucket(aws.s3)
    agree(
        f"Training {found.name}/{version} costs about {in_dollars(TRAINING_HOUR_USD)} an hour (an estimate), often for "
        "1 to 24 hours. Train it?",
        yes=yes,
    )
    model = begin_training(aws.rekognition, found, version, bucket, training=training, testing=testing)
    try:
        model = _follow(aws, model)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"The training of {model.name} goes on: look again with `custom-labels status {model.name} --watch`."
        ) from None
    if model.status != "TRAINING_COMPLETED":
        raise CustomLabelsError(f"Model {model.name} is {model.status}: {model.message}")
    try:
        evaluation = read_evaluation(aws.s3, model)
    except (ClientError, CustomLabelsError) as error:
        note(f"The evaluation cannot be read: {explain(error) if isinstance(error, ClientError) else error}")
        evaluation = None
    show(
        output,
        describe(model) | ({"evaluation": _document(evaluation)} if evaluation else {}),
        _trained_text(model, evaluation),
    )


@click.command(
    epilog=examples("custom-labels evaluate parts/v1", "custom-labels evaluate parts/v1 --output json")
)
@click.argument("model")
@output_option
@pass_aws
def evaluate(aws: Aws, *, model: str, output: str) -> None:
    """Show how well MODEL did on its test images: each label, and for labels of whole images who is taken for whom."""
    found = find_model(aws.rekognition, model)
    evaluation = read_evaluation(aws.s3, found)
    show(
        output,
        {"arn": found.arn} | _document(evaluation),
        "\n\n".join(
            filter(None, [_head(found, evaluation), _scores(evaluation.labels), _confusion(evaluation)])
        ),
    )


def _follow(aws: Aws, model: Model) -> Model:
    began = time.monotonic()
    with Ticker() as ticker:
        for current in follow(aws.rekognition, model, time.sleep):
            model = current
            elapsed = in_hours(int(time.monotonic() - began) // 60)
            ticker.say(f"{model.name} is {model.status}, {elapsed}; Ctrl-C leaves it running …")
    return model


def _trained_text(model: Model, evaluation: Evaluation | None) -> str:
    lines = [
        f"{model.name} is trained, {in_hours((model.billable_seconds or 0) // 60)} billed. {model.message}"
    ]
    if evaluation:
        lines += [
            _head(model, evaluation),
            "",
            "The labels that do worst:",
            _scores(evaluation.labels[:_WORST]),
        ]
    elif model.f1 is not None:
        lines.append(f"F1 {model.f1:.3f}")
    return "\n".join(lines)


def _head(model: Model, evaluation: Evaluation) -> str:
    return (
        f"{model.name}: F1 {evaluation.f1:.3f}, precision {evaluation.precision:.3f}, recall {evaluation.recall:.3f}; "
        f"{evaluation.training_images} training and {evaluation.testing_images} test images"
    )


def _scores(scores: Sequence[LabelScore]) -> str:
    rows = [
        [
            score.label,
            str(score.images),
            f"{score.f1:.3f}",
            f"{score.precision:.3f}",
            f"{score.recall:.3f}",
            f"{score.threshold:.3f}",
        ]
        for score in scores
    ]
    heads = ["LABEL", "IMAGES", "F1", "PRECISION", "RECALL", "THRESHOLD"]
    return table(heads, rows, right=heads[1:])


def _confusion(evaluation: Evaluation) -> str:
    if not evaluation.confusion:
        return ""
    truths = sorted({truth for truth, _ in evaluation.confusion})
    said = sorted({label for _, label in evaluation.confusion})
    rows = [
        [truth, *(f"{evaluation.confusion.get((truth, label), 0):.2f}" for label in said)] for truth in truths
    ]
    return "Shares of images by label (row) that got a label (column):\n" + table(
        ["", *said], rows, right=said
    )


def _document(evaluation: Evaluation) -> dict[str, object]:
    return {
        "f1": evaluation.f1,
        "precision": evaluation.precision,
        "recall": evaluation.recall,
        "trainingImages": evaluation.training_images,
        "testingImages": evaluation.testing_images,
        "labels": [vars(score) for score in evaluation.labels],
        "confusion": [
            {"label": truth, "predicted": label, "share": share}
            for (truth, label), share in evaluation.confusion.items()
        ],
    }
