"""The emulator on loopback, empty for each test, and one clock for it, for the guard and for its waiting."""

from collections.abc import Iterator

import pytest
from moto.moto_api._internal.models import moto_api_backend

from local.aws.server import LocalAws
from local.rekognition.limits import configure
from tests.functions.cloud import REGION, Cloud


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    with LocalAws() as running:
        yield running.url


@pytest.fixture
def environment(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What Lambda's runtime sets, with the emulator for AWS and nothing of the developer's own."""
    environment = {
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE00",
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return environment


@pytest.fixture
def cloud(environment: dict[str, str]) -> Iterator[Cloud]:
    assert environment
    cloud = Cloud()
    yield cloud
    cloud.close()
    moto_api_backend.reset()
    configure()
