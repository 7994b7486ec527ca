"""Rules that every plan keeps: one rule, one function; each yields the resource and what is wrong with it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

Resource = dict[str, Any]
"""`type`, `name` and `inputs`, as tests/plan keeps them."""
Plan = list[Resource]
Flaw = tuple[str, str]
"""Name of the resource, and what is wrong with it."""
PlanRule = Callable[[Plan], Iterator[Flaw]]

INLINE_POLICIES_LIMIT = 10_240
"""What IAM takes as inline policies of one role, in characters."""
ONE_YEAR = 365 * 24 * 60 * 60


def of_type(plan: Plan, kind: str) -> list[Resource]:
    return [one for one in plan if one["type"] == kind]


def wrong(resource: Resource, expected: dict[str, Any]) -> Iterator[Flaw]:
    """Yield each input, by its dotted path, that is not what is expected."""
    for path, value in expected.items():
        found: Any = resource["inputs"]
        for step in path.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        if found != value:
            yield resource["name"], f"{path} is {found!r}"


def no_managed_policies(plan: Plan) -> Iterator[Flaw]:
    """What a role may do stands in this repository, not in a policy that somebody else can change."""
    for one in plan:
        if one["type"] in {
            "aws:iam/policy:Policy",
            "aws:iam/policyAttachment:PolicyAttachment",
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
        } or one["inputs"].get("managedPolicyArns"):
            yield one["name"], "uses a managed policy"


def inline_policies_fit(plan: Plan) -> Iterator[Flaw]:
    """IAM refuses a role whose inline policies are longer in sum."""
    sizes: dict[str, int] = {}
    for one in of_type(plan, "aws:iam/rolePolicy:RolePolicy"):
        size = len(json.dumps(one["inputs"]["policy"], separators=(",", ":")))
        sizes[one["inputs"]["role"]] = sizes.get(one["inputs"]["role"], 0) + size
    yield from (
        (role, f"has {size} characters") for role, size in sizes.items() if size > INLINE_POLICIES_LIMIT
    )


def the_classic_flow_is_off(plan: Plan) -> Iterator[Flaw]:
    """The classic flow goes round Cognito's own limits for guests."""
    for pool in of_type(plan, "aws:cognito/identityPool:IdentityPool"):
        yield from wrong(pool, {"allowClassicFlow": False})


def there_are_guests_or_people_signed_in(plan: Plan) -> Iterator[Flaw]:
    """Never both: with a sign-in, nobody gets credentials without it."""
    signed_in = bool(of_type(plan, "aws:cognito/userPool:UserPool"))
    for pool in of_type(plan, "aws:cognito/identityPool:IdentityPool"):
        yield from wrong(pool, {"allowUnauthenticatedIdentities": not signed_in})
        if bool(pool["inputs"].get("cognitoIdentityProviders")) is not signed_in:
            yield pool["name"], "has providers without a user pool, or a user pool without being told"
    for roles in of_type(plan, "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment"):
        expected = {"authenticated"} if signed_in else {"unauthenticated"}
        if set(roles["inputs"]["roles"]) != expected:
            yield roles["name"], f"gives a role to {sorted(roles['inputs']['roles'])}"


def the_role_comes_from_the_token(plan: Plan) -> Iterator[Flaw]:
    """A signed-in person's group decides; who is in none gets nothing, and revoked tokens are refused."""
    for pool in of_type(plan, "aws:cognito/identityPool:IdentityPool"):
        for provider in pool["inputs"].get("cognitoIdentityProviders", []):
            if not provider.get("serverSideTokenCheck"):
                yield pool["name"], "takes tokens that were revoked"
    for roles in of_type(plan, "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment"):
        mappings = [
            (one["type"], one["ambiguousRoleResolution"]) for one in roles["inputs"].get("roleMappings", [])
        ]
        expected = [("Token", "Deny")] if "authenticated" in roles["inputs"]["roles"] else []
        if mappings != expected:
            yield roles["name"], f"maps roles by {mappings}"


