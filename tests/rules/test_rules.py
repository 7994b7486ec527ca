"""Every policy and every plan keeps every rule, and every rule notices what it is there for."""

import json
import tomllib
from collections.abc import Callable
from copy import deepcopy
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from tests.policies.documents import BUCKET_ARN, DOCUMENTS
from tests.rules import plan_rules, policy_rules
from tests.rules.plan_rules import PLAN_RULES, Plan, PlanRule
from tests.rules.policy_rules import POLICY_RULES, Policy, PolicyRule

PLANS: dict[str, Plan] = {
    path.name.removesuffix(".plan.json"): json.loads(path.read_text())
    for path in (Path(__file__).parent.parent / "plan").glob("*.plan.json")
}
POLICIES: dict[str, Policy] = {
    **{name: json.loads(document.render()) for name, document in DOCUMENTS.items()},
    **{
        f"{plan}: {one['name']}": one["inputs"][element]
        for plan, resources in PLANS.items()
        for one in resources
        for element in ("policy", "assumeRolePolicy")
        if isinstance(one["inputs"].get(element), dict)
    },
}
EXEMPTIONS: list[dict[str, str]] = tomllib.loads(Path(__file__).with_name("exemptions.toml").read_text())[
    "exemption"
]


def flaws_of_policies(rule: PolicyRule) -> list[str]:
    return [f"{name}: {flaw}" for name, policy in POLICIES.items() for flaw in rule(policy)]


def flaws_of_plans(rule: PlanRule) -> list[str]:
    return [f"{name}: {resource}: {flaw}" for name, plan in PLANS.items() for resource, flaw in rule(plan)]


def exempt(rule: Callable[..., Any], flaw: str) -> bool:
    return any(one["rule"] == rule.__name__ and fnmatchcase(flaw, one["flaw"]) for one in EXEMPTIONS)


@pytest.mark.parametrize("rule", POLICY_RULES)
def test_every_policy_keeps_the_rule(rule: PolicyRule) -> None:
    assert [flaw for flaw in flaws_of_policies(rule) if not exempt(rule, flaw)] == []


@pytest.mark.parametrize("rule", PLAN_RULES)
def test_every_plan_keeps_the_rule(rule: PlanRule) -> None:
    assert [flaw for flaw in flaws_of_plans(rule) if not exempt(rule, flaw)] == []


def test_every_exemption_is_used_and_says_why() -> None:
    found = {rule.__name__: flaws_of_policies(rule) for rule in POLICY_RULES}
    found |= {rule.__name__: flaws_of_plans(rule) for rule in PLAN_RULES}
    for one in EXEMPTIONS:
        assert any(fnmatchcase(flaw, one["flaw"]) for flaw in found[one["rule"]]), one
        assert len(one["reason"]) > 20


def test_every_rule_is_asked_and_shown_to_bite() -> None:
    """A rule is a function that yields; what only helps the rules returns."""
    for module, rules in ((policy_rules, POLICY_RULES), (plan_rules, PLAN_RULES)):
        written = {
            name
            for name, one in vars(module).items()
            if getattr(one, "__module__", "") == module.__name__
            and "Iterator" in str(getattr(one, "__annotations__", {}).get("return"))
        }
        assert written - {"wrong"} == {rule.__name__ for rule in rules}
    assert {rule for rule, _ in BAD_STATEMENTS} == set(POLICY_RULES)
    assert {rule for rule, *_ in BAD_PLANS} == set(PLAN_RULES)


OBJECTS = f"{BUCKET_ARN}/*"
MODEL = "arn:aws:rekognition:eu-west-1:123456789012:project/parts/version/*"
ALLOW_READ = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": OBJECTS}
REFUSE_HTTP = POLICIES["public site"]["Statement"][0]
TRUST = POLICIES["trust in guests"]["Statement"][0]
TRUST_CONDITION = TRUST["Condition"]
CLOUDFRONT = POLICIES["site behind CloudFront"]["Statement"][1]
AUD = "cognito-identity.amazonaws.com:aud"
AMR = "cognito-identity.amazonaws.com:amr"

