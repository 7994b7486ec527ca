"""The emulator on loopback, empty for each test, and the command to run against it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import botocore.loaders
import botocore.session
import pytest
from click.testing import CliRunner, Result
from moto.moto_api._internal.models import moto_api_backend

from custom_labels.__main__ import main
from local.aws.server import LocalAws
from local.rekognition.limits import Limits, Timing, configure
from tests.custom_labels.workshop import BUCKET, REGION, Workshop

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_s3 import S3Client

UNTHROTTLED = Limits(control_requests_per_second=1_000_000)
FAST = Timing(starting=0.05, stopping=0.05, deleting=0.05)


@dataclass
class Command:
    """The command `custom-labels`, run in this process."""

    environment: Mapping[str, str]

    def __call__(self, *arguments: str, **settings: Any) -> Result:
        """Run it and return what it printed, whatever its exit code."""
        return CliRunner(env=self.environment).invoke(main, arguments, **settings)

    def text(self, *arguments: str) -> str:
        """Run it, and return what it printed on stdout."""
        result = self(*arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *arguments: str) -> Any:
        """Run it with `--output json`, and return the document."""
        return json.loads(self.text(*arguments, "--output", "json"))

    def refusal(self, *arguments: str, code: int = 1) -> str:
        """Run it, and return the sentence with which it failed."""
        result = self(*arguments)
        assert result.exit_code == code, result.output
        assert result.stdout == ""
        return " ".join(result.stderr.split()).removeprefix("Error: ")


@pytest.fixture(autouse=True, scope="session")
def _models_are_read_once() -> Iterator[None]:
    """Read botocore's service models once, not for each of the hundreds of commands."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(botocore.loaders.create_loader))
        yield


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    server = LocalAws()
    server.start()
    yield f"http://127.0.0.1:{server.port}"
    server.stop()


@pytest.fixture
def environment(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the command sees of the world: nothing of the developer's own."""
    environment = {
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE00",
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "CUSTOM_LABELS_BUCKET", "CUSTOM_LABELS_UNIT_HOUR_USD"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return environment


@pytest.fixture(autouse=True)
def _emulator() -> Iterator[None]:
    configure(limits=UNTHROTTLED, timing=FAST)
    yield
    moto_api_backend.reset()
    configure()


@pytest.fixture
def command(environment: dict[str, str]) -> Command:
    return Command(environment)


@pytest.fixture
def rekognition(environment: dict[str, str]) -> "RekognitionClient":
    assert environment
    return boto3.client("rekognition")


@pytest.fixture
def s3(environment: dict[str, str]) -> "S3Client":
    assert environment
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    return client


@pytest.fixture
def workshop(rekognition: "RekognitionClient", s3: "S3Client") -> Workshop:
    return Workshop(rekognition, s3)
