"""What holds for every supported resource type."""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from local.engine import UNKNOWN, Archive, Asset, ProviderError
from local.engine.schema import missing_outputs
from local.provider import _HANDLERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.provider.conftest import Cloud

importlib.import_module("pulumi_aws")  # which registers its classes

OWNER = {"AWS": "arn:aws:iam::123456789012:root"}
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
        ],
    }
)


def policy(action: str = "s3:GetObject", resource: str = "*", **statement: Any) -> str:
    one = {"Effect": "Allow", "Action": action, "Resource": resource, **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [one]})


INVITED: dict[str, Any] = {
    "username": "me@example.com",
    "attributes": {"email": "me@example.com", "email_verified": "true"},
    "desiredDeliveryMediums": ["EMAIL"],
}


def bucket(cloud: Cloud) -> str:
    return cloud.create("aws:s3/bucket:Bucket", {})[0]


def pool(cloud: Cloud) -> str:
    return cloud.create("aws:cognito/identityPool:IdentityPool", {"identityPoolName": "pool"})[0]


def user_pool(cloud: Cloud) -> str:
    return cloud.create("aws:cognito/userPool:UserPool", {"usernameAttributes": ["email"]})[0]


def user(cloud: Cloud, pool_id: str) -> str:
    cloud.create("aws:cognito/user:User", {"userPoolId": pool_id, **INVITED})
    return "me@example.com"


def group(cloud: Cloud, pool_id: str) -> str:
    return cloud.create("aws:cognito/userGroup:UserGroup", {"userPoolId": pool_id})[1]["name"]


def membership(cloud: Cloud) -> dict[str, Any]:
    pool_id = user_pool(cloud)
    return {"userPoolId": pool_id, "username": user(cloud, pool_id), "groupName": group(cloud, pool_id)}


def role(cloud: Cloud) -> tuple[str, str]:
    name, outputs, _ = cloud.create("aws:iam/role:Role", {"assumeRolePolicy": TRUST})
    return name, outputs["arn"]


ROOT = Archive.of_files({"a.py": Asset.of_text("def handler(event, context): return event")})
LAMBDA_TRUST = TRUST.replace("ec2", "lambda")


def function(cloud: Cloud) -> dict[str, Any]:
    trusting = cloud.create("aws:iam/role:Role", {"assumeRolePolicy": LAMBDA_TRUST})[1]["arn"]
    return {"code": ROOT, "handler": "a.handler", "role": trusting, "runtime": "python3.13"}


def topic(cloud: Cloud) -> str:
    return cloud.create("aws:sns/topic:Topic", {})[0]


ALARM: dict[str, Any] = {
    "namespace": "AWS/Lambda",
    "metricName": "Errors",
    "dimensions": {"FunctionName": "f"},
    "statistic": "Sum",
    "period": 300,
    "evaluationPeriods": 1,
    "threshold": 1,
    "comparisonOperator": "GreaterThanOrEqualToThreshold",
}
BUDGET: dict[str, Any] = {
    "budgetType": "COST",
    "timeUnit": "MONTHLY",
    "limitAmount": "100",
    "limitUnit": "USD",
    "costFilters": [{"name": "Service", "values": ["Amazon Rekognition"]}],
}
NOTICE: dict[str, Any] = {
    "comparisonOperator": "GREATER_THAN",
    "notificationType": "ACTUAL",
    "threshold": 80,
    "thresholdType": "PERCENTAGE",
    "subscriberEmailAddresses": ["me@example.com"],
}
TARGET: dict[str, Any] = {
    "arn": "arn:aws:lambda:eu-west-1:123456789012:function:f",
    "roleArn": "arn:aws:iam::123456789012:role/r",
}
BEHAVIOR = {
    "allowedMethods": ["GET", "HEAD", "OPTIONS"],
    "cachedMethods": ["GET", "HEAD"],
    "cachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    "targetOriginId": "site",
    "viewerProtocolPolicy": "redirect-to-https",
}
DISTRIBUTION = {
    "defaultCacheBehavior": BEHAVIOR,
    "enabled": True,
    "origins": [{"originId": "site", "domainName": "bucket.s3.eu-west-1.amazonaws.com"}],
    "restrictions": {"geoRestriction": {"restrictionType": "none"}},
    "viewerCertificate": {"cloudfrontDefaultCertificate": True},
}

