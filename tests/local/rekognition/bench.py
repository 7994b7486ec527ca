"""A bench to try trainings and models on: small pictures, their manifests, and a clock turned by hand."""

import json
import re
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.utils import get_service_model
from moto.s3.models import s3_backends

from local.rekognition.limits import Limits

if TYPE_CHECKING:
    from moto.s3.models import FakeBucket
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_rekognition.type_defs import ProjectVersionDescriptionTypeDef
    from mypy_boto3_s3 import S3Client

BUCKET = "bench-data"
IMPORTING = 5  # seconds that a dataset is created or updated
PATIENCE = 30  # seconds until a training that does not end fails the test
COLOURS = {"disc": (40, 40, 220), "square": (220, 120, 20)}

UNTHROTTLED = Limits(
    control_requests_per_second=1_000_000,
    tag_requests_per_second=1_000_000,
    detect_requests_per_second=1_000_000,
    detect_requests_per_second_per_inference_unit=1_000_000,
)
"""The quotas of AWS without its rates, which a clock that stands still would soon exhaust."""

Shape = tuple[str, int, int]
"""A label, left and top."""


def custom_labels_operations() -> list[str]:
    """Return the operations of the service model that concern Custom Labels."""
    model = get_service_model("rekognition")
    return [name for name in model.operation_names if re.search("Project|Dataset|CustomLabels|[Tt]ag", name)]


@dataclass
class Clock:
    """Seconds since 1970, turned by hand."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def picture(shapes: Sequence[Shape], seed: int = 0, side: tuple[int, int] = (192, 144)) -> bytes:
    """Return a PNG of *side* with discs and squares of 48 pixels, each given by label, left and top."""
    noise = np.random.default_rng(seed).integers(70, 100, (side[1], side[0], 3), dtype=np.uint8)
    for label, left, top in shapes:
        if label == "disc":
            cv2.circle(noise, (left + 24, top + 24), 23, COLOURS[label], -1)
        else:
            cv2.rectangle(noise, (left, top), (left + 47, top + 47), COLOURS[label], -1)
    return cv2.imencode(".png", noise)[1].tobytes()


def metadata(**members: object) -> dict[str, Any]:
    """Return the members that every label attribute's metadata has, and *members*."""
    return {"human-annotated": "yes", "creation-date": "2026-11-22T12:00:00", **members}


def boxed(key: str, shapes: Sequence[Shape]) -> dict[str, Any]:
    """Return a JSON Line with a bounding box for each shape."""
    classes = sorted({label for label, _, _ in shapes})
    return {
        "source-ref": f"s3://{BUCKET}/{key}",
        "boxes": {
            "image_size": [{"width": 192, "height": 144, "depth": 3}],
            "annotations": [
                {"class_id": classes.index(label), "left": left, "top": top, "width": 48, "height": 48}
                for label, left, top in shapes
            ],
        },
        "boxes-metadata": metadata(
            type="groundtruth/object-detection",
            objects=[{"confidence": 1} for _ in shapes],
            **{"class-map": {str(number): label for number, label in enumerate(classes)}},
        ),
    }


def labelled(key: str, label: str) -> dict[str, Any]:
    """Return a JSON Line with an image-level label."""
    return {
        "source-ref": f"s3://{BUCKET}/{key}",
        "kind": 1,
        "kind-metadata": metadata(
            type="groundtruth/image-classification", confidence=1, **{"class-name": label}
        ),
    }


def at(key: str) -> dict[str, Any]:
    """Return TrainingData or TestingData that names a manifest in the bucket."""
    return {"Assets": [{"GroundTruthManifest": {"S3Object": {"Bucket": BUCKET, "Name": key}}}]}


def _images() -> dict[str, tuple[list[Shape], bytes]]:
    places = np.random.default_rng(7)
    images: dict[str, tuple[list[Shape], bytes]] = {}
    for number in range(12):
        label = "disc" if number % 2 else "square"
        shapes: list[Shape] = [(label, int(places.integers(2, 140)), int(places.integers(2, 92)))]
        images[f"images/{number}.png"] = shapes, picture(shapes, number)
    return images


IMAGES = _images()
"""Key, shapes and content of twelve pictures, half with a disc, half with a square."""


