"""Identity pools: who is let in, and which role the credentials stand for."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.aws.server import LocalAws
from tests.local.aws.tools import ALLOW_NOTHING, Clients, call, make_guest, numbers, refusal, trust

ROLE = "arn:aws:iam::123456789012:role/{}"


@pytest.fixture
def cognito(clients: Clients) -> Any:
    return clients("cognito-identity")


@pytest.fixture
def pool_id(cognito: Any) -> str:
    return cognito.create_identity_pool(IdentityPoolName="open", AllowUnauthenticatedIdentities=True)[
        "IdentityPoolId"
    ]


def make_role(clients: Clients, document: dict[str, Any]) -> str:
    name = f"role{next(numbers)}"
    clients("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))
    return ROLE.format(name)


def test_a_pool_gives_back_all_that_was_set(cognito: Any) -> None:
    given = {
        "IdentityPoolName": "site guests",
        "AllowUnauthenticatedIdentities": True,
        "AllowClassicFlow": False,
        "DeveloperProviderName": "ours",
        "SupportedLoginProviders": {"accounts.google.com": "client"},
        "CognitoIdentityProviders": [
            {
                "ProviderName": "cognito-idp.eu-west-1.amazonaws.com/x",
                "ClientId": "c",
                "ServerSideTokenCheck": True,
            }
        ],
        "OpenIdConnectProviderARNs": ["arn:aws:iam::123456789012:oidc-provider/x"],
        "SamlProviderARNs": ["arn:aws:iam::123456789012:saml-provider/x"],
        "IdentityPoolTags": {"a": "b"},
    }
    pool_id = cognito.create_identity_pool(**given)["IdentityPoolId"]
    described = cognito.describe_identity_pool(IdentityPoolId=pool_id)
    described.pop("ResponseMetadata")
    assert described == {"IdentityPoolId": pool_id, **given}
    assert pool_id.startswith("eu-west-1:")


def test_an_update_replaces_everything_but_the_tags(cognito: Any) -> None:
    pool_id = cognito.create_identity_pool(
        IdentityPoolName="old",
        AllowUnauthenticatedIdentities=True,
        DeveloperProviderName="gone",
        IdentityPoolTags={"a": "b"},
    )["IdentityPoolId"]
    cognito.update_identity_pool(
        IdentityPoolId=pool_id, IdentityPoolName="new", AllowUnauthenticatedIdentities=False
    )
    described = cognito.describe_identity_pool(IdentityPoolId=pool_id)
    described.pop("ResponseMetadata")
    assert described == {
        "IdentityPoolId": pool_id,
        "IdentityPoolName": "new",
        "AllowUnauthenticatedIdentities": False,
        "IdentityPoolTags": {"a": "b"},
    }


def test_tags_come_and_go(cognito: Any, pool_id: str) -> None:
    arn = f"arn:aws:cognito-identity:eu-west-1:123456789012:identitypool/{pool_id}"
    cognito.tag_resource(ResourceArn=arn, Tags={"a": "1", "b": "2"})
    cognito.untag_resource(ResourceArn=arn, TagKeys=["a", "absent"])
    assert cognito.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"b": "2"}


def test_pools_are_listed_until_they_are_deleted(cognito: Any, pool_id: str) -> None:
    def listed() -> set[str]:
        return {
            pool["IdentityPoolId"] for pool in cognito.list_identity_pools(MaxResults=60)["IdentityPools"]
        }

    identity_id = cognito.get_id(IdentityPoolId=pool_id)["IdentityId"]
    assert pool_id in listed()
    cognito.delete_identity_pool(IdentityPoolId=pool_id)
    assert pool_id not in listed()
    gone = ("ResourceNotFoundException", f"IdentityPool '{pool_id}' not found.")
    assert refusal(cognito.delete_identity_pool, IdentityPoolId=pool_id) == gone
    assert refusal(cognito.get_id, IdentityPoolId=pool_id) == gone
    code, _ = refusal(cognito.get_credentials_for_identity, IdentityId=identity_id)
    assert code == "ResourceNotFoundException"


@pytest.mark.parametrize("name", ["semi;colon", "<b>", "x" * 129])
def test_a_pools_name_keeps_to_aws_rules(cognito: Any, name: str) -> None:
    code, message = refusal(
        cognito.create_identity_pool, IdentityPoolName=name, AllowUnauthenticatedIdentities=True
    )
    assert code == "InvalidParameterException"
    assert name in message


def test_roles_and_their_mappings_are_kept(cognito: Any, pool_id: str) -> None:
    assert "Roles" not in cognito.get_identity_pool_roles(IdentityPoolId=pool_id)
    roles = {"unauthenticated": ROLE.format("guest"), "authenticated": ROLE.format("member")}
    mappings = {
        "cognito-idp.eu-west-1.amazonaws.com/x:c": {"Type": "Token", "AmbiguousRoleResolution": "Deny"}
    }
    cognito.set_identity_pool_roles(IdentityPoolId=pool_id, Roles=roles, RoleMappings=mappings)
    found = cognito.get_identity_pool_roles(IdentityPoolId=pool_id)
    assert (found["Roles"], found["RoleMappings"]) == (roles, mappings)
    cognito.set_identity_pool_roles(IdentityPoolId=pool_id, Roles={})
    assert "RoleMappings" not in cognito.get_identity_pool_roles(IdentityPoolId=pool_id)


@pytest.mark.parametrize(
    "roles", [{"visitor": ROLE.format("guest")}, {"unauthenticated": "guest-role-by-its-name"}]
)
def test_roles_that_are_none_are_refused(cognito: Any, pool_id: str, roles: dict[str, str]) -> None:
    code, message = refusal(cognito.set_identity_pool_roles, IdentityPoolId=pool_id, Roles=roles)
    assert code == "InvalidParameterException"
    assert ("visitor" in message) or ("guest-role-by-its-name" in message)


def test_a_closed_pool_lets_no_guest_in(cognito: Any) -> None:
    pool_id = cognito.create_identity_pool(IdentityPoolName="closed", AllowUnauthenticatedIdentities=False)[
        "IdentityPoolId"
    ]
    assert refusal(cognito.get_id, IdentityPoolId=pool_id) == (
        "NotAuthorizedException",
        "Unauthenticated access is not supported for this identity pool.",
    )


def test_a_pool_that_closes_gives_its_guests_no_more_credentials(clients: Clients, cognito: Any) -> None:
    guest = make_guest(clients, ALLOW_NOTHING)
    cognito.update_identity_pool(
        IdentityPoolId=guest.pool_id, IdentityPoolName="x", AllowUnauthenticatedIdentities=False
    )
    code, _ = refusal(cognito.get_credentials_for_identity, IdentityId=guest.identity_id)
    assert code == "NotAuthorizedException"


def test_tokens_of_unknown_providers_are_refused(cognito: Any, pool_id: str) -> None:
    logins = {"accounts.google.com": "token"}
    identity_id = cognito.get_id(IdentityPoolId=pool_id)["IdentityId"]
    for refused in (
        refusal(cognito.get_id, IdentityPoolId=pool_id, Logins=logins),
        refusal(cognito.get_credentials_for_identity, IdentityId=identity_id, Logins=logins),
    ):
        assert refused[0] == "NotAuthorizedException"


@pytest.mark.parametrize("unknown", ["eu-west-1:00000000-0000-0000-0000-000000000000", "mars:0", "nothing"])
def test_unknown_pools_and_identities_are_not_found(cognito: Any, unknown: str) -> None:
    assert refusal(cognito.get_id, IdentityPoolId=unknown)[0] == "ResourceNotFoundException"
    assert refusal(cognito.describe_identity_pool, IdentityPoolId=unknown)[0] == "ResourceNotFoundException"
    assert refusal(cognito.describe_identity, IdentityId=unknown)[0] == "ResourceNotFoundException"
    assert refusal(cognito.get_credentials_for_identity, IdentityId=unknown)[0] == "ResourceNotFoundException"


def test_every_guest_gets_an_identity_of_its_own(cognito: Any, pool_id: str) -> None:
    ids = [cognito.get_id(IdentityPoolId=pool_id)["IdentityId"] for _ in range(3)]
    assert len(set(ids)) == 3
    members = cognito.list_identities(IdentityPoolId=pool_id, MaxResults=60)["Identities"]
    assert {member["IdentityId"] for member in members} == set(ids)
    assert cognito.describe_identity(IdentityId=ids[0])["IdentityId"] == ids[0]


def test_the_region_of_an_unsigned_call_is_that_of_the_pool(clients: Clients) -> None:
    guest = make_guest(clients, ALLOW_NOTHING, region="ap-south-1")
    assert guest.identity_id.startswith("ap-south-1:")
    elsewhere = clients("cognito-identity", region="us-east-1")
    assert elsewhere.get_id(IdentityPoolId=guest.pool_id)["IdentityId"].startswith("ap-south-1:")
    assert elsewhere.get_credentials_for_identity(IdentityId=guest.identity_id)["Credentials"]


def test_credentials_act_as_the_pools_role_for_an_hour(clients: Clients, cognito: Any) -> None:
    guest = make_guest(clients, ALLOW_NOTHING)
    keys = cognito.get_credentials_for_identity(IdentityId=guest.identity_id)["Credentials"]
    lifetime = keys["Expiration"] - datetime.now(UTC)
    assert timedelta(minutes=59) < lifetime <= timedelta(hours=1)
    assert keys["AccessKeyId"].startswith("ASIA")
    caller = clients("sts", **guest.keys).get_caller_identity()
    assert caller["Arn"] == (
        f"arn:aws:sts::123456789012:assumed-role/{guest.role_name}/CognitoIdentityCredentials"
    )


def _invalid(cognito: Any, pool_id: str) -> None:
    identity_id = cognito.get_id(IdentityPoolId=pool_id)["IdentityId"]
    assert refusal(cognito.get_credentials_for_identity, IdentityId=identity_id) == (
        "InvalidIdentityPoolConfigurationException",
        "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
    )


def test_a_pool_without_a_role_gives_no_credentials(cognito: Any, pool_id: str) -> None:
    _invalid(cognito, pool_id)


def test_a_role_that_does_not_exist_gives_no_credentials(cognito: Any, pool_id: str) -> None:
    cognito.set_identity_pool_roles(IdentityPoolId=pool_id, Roles={"unauthenticated": ROLE.format("absent")})
    _invalid(cognito, pool_id)


def test_the_role_for_signed_in_users_is_not_for_guests(clients: Clients, cognito: Any, pool_id: str) -> None:
    role = make_role(clients, trust(pool_id))
    cognito.set_identity_pool_roles(IdentityPoolId=pool_id, Roles={"authenticated": role})
    _invalid(cognito, pool_id)


@pytest.mark.parametrize(
    "change",
    [
        {"Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:another-pool"}}},
        {"Condition": {"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}}},
        {"Principal": {"Federated": "accounts.google.com"}},
        {"Principal": {"Service": "cognito-identity.amazonaws.com"}},
        {"Action": "sts:AssumeRole"},
        {"Effect": "Deny"},
    ],
)
def test_a_role_that_does_not_trust_the_pools_guests_gives_no_credentials(
    clients: Clients, cognito: Any, pool_id: str, change: dict[str, Any]
) -> None:
    document = trust(pool_id)
    document["Statement"] |= change
    cognito.set_identity_pool_roles(
        IdentityPoolId=pool_id, Roles={"unauthenticated": make_role(clients, document)}
    )
    _invalid(cognito, pool_id)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"5", b'{"IdentityPoolId": 5}', b"{}", b"\xff\xfe", b"[" * 50_000],
)
def test_a_malformed_request_is_an_invalid_parameter(aws: LocalAws, body: bytes) -> None:
    answer = call(aws, "POST", "/", {"X-Amz-Target": "AWSCognitoIdentityService.GetId"}, body)
    assert (answer.status, answer.code) == (400, "InvalidParameterException")


@pytest.mark.parametrize("query", ["?Action=DeleteIdentityPool", "?x=.us-east-1.amazonaws.com"])
def test_only_the_target_header_and_the_pool_say_what_is_meant(
    aws: LocalAws, pool_id: str, query: str
) -> None:
    headers = {
        "X-Amz-Target": "AWSCognitoIdentityService.GetId",
        "User-Agent": "x region/us-east-1",
    }
    body = json.dumps({"IdentityPoolId": pool_id, "x": "&Action=DeleteIdentityPool&y="}).encode()
    answer = call(aws, "POST", f"/{query}", headers, body)
    assert json.loads(answer.body)["IdentityId"].startswith("eu-west-1:")
