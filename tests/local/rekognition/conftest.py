"""The emulator on loopback, empty for each test, under a clock that the test turns."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from moto.moto_api._internal.models import moto_api_backend

from local.aws.server import LocalAws
from local.rekognition import training
from local.rekognition.limits import Timing, configure
from local.vision import Example, Model, train
from tests.local.rekognition.bench import BUCKET, IMPORTING, UNTHROTTLED, Bench, Clock

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_s3 import S3Client

REGION = "eu-west-1"


SETTINGS = Config(
    retries={"total_max_attempts": 1},
    s3={"addressing_style": "path"},
    max_pool_connections=30,
    parameter_validation=False,  # bad requests must reach the emulator
)


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    server = LocalAws()
    server.start()
    yield f"http://127.0.0.1:{server.port}"
    server.stop()


@pytest.fixture(autouse=True, scope="session")
def _credentials() -> Iterator[None]:
    """Sign as nobody in particular: the developer's own credentials never leave the machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE00")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "example")
        patch.delenv("AWS_SESSION_TOKEN", raising=False)
        yield


@pytest.fixture(autouse=True, scope="session")
def _same_examples_are_learned_once() -> Iterator[None]:
    """Remember models: the same examples give the same model, and most tests need no other than the last one."""
    learned = cache(train)

    def learn(examples: Sequence[Example]) -> Model:
        return learned(tuple(examples))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "train", learn)
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timing(clock: Clock) -> Timing:
    return Timing(
        creating=10, starting=100, stopping=50, copying=30, importing=IMPORTING, deleting=20, clock=clock
    )


@pytest.fixture(autouse=True)
def _emulator(timing: Timing) -> Iterator[None]:
    configure(limits=UNTHROTTLED, timing=timing)
    yield
    moto_api_backend.reset()
    configure()


@pytest.fixture
def rekognition(endpoint: str) -> "RekognitionClient":
    return boto3.client("rekognition", REGION, endpoint_url=endpoint, config=SETTINGS)


@pytest.fixture
def s3(endpoint: str) -> "S3Client":
    client = boto3.client("s3", REGION, endpoint_url=endpoint, config=SETTINGS)
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    return client


@pytest.fixture
def tokyo_bucket(endpoint: str) -> str:
    """The name of a bucket in another region."""
    client = boto3.client("s3", "ap-northeast-1", endpoint_url=endpoint, config=SETTINGS)
    client.create_bucket(
        Bucket="tokyo-data", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"}
    )
    return "tokyo-data"


@pytest.fixture
def tokyo(endpoint: str) -> "RekognitionClient":
    return boto3.client("rekognition", "ap-northeast-1", endpoint_url=endpoint, config=SETTINGS)


@pytest.fixture
def bench(rekognition: "RekognitionClient", s3: "S3Client", clock: Clock) -> Bench:
    return Bench(rekognition, s3, clock)
