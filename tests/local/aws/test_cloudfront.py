"""CloudFront keeps what it was given, and refuses what AWS refuses."""

from copy import deepcopy
from typing import Any

import pytest

from tests.local.aws.tools import Clients, numbers, refusal

MANAGED_CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"


def refused(operation: Any, **arguments: Any) -> str:
    return refusal(operation, **arguments)[0]


@pytest.fixture
def cloudfront(clients: Clients) -> Any:
    return clients("cloudfront")


def access_control(**changes: str) -> dict[str, str]:
    return {
        "Name": f"access{next(numbers)}",
        "Description": "signs",
        "SigningProtocol": "sigv4",
        "SigningBehavior": "always",
        "OriginAccessControlOriginType": "s3",
        **changes,
    }


def headers_policy(**changes: Any) -> dict[str, Any]:
    return {
        "Name": f"headers{next(numbers)}",
        "Comment": "security",
        "SecurityHeadersConfig": {
            "ContentSecurityPolicy": {"Override": True, "ContentSecurityPolicy": "default-src 'none'"},
            "ContentTypeOptions": {"Override": True},
            "StrictTransportSecurity": {
                "Override": False,
                "IncludeSubdomains": True,
                "Preload": False,
                "AccessControlMaxAgeSec": 63072000,
            },
        },
        "CustomHeadersConfig": {
            "Quantity": 2,
            "Items": [
                {"Header": "X-One", "Value": "1", "Override": True},
                {"Header": "X-Two", "Value": "<&>", "Override": False},
            ],
        },
        **changes,
    }


def distribution(access_id: str, policy_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "CallerReference": f"reference{next(numbers)}",
        "Comment": "site",
        "Enabled": True,
        "DefaultRootObject": "index.html",
        "HttpVersion": "http2and3",
        "PriceClass": "PriceClass_100",
        "Origins": {
            "Quantity": 1,
            "Items": [
                {
                    "Id": "site-bucket",
                    "DomainName": "site.s3.eu-west-1.amazonaws.com",
                    "OriginAccessControlId": access_id,
                    "S3OriginConfig": {"OriginAccessIdentity": ""},
                }
            ],
        },
        "DefaultCacheBehavior": {
            "TargetOriginId": "site-bucket",
            "ViewerProtocolPolicy": "redirect-to-https",
            "AllowedMethods": {
                "Quantity": 3,
                "Items": ["GET", "HEAD", "OPTIONS"],
                "CachedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]},
            },
            "CachePolicyId": MANAGED_CACHING_OPTIMIZED,
            "ResponseHeadersPolicyId": policy_id,
            "Compress": True,
        },
        **changes,
    }


@pytest.fixture
def access(cloudfront: Any) -> dict[str, Any]:
    return cloudfront.create_origin_access_control(OriginAccessControlConfig=access_control())


@pytest.fixture
def headers(cloudfront: Any) -> dict[str, Any]:
    return cloudfront.create_response_headers_policy(ResponseHeadersPolicyConfig=headers_policy())


@pytest.fixture
def config(access: dict[str, Any], headers: dict[str, Any]) -> dict[str, Any]:
    return distribution(access["OriginAccessControl"]["Id"], headers["ResponseHeadersPolicy"]["Id"])


@pytest.fixture
def created(cloudfront: Any, config: dict[str, Any]) -> dict[str, Any]:
    return cloudfront.create_distribution(DistributionConfig=config)


def contains(whole: Any, part: Any) -> bool:
    """Whether all that `part` says is said by `whole` too."""
    if isinstance(part, dict):
        return all(key in whole and contains(whole[key], value) for key, value in part.items())
    if isinstance(part, list):
        return len(whole) == len(part) and all(map(contains, whole, part))
    return whole == part


def test_a_distribution_gives_back_all_that_was_set(
    cloudfront: Any, config: dict[str, Any], created: dict[str, Any]
) -> None:
    found = cloudfront.get_distribution(Id=created["Distribution"]["Id"])
    assert found["ETag"] == created["ETag"]
    assert found["Distribution"]["Status"] == "Deployed"
    assert found["Distribution"]["DomainName"].endswith(".cloudfront.net")
    assert contains(found["Distribution"]["DistributionConfig"], config)
    only_config = cloudfront.get_distribution_config(Id=created["Distribution"]["Id"])
    assert only_config["DistributionConfig"] == found["Distribution"]["DistributionConfig"]


def test_nothing_is_invented_that_cache_policies_replace(created: dict[str, Any]) -> None:
    behavior = created["Distribution"]["DistributionConfig"]["DefaultCacheBehavior"]
    assert not {"ForwardedValues", "MinTTL", "DefaultTTL", "MaxTTL"} & set(behavior)


