"""Training and detection in the emulator, measured through a client as its users are."""

import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from bench.figure import Figure
from local import samples
from local.demo import SAMPLES
from local.stack import PROJECT_DIR

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_s3 import S3Client

BUCKET, REGION = "bench", "us-east-1"
IMAGES = 500
DETECTIONS = 20
CLIENTS = 20
LIMITS = (
    "control_requests_per_second=1000",
    "detect_requests_per_second=1000",
    "detect_requests_per_second_per_inference_unit=1000",
)


def emulator() -> Iterator[Figure]:
    """Train on 500 images, then detect in a large one, alone and with 20 clients at once."""
    sample_set = samples.load_or_write(SAMPLES)
    with _served() as (url, process):
        s3: S3Client = _client("s3", url)
        rekognition: RekognitionClient = _client("rekognition", url)
        _store(s3, sample_set)
        start = time.perf_counter()
        model = _train(rekognition)
        yield Figure("train on 500 images of 640x480", time.perf_counter() - start, "s", at_most=60)
        yield Figure("memory of it, at the peak", _peak_gigabytes(process), "GB", at_most=1)
        rekognition.start_project_version(ProjectVersionArn=model, MinInferenceUnits=1)
        rekognition.get_waiter("project_version_running").wait(
            ProjectArn=_project(rekognition), WaiterConfig={"Delay": 1, "MaxAttempts": 30}
        )
        image = max(sample_set.images("try"), key=lambda path: path.stat().st_size).read_bytes()
        right = _labels(rekognition, model, image)
        seconds: list[float] = []
        for _ in range(DETECTIONS):
            start = time.perf_counter()
            _labels(rekognition, model, image)
            seconds.append(time.perf_counter() - start)
        megapixels = 2400 * 1600 / 1e6
        yield Figure(
            "detection, per megapixel of an image of 3.8, median",
            statistics.median(seconds) / megapixels * 1000,
            "ms",
            at_most=100,
        )

        def ask(_number: int) -> list[Any]:
            return _labels(_client("rekognition", url), model, image)

        with ThreadPoolExecutor(CLIENTS) as pool:
            answers = list(pool.map(ask, range(CLIENTS)))
        yield Figure("of 20 clients at once, rightly answered", answers.count(right), "clients", at_least=20)


@contextmanager
def _served() -> Generator[tuple[str, int]]:
    command = [sys.executable, "-m", "local", "serve", *(f"--limit={limit}" for limit in LIMITS)]
    process = subprocess.Popen(command, cwd=PROJECT_DIR, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None  # noqa: S101  # it is a pipe, as asked for
        for line in process.stdout:
            if found := re.search(r"AWS_ENDPOINT_URL=(\S+)", line):
                yield found[1], process.pid
                return
        raise RuntimeError(f"`{' '.join(command)}` ended before it served anything.")
    finally:
        process.terminate()
        process.wait(10)


def _client(service: str, url: str) -> Any:  # noqa: ANN401 - the caller names the type
    session: Any = boto3.Session("local", "local", region_name=REGION)
    return session.client(service, endpoint_url=url)


def _store(s3: "S3Client", sample_set: samples.SampleSet) -> None:
    """Store the training images again and again under other names, until there are enough."""
    s3.create_bucket(Bucket=BUCKET)
    lines = [json.loads(line) for line in sample_set.manifest("train", BUCKET).splitlines()]
    bodies = {image.name: image.read_bytes() for image in sample_set.images("train")}
    manifest: list[str] = []
    for number in range(IMAGES):
        line = lines[number % len(lines)]
        name = line["source-ref"].rpartition("/")[2]
        key = f"train/{number:03}-{name}"
        s3.put_object(Bucket=BUCKET, Key=key, Body=bodies[name])
        manifest.append(json.dumps({**line, "source-ref": f"s3://{BUCKET}/{key}"}))
    s3.put_object(Bucket=BUCKET, Key="train.manifest", Body="\n".join(manifest).encode())


def _train(rekognition: "RekognitionClient") -> str:
    project = rekognition.create_project(ProjectName="bench")["ProjectArn"]
    model = rekognition.create_project_version(
        ProjectArn=project,
        VersionName="v1",
        OutputConfig={"S3Bucket": BUCKET, "S3KeyPrefix": "output"},
        TrainingData={
            "Assets": [{"GroundTruthManifest": {"S3Object": {"Bucket": BUCKET, "Name": "train.manifest"}}}]
        },
        TestingData={"AutoCreate": True},
    )["ProjectVersionArn"]
    rekognition.get_waiter("project_version_training_completed").wait(
        ProjectArn=project, WaiterConfig={"Delay": 1, "MaxAttempts": 600}
    )
    return model


def _project(rekognition: "RekognitionClient") -> str:
    return rekognition.describe_projects()["ProjectDescriptions"][0]["ProjectArn"]


def _labels(rekognition: "RekognitionClient", model: str, image: bytes) -> list[Any]:
    return list(
        rekognition.detect_custom_labels(ProjectVersionArn=model, Image={"Bytes": image})["CustomLabels"]
    )


def _peak_gigabytes(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None  # noqa: S101  # Linux always says it
    return int(found[1]) * 1024 / 1e9
