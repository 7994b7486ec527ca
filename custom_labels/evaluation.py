"""How well a model does, from the evaluation summary that its training wrote to S3."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from custom_labels.errors import CustomLabelsError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from custom_labels.projects import Model


@dataclass(frozen=True, kw_only=True)
class LabelScore:
    """How well one label is found; all shares are 0 to 1."""

    label: str
    images: int
    """Test images that have it."""
    threshold: float
    """Confidence from which a detection counts, when nobody asks for another."""
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What the training measured on the test images; all shares are 0 to 1."""

    f1: float
    precision: float
    recall: float
    training_images: int
    testing_images: int
    labels: tuple[LabelScore, ...]
    """The worst first."""
    confusion: Mapping[tuple[str, str], float]
    """For labels of whole images: the share of a label's (first) images that got a label (second)."""


def read_evaluation(s3: "S3Client", model: "Model") -> Evaluation:
    """Return the evaluation of a model.

    Raises:
        CustomLabelsError: There is none, or it cannot be understood.
        ClientError: It cannot be read.
    """
    if model.summary is None:
        raise CustomLabelsError(f"Model {model.name} is {model.status}: it has no evaluation.")
    bucket, key = model.summary
    content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    try:
        return parse_evaluation(json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CustomLabelsError(
            f"s3://{bucket}/{key} is not an evaluation summary in a form that is known: {error!r}."
        ) from None


def parse_evaluation(document: Mapping[str, Any]) -> Evaluation:
    """Return what an evaluation summary says.

    AWS documents two layouts: the aggregated results are under `Metrics`, or directly under
    `AggregatedEvaluationResults`.

    Raises:
        KeyError: Something is missing.
    """
    details = document["EvaluationDetails"]
    aggregated = document["AggregatedEvaluationResults"]
    metrics = aggregated.get("Metrics", aggregated)
    confusion: list[dict[str, Any]] = metrics.get("ConfusionMatrix") or []
    scores = [
        LabelScore(
            label=each["Label"],
            images=each["NumberOfTestingImages"],
            threshold=each["Metrics"]["Threshold"],
            precision=each["Metrics"]["Precision"],
            recall=each["Metrics"]["Recall"],
            f1=each["Metrics"]["F1Score"],
        )
        for each in document["LabelEvaluationResults"]
    ]
    return Evaluation(
        f1=metrics["F1Score"],
        precision=metrics["Precision"],
        recall=metrics["Recall"],
        training_images=details["NumberOfTrainingImages"],
        testing_images=details["NumberOfTestingImages"],
        labels=tuple(sorted(scores, key=lambda score: (score.f1, score.label))),
        confusion={(each["GroundTruthLabel"], each["PredictedLabel"]): each["Value"] for each in confusion},
    )