def only_an_administrator_invites(plan: Plan) -> Iterator[Flaw]:
    """Nobody signs up by themselves; a forgotten password is reset through the verified address only."""
    for pool in of_type(plan, "aws:cognito/userPool:UserPool"):
        yield from wrong(
            pool,
            {
                "adminCreateUserConfig.allowAdminCreateUserOnly": True,
                "accountRecoverySetting.recoveryMechanisms": [{"name": "verified_email", "priority": 1}],
                "usernameConfiguration.caseSensitive": False,
            },
        )


def passwords_are_long_and_mixed(plan: Plan) -> Iterator[Flaw]:
    """Twelve characters of all classes, temporary ones for a week, and an authenticator app for who wants it."""
    for pool in of_type(plan, "aws:cognito/userPool:UserPool"):
        rules = ("requireLowercase", "requireUppercase", "requireNumbers", "requireSymbols")
        yield from wrong(pool, {f"passwordPolicy.{rule}": True for rule in rules})
        policy: dict[str, Any] = pool["inputs"].get("passwordPolicy") or {}
        if policy.get("minimumLength", 0) < 12:
            yield pool["name"], f"takes passwords of {policy.get('minimumLength')} characters"
        if not 0 < policy.get("temporaryPasswordValidityDays", 0) <= 7:
            yield pool["name"], "keeps temporary passwords for more than a week"
        yield from wrong(pool, {"softwareTokenMfaConfiguration.enabled": True})
        if pool["inputs"].get("mfaConfiguration") not in {"OPTIONAL", "ON"}:
            yield pool["name"], "allows no authenticator app"


def the_client_gives_little_away(plan: Plan) -> Iterator[Flaw]:
    """A page keeps no secret; only the two flows that it uses; nobody learns who has an account."""
    for client in of_type(plan, "aws:cognito/userPoolClient:UserPoolClient"):
        yield from wrong(
            client,
            {
                "generateSecret": False,
                "preventUserExistenceErrors": "ENABLED",
                "enableTokenRevocation": True,
                "allowedOauthFlowsUserPoolClient": None,
            },
        )
        flows = set(client["inputs"].get("explicitAuthFlows", []))
        if flows != {"ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"}:
            yield client["name"], f"allows the flows {sorted(flows)}"


def tokens_are_short_lived(plan: Plan) -> Iterator[Flaw]:
    """Access and id tokens live at most an hour, refresh tokens at most a day."""
    seconds = {"seconds": 1, "minutes": 60, "hours": 60 * 60, "days": 24 * 60 * 60}
    bounds = {"accessToken": 60 * 60, "idToken": 60 * 60, "refreshToken": 24 * 60 * 60}
    for client in of_type(plan, "aws:cognito/userPoolClient:UserPoolClient"):
        units = client["inputs"].get("tokenValidityUnits", {})
        for token, bound in bounds.items():
            validity = client["inputs"].get(f"{token}Validity", 0) * seconds[units.get(token, "days")]
            if not 0 < validity <= bound:
                yield client["name"], f"gives out a {token} for {validity} seconds"


def no_password_stands_in_the_plan(plan: Plan) -> Iterator[Flaw]:
    """What is in the plan is in the state and may be in a log."""
    for one in plan:
        for name in one["inputs"]:
            if name.lower() in {"password", "temporarypassword", "clientsecret", "secretstring"}:
                yield one["name"], f"is given its {name}"


def every_bucket_is_kept_private(plan: Plan) -> Iterator[Flaw]:
    """A public-access block with all four, no access control lists, and a policy, on each bucket."""
    for bucket in of_type(plan, "aws:s3/bucket:Bucket"):
        name = bucket["inputs"]["bucket"]
        for kind, expected in {
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
                "blockPublicAcls": True,
                "blockPublicPolicy": True,
                "ignorePublicAcls": True,
                "restrictPublicBuckets": True,
            },
            "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
                "rule.objectOwnership": "BucketOwnerEnforced"
            },
            "aws:s3/bucketPolicy:BucketPolicy": {},
        }.items():
            own = [one for one in of_type(plan, kind) if one["inputs"]["bucket"] == name]
            if len(own) != 1:
                yield bucket["name"], f"has {len(own)} of {kind}"
            for one in own:
                yield from wrong(one, expected)