@dataclass
class Bench:
    """What a test of trainings and models works with; the pictures are in the bucket."""

    rekognition: "RekognitionClient"
    s3: "S3Client"
    clock: Clock

    def __post_init__(self) -> None:
        for key, (_, content) in IMAGES.items():
            self.put(key, content)

    def put(self, key: str, content: bytes) -> None:
        """Put an object into the bucket, without the detour over HTTP that a test of S3 would take."""
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].put_object(BUCKET, key, content)

    def put_manifest(self, key: str, lines: Sequence[Mapping[str, Any] | str]) -> None:
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        self.put(key, ("\n".join(texts) + "\n").encode())

    def get(self, location: Mapping[str, str]) -> str:
        """Return the object that an S3Object of a response names."""
        return self.s3.get_object(Bucket=location["Bucket"], Key=location["Name"])["Body"].read().decode()

    def boxed_lines(self) -> list[dict[str, Any]]:
        return [boxed(key, shapes) for key, (shapes, _) in IMAGES.items()]

    def labelled_lines(self) -> list[dict[str, Any]]:
        return [labelled(key, shapes[0][0]) for key, (shapes, _) in IMAGES.items()]

    def project(self, name: str = "bench") -> str:
        return self.rekognition.create_project(ProjectName=name)["ProjectArn"]

    def create_version(self, project: str, name: str = "v1", **members: Any) -> str:
        """Begin to train in *project*; a member that is None is left out."""
        request: dict[str, Any] = {
            "OutputConfig": {"S3Bucket": BUCKET, "S3KeyPrefix": "out"},
            "TrainingData": at("train.manifest"),
            "TestingData": at("test.manifest"),
            **members,
        }
        given = {name: value for name, value in request.items() if value is not None}
        answer = self.rekognition.create_project_version(ProjectArn=project, VersionName=name, **given)
        return answer["ProjectVersionArn"]

    def describe(self, arn: str) -> "ProjectVersionDescriptionTypeDef":
        project, _, version = arn.partition("/version/")
        page = self.rekognition.describe_project_versions(
            ProjectArn=f"{project}/{self._project_timestamp(project)}", VersionNames=[version.split("/")[0]]
        )
        return page["ProjectVersionDescriptions"][0]

    def _project_timestamp(self, prefix: str) -> str:
        projects = self.rekognition.describe_projects()["ProjectDescriptions"]
        arns = [project.get("ProjectArn", "") for project in projects]
        return next(arn.rpartition("/")[2] for arn in arns if arn.rpartition("/")[0] == prefix)

    def trained(self, arn: str) -> "ProjectVersionDescriptionTypeDef":
        """Wait until the training of *arn* ends, and return the description."""
        until = time.monotonic() + PATIENCE
        while (described := self.describe(arn)).get("Status") == "TRAINING_IN_PROGRESS":
            assert time.monotonic() < until, "The training does not end."
            time.sleep(0.01)
        return described

    @contextmanager
    def held_training(self) -> Generator[None]:
        """Keep trainings on the first picture waiting for it."""
        with self.bucket().keys["images/0.png"].lock:
            yield

    def bucket(self) -> "FakeBucket":
        """Return the bucket as moto keeps it."""
        return s3_backends[DEFAULT_ACCOUNT_ID]["aws"].get_bucket(BUCKET)

    def dataset(self, project: str, kind: str, lines: Sequence[Mapping[str, Any] | str] | None = None) -> str:
        """Return the ARN of a dataset that is being created from *lines*, empty without them."""
        source: dict[str, Any] = {}
        if lines is not None:
            self.put_manifest("dataset.manifest", lines)
            source["DatasetSource"] = at("dataset.manifest")["Assets"][0]
        answer = self.rekognition.create_dataset(ProjectArn=project, DatasetType=cast("Any", kind), **source)
        return answer["DatasetArn"]

    def project_with_datasets(self, lines: Sequence[Mapping[str, Any]], name: str = "bench") -> str:
        """Return the ARN of a project that trains on the first two thirds of *lines* and is tested on the others."""
        project, cut = self.project(name), len(lines) * 2 // 3
        self.dataset(project, "TRAIN", lines[:cut])
        self.dataset(project, "TEST", lines[cut:])
        self.clock.now += IMPORTING
        return project

    def policy(self, project: str, name: str = "copiers", **statement: object) -> str:
        """Attach a policy to a project, by which everybody may copy its models if not said otherwise."""
        document = {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "rekognition:CopyProjectVersion",
                "Resource": "*",
                **statement,
            },
        }
        return self.rekognition.put_project_policy(
            ProjectArn=project, PolicyName=name, PolicyDocument=json.dumps(document)
        )["PolicyRevisionId"]

    def detect(self, arn: str, image: bytes, **members: Any) -> list[Any]:
        """Return the CustomLabels that a model finds in an image."""
        answer = self.rekognition.detect_custom_labels(
            ProjectVersionArn=arn, Image={"Bytes": image}, **members
        )
        return list(answer["CustomLabels"])

    def put_manifests(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Put the first two thirds of *lines* into train.manifest and the others into test.manifest."""
        cut = len(lines) * 2 // 3
        self.put_manifest("train.manifest", lines[:cut])
        self.put_manifest("test.manifest", lines[cut:])

    def model(
        self, name: str = "v1", project: str = "", lines: Sequence[Mapping[str, Any]] | None = None
    ) -> str:
        """Return the ARN of a trained model, on six image-level labels if not said otherwise: they train fastest."""
        self.put_manifests(lines or self.labelled_lines()[:6])
        arn = self.create_version(project or self.project(), name)
        described = self.trained(arn)
        assert described.get("Status") == "TRAINING_COMPLETED", described
        return arn

    def running_model(self, clock: Clock, lines: Sequence[Mapping[str, Any]] | None = None) -> str:
        """Return the ARN of a model that has become RUNNING."""
        arn = self.model(lines=lines)
        self.rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
        clock.now += 100
        return arn
