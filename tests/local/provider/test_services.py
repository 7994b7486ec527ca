"""What AWS holds after the provider was told, and what it is not told because it is wrong."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.aws.mail import Mail, on_mail
from local.engine import UNKNOWN, Asset, ProviderError
from local.provider import AwsProvider

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local.provider.conftest import Cloud

BUCKET = "aws:s3/bucket:Bucket"
OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
POOL = "aws:cognito/identityPool:IdentityPool"
ATTACHMENT = "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment"
USER_POOL = "aws:cognito/userPool:UserPool"
POOL_CLIENT = "aws:cognito/userPoolClient:UserPoolClient"
GROUP = "aws:cognito/userGroup:UserGroup"
USER = "aws:cognito/user:User"
MEMBERSHIP = "aws:cognito/userInGroup:UserInGroup"
ACCESS = "aws:cloudfront/originAccessControl:OriginAccessControl"
HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"


def document(*statements: dict[str, Any], version: str = "2012-10-17") -> str:
    return json.dumps({"Version": version, "Statement": list(statements)})


TRUST = document(
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
)
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
BEHAVIOR = {
    "allowedMethods": ["GET", "HEAD"],
    "cachedMethods": ["GET", "HEAD"],
    "cachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    "targetOriginId": "site",
    "viewerProtocolPolicy": "redirect-to-https",
}
ORIGIN = {"originId": "site", "domainName": "bucket.s3.eu-west-1.amazonaws.com"}
SITE = {
    "defaultCacheBehavior": BEHAVIOR,
    "enabled": True,
    "origins": [ORIGIN],
    "restrictions": {"geoRestriction": {"restrictionType": "none"}},
    "viewerCertificate": {"cloudfrontDefaultCertificate": True},
}


def test_a_bucket_is_created_in_its_region_with_its_tags(cloud: Cloud) -> None:
    for region in ("eu-west-1", "us-east-1"):
        name, outputs, _ = cloud.create(BUCKET, {"region": region, "tags": {"team": "x"}})
        s3 = cloud.client("s3", region)
        assert s3.head_bucket(Bucket=name)["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == region
        assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == [{"Key": "team", "Value": "x"}]
        assert outputs["bucketRegionalDomainName"] == f"{name}.s3.{region}.amazonaws.com"


def test_tags_are_removed_with_the_last_one(cloud: Cloud) -> None:
    name, _, checked = cloud.create(BUCKET, {"tags": {"team": "x"}})
    cloud.provider.update(BUCKET, name, checked, cloud.check(BUCKET, {}, checked))
    with pytest.raises(ClientError, match="NoSuchTagSet"):
        cloud.client("s3").get_bucket_tagging(Bucket=name)


def test_a_bucket_that_cannot_be_tagged_is_not_left_behind(cloud: Cloud) -> None:
    checked = cloud.check(BUCKET, {"bucket": "never-tagged", "tags": {"aws:reserved": "x"}})
    with pytest.raises(ProviderError, match="AWS answered PutBucketTagging with"):
        cloud.provider.create(BUCKET, checked)
    assert "never-tagged" not in [one["Name"] for one in cloud.client("s3").list_buckets()["Buckets"]]


@pytest.mark.parametrize(
    "name",
    ["Bad_Name", "ab", "a" * 64, "a..b", "-ab", "ab-", "192.168.0.1", "xn--abc", "sthree-a", "abc-s3alias"],
)
def test_a_bucket_name_that_s3_refuses_is_refused_in_a_preview(cloud: Cloud, name: str) -> None:
    with pytest.raises(ProviderError, match=rf"^bucket is '{name}', but must have 3 to 63 lower-case"):
        cloud.check(BUCKET, {"bucket": name})


@pytest.mark.parametrize("name", ["abc", "a.b-c", "1ab", "a" * 63])
def test_a_bucket_name_that_s3_takes_is_taken(cloud: Cloud, name: str) -> None:
    assert cloud.check(BUCKET, {"bucket": name})["bucket"] == name


def test_a_bucket_with_objects_is_deleted_only_by_force(cloud: Cloud) -> None:
    s3 = cloud.client("s3")
    kept, _, checked = cloud.create(BUCKET, {})
    s3.put_object(Bucket=kept, Key="a", Body=b"")
    with pytest.raises(ProviderError, match="AWS answered DeleteBucket with BucketNotEmpty"):
        cloud.provider.delete(BUCKET, kept, checked)


def test_force_deletes_every_version_of_more_objects_than_one_page(cloud: Cloud) -> None:
    name, _, checked = cloud.create(BUCKET, {"forceDestroy": True})
    s3 = cloud.client("s3")
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    keys = [f"{number:03}" for number in range(200)]
    for key in keys:
        s3.put_object(Bucket=name, Key=key, Body=b"")
    for _ in range(5):
        s3.delete_objects(Bucket=name, Delete={"Objects": [{"Key": key} for key in keys]})
    pages = list(s3.get_paginator("list_object_versions").paginate(Bucket=name))
    assert sum(len(page.get("Versions", ())) + len(page.get("DeleteMarkers", ())) for page in pages) == 1200
    cloud.provider.delete(BUCKET, name, checked)
    with pytest.raises(ClientError, match="404"):
        s3.head_bucket(Bucket=name)


def test_a_bucket_with_a_locked_object_is_not_deleted_even_by_force(cloud: Cloud) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(
        Bucket="locked-bucket",
        ObjectLockEnabledForBucket=True,
        CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
    )
    until = datetime(2100, 1, 1, tzinfo=UTC)
    s3.put_object(
        Bucket="locked-bucket", Key="a", ObjectLockMode="COMPLIANCE", ObjectLockRetainUntilDate=until
    )
    checked = cloud.check(BUCKET, {"bucket": "locked-bucket", "forceDestroy": True})
    with pytest.raises(ProviderError, match="the object a cannot be deleted: "):
        cloud.provider.delete(BUCKET, "locked-bucket", checked)


def test_rules_of_no_number_are_refused(cloud: Cloud) -> None:
    with pytest.raises(ProviderError, match="a lifecycle configuration needs at least one rule"):
        cloud.check(
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", {"bucket": "b", "rules": []}
        )


def test_an_object_has_its_content_and_headers(cloud: Cloud, tmp_path: Path) -> None:
    bucket = cloud.create(BUCKET, {})[0]
    (tmp_path / "a.txt").write_bytes(b"from a file")
    headers = {"contentType": "text/plain", "contentEncoding": "gzip", "cacheControl": "no-cache"}
    for number, (content, body) in enumerate(
        [
            ({"content": "hé"}, "hé".encode()),
            ({"contentBase64": base64.b64encode(b"\0\1").decode()}, b"\0\1"),
            ({"source": Asset.of_file(tmp_path / "a.txt")}, b"from a file"),
            ({"source": Asset.of_text("text")}, b"text"),
            ({}, b""),
        ]
    ):
        key, outputs, _ = cloud.create(OBJECT, {"bucket": bucket, "key": f"k{number}", **content, **headers})
        got = cloud.client("s3").get_object(Bucket=bucket, Key=key)
        assert got["Body"].read() == body
        assert (got["ContentType"], got["ContentEncoding"], got["CacheControl"]) == tuple(headers.values())
        assert got["ETag"] == f'"{outputs["etag"]}"'


def test_a_moved_object_is_replaced(cloud: Cloud) -> None:
    one = {"bucket": "b", "key": "k"}
    assert cloud.diff(OBJECT, one, {**one, "key": "l"}).replace == {"key"}
    assert cloud.diff(OBJECT, one, {**one, "content": "x"}).replace == frozenset()


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"content": "a", "contentBase64": "YQ=="}, "content and contentBase64 are both given"),
        ({"contentBase64": "?"}, "contentBase64 is not Base64"),
        ({"acl": "private"}, "acl is not supported"),
    ],
)
def test_an_impossible_object_is_refused(cloud: Cloud, inputs: dict[str, Any], said: str) -> None:
    with pytest.raises(ProviderError, match=said):
        cloud.check(OBJECT, {"bucket": "b", **inputs})


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("nope", "policy is not a policy document"),
        ("[]", "policy is not a policy document"),
        ('{"Version": "2012-10-17"}', "policy is not a policy document"),
        (document(READ, version="2020-01-01"), "has the Version '2020-01-01'"),
        (document({**READ, "Effect": "allow"}), "statement 1 needs the Effect"),
        (document({"Effect": "Allow", "Resource": "*"}), "statement 1 needs a Action"),
        (document(READ, {**READ, "Principal": "*"}), "statement 2 may not have a Principal"),
        (document({"Effect": "Allow", "Action": "a:b"}), "statement 1 needs a Resource"),
    ],
)
def test_what_is_no_identity_policy_is_refused(cloud: Cloud, policy: str, said: str) -> None:
    with pytest.raises(ProviderError, match=said):
        cloud.check(ROLE_POLICY, {"role": "r", "policy": policy})


@pytest.mark.parametrize("policy", ["nope", document(READ), document({**READ, "Principal": "*"})])
def test_what_is_no_trust_policy_is_refused(cloud: Cloud, policy: str) -> None:
    with pytest.raises(ProviderError, match="assumeRolePolicy"):
        cloud.check(ROLE, {"assumeRolePolicy": policy})


def test_a_bucket_policy_is_about_its_bucket_only(cloud: Cloud) -> None:
    for resource in ("arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*", ["arn:aws:s3:::bucket/a"]):
        policy = document({**READ, "Principal": "*", "Resource": resource})
        cloud.check(BUCKET_POLICY, {"bucket": "bucket", "policy": policy})
    for resource in ("*", "arn:aws:s3:::bucket2/*", ["arn:aws:s3:::bucket/*", "arn:aws:s3:::other/*"]):
        policy = document({**READ, "Principal": "*", "Resource": resource})
        with pytest.raises(ProviderError, match="a policy of the bucket bucket may only be about"):
            cloud.check(BUCKET_POLICY, {"bucket": "bucket", "policy": policy})


def test_a_policy_given_as_a_map_is_json_and_unknown_as_long_as_a_part_of_it_is(cloud: Cloud) -> None:
    given: dict[str, Any] = {"role": "r", "policy": json.loads(document(READ))}
    assert json.loads(cloud.check(ROLE_POLICY, given)["policy"]) == given["policy"]
    given["policy"]["Statement"][0]["Resource"] = UNKNOWN
    assert cloud.check(ROLE_POLICY, given)["policy"] == UNKNOWN


def test_policies_that_differ_in_form_only_do_not_differ(cloud: Cloud) -> None:
    policy = document(READ)
    spaced = json.dumps(json.loads(policy), indent=4)
    assert not cloud.diff(
        ROLE_POLICY, {"role": "r", "policy": policy}, {"role": "r", "policy": spaced}
    ).changed


@pytest.mark.parametrize("name", ["a b", "ä", "", "x" * 65])
def test_a_role_name_that_iam_refuses_is_refused_in_a_preview(cloud: Cloud, name: str) -> None:
    with pytest.raises(ProviderError, match=r"name is .*, but must have 1 to 64 letters"):
        cloud.check(ROLE, {"assumeRolePolicy": TRUST, "name": name})


def test_a_role_is_as_it_was_described_before_and_after_an_update(cloud: Cloud) -> None:
    boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    name, outputs, checked = cloud.create(ROLE, {"assumeRolePolicy": TRUST, "tags": {"a": "1", "b": "2"}})
    iam = cloud.client("iam")
    assert iam.get_role(RoleName=name)["Role"]["Arn"] == outputs["arn"]
    trust = TRUST.replace("ec2", "lambda")
    changed = {
        "assumeRolePolicy": trust,
        "description": "new",
        "maxSessionDuration": 7200,
        "tags": {"a": "3"},
    }
    wanted = cloud.check(ROLE, {**changed, "permissionsBoundary": boundary}, checked)
    cloud.provider.update(ROLE, name, checked, wanted)
    role = iam.get_role(RoleName=name)["Role"]
    assert role["AssumeRolePolicyDocument"] == json.loads(trust)
    assert (role["Description"], role["MaxSessionDuration"]) == ("new", 7200)
    assert role["Tags"] == [{"Key": "a", "Value": "3"}]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary
    cloud.provider.update(ROLE, name, wanted, cloud.check(ROLE, changed, wanted))
    assert "PermissionsBoundary" not in iam.get_role(RoleName=name)["Role"]


def test_a_role_with_policies_of_others_is_deleted_only_by_force(cloud: Cloud) -> None:
    for force in (False, True):
        name, _, checked = cloud.create(ROLE, {"assumeRolePolicy": TRUST, "forceDetachPolicies": force})
        cloud.create(ROLE_POLICY, {"role": name, "policy": document(READ)})
        iam = cloud.client("iam")
        arn = iam.create_policy(PolicyName=f"shared-{force}", PolicyDocument=document(READ))["Policy"]["Arn"]
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)
        if force:
            cloud.provider.delete(ROLE, name, checked)
        else:
            with pytest.raises(ProviderError, match="AWS answered DeleteRole with DeleteConflict"):
                cloud.provider.delete(ROLE, name, checked)


def test_a_role_policy_is_in_its_role(cloud: Cloud) -> None:
    role = cloud.create(ROLE, {"assumeRolePolicy": TRUST})[0]
    id_, outputs, _ = cloud.create(ROLE_POLICY, {"role": role, "policy": document(READ)})
    assert id_ == f"{role}:{outputs['name']}"
    got = cloud.client("iam").get_role_policy(RoleName=role, PolicyName=outputs["name"])
    assert got["PolicyDocument"] == json.loads(document(READ))


def test_a_pool_has_its_settings(cloud: Cloud) -> None:
    given = {"identityPoolName": "my pool", "allowUnauthenticatedIdentities": True, "tags": {"team": "x"}}
    id_, outputs, _ = cloud.create(POOL, given)
    pool = cloud.client("cognito-identity").describe_identity_pool(IdentityPoolId=id_)
    assert (pool["IdentityPoolName"], pool["AllowUnauthenticatedIdentities"]) == ("my pool", True)
    assert outputs["arn"] == f"arn:aws:cognito-identity:eu-west-1:123456789012:identitypool/{id_}"


def test_a_pool_has_its_roles_until_they_are_deleted(cloud: Cloud) -> None:
    pool, role = (
        cloud.create(POOL, {"identityPoolName": "pool"})[0],
        cloud.create(ROLE, {"assumeRolePolicy": TRUST})[1],
    )
    rules = [{"claim": "group", "matchType": "Equals", "roleArn": role["arn"], "value": "operators"}]
    mapping = {"identityProvider": "issuer:client", "type": "Rules", "ambiguousRoleResolution": "Deny"}
    given = {"roles": {"unauthenticated": role["arn"]}, "roleMappings": [{**mapping, "mappingRules": rules}]}
    id_, _, checked = cloud.create(ATTACHMENT, {"identityPoolId": pool, **given})
    cognito = cloud.client("cognito-identity")
    got = cognito.get_identity_pool_roles(IdentityPoolId=pool)
    assert got["Roles"] == {"unauthenticated": role["arn"]}
    assert got["RoleMappings"]["issuer:client"] == {
        "Type": "Rules",
        "AmbiguousRoleResolution": "Deny",
        "RulesConfiguration": {
            "Rules": [{"Claim": "group", "MatchType": "Equals", "RoleARN": role["arn"], "Value": "operators"}]
        },
    }
    cloud.provider.delete(ATTACHMENT, id_, checked)
    assert cognito.get_identity_pool_roles(IdentityPoolId=pool).get("Roles", {}) == {}


def test_roles_for_other_identities_are_refused(cloud: Cloud) -> None:
    with pytest.raises(ProviderError, match="roles has the keys guest; allowed are authenticated and unauth"):
        cloud.check(ATTACHMENT, {"identityPoolId": "p", "roles": {"guest": "arn"}})


PEOPLE = {
    "name": "people",
    "accountRecoverySetting": {"recoveryMechanisms": [{"name": "verified_email", "priority": 1}]},
    "adminCreateUserConfig": {
        "allowAdminCreateUserOnly": True,
        "inviteMessageTemplate": {"emailSubject": "Come in", "emailMessage": "{username} has {####}"},
    },
    "autoVerifiedAttributes": ["email"],
    "mfaConfiguration": "OPTIONAL",
    "passwordPolicy": {"minimumLength": 12, "requireSymbols": True, "temporaryPasswordValidityDays": 7},
    "softwareTokenMfaConfiguration": {"enabled": True},
    "usernameAttributes": ["email"],
    "usernameConfiguration": {"caseSensitive": False},
}


def test_a_user_pool_has_its_settings_before_and_after_an_update(cloud: Cloud) -> None:
    id_, outputs, checked = cloud.create(USER_POOL, {**PEOPLE, "tags": {"team": "x"}})
    assert outputs["endpoint"] == f"cognito-idp.eu-west-1.amazonaws.com/{id_}"
    assert outputs["arn"] == f"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/{id_}"
    idp = cloud.client("cognito-idp")
    pool = idp.describe_user_pool(UserPoolId=id_)["UserPool"]
    assert (pool["Name"], pool["UsernameAttributes"]) == ("people", ["email"])
    assert pool["UserPoolTags"] == {"team": "x"}
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 12
    mfa = idp.get_user_pool_mfa_config(UserPoolId=id_)
    assert (mfa["MfaConfiguration"], mfa["SoftwareTokenMfaConfiguration"]) == ("OPTIONAL", {"Enabled": True})
    shorter = {**PEOPLE, "passwordPolicy": {"minimumLength": 8}, "mfaConfiguration": "OFF"}
    cloud.provider.update(USER_POOL, id_, checked, cloud.check(USER_POOL, shorter, checked))
    pool = idp.describe_user_pool(UserPoolId=id_)["UserPool"]
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 8
    assert pool["AutoVerifiedAttributes"] == ["email"]
    assert pool.get("UserPoolTags", {}) == {}
    assert idp.get_user_pool_mfa_config(UserPoolId=id_)["MfaConfiguration"] == "OFF"


def test_a_user_pool_whose_second_factor_is_refused_is_not_left_behind(cloud: Cloud) -> None:
    checked = cloud.check(USER_POOL, {"name": "half", "mfaConfiguration": "OPTIONAL"})
    with pytest.raises(ProviderError, match="AWS answered SetUserPoolMfaConfig with InvalidParameter"):
        cloud.provider.create(USER_POOL, checked)
    pools = cloud.client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]
    assert "half" not in {one["Name"] for one in pools}


def test_what_cognito_cannot_change_replaces(cloud: Cloud) -> None:
    assert cloud.diff(USER_POOL, {}, {"usernameAttributes": ["email"]}).replace == {"usernameAttributes"}
    assert cloud.diff(USER_POOL, {"name": "a"}, {"name": "b"}).replace == frozenset()
    here, there = {"userPoolId": "eu-west-1_a"}, {"userPoolId": "eu-west-1_b"}
    for type_, rest, changes in (
        (POOL_CLIENT, {}, {"generateSecret": True}),
        (GROUP, {}, {"name": "viewers"}),
        (USER, {"username": "me@example.com"}, {"username": "you@example.com"}),
        (MEMBERSHIP, {"username": "me", "groupName": "a"}, {"username": "you"}),
        (MEMBERSHIP, {"username": "me", "groupName": "a"}, {"groupName": "b"}),
    ):
        assert cloud.diff(type_, {**here, **rest}, {**here, **rest, **changes}).replace == set(changes)
        assert cloud.diff(type_, {**here, **rest}, {**there, **rest}).replace == {"userPoolId"}


def test_a_client_of_a_user_pool_has_its_settings(cloud: Cloud) -> None:
    pool = cloud.create(USER_POOL, PEOPLE)[0]
    settings = {
        "accessTokenValidity": 15,
        "authSessionValidity": 15,
        "enableTokenRevocation": True,
        "explicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
        "preventUserExistenceErrors": "ENABLED",
        "refreshTokenValidity": 12,
        "tokenValidityUnits": {"accessToken": "minutes", "refreshToken": "hours"},
    }
    id_, outputs, checked = cloud.create(POOL_CLIENT, {"userPoolId": pool, **settings})
    assert outputs["clientSecret"] == ""
    idp = cloud.client("cognito-idp")

    def described() -> dict[str, Any]:
        return idp.describe_user_pool_client(UserPoolId=pool, ClientId=id_)["UserPoolClient"]

    expected = {name[0].upper() + name[1:]: value for name, value in settings.items()}
    expected["TokenValidityUnits"] = {"AccessToken": "minutes", "RefreshToken": "hours"}
    assert expected.items() <= described().items()
    wanted = cloud.check(POOL_CLIENT, {"userPoolId": pool, **settings, "refreshTokenValidity": 1}, checked)
    cloud.provider.update(POOL_CLIENT, id_, checked, wanted)
    assert {**expected, "RefreshTokenValidity": 1}.items() <= described().items()


def test_a_person_is_invited_is_in_a_group_and_leaves_both(cloud: Cloud) -> None:
    pool = cloud.create(USER_POOL, PEOPLE)[0]
    address = {"email": "me@example.com", "email_verified": "true"}
    given = {"userPoolId": pool, "username": "me@example.com", "desiredDeliveryMediums": ["EMAIL"]}
    mails: list[Mail] = []
    with on_mail(mails.append):
        user, outputs, invited = cloud.create(USER, {**given, "attributes": address})
        assert outputs["status"] == "FORCE_CHANGE_PASSWORD"
        checked = cloud.check(USER, {**given, "attributes": {**address, "name": "Me"}}, invited)
        updated = cloud.provider.update(USER, user, invited, checked)
        with pytest.raises(ProviderError, match=r"^the attribute name cannot be removed by this provider"):
            cloud.provider.update(USER, user, checked, invited)
    assert [(mail.to, mail.subject) for mail in mails] == [("me@example.com", "Come in")]
    assert updated["sub"] == outputs["sub"]
    idp = cloud.client("cognito-idp")
    attributes = idp.admin_get_user(UserPoolId=pool, Username="me@example.com")["UserAttributes"]
    assert {one["Name"]: one["Value"] for one in attributes} == {
        **address,
        "name": "Me",
        "sub": outputs["sub"],
    }
    cloud.create(GROUP, {"userPoolId": pool, "name": "operators", "precedence": 1})
    inside = {"userPoolId": pool, "groupName": "operators", "username": "me@example.com"}
    id_, _, membership = cloud.create(MEMBERSHIP, inside)
    assert id_ == f"{pool},operators,me@example.com"

    def members() -> list[dict[str, Any]]:
        return idp.list_users_in_group(UserPoolId=pool, GroupName="operators")["Users"]

    assert len(members()) == 1
    cloud.provider.delete(MEMBERSHIP, id_, membership)
    assert members() == []
    cloud.provider.delete(USER, user, checked)
    cloud.provider.delete(USER, user, checked)
    assert idp.list_users(UserPoolId=pool)["Users"] == []


def test_a_person_who_is_there_already_is_not_invited_again(cloud: Cloud) -> None:
    pool = cloud.create(USER_POOL, PEOPLE)[0]
    given = {"userPoolId": pool, "username": "me@example.com", "desiredDeliveryMediums": ["EMAIL"]}
    cloud.create(USER, given)
    with pytest.raises(ProviderError, match="AWS answered AdminCreateUser with UsernameExistsException: "):
        cloud.create(USER, {**given, "username": "ME@example.com"})


def test_a_distribution_has_its_whole_configuration(cloud: Cloud) -> None:
    access = cloud.create(
        ACCESS,
        {"originAccessControlOriginType": "s3", "signingBehavior": "always", "signingProtocol": "sigv4"},
    )[0]
    headers = cloud.create(
        HEADERS,
        {
            "securityHeadersConfig": {
                "contentSecurityPolicy": {"contentSecurityPolicy": "default-src 'self'", "override": True},
                "strictTransportSecurity": {"accessControlMaxAgeSec": 60, "override": True},
            }
        },
    )[0]
    given = {
        **SITE,
        "comment": "the site",
        "customErrorResponses": [{"errorCode": 403, "responseCode": 200, "responsePagePath": "/index.html"}],
        "defaultCacheBehavior": {**BEHAVIOR, "compress": True, "responseHeadersPolicyId": headers},
        "defaultRootObject": "index.html",
        "httpVersion": "http2and3",
        "isIpv6Enabled": True,
        "orderedCacheBehaviors": [{**BEHAVIOR, "pathPattern": "/assets/*"}],
        "origins": [{**ORIGIN, "originAccessControlId": access}],
        "restrictions": {"geoRestriction": {"restrictionType": "whitelist", "locations": ["DE", "FR"]}},
        "tags": {"team": "x"},
    }
    id_, outputs, _ = cloud.create(DISTRIBUTION, given)
    cloudfront = cloud.client("cloudfront")
    got = cloudfront.get_distribution(Id=id_)["Distribution"]
    config = got["DistributionConfig"]
    assert (outputs["domainName"], outputs["arn"]) == (got["DomainName"], got["ARN"])
    assert (config["DefaultRootObject"], config["HttpVersion"]) == ("index.html", "http2and3")
    assert config["IsIPV6Enabled"] is True
    assert config["Origins"]["Items"][0]["OriginAccessControlId"] == access
    assert config["DefaultCacheBehavior"]["Compress"] is True
    assert config["DefaultCacheBehavior"]["ResponseHeadersPolicyId"] == headers
    assert config["CacheBehaviors"]["Items"][0]["PathPattern"] == "/assets/*"
    assert cloudfront.list_tags_for_resource(Resource=got["ARN"])["Tags"]["Items"] == [
        {"Key": "team", "Value": "x"}
    ]
    policy = cloudfront.get_response_headers_policy(Id=headers)["ResponseHeadersPolicy"][
        "ResponseHeadersPolicyConfig"
    ]
    csp = policy["SecurityHeadersConfig"]["ContentSecurityPolicy"]
    assert csp == {"ContentSecurityPolicy": "default-src 'self'", "Override": True}


def test_an_updated_distribution_keeps_its_caller_reference_and_gets_its_tags(cloud: Cloud) -> None:
    id_, before, checked = cloud.create(DISTRIBUTION, {**SITE, "tags": {"a": "1", "b": "2"}})
    wanted = cloud.check(DISTRIBUTION, {**SITE, "comment": "new", "tags": {"a": "3"}}, checked)
    after = cloud.provider.update(DISTRIBUTION, id_, checked, wanted)
    assert (after["callerReference"], after["comment"]) == (before["callerReference"], "new")
    cloudfront = cloud.client("cloudfront")
    tags = cloudfront.list_tags_for_resource(Resource=after["arn"])["Tags"]["Items"]
    assert tags == [{"Key": "a", "Value": "3"}]


def test_a_retained_distribution_is_only_disabled(cloud: Cloud) -> None:
    id_, _, checked = cloud.create(DISTRIBUTION, {**SITE, "retainOnDelete": True})
    cloud.provider.delete(DISTRIBUTION, id_, checked)
    got = cloud.client("cloudfront").get_distribution(Id=id_)["Distribution"]
    assert got["DistributionConfig"]["Enabled"] is False


def test_a_distribution_that_is_off_and_not_waited_for_has_its_custom_origin(cloud: Cloud) -> None:
    custom = {
        "originId": "site",
        "domainName": "example.com",
        "customHeaders": [{"name": "X-A", "value": "b"}],
        "customOriginConfig": {
            "httpPort": 80,
            "httpsPort": 443,
            "originProtocolPolicy": "https-only",
            "originSslProtocols": ["TLSv1.2"],
        },
    }
    given = {**SITE, "enabled": False, "waitForDeployment": False, "origins": [custom]}
    id_, _, checked = cloud.create(DISTRIBUTION, given)
    cloudfront = cloud.client("cloudfront")
    (origin,) = cloudfront.get_distribution(Id=id_)["Distribution"]["DistributionConfig"]["Origins"]["Items"]
    assert origin["CustomHeaders"]["Items"] == [{"HeaderName": "X-A", "HeaderValue": "b"}]
    assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    cloud.provider.delete(DISTRIBUTION, id_, checked)
    with pytest.raises(ClientError, match="NoSuchDistribution"):
        cloudfront.get_distribution(Id=id_)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"defaultCacheBehavior": {**BEHAVIOR, "targetOriginId": "x"}},
            "targetOriginId 'x', but the origins are site",
        ),
        (
            {"orderedCacheBehaviors": [{**BEHAVIOR, "pathPattern": "/", "targetOriginId": "x"}]},
            "targetOriginId 'x'",
        ),
        (
            {"defaultCacheBehavior": {k: v for k, v in BEHAVIOR.items() if k != "cachePolicyId"}},
            "needs either a cachePolicyId or forwardedValues",
        ),
        ({"staging": True}, "staging is not supported"),
    ],
)
def test_an_impossible_distribution_is_refused_in_a_preview(
    cloud: Cloud, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(ProviderError, match=said):
        cloud.check(DISTRIBUTION, {**SITE, **changes})


def test_a_nested_input_without_counterpart_is_refused_and_not_dropped(cloud: Cloud) -> None:
    origin = {**ORIGIN, "vpcOriginConfig": {"vpcOriginId": "v"}, "responseCompletionTimeout": 3}
    behavior = {**BEHAVIOR, "lambdaFunctionAssociations": [{"eventType": "viewer-request", "lambdaArn": "a"}]}
    with pytest.raises(
        ProviderError,
        match=r"defaultCacheBehavior\.lambdaFunctionAssociations\[0\]\.lambdaArn is not supported",
    ):
        cloud.create(DISTRIBUTION, {**SITE, "origins": [origin], "defaultCacheBehavior": behavior})


@pytest.mark.parametrize(
    ("type_", "inputs", "said"),
    [
        (DISTRIBUTION, {**SITE, "httpVersion": "http9"}, "HttpVersion is 'http9', but must be one of"),
        (DISTRIBUTION, {**SITE, "priceClass": "cheap"}, "PriceClass is 'cheap', but must be one of"),
        (USER_POOL, {"mfaConfiguration": "MAYBE"}, "MfaConfiguration is 'MAYBE', but must be one of"),
        (POOL, {"identityPoolName": "a!b"}, "IdentityPoolName is 'a!b', which does not match"),
        (
            POOL,
            {"identityPoolName": "a" * 129},
            "IdentityPoolName has 129 characters, but must have 1 to 128",
        ),
    ],
)
def test_what_the_service_model_excludes_is_not_sent(
    cloud: Cloud, type_: str, inputs: dict[str, Any], said: str
) -> None:
    with pytest.raises(ProviderError, match=said):
        cloud.create(type_, inputs)


@pytest.mark.parametrize("description", ["", "x" * 257])
def test_a_policy_of_nothing_and_names_of_no_length_are_refused(cloud: Cloud, description: str) -> None:
    with pytest.raises(ProviderError, match="but a policy needs at least one"):
        cloud.check(HEADERS, {"comment": description})
    with pytest.raises(ProviderError, match="name has 0 characters"):
        cloud.check(HEADERS, {"name": "", "removeHeadersConfig": {"items": []}})


def test_the_caller_the_partition_and_the_region_are_told(cloud: Cloud) -> None:
    caller = cloud.provider.invoke("aws:index/getCallerIdentity:getCallerIdentity", {}, {})
    assert caller["accountId"] == "123456789012"
    assert cloud.provider.invoke("aws:index/getPartition:getPartition", {}, {}) == {
        "dnsSuffix": "amazonaws.com",
        "id": "aws",
        "partition": "aws",
        "reverseDnsPrefix": "com.amazonaws",
    }
    assert cloud.provider.invoke("aws:index/getRegion:getRegion", {}, {"region": "us-west-2"}) == {
        "description": "US West (Oregon)",
        "endpoint": "ec2.us-west-2.amazonaws.com",
        "id": "us-west-2",
        "name": "us-west-2",
        "region": "us-west-2",
    }


@pytest.mark.parametrize(
    ("token", "args", "said"),
    [
        (
            "aws:index/getRegion:getRegion",
            {"region": "eu-nowhere-1"},
            "the region 'eu-nowhere-1' does not exist",
        ),
        ("aws:s3/getBucket:getBucket", {}, "the function aws:s3/getBucket:getBucket is not supported"),
    ],
)
def test_other_functions_and_regions_are_refused(
    cloud: Cloud, token: str, args: dict[str, Any], said: str
) -> None:
    with pytest.raises(ProviderError, match=said):
        cloud.provider.invoke(token, args, {})


def test_an_aws_that_does_not_answer_is_told_at_once() -> None:
    nowhere = AwsProvider("http://127.0.0.1:9", "eu-west-1")
    with pytest.raises(
        ProviderError, match=r'^Could not connect to the endpoint URL: "http://127\.0\.0\.1:9/'
    ):
        nowhere.invoke("aws:index/getCallerIdentity:getCallerIdentity", {}, {})
