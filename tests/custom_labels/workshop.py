"""Small pictures, and models trained on them, without the command that is tested."""

import io
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_s3 import S3Client

REGION = "eu-west-1"
BUCKET = "workshop-images"
PATIENCE = 20  # seconds until a training that does not end fails the test
COLOURS = {"disc": (40, 40, 220), "square": (220, 120, 20)}


def picture(label: str, left: int = 60, top: int = 40, *, size: tuple[int, int] = (192, 144)) -> Image.Image:
    """Return a grey picture with a disc or a square of 48 pixels."""
    noise = Random(left).randbytes(size[0] * size[1])  # noqa: S311  # the same picture every time
    table = [100 + value // 8 for value in range(256)]
    image = Image.frombytes("L", size, noise).point(table).convert("RGB")
    draw = ImageDraw.Draw(image)
    shape = draw.ellipse if label == "disc" else draw.rectangle
    shape((left, top, left + 47, top + 47), fill=COLOURS[label])
    return image


def encoded(image: Image.Image, kind: str = "PNG", **settings: Any) -> bytes:
    """Return a picture as a file's content."""
    file = io.BytesIO()
    image.save(file, kind, **settings)
    return file.getvalue()


def manifest_line(key: str, label: str) -> dict[str, Any]:
    """Return a JSON Line with an image-level label."""
    return {
        "source-ref": f"s3://{BUCKET}/{key}",
        "kind": 1,
        "kind-metadata": {
            "confidence": 1,
            "class-name": label,
            "type": "groundtruth/image-classification",
            "human-annotated": "yes",
            "creation-date": "2026-11-22T12:00:00",
        },
    }


@dataclass
class Workshop:
    """What a test prepares AWS with."""

    rekognition: "RekognitionClient"
    s3: "S3Client"

    def put_manifests(self) -> tuple[str, str]:
        """Store six pictures and a manifest for training and one for tests; return their addresses."""
        lines: list[dict[str, Any]] = []
        for number in range(6):
            label = "disc" if number % 2 else "square"
            key = f"pictures/{number}.png"
            self.s3.put_object(Bucket=BUCKET, Key=key, Body=encoded(picture(label, 30 + 15 * number)))
            lines.append(manifest_line(key, label))
        self.put_lines("train.manifest", lines[:4])
        self.put_lines("test.manifest", lines[4:])
        return f"s3://{BUCKET}/train.manifest", f"s3://{BUCKET}/test.manifest"

    def put_lines(self, key: str, lines: Sequence[dict[str, Any]]) -> None:
        """Store a manifest."""
        self.s3.put_object(
            Bucket=BUCKET, Key=key, Body="".join(f"{json.dumps(line)}\n" for line in lines).encode()
        )

    def model(self, project: str = "shapes", version: str = "v1") -> str:
        """Train a model on image-level labels and return its ARN."""
        found = self.rekognition.describe_projects(ProjectNames=[project])["ProjectDescriptions"]
        arn = (
            found[0]["ProjectArn"]
            if found
            else self.rekognition.create_project(ProjectName=project)["ProjectArn"]
        )
        self.put_manifests()
        model = self.rekognition.create_project_version(
            ProjectArn=arn,
            VersionName=version,
            OutputConfig={"S3Bucket": BUCKET, "S3KeyPrefix": "out"},
            TrainingData={"Assets": [_asset("train.manifest")]},
            TestingData={"Assets": [_asset("test.manifest")]},
        )["ProjectVersionArn"]
        until = time.monotonic() + PATIENCE
        while (status := self.status(arn, version)) == "TRAINING_IN_PROGRESS":
            assert time.monotonic() < until, "The training does not end."
            time.sleep(0.02)
        assert status == "TRAINING_COMPLETED"
        return model

    def running_model(self, project: str = "shapes", version: str = "v1") -> str:
        """Train and start a model, without tags, and return its ARN."""
        arn = self.model(project, version)
        self.rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
        until = time.monotonic() + PATIENCE
        project_arn = self.rekognition.describe_projects(ProjectNames=[project])["ProjectDescriptions"][0][
            "ProjectArn"
        ]
        while self.status(project_arn, version) != "RUNNING":
            assert time.monotonic() < until, "The model does not start."
            time.sleep(0.02)
        return arn

    def status(self, project_arn: str, version: str) -> str:
        """Return a model's status."""
        answer = self.rekognition.describe_project_versions(ProjectArn=project_arn, VersionNames=[version])
        return answer["ProjectVersionDescriptions"][0]["Status"]

    def tags(self, arn: str) -> dict[str, str]:
        """Return a model's tags."""
        return self.rekognition.list_tags_for_resource(ResourceArn=arn)["Tags"]


def _asset(key: str) -> Any:
    return {"GroundTruthManifest": {"S3Object": {"Bucket": BUCKET, "Name": key}}}
