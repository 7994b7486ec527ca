"""CloudFront: distributions and what they refer to."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from local.engine import UNKNOWN, ProviderError
from local.provider.clients import request
from local.provider.handler import AutoName, Handler, changed_tags, outputs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.provider.clients import Clients
    from local.provider.handler import Inputs, Outputs

_HOSTED_ZONE = "Z2FDTNDATAQYW2"  # of every distribution, says Route 53's documentation


class _Versioned(Handler):
    """Something that CloudFront changes and deletes only for one who has read its latest version."""

    noun: ClassVar[str]
    """Its name in operations, such as `OriginAccessControl`."""
    operations: ClassVar[str]
    """The same in the client's method names."""
    config: ClassVar[str]
    """The parameter that holds its configuration."""

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Create it from the configuration that the inputs are."""
        client = clients.get("cloudfront")
        answer = getattr(client, f"create_{self.operations}")(**self._request(client, "Create", inputs, {}))
        id_ = answer[self.noun]["Id"]
        return id_, self._outputs(clients, id_, inputs, answer["ETag"])

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:  # noqa: ARG002 - it is set anew
        """Set the whole configuration anew."""
        client = clients.get("cloudfront")
        version = {"id": id_, "ifMatch": self._etag(client, id_)}
        answer = getattr(client, f"update_{self.operations}")(**self._request(client, "Update", new, version))
        return self._outputs(clients, id_, new, answer["ETag"])

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:  # noqa: ARG002 - the id is enough
        """Delete it."""
        client = clients.get("cloudfront")
        getattr(client, f"delete_{self.operations}")(Id=id_, IfMatch=self._etag(client, id_))

    def _request(self, client: Any, verb: str, inputs: Inputs, version: Inputs) -> dict[str, Any]:  # noqa: ANN401 - see Clients.get
        config = {name: value for name, value in inputs.items() if name in self.properties}
        return request(client, f"{verb}{self.noun}", {**version, self.config: config})

    def _etag(self, client: Any, id_: str) -> str:  # noqa: ANN401 - see Clients.get
        return getattr(client, f"get_{self.operations}")(Id=id_)["ETag"]

    def _outputs(self, clients: Clients, id_: str, inputs: Inputs, etag: str) -> Outputs:
        kind = self.noun[0].lower() + self.noun[1:]
        path = "response-headers-policy" if kind == "responseHeadersPolicy" else "origin-access-control"
        return {
            **outputs_of(inputs),
            "arn": f"arn:aws:cloudfront::{clients.account}:{path}/{id_}",
            "etag": etag,
        }


class OriginAccessControl(_Versioned):
    """How CloudFront signs its requests to an origin."""

    type = "aws:cloudfront/originAccessControl:OriginAccessControl"
    properties = frozenset(
        {"description", "name", "originAccessControlOriginType", "signingBehavior", "signingProtocol"}
    )
    defaults: ClassVar[Mapping[str, Any]] = {"description": "Managed by Pulumi"}
    replace_on = frozenset({"name"})
    auto_name = AutoName(64)
    noun, operations, config = "OriginAccessControl", "origin_access_control", "originAccessControlConfig"

    def check(self, inputs: Inputs) -> None:
        """Check the length of a given name."""
        _check_name(inputs["name"], 64)


class ResponseHeadersPolicy(_Versioned):
    """Headers that CloudFront adds to answers, or takes out of them."""

    type = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
    _parts = (
        "corsConfig",
        "customHeadersConfig",
        "removeHeadersConfig",
        "securityHeadersConfig",
        "serverTimingHeadersConfig",
    )
    properties = frozenset({"comment", "name", *_parts})
    defaults: ClassVar[Mapping[str, Any]] = {"comment": "Managed by Pulumi"}
    replace_on = frozenset({"name"})
    auto_name = AutoName(128)
    noun, operations, config = (
        "ResponseHeadersPolicy",
        "response_headers_policy",
        "responseHeadersPolicyConfig",
    )

    def check(self, inputs: Inputs) -> None:
        """Check the length of a given name, and that there is something that the policy does."""
        _check_name(inputs["name"], 128)
        if not any(part in inputs for part in self._parts):
            raise ProviderError(
                f"none of {', '.join(self._parts)} is given, but a policy needs at least one."
            )


class Distribution(Handler):
    """A distribution."""

    type = "aws:cloudfront/distribution:Distribution"
    _renamed: ClassVar[Mapping[str, str]] = {"orderedCacheBehaviors": "cacheBehaviors"}
    _settings = (
        "aliases",
        "comment",
        "customErrorResponses",
        "defaultCacheBehavior",
        "defaultRootObject",
        "enabled",
        "httpVersion",
        "isIpv6Enabled",
        "orderedCacheBehaviors",
        "origins",
        "priceClass",
        "restrictions",
        "viewerCertificate",
        "webAclId",
    )
    properties = frozenset({*_settings, "retainOnDelete", "waitForDeployment"})
    defaults: ClassVar[Mapping[str, Any]] = {
        "httpVersion": "http2",
        "isIpv6Enabled": False,
        "priceClass": "PriceClass_All",
        "retainOnDelete": False,
        "waitForDeployment": True,
    }
    tagged = True

    def check(self, inputs: Inputs) -> None:
        """Check that behaviours name origins that exist, and choose one way of caching."""
        origins = (
            {origin["originId"] for origin in inputs["origins"]}
            if inputs["origins"] != UNKNOWN
            else {UNKNOWN}
        )
        ordered = inputs.get("orderedCacheBehaviors", ())
        for behavior in (inputs["defaultCacheBehavior"], *(() if ordered == UNKNOWN else ordered)):
            target = behavior["targetOriginId"] if behavior != UNKNOWN else UNKNOWN
            if target not in origins and UNKNOWN not in (target, *origins):
                raise ProviderError(
                    f"a cache behavior has the targetOriginId {target!r}, but the origins are "
                    f"{', '.join(sorted(origins))}."
                )
            if behavior != UNKNOWN and ("cachePolicyId" in behavior) == ("forwardedValues" in behavior):
                raise ProviderError(
                    "a cache behavior needs either a cachePolicyId or forwardedValues, and not both."
                )

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Create the distribution; wait until it is deployed unless `waitForDeployment` is off."""
        client = clients.get("cloudfront")
        values = {
            "distributionConfig": self._config(inputs, uuid.uuid4().hex),
            "tags": {"items": inputs["tagsAll"]},
        }
        id_ = client.create_distribution_with_tags(
            **request(
                client,
                "CreateDistributionWithTags",
                {"distributionConfigWithTags": values},
            )
        )["Distribution"]["Id"]
        return id_, self._outputs(client, id_, inputs)

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:
        """Set the whole configuration anew, then the tags."""
        client = clients.get("cloudfront")
        current = client.get_distribution_config(Id=id_)
        config = self._config(new, current["DistributionConfig"]["CallerReference"])
        values = {"id": id_, "ifMatch": current["ETag"], "distributionConfig": config}
        arn = client.update_distribution(**request(client, "UpdateDistribution", values))["Distribution"][
            "ARN"
        ]
        tags, removed = changed_tags(old, new)
        if tags:
            client.tag_resource(Resource=arn, Tags={"Items": tags})
        if removed:
            client.untag_resource(Resource=arn, TagKeys={"Items": removed})
        return self._outputs(client, id_, new)

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:
        """Disable the distribution, then delete it unless `retainOnDelete` is on."""
        client = clients.get("cloudfront")
        current = client.get_distribution_config(Id=id_)
        etag, config = current["ETag"], current["DistributionConfig"]
        if config["Enabled"]:
            etag = client.update_distribution(
                Id=id_, IfMatch=etag, DistributionConfig={**config, "Enabled": False}
            )["ETag"]
            _wait(client, id_)
        if not inputs["retainOnDelete"]:
            client.delete_distribution(Id=id_, IfMatch=etag)

    def _config(self, inputs: Inputs, caller_reference: str) -> dict[str, Any]:
        config = {
            self._renamed.get(name, name): _API_FORMS.get(name, _as_is)(inputs[name])
            for name in self._settings
            if name in inputs
        }
        return {"comment": "", **config, "callerReference": caller_reference}

    def _outputs(self, client: Any, id_: str, inputs: Inputs) -> Outputs:  # noqa: ANN401 - see Clients.get
        if inputs["waitForDeployment"]:
            _wait(client, id_)
        answer = client.get_distribution(Id=id_)
        distribution = answer["Distribution"]
        return {
            **outputs_of(inputs),
            "arn": distribution["ARN"],
            "callerReference": distribution["DistributionConfig"]["CallerReference"],
            "domainName": distribution["DomainName"],
            "etag": answer["ETag"],
            "hostedZoneId": _HOSTED_ZONE,
            "inProgressValidationBatches": distribution["InProgressInvalidationBatches"],
            "lastModifiedTime": str(distribution["LastModifiedTime"]),
            "loggingV1Enabled": False,
            "status": distribution["Status"],
            "trustedKeyGroups": [{"enabled": False}],
            "trustedSigners": [{"enabled": False}],
        }