EXAMPLES: dict[str, Callable[[Cloud], tuple[dict[str, Any], dict[str, Any]]]] = {
    "aws:s3/bucket:Bucket": lambda _: ({}, {"tags": {"team": "x"}}),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": lambda cloud: (
        {"bucket": bucket(cloud), "rule": {"objectOwnership": "BucketOwnerEnforced"}},
        {"rule": {"objectOwnership": "ObjectWriter"}},
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": lambda cloud: (
        {"bucket": bucket(cloud), "blockPublicAcls": True},
        {"blockPublicAcls": False, "blockPublicPolicy": True},
    ),
    "aws:s3/bucketPolicy:BucketPolicy": lambda cloud: (
        {
            "bucket": (name := bucket(cloud)),
            "policy": policy(resource=f"arn:aws:s3:::{name}/*", Principal=OWNER),
        },
        {"policy": policy(resource=f"arn:aws:s3:::{name}/index.html", Principal=OWNER)},
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": lambda cloud: (
        {
            "bucket": bucket(cloud),
            "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}],
        },
        {
            "rules": [
                {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}, "bucketKeyEnabled": True}
            ]
        },
    ),
    "aws:s3/bucketVersioning:BucketVersioning": lambda cloud: (
        {"bucket": bucket(cloud), "versioningConfiguration": {"status": "Enabled"}},
        {"versioningConfiguration": {"status": "Suspended"}},
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": lambda cloud: (
        {"bucket": bucket(cloud), "rules": [{"id": "old", "status": "Enabled", "expiration": {"days": 7}}]},
        {"rules": [{"id": "old", "status": "Disabled", "expiration": {"days": 7}}]},
    ),
    "aws:s3/bucketObjectv2:BucketObjectv2": lambda cloud: (
        {"bucket": bucket(cloud), "content": "hello"},
        {"content": "bye", "tags": {"a b": "c=d"}},
    ),
    "aws:cloudfront/originAccessControl:OriginAccessControl": lambda _: (
        {"originAccessControlOriginType": "s3", "signingBehavior": "always", "signingProtocol": "sigv4"},
        {"signingBehavior": "no-override", "description": "changed"},
    ),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": lambda _: (
        {"securityHeadersConfig": {"contentTypeOptions": {"override": True}}},
        {"customHeadersConfig": {"items": [{"header": "X-A", "value": "b", "override": False}]}},
    ),
    "aws:cloudfront/distribution:Distribution": lambda _: (
        DISTRIBUTION,
        {"comment": "changed", "tags": {"team": "x"}},
    ),
    "aws:cognito/identityPool:IdentityPool": lambda _: (
        {"identityPoolName": "pool"},
        {"allowUnauthenticatedIdentities": True},
    ),
    "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment": lambda cloud: (
        {"identityPoolId": pool(cloud), "roles": {"unauthenticated": role(cloud)[1]}},
        {"roles": {"authenticated": role(cloud)[1]}},
    ),
    "aws:cognito/userPool:UserPool": lambda _: (
        {"mfaConfiguration": "OPTIONAL", "softwareTokenMfaConfiguration": {"enabled": True}},
        {"passwordPolicy": {"minimumLength": 12}, "tags": {"team": "x"}},
    ),
    "aws:cognito/userPoolClient:UserPoolClient": lambda cloud: (
        {"userPoolId": user_pool(cloud), "explicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]},
        {"explicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"], "accessTokenValidity": 2},
    ),
    "aws:cognito/userGroup:UserGroup": lambda cloud: (
        {"userPoolId": user_pool(cloud), "name": "operators"},
        {"description": "changed", "precedence": 3, "roleArn": role(cloud)[1]},
    ),
    "aws:cognito/user:User": lambda cloud: (
        {"userPoolId": user_pool(cloud), **INVITED},
        {"attributes": {**INVITED["attributes"], "name": "Me"}},
    ),
    "aws:cognito/userInGroup:UserInGroup": lambda cloud: (membership(cloud), {}),
    "aws:iam/role:Role": lambda _: (
        {"assumeRolePolicy": TRUST},
        {"description": "changed", "maxSessionDuration": 7200, "tags": {"team": "x"}},
    ),
    "aws:iam/rolePolicy:RolePolicy": lambda cloud: (
        {"role": role(cloud)[0], "policy": policy()},
        {"policy": policy("s3:PutObject")},
    ),
    "aws:lambda/function:Function": lambda cloud: (
        function(cloud),
        {"environment": {"variables": {"A": "b"}}, "timeout": 300, "tags": {"team": "x"}},
    ),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": lambda cloud: (
        {"functionName": cloud.create("aws:lambda/function:Function", function(cloud))[0]},
        {"maximumRetryAttempts": 0, "maximumEventAgeInSeconds": 60},
    ),
    "aws:cloudwatch/logGroup:LogGroup": lambda _: (
        {"retentionInDays": 14},
        {"retentionInDays": 30, "tags": {"team": "x"}},
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": lambda cloud: (
        ALARM,
        {"alarmActions": [topic(cloud)], "threshold": 2, "tags": {"team": "x"}},
    ),
    "aws:scheduler/schedule:Schedule": lambda _: (
        {"scheduleExpression": "rate(1 hour)", "flexibleTimeWindow": {"mode": "OFF"}, "target": TARGET},
        {"scheduleExpression": "rate(15 minutes)", "state": "DISABLED"},
    ),
    "aws:sns/topic:Topic": lambda _: ({}, {"displayName": "changed", "tags": {"team": "x"}}),
    "aws:sns/topicPolicy:TopicPolicy": lambda cloud: (
        {"arn": (arn := topic(cloud)), "policy": policy("sns:Publish", arn, Principal=OWNER)},
        {"policy": policy("sns:Subscribe", arn, Principal=OWNER)},
    ),
    "aws:sns/topicSubscription:TopicSubscription": lambda cloud: (
        {"topic": topic(cloud), "protocol": "email", "endpoint": "me@example.com"},
        {},
    ),
    "aws:sqs/queue:Queue": lambda _: (
        {"sqsManagedSseEnabled": True},
        {"messageRetentionSeconds": 60, "tags": {"team": "x"}},
    ),
    "aws:budgets/budget:Budget": lambda _: (
        BUDGET,
        {"limitAmount": "7", "notifications": [NOTICE], "tags": {"team": "x"}},
    ),
}
"""Of every type: inputs, and those that an update changes."""

