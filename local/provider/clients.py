"""Clients of the AWS that resources are created in, and requests made for them from the service models."""

from __future__ import annotations

import functools
import re
import threading
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.config import Config

from local.engine import ProviderError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

# The emulator answers at once or never: a second attempt would only hide what is wrong.
_CONFIG = Config(
    retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30, s3={"addressing_style": "path"}
)


class Clients:
    """Makes each client once; safe to use from several threads.

    Args:
        endpoint: URL that answers for every service.
    """

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._session = boto3.Session(aws_access_key_id="deployer", aws_secret_access_key="deployer")  # noqa: S106 - the emulator takes any
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}

    def get(self, service: str, region: str = "us-east-1") -> Any:  # noqa: ANN401 - requests come from the service model, not from typed code
        """The client of a service in a region; services without regions live in the default one."""
        with self._lock:
            if (service, region) not in self._clients:
                # A session is not safe for threads while it makes clients.
                client = cast("Any", self._session).client(
                    service, region_name=region, endpoint_url=self._endpoint, config=_CONFIG
                )
                client.meta.events.register("provide-client-params.*.*", _check_params)
                self._clients[service, region] = client
            return self._clients[service, region]

    @functools.cached_property
    def account(self) -> str:
        """Id of the account that the clients act in."""
        return self.get("sts").get_caller_identity()["Account"]


def request(client: Any, operation: str, values: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - see Clients.get
    """Turn inputs into the parameters of an operation, guided by its service model.

    Names are matched without regard to case (`sseAlgorithm` is `SSEAlgorithm`), a list becomes the
    `Quantity` and `Items` of CloudFront where that is wanted, and a map of tags becomes a list.

    Args:
        client: A boto3 client.
        operation: Such as `PutBucketEncryption`.
        values: Inputs, nested as the operation's parameters are.

    Raises:
        ProviderError: An input has no counterpart.
    """
    model: OperationModel = client.meta.service_model.operation_model(operation)
    return cast("dict[str, Any]", _convert(model.input_shape, values, "")) if model.input_shape else {}


def _convert(shape: Shape, value: Any, path: str) -> Any:  # noqa: ANN401 - any parameter
    if shape.type_name == "structure":
        return _structure(cast("StructureShape", shape), value, path)
    if shape.type_name == "list":
        member = cast("ListShape", shape).member
        if isinstance(value, dict):
            tags = cast("dict[str, str]", value)
            return [{"Key": key, "Value": tags[key]} for key in sorted(tags)]
        return [_convert(member, item, f"{path}[{i}]") for i, item in enumerate(value)]
    if shape.type_name == "map":
        member = cast("MapShape", shape).value
        return {key: _convert(member, item, f"{path}.{key}") for key, item in value.items()}
    return str(value) if shape.type_name == "string" else value


def _structure(shape: StructureShape, value: Any, path: str) -> dict[str, Any]:  # noqa: ANN401 - see _convert
    listed = isinstance(value, list)
    given = cast("dict[str, Any]", {"items": value} if listed else value)
    members = {name.lower(): name for name in shape.members}
    converted: dict[str, Any] = {}
    for key, item in given.items():
        inner = path if listed else f"{path}.{key}".lstrip(".")
        if key.lower() not in members:
            raise ProviderError(f"{inner} is not supported by this provider of a local AWS.")
        member = members[key.lower()]
        converted[member] = _convert(shape.members[member], item, inner)
    if "Quantity" in shape.members:
        converted["Quantity"] = len(converted.get("Items", ()))
    return converted


def _check_params(params: dict[str, Any], model: OperationModel, **_: object) -> None:
    """Check what boto3 leaves to the service, and the emulator to nobody: enumerations, patterns, lengths."""
    if model.input_shape and (faults := list(_faults(model.input_shape, params, model.name))):
        raise ProviderError("; ".join(faults) + ".")


def _faults(shape: Shape, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - see _convert
    if shape.type_name == "structure" and isinstance(value, dict):
        members = cast("StructureShape", shape).members
        for name, item in cast("dict[str, Any]", value).items():
            if name in members:
                yield from _faults(members[name], item, f"{path}.{name}")
    elif shape.type_name == "list" and isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from _faults(cast("ListShape", shape).member, item, path)
    elif shape.type_name == "map" and isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            yield from _faults(cast("MapShape", shape).value, item, f"{path}.{key}")
    elif isinstance(value, str):
        yield from _text_faults(shape.metadata, value, path)


def _text_faults(limits: Mapping[str, Any], value: str, path: str) -> Iterator[str]:
    if limits.get("enum") and value not in limits["enum"]:
        yield f"{path} is {value!r}, but must be one of {', '.join(limits['enum'])}"
    pattern = _pattern(limits.get("pattern", ""))
    if pattern and not pattern.fullmatch(value):
        yield f"{path} is {value!r}, which does not match {pattern.pattern}"
    low, high = limits.get("min", 0), limits.get("max", len(value))
    if not low <= len(value) <= high:
        yield f"{path} has {len(value)} characters, but must have {low} to {high}"


@functools.cache
def _pattern(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern) if pattern else None
    except re.error:  # a Java pattern with classes that Python does not know
        return None