BAD_STATEMENTS: list[tuple[PolicyRule, dict[str, Any]]] = [
    (rule, {"Effect": "Allow", "Resource": MODEL, **statement})
    for rule, statements in {
        policy_rules.no_allowed_action_is_a_wildcard: [
            {"Action": "*"},
            {"Action": "rekognition:*"},
            {"Action": ["rekognition:DetectCustomLabels", "rekognition:Describe*"]},
            {"Action": "rekognition:DetectCustomLabel?"},
        ],
        policy_rules.no_allow_says_what_is_left_out: [
            {"NotAction": "rekognition:DeleteProject"},
            {"Action": "rekognition:DetectCustomLabels", "NotResource": MODEL},
            {"NotPrincipal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "s3:GetObject"},
        ],
        policy_rules.resource_star_only_where_iam_knows_no_resource: [
            {"Action": "rekognition:StartProjectVersion", "Resource": "*"},
            {"Action": "rekognition:Unknown", "Resource": "*"},
            {"Action": "rekognition:DescribeProjects", "Resource": ["*"]},
            {
                "Action": ["rekognition:DescribeProjects", "rekognition:DescribeProjectVersions"],
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
            },
        ],
        policy_rules.a_service_is_held_to_its_source: [
            {name: value for name, value in CLOUDFRONT.items() if name != "Condition"},
            {**CLOUDFRONT, "Condition": {"StringEquals": {"aws:SourceArn": "*"}}},
            {**CLOUDFRONT, "Condition": {"StringLike": CLOUDFRONT["Condition"]["StringEquals"]}},
            {**CLOUDFRONT, "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}},
        ],
        policy_rules.a_bucket_policy_refuses_plain_http: [
            CLOUDFRONT,
            {**REFUSE_HTTP, "Resource": BUCKET_ARN},
            {**REFUSE_HTTP, "Resource": OBJECTS},
            {**REFUSE_HTTP, "Effect": "Allow"},
            {**REFUSE_HTTP, "Action": "s3:GetObject"},
            {**REFUSE_HTTP, "Principal": {"Service": "cloudfront.amazonaws.com"}},
            {**REFUSE_HTTP, "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        ],
        policy_rules.nobody_is_let_in_without_a_name: [
            ALLOW_READ,
            {**ALLOW_READ, "Principal": {"AWS": "*"}},
            {**ALLOW_READ, "Principal": {"AWS": ["arn:aws:iam::123456789012:root", "*"]}},
        ],
        policy_rules.the_world_may_read_objects_at_most: [
            {**ALLOW_READ, "Action": "s3:PutObject"},
            {**ALLOW_READ, "Action": "s3:ListBucket", "Resource": BUCKET_ARN},
            {**ALLOW_READ, "Action": ["s3:GetObject", "s3:DeleteObject"]},
            {**ALLOW_READ, "Resource": BUCKET_ARN},
        ],
        policy_rules.no_other_account_is_let_in: [
            {**ALLOW_READ, "Principal": {"AWS": "arn:aws:iam::210987654321:root"}},
            {**ALLOW_READ, "Principal": {"AWS": "210987654321"}},
        ],
        policy_rules.an_identity_pool_is_trusted_exactly: [
            {**TRUST, "Principal": {"Federated": "accounts.google.com"}},
            {**TRUST, "Principal": {**TRUST["Principal"], "AWS": "*"}},
            {**TRUST, "Action": "sts:AssumeRole"},
            {**TRUST, "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]},
            {name: value for name, value in TRUST.items() if name != "Condition"},
            {**TRUST, "Condition": {"StringEquals": TRUST_CONDITION["StringEquals"]}},
            {**TRUST, "Condition": {**TRUST_CONDITION, "StringEquals": {AUD: "*"}}},
            {**TRUST, "Condition": {**TRUST_CONDITION, "StringEquals": {AUD: ["a", "b"]}}},
            {**TRUST, "Condition": {**TRUST_CONDITION, "ForAnyValue:StringLike": {AMR: "*authenticated"}}},
        ],
    }.items()
    for statement in statements
]


@pytest.mark.parametrize(("rule", "statement"), BAD_STATEMENTS)
def test_a_rule_notices_a_bad_statement(rule: PolicyRule, statement: dict[str, Any]) -> None:
    assert list(rule({"Statement": [statement]})) != []


GUESTS, SIGN_IN, BUCKET = "cloudfront", "cloudfront-sign-in", "bucket"
NOTHING = object()
BAD_PLANS: list[tuple[PlanRule, str, str, str, Any]] = [
    # rule, plan, type of the resource, its input, the bad value
    (rule, plan, kind, path, value)
    for rule, changes in {
        plan_rules.no_managed_policies: [
            (GUESTS, "iam/role:Role", "managedPolicyArns", ["arn:aws:iam::aws:policy/ReadOnlyAccess"])
        ],
        plan_rules.inline_policies_fit: [
            (GUESTS, "iam/rolePolicy:RolePolicy", "policy", {"Statement": ["x" * 10_240]})
        ],
        plan_rules.the_classic_flow_is_off: [
            (GUESTS, "cognito/identityPool:IdentityPool", "allowClassicFlow", True),
            (SIGN_IN, "cognito/identityPool:IdentityPool", "allowClassicFlow", NOTHING),
        ],
        plan_rules.there_are_guests_or_people_signed_in: [
            (SIGN_IN, "cognito/identityPool:IdentityPool", "allowUnauthenticatedIdentities", True),
            (SIGN_IN, "cognito/identityPool:IdentityPool", "cognitoIdentityProviders", NOTHING),
            (
                SIGN_IN,
                "cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment",
                "roles",
                {"authenticated": "a", "unauthenticated": "b"},
            ),
            (
                GUESTS,
                "cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment",
                "roles",
                {"authenticated": "a"},
            ),
        ],
        plan_rules.the_role_comes_from_the_token: [
            (SIGN_IN, "cognito/identityPool:IdentityPool", "cognitoIdentityProviders", [{"clientId": "a"}]),
            (
                SIGN_IN,
                "cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment",
                "roleMappings",
                NOTHING,
            ),
            (
                SIGN_IN,
                "cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment",
                "roleMappings",
                [{"type": "Token", "ambiguousRoleResolution": "AuthenticatedRole"}],
            ),
        ],
        plan_rules.only_an_administrator_invites: [
            (SIGN_IN, "cognito/userPool:UserPool", "adminCreateUserConfig", {}),
            (
                SIGN_IN,
                "cognito/userPool:UserPool",
                "adminCreateUserConfig",
                {"allowAdminCreateUserOnly": False},
            ),
            (SIGN_IN, "cognito/userPool:UserPool", "accountRecoverySetting", NOTHING),
            (SIGN_IN, "cognito/userPool:UserPool", "usernameConfiguration", {"caseSensitive": True}),
        ],
        plan_rules.passwords_are_long_and_mixed: [
            (SIGN_IN, "cognito/userPool:UserPool", "passwordPolicy", NOTHING),
            (SIGN_IN, "cognito/userPool:UserPool", "passwordPolicy.minimumLength", 11),
            (SIGN_IN, "cognito/userPool:UserPool", "passwordPolicy.requireSymbols", False),
            (SIGN_IN, "cognito/userPool:UserPool", "passwordPolicy.temporaryPasswordValidityDays", 8),
            (SIGN_IN, "cognito/userPool:UserPool", "mfaConfiguration", "OFF"),
            (SIGN_IN, "cognito/userPool:UserPool", "softwareTokenMfaConfiguration", {"enabled": False}),
        ],
        plan_rules.the_client_gives_little_away: [
            (SIGN_IN, "cognito/userPoolClient:UserPoolClient", "generateSecret", True),
            (SIGN_IN, "cognito/userPoolClient:UserPoolClient", "preventUserExistenceErrors", "LEGACY"),
            (SIGN_IN, "cognito/userPoolClient:UserPoolClient", "enableTokenRevocation", False),
            (SIGN_IN, "cognito/userPoolClient:UserPoolClient", "explicitAuthFlows", NOTHING),
            (SIGN_IN, "cognito/userPoolClient:UserPoolClient", "allowedOauthFlowsUserPoolClient", True),
            (
                SIGN_IN,
                "cognito/userPoolClient:UserPoolClient",
                "explicitAuthFlows",
                ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
            ),
        ],
        plan_rules.tokens_are_short_lived: [
            (SIGN_IN, "cognito/userPoolClient:UserPoolClient", "accessTokenValidity", 61),
            (SIGN_IN, "cognito/userPoolClient:UserPoolClient", "refreshTokenValidity", 25),
            (SIGN_IN, "cognito/userPoolClient:UserPoolClient", "idTokenValidity", NOTHING),
            (SIGN_IN, "cognito/userPoolClient:UserPoolClient", "tokenValidityUnits", NOTHING),
        ],
        plan_rules.no_password_stands_in_the_plan: [
            (SIGN_IN, "cognito/user:User", "temporaryPassword", "[unknown]"),
            (SIGN_IN, "cognito/user:User", "password", "[unknown]"),
        ],
        plan_rules.every_bucket_is_kept_private: [
            (GUESTS, "s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "blockPublicPolicy", False),
            (BUCKET, "s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "ignorePublicAcls", False),
            (GUESTS, "s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "bucket", "another"),
            (GUESTS, "s3/bucketOwnershipControls:BucketOwnershipControls", "rule", {"objectOwnership": "x"}),
            (GUESTS, "s3/bucketPolicy:BucketPolicy", "bucket", "another"),
            (GUESTS, "s3/bucket:Bucket", "bucket", "another"),
        ],
        plan_rules.no_access_control_lists: [
            (BUCKET, "s3/bucketObjectv2:BucketObjectv2", "acl", "public-read"),
            (BUCKET, "s3/bucket:Bucket", "acl", "public-read"),
        ],
        plan_rules.cloudfront_signs_its_requests: [
            (GUESTS, "cloudfront/originAccessControl:OriginAccessControl", "signingBehavior", "never"),
            (GUESTS, "cloudfront/distribution:Distribution", "origins", [{"originId": "a"}]),
        ],
        plan_rules.cloudfront_serves_https_and_reads_only: [
            (GUESTS, "cloudfront/distribution:Distribution", "defaultRootObject", NOTHING),
            (
                GUESTS,
                "cloudfront/distribution:Distribution",
                "defaultCacheBehavior.viewerProtocolPolicy",
                "allow-all",
            ),
            (
                GUESTS,
                "cloudfront/distribution:Distribution",
                "defaultCacheBehavior.allowedMethods",
                ["GET", "HEAD", "PUT"],
            ),
            (
                GUESTS,
                "cloudfront/distribution:Distribution",
                "defaultCacheBehavior.responseHeadersPolicyId",
                NOTHING,
            ),
            (
                GUESTS,
                "cloudfront/distribution:Distribution",
                "orderedCacheBehaviors",
                [
                    {
                        "viewerProtocolPolicy": "allow-all",
                        "allowedMethods": ["GET"],
                        "responseHeadersPolicyId": "a",
                    }
                ],
            ),
        ],
        plan_rules.all_eight_security_headers_are_sent: [
            (
                GUESTS,
                "cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
                f"securityHeadersConfig.{path}",
                value,
            )
            for path, value in [
                ("contentSecurityPolicy", NOTHING),
                ("contentSecurityPolicy.contentSecurityPolicy", "default-src 'none'; script-src *"),
                ("contentSecurityPolicy.contentSecurityPolicy", "default-src 'none' 'unsafe-inline'"),
                ("contentTypeOptions", NOTHING),
                ("frameOptions.override", False),
                ("referrerPolicy", NOTHING),
                ("strictTransportSecurity", NOTHING),
                ("strictTransportSecurity.accessControlMaxAgeSec", 3600),
            ]
        ]
        + [
            (GUESTS, "cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", "customHeadersConfig", NOTHING)
        ],
    }.items()
    for plan, kind, path, value in changes
]


@pytest.mark.parametrize(("rule", "plan", "kind", "path", "value"), BAD_PLANS)
def test_a_rule_notices_a_bad_plan(rule: PlanRule, plan: str, kind: str, path: str, value: Any) -> None:
    before = list(rule(PLANS[plan]))
    changed = deepcopy(PLANS[plan])
    target = next(one for one in changed if one["type"] == f"aws:{kind}")["inputs"]
    *steps, last = path.split(".")
    for step in steps:
        target = target[step]
    if value is NOTHING:
        del target[last]
    else:
        target[last] = value
    assert [flaw for flaw in rule(changed) if flaw not in before] != []


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        (plan_rules.no_managed_policies, "aws:iam/rolePolicyAttachment:RolePolicyAttachment"),
        (plan_rules.no_managed_policies, "aws:iam/policy:Policy"),
        (plan_rules.no_access_control_lists, "aws:s3/bucketAcl:BucketAcl"),
    ],
)
def test_a_rule_notices_a_resource_that_should_not_be_there(rule: PlanRule, kind: str) -> None:
    assert list(rule([{"type": kind, "name": "bad", "inputs": {}}])) != []
