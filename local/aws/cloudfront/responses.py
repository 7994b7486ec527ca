"""CloudFront's operations on distributions, origin access controls and response headers policies."""

from typing import Any

from moto.cloudfront.responses import CloudFrontResponse as MotoCloudFrontResponse
from moto.core.responses import ActionResult, EmptyResult

from local.aws.cloudfront.models import CloudFrontBackend, Distribution, Versioned, cloudfront_backends

_API = "https://cloudfront.amazonaws.com/2020-05-31"


class CloudFrontResponse(MotoCloudFrontResponse):
    """Reads requests and writes answers; the methods carry the names of the operations."""

    params: dict[str, Any]

    @property
    def backend(self) -> CloudFrontBackend:
        """What the account has at CloudFront."""
        return cloudfront_backends[self.current_account][self.partition]

    def create_distribution(self) -> ActionResult:
        """CreateDistribution."""
        return self._created(self._get_param("DistributionConfig"), [])

    def create_distribution_with_tags(self) -> ActionResult:
        """CreateDistributionWithTags."""
        given = self._get_param("DistributionConfigWithTags")
        return self._created(given["DistributionConfig"], given["Tags"].get("Items") or [])

    def _created(self, config: dict[str, Any], tags: list[dict[str, str]]) -> ActionResult:
        distribution, location, etag = self.backend.create_distribution(config, tags)
        return ActionResult({"Distribution": distribution.describe(), "Location": location, "ETag": etag})

    def get_distribution(self) -> ActionResult:
        """GetDistribution."""
        return _one(self.backend.get_distribution(self._id())[0])

    def get_distribution_config(self) -> ActionResult:
        """GetDistributionConfig."""
        distribution, etag = self.backend.get_distribution(self._id())
        return ActionResult({"DistributionConfig": distribution.config, "ETag": etag})

    def list_distributions(self) -> ActionResult:
        """ListDistributions, in one page."""
        items = [
            {**distribution.config, **distribution.describe()}
            for distribution in self.backend.distributions.values()
        ]
        return ActionResult({"DistributionList": _page(items)})

    def update_distribution(self) -> ActionResult:
        """UpdateDistribution."""
        config = self._get_param("DistributionConfig")
        return _one(self.backend.update_distribution(config, self._id(), self._if_match())[0])

    def delete_distribution(self) -> ActionResult:
        """DeleteDistribution."""
        self.backend.delete_distribution(self._id(), self._if_match())
        return EmptyResult()

    def create_origin_access_control(self) -> ActionResult:
        """CreateOriginAccessControl."""
        return _access_control(
            self.backend.access_controls.create(self._get_param("OriginAccessControlConfig"))
        )

    def get_origin_access_control(self) -> ActionResult:
        """GetOriginAccessControl."""
        return _access_control(self.backend.access_controls.get(self._id()))

    def list_origin_access_controls(self) -> ActionResult:
        """ListOriginAccessControls, in one page."""
        items = [{"Id": item.id, **item.config} for item in self.backend.access_controls.items.values()]
        return ActionResult({"OriginAccessControlList": _page(items)})

    def update_origin_access_control(self) -> ActionResult:
        """UpdateOriginAccessControl."""
        config = self._get_param("OriginAccessControlConfig")
        return _access_control(self.backend.access_controls.update(self._id(), config, self._if_match()))

    def delete_origin_access_control(self) -> ActionResult:
        """DeleteOriginAccessControl."""
        self.backend.delete_access_control(self._id(), self._if_match())
        return EmptyResult()

    def create_response_headers_policy(self) -> ActionResult:
        """CreateResponseHeadersPolicy."""
        return _headers_policy(
            self.backend.headers_policies.create(self._get_param("ResponseHeadersPolicyConfig"))
        )

    def get_response_headers_policy(self) -> ActionResult:
        """GetResponseHeadersPolicy."""
        return _headers_policy(self.backend.headers_policies.get(self._id()))

    def get_response_headers_policy_config(self) -> ActionResult:
        """GetResponseHeadersPolicyConfig."""
        policy = self.backend.headers_policies.get(self._id())
        return ActionResult({"ResponseHeadersPolicyConfig": policy.config, "ETag": policy.etag})

    def list_response_headers_policies(self) -> ActionResult:
        """ListResponseHeadersPolicies, the account's own in one page."""
        items = [
            {"Type": "custom", "ResponseHeadersPolicy": _policy(item)}
            for item in self.backend.headers_policies.items.values()
            if self._get_param("Type") != "managed"
        ]
        return ActionResult({"ResponseHeadersPolicyList": _page(items)})

    def update_response_headers_policy(self) -> ActionResult:
        """UpdateResponseHeadersPolicy."""
        config = self._get_param("ResponseHeadersPolicyConfig")
        return _headers_policy(self.backend.headers_policies.update(self._id(), config, self._if_match()))

    def delete_response_headers_policy(self) -> ActionResult:
        """DeleteResponseHeadersPolicy."""
        self.backend.delete_headers_policy(self._id(), self._if_match())
        return EmptyResult()

    def _id(self) -> str:
        return self._get_param("Id")

    def _if_match(self) -> str | None:
        return self._get_param("IfMatch")


def _one(distribution: Distribution) -> ActionResult:
    return ActionResult({"Distribution": distribution.describe(), "ETag": distribution.etag})


def _access_control(item: Versioned) -> ActionResult:
    return ActionResult(
        {
            "OriginAccessControl": {"Id": item.id, "OriginAccessControlConfig": item.config},
            "Location": f"{_API}/origin-access-control/{item.id}",
            "ETag": item.etag,
        }
    )


def _headers_policy(item: Versioned) -> ActionResult:
    return ActionResult(
        {
            "ResponseHeadersPolicy": _policy(item),
            "Location": f"{_API}/response-headers-policy/{item.id}",
            "ETag": item.etag,
        }
    )


def _policy(item: Versioned) -> dict[str, Any]:
    return {
        "Id": item.id,
        "LastModifiedTime": item.last_modified,
        "ResponseHeadersPolicyConfig": item.config,
    }


def _page(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": len(items), "Items": items}