def _wait(client: Any, id_: str) -> None:  # noqa: ANN401 - see Clients.get
    client.get_waiter("distribution_deployed").wait(Id=id_, WaiterConfig={"Delay": 1, "MaxAttempts": 30})


def _check_name(name: str, max_length: int) -> None:
    if not 1 <= len(name) <= max_length:
        raise ProviderError(f"name has {len(name)} characters, but must have 1 to {max_length}: {name!r}.")


def _as_is(value: Any) -> Any:  # noqa: ANN401 - any input
    return value


def _api_origin(origin: Inputs) -> Inputs:
    api = {"id": origin["originId"], **{name: value for name, value in origin.items() if name != "originId"}}
    if "customOriginConfig" not in origin:
        # What is no custom origin is S3, which the API wants to hear.
        api.setdefault("s3OriginConfig", {"originAccessIdentity": ""})
    if "customHeaders" in origin:
        api["customHeaders"] = [
            {"headerName": header["name"], "headerValue": header["value"]}
            for header in origin["customHeaders"]
        ]
    return api


def _api_behavior(behavior: Inputs) -> Inputs:
    methods = {"items": behavior["allowedMethods"], "cachedMethods": behavior["cachedMethods"]}
    rest = {name: value for name, value in behavior.items() if name != "cachedMethods"}
    legacy = {"minTtl": 0} if "forwardedValues" in behavior else {}
    return {"compress": False, **legacy, **rest, "allowedMethods": methods}


def _api_restrictions(restrictions: Inputs) -> Inputs:
    given = restrictions["geoRestriction"]
    return {
        "geoRestriction": {"restrictionType": given["restrictionType"], "items": given.get("locations", [])}
    }


_API_FORMS: Mapping[str, Callable[[Any], Any]] = {
    "defaultCacheBehavior": _api_behavior,
    "orderedCacheBehaviors": lambda behaviors: list(map(_api_behavior, behaviors)),
    "origins": lambda origins: list(map(_api_origin, origins)),
    "restrictions": _api_restrictions,
}
"""Inputs whose form differs from that of the API in more than the spelling of names."""

HANDLERS = (OriginAccessControl(), ResponseHeadersPolicy(), Distribution())