def test_what_was_read_can_be_written_back(cloudfront: Any, created: dict[str, Any]) -> None:
    distribution_id = created["Distribution"]["Id"]
    config = created["Distribution"]["DistributionConfig"]
    updated = cloudfront.update_distribution(
        Id=distribution_id, IfMatch=created["ETag"], DistributionConfig={**config, "Comment": "changed"}
    )
    assert updated["Distribution"]["DistributionConfig"] == {**config, "Comment": "changed"}
    assert updated["ETag"] != created["ETag"]


def test_tags_are_kept_with_a_distribution(cloudfront: Any, config: dict[str, Any]) -> None:
    tagged = {"DistributionConfig": config, "Tags": {"Items": [{"Key": "a", "Value": "b"}]}}
    arn = cloudfront.create_distribution_with_tags(DistributionConfigWithTags=tagged)["Distribution"]["ARN"]
    cloudfront.tag_resource(Resource=arn, Tags={"Items": [{"Key": "c", "Value": "d"}]})
    cloudfront.untag_resource(Resource=arn, TagKeys={"Items": ["a"]})
    assert cloudfront.list_tags_for_resource(Resource=arn)["Tags"]["Items"] == [{"Key": "c", "Value": "d"}]


def test_distributions_are_listed(cloudfront: Any, created: dict[str, Any]) -> None:
    items = cloudfront.list_distributions()["DistributionList"]["Items"]
    own = next(item for item in items if item["Id"] == created["Distribution"]["Id"])
    assert own["Comment"] == "site"
    assert own["DefaultCacheBehavior"]["Compress"] is True


def test_an_invalidation_completes(cloudfront: Any, created: dict[str, Any]) -> None:
    batch = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": "once"}
    made = cloudfront.create_invalidation(
        DistributionId=created["Distribution"]["Id"], InvalidationBatch=batch
    )
    assert made["Invalidation"]["Status"] == "COMPLETED"


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("Origins", "Items", 0, "OriginAccessControlId"), "NOSUCH", "InvalidOriginAccessControl"),
        (("Origins", "Items", 0, "DomainName"), "example.com", "InvalidArgument"),
        (("Origins", "Items", 0, "Id"), "another", "NoSuchOrigin"),
        (("DefaultCacheBehavior", "ResponseHeadersPolicyId"), "NOSUCH", "NoSuchResponseHeadersPolicy"),
        (
            ("Origins", "Items", 0, "CustomOriginConfig"),
            {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
            "InvalidArgument",
        ),
    ],
)
def test_a_distribution_that_cannot_work_is_refused(
    cloudfront: Any, config: dict[str, Any], path: tuple[str | int, ...], value: Any, code: str
) -> None:
    config = deepcopy(config)
    place: Any = config
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    before = len(cloudfront.list_distributions()["DistributionList"].get("Items", []))
    assert refused(cloudfront.create_distribution, DistributionConfig=config) == code
    assert len(cloudfront.list_distributions()["DistributionList"].get("Items", [])) == before


def test_a_caller_reference_is_used_once_and_for_all(
    cloudfront: Any, config: dict[str, Any], created: dict[str, Any]
) -> None:
    assert refused(cloudfront.create_distribution, DistributionConfig=config) == "DistributionAlreadyExists"
    other = {**created["Distribution"]["DistributionConfig"], "CallerReference": "another"}
    assert (
        refused(
            cloudfront.update_distribution,
            Id=created["Distribution"]["Id"],
            IfMatch=created["ETag"],
            DistributionConfig=other,
        )
        == "IllegalUpdate"
    )


def test_a_distribution_is_deleted_only_when_disabled_and_at_its_version(
    cloudfront: Any, created: dict[str, Any]
) -> None:
    distribution_id, etag = created["Distribution"]["Id"], created["ETag"]
    assert refused(cloudfront.delete_distribution, Id=distribution_id) == "InvalidIfMatchVersion"
    assert refused(cloudfront.delete_distribution, Id=distribution_id, IfMatch="X") == "PreconditionFailed"
    assert (
        refused(cloudfront.delete_distribution, Id=distribution_id, IfMatch=etag) == "DistributionNotDisabled"
    )
    disabled = {**created["Distribution"]["DistributionConfig"], "Enabled": False}
    for if_match, code in ((None, "InvalidIfMatchVersion"), ("X", "PreconditionFailed")):
        given = {"IfMatch": if_match} if if_match else {}
        assert (
            refused(cloudfront.update_distribution, Id=distribution_id, DistributionConfig=disabled, **given)
            == code
        )
    etag = cloudfront.update_distribution(Id=distribution_id, IfMatch=etag, DistributionConfig=disabled)[
        "ETag"
    ]
    cloudfront.delete_distribution(Id=distribution_id, IfMatch=etag)
    assert refused(cloudfront.get_distribution, Id=distribution_id) == "NoSuchDistribution"


