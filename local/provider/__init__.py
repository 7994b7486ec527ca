"""Creates the resources of a Pulumi program in an AWS emulator, as Pulumi's AWS provider would in AWS."""

from __future__ import annotations

import contextlib
import copy
import json
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from local.engine import ProviderError
from local.provider import (
    budgets,
    cloudfront,
    cloudwatch,
    cognito,
    iam,
    lambda_,
    messaging,
    s3,
    scheduler,
    user_pools,
)
from local.provider.clients import Clients

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from local.engine import Diff
    from local.provider.handler import Handler

__all__ = ["AwsProvider"]

_HANDLERS: dict[str, Handler] = {
    handler.type: handler
    for handler in (
        *s3.HANDLERS,
        *cloudfront.HANDLERS,
        *cognito.HANDLERS,
        *user_pools.HANDLERS,
        *iam.HANDLERS,
        *lambda_.HANDLERS,
        *cloudwatch.HANDLERS,
        *scheduler.HANDLERS,
        *messaging.HANDLERS,
        *budgets.HANDLERS,
    )
}

_SETTINGS = frozenset({"region", "defaultTags"})
_MEANINGLESS_SETTINGS = frozenset(
    {
        "accessKey",
        "endpoints",
        "insecure",
        "maxRetries",
        "profile",
        "s3UsePathStyle",
        "secretKey",
        "skipCredentialsValidation",
        "skipMetadataApiCheck",
        "skipRegionValidation",
        "skipRequestingAccountId",
        "token",
        "version",
    }
)
"""Settings that say how AWS is reached: here it is always the one endpoint."""


_GONE = ("AWS.SimpleQueueService.NonExistentQueue", "NoSuch", "NotFound", "ResourceNotFound", "UserNotFound")
"""How errors begin that say that something does not exist."""


class AwsProvider:
    """A `local.engine.Provider` for those resource types of the `aws` package that the project uses.

    Of the provider's settings, `region` and `defaultTags` are followed and those that would change what is created
    are refused.

    Args:
        endpoint: URL of the emulator.
        region: Where resources live, unless their settings or inputs say otherwise.
    """

    def __init__(self, endpoint: str, region: str) -> None:
        self._clients = Clients(endpoint)
        self._region = region

    def check(
        self,
        type_: str,
        name: str,
        inputs: Mapping[str, Any],
        *,
        previous: Mapping[str, Any] | None,
        settings: Mapping[str, str],
    ) -> dict[str, Any]:
        """See `local.engine.Provider`."""
        if unknown := sorted(set(settings) - _SETTINGS - _MEANINGLESS_SETTINGS):
            raise ProviderError(
                f"the provider setting {unknown[0]} is not supported by this provider of a local AWS."
            )
        tags: dict[str, str] = json.loads(settings.get("defaultTags", "{}")).get("tags", {})
        handler = _handler(type_)
        checked = handler.complete(
            name,
            copy.copy(dict(inputs)),
            dict(previous) if previous else None,
            settings.get("region", self._region),
            tags,
        )
        handler.check(checked)
        return checked

    def diff(self, type_: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Diff:
        """See `local.engine.Provider`."""
        return _handler(type_).diff(old, new)

    def create(self, type_: str, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """See `local.engine.Provider`."""
        with _told():
            return _handler(type_).create(self._clients, dict(inputs))

    def update(self, type_: str, id_: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
        """See `local.engine.Provider`."""
        with _told():
            return _handler(type_).update(self._clients, id_, dict(old), dict(new))

    def delete(self, type_: str, id_: str, inputs: Mapping[str, Any]) -> None:
        """See `local.engine.Provider`."""
        with _told(), _gone_is_fine():
            _handler(type_).delete(self._clients, id_, dict(inputs))

    def invoke(self, token: str, args: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
        """See `local.engine.Provider`."""
        region = args.get("region") or settings.get("region", self._region)
        with _told():
            match token:
                case "aws:index/getCallerIdentity:getCallerIdentity":
                    caller = self._clients.get("sts", region).get_caller_identity()
                    account = caller["Account"]
                    return {
                        "accountId": account,
                        "arn": caller["Arn"],
                        "id": account,
                        "userId": caller["UserId"],
                    }
                case "aws:index/getPartition:getPartition":
                    partition = _partition(region)
                    suffix: str = partition["dnsSuffix"]
                    reverse = ".".join(reversed(suffix.split(".")))
                    name = partition["partition"]
                    return {"dnsSuffix": suffix, "id": name, "partition": name, "reverseDnsPrefix": reverse}
                case "aws:index/getRegion:getRegion":
                    description = _partition(region)["regions"][region]["description"]
                    endpoint = f"ec2.{region}.amazonaws.com"
                    return {
                        "description": description,
                        "endpoint": endpoint,
                        "id": region,
                        "name": region,
                        "region": region,
                    }
                case _:
                    raise ProviderError(
                        f"the function {token} is not supported by this provider of a local AWS."
                    )


def _handler(type_: str) -> Handler:
    if type_ not in _HANDLERS:
        raise ProviderError(f"the type {type_} is not supported by this provider of a local AWS.")
    return _HANDLERS[type_]


def _partition(region: str) -> dict[str, Any]:
    partitions: list[dict[str, Any]] = botocore.session.get_session().get_data("endpoints")["partitions"]
    for partition in partitions:
        if region in partition["regions"]:
            return partition
    raise ProviderError(f"the region {region!r} does not exist.")


@contextlib.contextmanager
def _told() -> Generator[None]:
    """Report errors of AWS and its client as those of the provider."""
    try:
        yield
    except ClientError as error:
        told = error.response.get("Error", {})
        reason = told.get("Message", "it gave no reason").rstrip(".")
        raise ProviderError(
            f"AWS answered {error.operation_name} with {told.get('Code', 'an error')}: {reason}."
        ) from error
    except BotoCoreError as error:
        raise ProviderError(f"{' '.join(str(error).split()).rstrip('.')}.") from error


@contextlib.contextmanager
def _gone_is_fine() -> Generator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if not code.startswith(_GONE):
            raise
