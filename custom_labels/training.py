"""Training a model: on a project's datasets, or on manifests in S3."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from custom_labels.errors import CustomLabelsError
from custom_labels.projects import Model, Project, find_model, require_name

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

_ADDRESS = re.compile(r"s3://(?P<bucket>[^/]+)/(?P<key>.+)")
_NUMBERED = re.compile(r"v(\d{1,9})")


@dataclass(frozen=True)
class S3Address:
    """An object in S3."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, text: str) -> "S3Address":
        """Return what `s3://BUCKET/KEY` names.

        Raises:
            ValueError: It is no such address.
        """
        found = _ADDRESS.fullmatch(text)
        if not found:
            raise ValueError(f"{text!r} is not an S3 address: write s3://BUCKET/KEY.")
        return cls(found["bucket"], found["key"])

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


def next_version(models: list[Model]) -> str:
    """Return a name for the next model of a project: `v1`, `v2` and so on."""
    numbers = [int(found[1]) for model in models if (found := _NUMBERED.fullmatch(model.version))]
    return f"v{max(numbers, default=0) + 1}"


def train(  # noqa: PLR0913  # one parameter a choice
    rekognition: "RekognitionClient",
    project: Project,
    version: str,
    bucket: str,
    *,
    training: S3Address | None = None,
    testing: S3Address | None = None,
) -> Model:
    """Begin to train a model and return it.

    Args:
        rekognition: Where to train.
        project: The project.
        version: Name of the new model.
        bucket: Where the results go, below `custom-labels/PROJECT/output`.
        training: Manifest to train on; without it the project's datasets are used.
        testing: Manifest to test on; without it a part of the training images is kept for that.

    Raises:
        CustomLabelsError: The project's datasets and the manifests do not go together.
        ClientError: AWS refuses it.
    """
    require_name(version)
    request: dict[str, Any] = {
        "ProjectArn": project.arn,
        "VersionName": version,
        "OutputConfig": {"S3Bucket": bucket, "S3KeyPrefix": f"custom-labels/{project.name}/output"},
    }
    if training:
        if project.datasets:
            raise CustomLabelsError(
                f"Project {project.name} has datasets, so AWS trains it on nothing else: leave the manifests out, "
                "or use a project without datasets."
            )
        request["TrainingData"] = {"Assets": [_asset(training)]}
        request["TestingData"] = {"Assets": [_asset(testing)]} if testing else {"AutoCreate": True}
    elif missing := {"TRAIN", "TEST"} - project.datasets.keys():
        raise CustomLabelsError(
            f"Project {project.name} has no {' and no '.join(sorted(missing, reverse=True))} dataset: import one with "
            f"`custom-labels dataset import`, or name manifests."
        )
    arn = rekognition.create_project_version(**request)["ProjectVersionArn"]
    return find_model(rekognition, arn)


def _asset(address: S3Address) -> dict[str, Any]:
    return {"GroundTruthManifest": {"S3Object": {"Bucket": address.bucket, "Name": address.key}}}