every_type = pytest.mark.parametrize("type_", EXAMPLES)


def test_there_is_an_example_of_every_supported_type() -> None:
    assert set(EXAMPLES) == set(_HANDLERS)


@every_type
def test_every_output_that_only_aws_knows_is_returned(cloud: Cloud, type_: str) -> None:
    _, outputs, checked = cloud.create(type_, EXAMPLES[type_](cloud)[0])
    assert missing_outputs(type_, outputs) == []
    assert {name: outputs[name] for name in checked if not name.startswith("__")} == {
        name: value for name, value in checked.items() if not name.startswith("__")
    }


@every_type
def test_checking_again_finds_no_difference(cloud: Cloud, type_: str) -> None:
    inputs, _ = EXAMPLES[type_](cloud)
    diff = cloud.diff(type_, inputs, inputs)
    assert (diff.changed, diff.replace) == (frozenset(), frozenset())


@every_type
def test_an_update_keeps_the_resource_and_changes_what_it_should(cloud: Cloud, type_: str) -> None:
    inputs, changes = EXAMPLES[type_](cloud)
    id_, before, checked = cloud.create(type_, inputs)
    wanted = cloud.check(type_, {**inputs, **changes}, checked)
    diff = cloud.provider.diff(type_, checked, wanted)
    assert set(changes) <= diff.changed <= {*changes, "tagsAll"}
    assert diff.replace == frozenset()
    after = cloud.provider.update(type_, id_, checked, wanted)
    assert set(after) >= set(before)
    assert {name: after[name] for name in changes} == {name: wanted[name] for name in changes}


@every_type
def test_what_is_deleted_may_be_deleted_again(cloud: Cloud, type_: str) -> None:
    id_, _, checked = cloud.create(type_, EXAMPLES[type_](cloud)[0])
    cloud.provider.delete(type_, id_, checked)
    cloud.provider.delete(type_, id_, checked)


@every_type
def test_unknown_inputs_pass_the_check_of_a_preview(cloud: Cloud, type_: str) -> None:
    inputs, _ = EXAMPLES[type_](cloud)
    for name in inputs:
        checked = cloud.check(type_, {**inputs, name: UNKNOWN})
        assert checked[name] == UNKNOWN


@every_type
def test_an_input_that_is_not_supported_is_refused_and_not_dropped(cloud: Cloud, type_: str) -> None:
    inputs, _ = EXAMPLES[type_](cloud)
    with pytest.raises(ProviderError, match=r"^surprise is not supported by this provider"):
        cloud.provider.check(type_, "this", {**inputs, "surprise": 1}, previous=None, settings={})


def test_another_type_is_refused_by_name(cloud: Cloud) -> None:
    with pytest.raises(ProviderError, match=r"^the type aws:sqs/queuePolicy:QueuePolicy is not supported"):
        cloud.provider.check("aws:sqs/queuePolicy:QueuePolicy", "this", {}, previous=None, settings={})