def no_access_control_lists(plan: Plan) -> Iterator[Flaw]:
    """Access is in policies only."""
    for one in plan:
        if one["type"].startswith("aws:s3/") and (one["inputs"].get("acl") or "Acl" in one["type"]):
            yield one["name"], "has an access control list"


def cloudfront_signs_its_requests(plan: Plan) -> Iterator[Flaw]:
    """Every origin has an origin access control that signs always; no origin access identity."""
    for control in of_type(plan, "aws:cloudfront/originAccessControl:OriginAccessControl"):
        yield from wrong(
            control,
            {
                "originAccessControlOriginType": "s3",
                "signingBehavior": "always",
                "signingProtocol": "sigv4",
            },
        )
    for distribution in of_type(plan, "aws:cloudfront/distribution:Distribution"):
        for origin in distribution["inputs"]["origins"]:
            if not origin.get("originAccessControlId") or origin.get("s3OriginConfig"):
                yield distribution["name"], f"does not sign requests to {origin['originId']}"


def cloudfront_serves_https_and_reads_only(plan: Plan) -> Iterator[Flaw]:
    """Every behavior redirects to https, only reads, and has a headers policy; there is a root object."""
    for distribution in of_type(plan, "aws:cloudfront/distribution:Distribution"):
        yield from wrong(distribution, {"defaultRootObject": "index.html"})
        inputs = distribution["inputs"]
        for behavior in [inputs["defaultCacheBehavior"], *inputs.get("orderedCacheBehaviors", [])]:
            if behavior.get("viewerProtocolPolicy") not in {"redirect-to-https", "https-only"}:
                yield distribution["name"], "serves plain http"
            if not set(behavior["allowedMethods"]) <= {"GET", "HEAD", "OPTIONS"}:
                yield distribution["name"], f"passes on {behavior['allowedMethods']}"
            if not behavior.get("responseHeadersPolicyId"):
                yield distribution["name"], "adds no security headers"


def all_eight_security_headers_are_sent(plan: Plan) -> Iterator[Flaw]:
    """CSP, HSTS, nosniff, frame, referrer, permissions, COOP and CORP, whatever the origin sends."""
    for policy in of_type(plan, "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"):
        security: dict[str, Any] = policy["inputs"].get("securityHeadersConfig", {})
        custom = {
            one["header"]: one for one in policy["inputs"].get("customHeadersConfig", {}).get("items", [])
        }
        sent = {
            "Content-Security-Policy": security.get("contentSecurityPolicy"),
            "Strict-Transport-Security": security.get("strictTransportSecurity"),
            "X-Content-Type-Options": security.get("contentTypeOptions"),
            "X-Frame-Options": security.get("frameOptions"),
            "Referrer-Policy": security.get("referrerPolicy"),
            "Permissions-Policy": custom.get("Permissions-Policy"),
            "Cross-Origin-Opener-Policy": custom.get("Cross-Origin-Opener-Policy"),
            "Cross-Origin-Resource-Policy": custom.get("Cross-Origin-Resource-Policy"),
        }
        for header, settings in sent.items():
            if not settings or settings.get("override") is not True:
                yield policy["name"], f"does not send {header}"
        if (security.get("strictTransportSecurity") or {}).get("accessControlMaxAgeSec", 0) < ONE_YEAR:
            yield policy["name"], "lets browsers forget https within a year"
        csp = (security.get("contentSecurityPolicy") or {}).get("contentSecurityPolicy", "")
        if "default-src 'none'" not in csp or "'unsafe" in csp or "*" in csp:
            yield policy["name"], "has a lax Content-Security-Policy"


PLAN_RULES: list[PlanRule] = [
    no_managed_policies,
    inline_policies_fit,
    the_classic_flow_is_off,
    there_are_guests_or_people_signed_in,
    the_role_comes_from_the_token,
    only_an_administrator_invites,
    passwords_are_long_and_mixed,
    the_client_gives_little_away,
    tokens_are_short_lived,
    no_password_stands_in_the_plan,
    every_bucket_is_kept_private,
    no_access_control_lists,
    cloudfront_signs_its_requests,
    cloudfront_serves_https_and_reads_only,
    all_eight_security_headers_are_sent,
]