def test_what_a_distribution_uses_is_not_deleted(
    cloudfront: Any, access: dict[str, Any], headers: dict[str, Any], created: dict[str, Any]
) -> None:
    access_id, policy_id = access["OriginAccessControl"]["Id"], headers["ResponseHeadersPolicy"]["Id"]
    assert (
        refused(cloudfront.delete_origin_access_control, Id=access_id, IfMatch=access["ETag"])
        == "OriginAccessControlInUse"
    )
    assert (
        refused(cloudfront.delete_response_headers_policy, Id=policy_id, IfMatch=headers["ETag"])
        == "ResponseHeadersPolicyInUse"
    )
    config = {**created["Distribution"]["DistributionConfig"], "Enabled": False}
    etag = cloudfront.update_distribution(
        Id=created["Distribution"]["Id"], IfMatch=created["ETag"], DistributionConfig=config
    )["ETag"]
    cloudfront.delete_distribution(Id=created["Distribution"]["Id"], IfMatch=etag)
    cloudfront.delete_origin_access_control(Id=access_id, IfMatch=access["ETag"])
    cloudfront.delete_response_headers_policy(Id=policy_id, IfMatch=headers["ETag"])


def test_an_origin_access_control_lives_through_versions(cloudfront: Any, access: dict[str, Any]) -> None:
    access_id = access["OriginAccessControl"]["Id"]
    changed = access_control(Description="changed")
    update = cloudfront.update_origin_access_control
    assert (
        refused(update, Id=access_id, IfMatch="X", OriginAccessControlConfig=changed) == "PreconditionFailed"
    )
    updated = update(Id=access_id, IfMatch=access["ETag"], OriginAccessControlConfig=changed)
    found = cloudfront.get_origin_access_control(Id=access_id)
    assert found["OriginAccessControl"]["OriginAccessControlConfig"] == changed
    assert found["ETag"] == updated["ETag"] != access["ETag"]
    listed = cloudfront.list_origin_access_controls()["OriginAccessControlList"]["Items"]
    assert {"Id": access_id, **changed} in listed
    delete = cloudfront.delete_origin_access_control
    assert refused(delete, Id=access_id, IfMatch=access["ETag"]) == "PreconditionFailed"
    delete(Id=access_id, IfMatch=found["ETag"])
    assert refused(cloudfront.get_origin_access_control, Id=access_id) == "NoSuchOriginAccessControl"


def test_a_response_headers_policy_lives_through_versions(cloudfront: Any, headers: dict[str, Any]) -> None:
    policy_id = headers["ResponseHeadersPolicy"]["Id"]
    changed = headers_policy(Comment="changed")
    update = cloudfront.update_response_headers_policy
    assert refused(update, Id=policy_id, ResponseHeadersPolicyConfig=changed) == "InvalidIfMatchVersion"
    updated = update(Id=policy_id, IfMatch=headers["ETag"], ResponseHeadersPolicyConfig=changed)
    found = cloudfront.get_response_headers_policy(Id=policy_id)
    assert found["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"] == changed
    assert found["ETag"] == updated["ETag"] != headers["ETag"]
    only_config = cloudfront.get_response_headers_policy_config(Id=policy_id)
    assert only_config["ResponseHeadersPolicyConfig"] == changed
    listed = cloudfront.list_response_headers_policies(Type="custom")["ResponseHeadersPolicyList"]["Items"]
    assert policy_id in [item["ResponseHeadersPolicy"]["Id"] for item in listed]
    assert (
        cloudfront.list_response_headers_policies(Type="managed")["ResponseHeadersPolicyList"]["Quantity"]
        == 0
    )
    delete = cloudfront.delete_response_headers_policy
    assert refused(delete, Id=policy_id, IfMatch=headers["ETag"]) == "PreconditionFailed"
    delete(Id=policy_id, IfMatch=found["ETag"])
    assert refused(cloudfront.get_response_headers_policy, Id=policy_id) == "NoSuchResponseHeadersPolicy"


def test_names_are_taken_once(cloudfront: Any, access: dict[str, Any], headers: dict[str, Any]) -> None:
    taken = access["OriginAccessControl"]["OriginAccessControlConfig"]
    assert (
        refused(cloudfront.create_origin_access_control, OriginAccessControlConfig=taken)
        == "OriginAccessControlAlreadyExists"
    )
    policy = headers["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]
    assert (
        refused(cloudfront.create_response_headers_policy, ResponseHeadersPolicyConfig=policy)
        == "ResponseHeadersPolicyAlreadyExists"
    )
    other = cloudfront.create_origin_access_control(OriginAccessControlConfig=access_control())
    assert (
        refused(
            cloudfront.update_origin_access_control,
            Id=other["OriginAccessControl"]["Id"],
            IfMatch=other["ETag"],
            OriginAccessControlConfig=taken,
        )
        == "OriginAccessControlAlreadyExists"
    )
