"""What CloudFront keeps; every configuration stays exactly as it was given."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.cloudfront.exceptions import (
    CloudFrontException,
    DistributionAlreadyExists,
    DomainNameNotAnS3Bucket,
    InvalidIfMatchVersion,
    NoSuchDistribution,
    NoSuchOriginAccessControl,
    OriginDoesNotExist,
)
from moto.cloudfront.models import CloudFrontBackend as MotoCloudFrontBackend
from moto.cloudfront.models import random_id
from moto.core.base_backend import BackendDict
from moto.utilities.utils import PARTITION_NAMES

from local.aws.cloudfront import exceptions

_DISTRIBUTION_DEFAULTS: dict[str, Any] = {
    "Aliases": {"Quantity": 0},
    "CacheBehaviors": {"Quantity": 0},
    "CustomErrorResponses": {"Quantity": 0},
    "DefaultRootObject": "",
    "HttpVersion": "http2",
    "IsIPV6Enabled": True,
    "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
    "OriginGroups": {"Quantity": 0},
    "PriceClass": "PriceClass_All",
    "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
    "ViewerCertificate": {
        "CloudFrontDefaultCertificate": True,
        "MinimumProtocolVersion": "TLSv1",
        "CertificateSource": "cloudfront",
    },
    "WebACLId": "",
}
_ORIGIN_DEFAULTS: dict[str, Any] = {
    "ConnectionAttempts": 3,
    "ConnectionTimeout": 10,
    "CustomHeaders": {"Quantity": 0},
    "OriginAccessControlId": "",
    "OriginPath": "",
    "OriginShield": {"Enabled": False},
}
_BEHAVIOR_DEFAULTS: dict[str, Any] = {
    "AllowedMethods": {
        "Quantity": 2,
        "Items": ["HEAD", "GET"],
        "CachedMethods": {"Quantity": 2, "Items": ["HEAD", "GET"]},
    },
    "Compress": False,
    "FieldLevelEncryptionId": "",
    "FunctionAssociations": {"Quantity": 0},
    "LambdaFunctionAssociations": {"Quantity": 0},
    "SmoothStreaming": False,
    "TrustedKeyGroups": {"Enabled": False, "Quantity": 0},
    "TrustedSigners": {"Enabled": False, "Quantity": 0},
}


@dataclass
class Versioned:
    """Something with a configuration, and an ETag that changes with it."""

    config: dict[str, Any]
    id: str = field(default_factory=random_id)
    etag: str = field(default_factory=random_id)
    last_modified: datetime = field(default_factory=lambda: datetime.now(UTC))

    def check(self, if_match: str | None) -> None:
        """Compare a request's If-Match with the ETag.

        Raises:
            InvalidIfMatchVersion: the request has none.
            PreconditionFailedError: it has another one.
        """
        if not if_match:
            raise InvalidIfMatchVersion
        if if_match != self.etag:
            raise exceptions.PreconditionFailedError

    def replace(self, config: dict[str, Any]) -> None:
        """Take another configuration, and with it another ETag."""
        self.config = config
        self.etag = random_id()
        self.last_modified = datetime.now(UTC)


@dataclass
class Distribution(Versioned):
    """A distribution; it is deployed at once."""

    arn: str = ""
    domain_name: str = field(default_factory=lambda: f"{random_id(uppercase=False)}.cloudfront.net")

    @property
    def location(self) -> str:
        """Where CloudFront's API has the distribution."""
        return f"https://cloudfront.amazonaws.com/2020-05-31/distribution/{self.id}"

    def describe(self) -> dict[str, Any]:
        """Return the distribution in the form of the API."""
        return {
            "Id": self.id,
            "ARN": self.arn,
            "Status": "Deployed",
            "LastModifiedTime": self.last_modified,
            "InProgressInvalidationBatches": 0,
            "DomainName": self.domain_name,
            "ActiveTrustedSigners": {"Enabled": False, "Quantity": 0},
            "ActiveTrustedKeyGroups": {"Enabled": False, "Quantity": 0},
            "DistributionConfig": self.config,
        }

    def behaviors(self) -> Iterator[dict[str, Any]]:
        """All cache behaviors, the default one first."""
        yield self.config["DefaultCacheBehavior"]
        yield from self.config["CacheBehaviors"].get("Items") or []

    def origins(self) -> list[dict[str, Any]]:
        """All origins."""
        return self.config["Origins"]["Items"]


class NamedCollection:
    """Configurations of one kind, each under a name of its own.

    Args:
        missing: raised for an id that does not exist.
        taken: raised for a name that is in use.
    """

    def __init__(self, missing: type[CloudFrontException], taken: type[CloudFrontException]) -> None:
        self.items: dict[str, Versioned] = {}
        self._missing = missing
        self._taken = taken

    def create(self, config: dict[str, Any]) -> Versioned:
        """Add a configuration."""
        self._check_name(config, None)
        item = Versioned(config)
        self.items[item.id] = item
        return item

    def get(self, item_id: str) -> Versioned:
        """Return what has this id."""
        if item_id not in self.items:
            raise self._missing
        return self.items[item_id]

    def update(self, item_id: str, config: dict[str, Any], if_match: str | None) -> Versioned:
        """Replace a configuration."""
        item = self.get(item_id)
        item.check(if_match)
        self._check_name(config, item)
        item.replace(config)
        return item

    def delete(self, item_id: str, if_match: str | None) -> None:
        """Remove a configuration."""
        self.get(item_id).check(if_match)
        del self.items[item_id]

    def _check_name(self, config: dict[str, Any], own: Versioned | None) -> None:
        if any(item is not own and item.config["Name"] == config["Name"] for item in self.items.values()):
            raise self._taken


