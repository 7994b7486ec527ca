"""An emulated AWS, and a provider that creates resources in it as the engine would."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from local.aws.server import LocalAws
from local.engine.schema import check_inputs
from local.provider import AwsProvider

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local.engine import Diff

REGION = "eu-west-1"


@dataclass
class Cloud:
    """Creates and changes resources, each known by the logical name `this`."""

    url: str
    settings: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        self.provider = AwsProvider(self.url, REGION)

    def check(
        self,
        type_: str,
        inputs: Mapping[str, Any],
        previous: Mapping[str, Any] | None = None,
        name: str = "this",
    ) -> dict[str, Any]:
        assert check_inputs(type_, inputs) == []
        return self.provider.check(type_, name, inputs, previous=previous, settings=self.settings)

    def create(self, type_: str, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """Create a resource; return its id, outputs and checked inputs."""
        checked = self.check(type_, inputs)
        return *self.provider.create(type_, checked), checked

    def diff(self, type_: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Diff:
        before = self.check(type_, old)
        return self.provider.diff(type_, before, self.check(type_, new, before))

    def client(self, service: Any, region: str = REGION) -> Any:
        return boto3.Session("reader", "reader", region_name=region).client(service, endpoint_url=self.url)


@pytest.fixture(scope="session")
def aws_url() -> Iterator[str]:
    with LocalAws() as aws:
        yield aws.url


@pytest.fixture(scope="session")
def cloud(aws_url: str) -> Cloud:
    return Cloud(aws_url)