class CloudFrontBackend(MotoCloudFrontBackend):
    """CloudFront of one account; functions, invalidations and tags are moto's."""

    distributions: dict[str, Distribution]  # pyright: ignore[reportIncompatibleVariableOverride] - ours, not moto's

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.access_controls = NamedCollection(
            NoSuchOriginAccessControl, exceptions.OriginAccessControlAlreadyExistsError
        )
        self.headers_policies = NamedCollection(
            exceptions.NoSuchResponseHeadersPolicyError, exceptions.ResponseHeadersPolicyAlreadyExistsError
        )

    def create_distribution(  # pyright: ignore[reportIncompatibleMethodOverride] - our Distribution
        self, distribution_config: dict[str, Any], tags: list[dict[str, str]]
    ) -> tuple[Distribution, str, str]:
        """Create a distribution; returns it with its location and ETag."""
        config = self._completed(distribution_config)
        reference = config["CallerReference"]
        for other in self.distributions.values():
            if other.config["CallerReference"] == reference:
                raise DistributionAlreadyExists(other.id)
        distribution = Distribution(config)
        distribution.arn = (
            f"arn:{self.partition}:cloudfront::{self.account_id}:distribution/{distribution.id}"
        )
        self.distributions[distribution.id] = distribution
        self.tagger.tag_resource(distribution.arn, tags)
        return distribution, distribution.location, distribution.etag

    def get_distribution(  # pyright: ignore[reportIncompatibleMethodOverride] - our Distribution
        self, distribution_id: str
    ) -> tuple[Distribution, str]:
        """Return a distribution and its ETag."""
        if distribution_id not in self.distributions:
            raise NoSuchDistribution
        distribution = self.distributions[distribution_id]
        return distribution, distribution.etag

    def update_distribution(  # pyright: ignore[reportIncompatibleMethodOverride] - our Distribution
        self, dist_config: dict[str, Any], _id: str, if_match: str | None
    ) -> tuple[Distribution, str, str]:
        """Replace a distribution's configuration; returns it with its location and new ETag."""
        distribution, _ = self.get_distribution(_id)
        distribution.check(if_match)
        config = self._completed(dist_config)
        if config["CallerReference"] != distribution.config["CallerReference"]:
            raise exceptions.IllegalUpdateError
        distribution.replace(config)
        return distribution, distribution.location, distribution.etag

    def delete_distribution(  # pyright: ignore[reportIncompatibleMethodOverride] - IfMatch is text
        self, distribution_id: str, if_match: str | None
    ) -> None:
        """Delete a distribution that is disabled."""
        distribution, _ = self.get_distribution(distribution_id)
        distribution.check(if_match)
        if distribution.config["Enabled"]:
            raise exceptions.DistributionNotDisabledError
        del self.distributions[distribution_id]
        self.tagger.delete_all_tags_for_resource(distribution.arn)

    def delete_access_control(self, item_id: str, if_match: str | None) -> None:
        """Delete an origin access control that no distribution uses."""
        if any(
            origin["OriginAccessControlId"] == item_id
            for distribution in self.distributions.values()
            for origin in distribution.origins()
        ):
            raise exceptions.OriginAccessControlInUseError
        self.access_controls.delete(item_id, if_match)

    def delete_headers_policy(self, item_id: str, if_match: str | None) -> None:
        """Delete a response headers policy that no distribution uses."""
        if any(
            behavior.get("ResponseHeadersPolicyId") == item_id
            for distribution in self.distributions.values()
            for behavior in distribution.behaviors()
        ):
            raise exceptions.ResponseHeadersPolicyInUseError
        self.headers_policies.delete(item_id, if_match)

    def _completed(self, given: dict[str, Any]) -> dict[str, Any]:
        """Check a distribution's configuration and add what CloudFront adds to it."""
        config = {**deepcopy(_DISTRIBUTION_DEFAULTS), **given}
        origins = [{**deepcopy(_ORIGIN_DEFAULTS), **origin} for origin in config["Origins"]["Items"]]
        config["Origins"] = {"Quantity": len(origins), "Items": origins}
        for origin in origins:
            if ("S3OriginConfig" in origin) == ("CustomOriginConfig" in origin):
                raise exceptions.InvalidArgumentError(
                    f"Origin {origin['Id']} needs either S3OriginConfig or CustomOriginConfig."
                )
            if "S3OriginConfig" in origin and not origin["DomainName"].endswith("amazonaws.com"):
                raise DomainNameNotAnS3Bucket
            access_id = origin["OriginAccessControlId"]
            if access_id and access_id not in self.access_controls.items:
                raise exceptions.InvalidOriginAccessControlError
        config["DefaultCacheBehavior"] = self._behavior(config["DefaultCacheBehavior"], origins)
        others: list[dict[str, Any]] = config["CacheBehaviors"].get("Items") or []
        if others:
            behaviors = [self._behavior(behavior, origins) for behavior in others]
            config["CacheBehaviors"] = {"Quantity": len(behaviors), "Items": behaviors}
        return config

    def _behavior(self, given: dict[str, Any], origins: list[dict[str, Any]]) -> dict[str, Any]:
        behavior = {**deepcopy(_BEHAVIOR_DEFAULTS), **given}
        if behavior["TargetOriginId"] not in [origin["Id"] for origin in origins]:
            raise OriginDoesNotExist
        policy_id = behavior.get("ResponseHeadersPolicyId")
        if policy_id:
            self.headers_policies.get(policy_id)
        return behavior


cloudfront_backends = BackendDict(
    CloudFrontBackend, "cloudfront", use_boto3_regions=False, additional_regions=PARTITION_NAMES
)
