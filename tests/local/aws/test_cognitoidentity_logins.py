"""Identity pools and people who signed in to a user pool: who is let in, and as which role."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.local.aws.people import CLIENT, People, Time, claims_of
from tests.local.aws.tools import Clients, numbers, refusal, trust

ME = "me@example.com"
ALLOW = [{"Effect": "Allow", "Action": "rekognition:DescribeProjects", "Resource": "*"}]
NOT_A_TOKEN = (
    "NotAuthorizedException",
    "Invalid login token. Not a valid OpenId Connect identity token.",
)


@dataclass
class Site:
    """An identity pool in front of a user pool whose groups have roles."""

    clients: Clients
    people: People
    identity: Any
    pool_id: str

    @property
    def provider(self) -> str:
        return f"cognito-idp.eu-west-1.amazonaws.com/{self.people.pool_id}"

    def logins(self, token: str) -> dict[str, dict[str, str]]:
        return {"Logins": {self.provider: token}}

    def enter(self, token: str, **more: str) -> dict[str, Any]:
        """Get credentials with an id token."""
        logins = self.logins(token)
        identity_id = self.identity.get_id(IdentityPoolId=self.pool_id, **logins)["IdentityId"]
        return self.identity.get_credentials_for_identity(IdentityId=identity_id, **logins, **more)[
            "Credentials"
        ]

    def role_of(self, credentials: dict[str, Any]) -> str:
        """Ask who the credentials are; return the role's name without its number."""
        caller = self.client("sts", credentials).get_caller_identity()
        return caller["Arn"].split("/")[1].rstrip("0123456789")

    def client(self, service: str, credentials: dict[str, Any]) -> Any:
        return self.clients(
            service,
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretKey"],
            aws_session_token=credentials["SessionToken"],
        )

    def map_roles(self, roles: dict[str, str], **mapping: Any) -> None:
        key = f"{self.provider}:{self.people.client_id}"
        self.identity.set_identity_pool_roles(
            IdentityPoolId=self.pool_id, Roles=roles, RoleMappings={key: mapping} if mapping else {}
        )

    def make_role(self, name: str, amr: str = "authenticated", statements: Any = ALLOW) -> str:
        iam, unique = self.clients("iam"), f"{name}{next(numbers)}"
        document = json.dumps(trust(self.pool_id, amr))
        arn = iam.create_role(RoleName=unique, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        may = {"Version": "2012-10-17", "Statement": statements}
        iam.put_role_policy(RoleName=unique, PolicyName="may", PolicyDocument=json.dumps(may))
        return arn


@pytest.fixture
def site(clients: Clients, people: People) -> Site:
    identity = clients("cognito-identity")
    provider = {
        "ProviderName": f"cognito-idp.eu-west-1.amazonaws.com/{people.pool_id}",
        "ClientId": people.client_id,
        "ServerSideTokenCheck": True,
    }
    pool_id = identity.create_identity_pool(
        IdentityPoolName="site", AllowUnauthenticatedIdentities=False, CognitoIdentityProviders=[provider]
    )["IdentityPoolId"]
    site = Site(clients, people, identity, pool_id)
    roles = {group: site.make_role(group) for group in ("viewers", "operators")}
    for group, arn in roles.items():
        people.cognito.update_group(UserPoolId=people.pool_id, GroupName=group, RoleArn=arn)
    site.map_roles({"authenticated": roles["viewers"]}, Type="Token", AmbiguousRoleResolution="Deny")
    return site


def refused_id(site: Site, token: str) -> tuple[str, str]:
    return refusal(site.identity.get_id, IdentityPoolId=site.pool_id, **site.logins(token))


@pytest.mark.parametrize(
    ("groups", "role"),
    [(["viewers"], "viewers"), (["operators"], "operators"), (["viewers", "operators"], "operators")],
)
def test_a_group_gives_its_role(site: Site, groups: list[str], role: str) -> None:
    token = site.people.admit(ME, *groups)["IdToken"]
    credentials = site.enter(token)
    assert site.role_of(credentials) == role
    assert site.client("rekognition", credentials).describe_projects()["ProjectDescriptions"] == []
    denied = refusal(site.client("rekognition", credentials).create_project, ProjectName="x")
    assert denied[0] == "AccessDeniedException"


def test_somebody_in_no_group_gets_no_credentials(site: Site) -> None:
    token = site.people.admit(ME)["IdToken"]
    assert refusal(site.enter, token=token)[0] == "NotAuthorizedException"


def test_guests_are_refused(site: Site) -> None:
    assert refusal(site.identity.get_id, IdentityPoolId=site.pool_id) == (
        "NotAuthorizedException",
        "Unauthenticated access is not supported for this identity pool.",
    )


def test_the_same_person_is_the_same_identity(site: Site) -> None:
    first = site.people.admit(ME, "viewers")["IdToken"]
    again = site.people.sign_in(ME)["AuthenticationResult"]["IdToken"]
    other = site.people.admit("other@example.com", "viewers")["IdToken"]
    ids = [
        site.identity.get_id(IdentityPoolId=site.pool_id, **site.logins(token))["IdentityId"]
        for token in (first, again, other)
    ]
    assert ids[0] == ids[1] != ids[2]
    assert site.identity.describe_identity(IdentityId=ids[0])["Logins"] == [site.provider]


def test_an_identity_needs_its_own_login(site: Site) -> None:
    mine = site.logins(site.people.admit(ME, "viewers")["IdToken"])
    other = site.logins(site.people.admit("other@example.com", "operators")["IdToken"])
    identity_id = site.identity.get_id(IdentityPoolId=site.pool_id, **mine)["IdentityId"]
    get = site.identity.get_credentials_for_identity
    assert refusal(get, IdentityId=identity_id, **other) == (
        "NotAuthorizedException",
        f"Access to Identity '{identity_id}' is forbidden.",
    )
    assert refusal(get, IdentityId=identity_id)[0] == "NotAuthorizedException"
    site.identity.update_identity_pool(
        IdentityPoolId=site.pool_id, IdentityPoolName="open", AllowUnauthenticatedIdentities=True
    )
    assert refusal(get, IdentityId=identity_id)[0] == "NotAuthorizedException"


def test_a_token_that_is_no_id_token_is_refused(site: Site) -> None:
    tokens = site.people.admit(ME, "viewers")
    header, payload, signature = tokens["IdToken"].split(".")
    other = "A" if signature[9] != "A" else "B"
    for token in (
        tokens["AccessToken"],
        tokens["RefreshToken"],
        f"{header}.{payload}.{signature[:9]}{other}{signature[10:]}",
        f"eyJhbGciOiJub25lIn0.{payload}.",
        "x",
    ):
        assert refused_id(site, token) == NOT_A_TOKEN


def test_a_token_runs_out(site: Site, time: Time) -> None:
    token = site.people.admit(ME, "viewers")["IdToken"]
    time.pass_by(minutes=15)
    code, message = refused_id(site, token)
    assert code == "NotAuthorizedException"
    assert "Token expired" in message


def test_a_token_for_another_client_is_refused(site: Site) -> None:
    site.people.admit(ME, "viewers")
    second = site.people.cognito.create_user_pool_client(
        UserPoolId=site.people.pool_id, ClientName="second", **CLIENT
    )
    site.people.client_id = second["UserPoolClient"]["ClientId"]
    token = site.people.sign_in(ME)["AuthenticationResult"]["IdToken"]
    assert refused_id(site, token) == (
        "NotAuthorizedException",
        "Invalid login token. Incorrect token audience.",
    )


def test_a_token_of_another_pool_is_refused(site: Site, clients: Clients) -> None:
    site.people.admit(ME, "viewers")
    other = clients("cognito-idp").create_user_pool(PoolName="other")["UserPool"]["Id"]
    token = site.people.sign_in(ME)["AuthenticationResult"]["IdToken"]
    for provider, message in (
        (
            f"cognito-idp.eu-west-1.amazonaws.com/{other}",
            "Token is not from a supported provider of this identity pool.",
        ),
        (
            f"cognito-idp.us-east-1.amazonaws.com/{site.people.pool_id}",
            "Token is not from a supported provider of this identity pool.",
        ),
    ):
        logins = {provider: token}
        refused = refusal(site.identity.get_id, IdentityPoolId=site.pool_id, Logins=logins)
        assert refused == ("NotAuthorizedException", message)
    site.identity.update_identity_pool(
        IdentityPoolId=site.pool_id,
        IdentityPoolName="other",
        AllowUnauthenticatedIdentities=False,
        CognitoIdentityProviders=[
            {
                "ProviderName": f"cognito-idp.eu-west-1.amazonaws.com/{other}",
                "ClientId": site.people.client_id,
            }
        ],
    )
    logins = {f"cognito-idp.eu-west-1.amazonaws.com/{other}": token}
    refused = refusal(site.identity.get_id, IdentityPoolId=site.pool_id, Logins=logins)
    assert refused == NOT_A_TOKEN


def _end(site: Site, how: str, tokens: dict[str, Any]) -> None:
    cognito, who = site.people.cognito, {"UserPoolId": site.people.pool_id, "Username": ME}
    ways: dict[str, Any] = {
        "revoke": lambda: cognito.revoke_token(ClientId=site.people.client_id, Token=tokens["RefreshToken"]),
        "sign out": lambda: cognito.global_sign_out(AccessToken=tokens["AccessToken"]),
        "disable": lambda: cognito.admin_disable_user(**who),
        "delete": lambda: cognito.admin_delete_user(**who),
    }
    ways[how]()


@pytest.mark.parametrize("how", ["revoke", "sign out", "disable", "delete"])
@pytest.mark.parametrize("asks", [True, False])
def test_a_pool_that_asks_the_user_pool_refuses_who_was_signed_out(
    site: Site, how: str, *, asks: bool
) -> None:
    provider = {
        "ProviderName": site.provider,
        "ClientId": site.people.client_id,
        "ServerSideTokenCheck": asks,
    }
    site.identity.update_identity_pool(
        IdentityPoolId=site.pool_id,
        IdentityPoolName="site",
        AllowUnauthenticatedIdentities=False,
        CognitoIdentityProviders=[provider],
    )
    tokens = site.people.admit(ME, "viewers")
    logins = site.logins(tokens["IdToken"])
    identity_id = site.identity.get_id(IdentityPoolId=site.pool_id, **logins)["IdentityId"]
    _end(site, how, tokens)
    get = site.identity.get_credentials_for_identity
    if asks:
        assert refusal(get, IdentityId=identity_id, **logins)[0] == "NotAuthorizedException"
        assert refused_id(site, tokens["IdToken"])[0] == "NotAuthorizedException"
    else:
        assert get(IdentityId=identity_id, **logins)["Credentials"]


@pytest.mark.parametrize(
    ("amr", "admitted"),
    [
        ("authenticated", True),
        ("unauthenticated", False),
        ("cognito-idp.eu-west-1.amazonaws.com/{pool}", True),
        ("cognito-idp.eu-west-1.amazonaws.com/{pool}:CognitoSignIn:{sub}", True),
        ("cognito-idp.eu-west-1.amazonaws.com/{pool}:CognitoSignIn:another", False),
    ],
)
def test_a_role_sees_how_somebody_signed_in(site: Site, amr: str, *, admitted: bool) -> None:
    token = site.people.admit(ME, "viewers")["IdToken"]
    wanted = amr.format(pool=site.people.pool_id, sub=claims_of(token)["sub"])
    site.map_roles({"authenticated": site.make_role("chosen", wanted)})
    if admitted:
        assert site.role_of(site.enter(token)) == "chosen"
    else:
        code, _ = refusal(site.enter, token=token)
        assert code == "InvalidIdentityPoolConfigurationException"


def test_guests_of_an_open_pool_are_not_taken_for_people(site: Site) -> None:
    site.identity.update_identity_pool(
        IdentityPoolId=site.pool_id, IdentityPoolName="open", AllowUnauthenticatedIdentities=True
    )
    identity_id = site.identity.get_id(IdentityPoolId=site.pool_id)["IdentityId"]
    refused = refusal(site.identity.get_credentials_for_identity, IdentityId=identity_id)
    assert refused[0] == "InvalidIdentityPoolConfigurationException"


def test_what_limits_guests_does_not_limit_people(site: Site) -> None:
    site.clients("s3").create_bucket(
        Bucket="shelf", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    statements = [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::shelf"}]
    site.map_roles({"authenticated": site.make_role("reader", statements=statements)})
    credentials = site.enter(site.people.admit(ME)["IdToken"])
    assert site.client("s3", credentials).list_objects_v2(Bucket="shelf")["KeyCount"] == 0


def test_an_ambiguous_role_is_denied_or_the_pools_own(site: Site) -> None:
    arn = site.make_role("level")
    site.people.cognito.create_group(
        UserPoolId=site.people.pool_id, GroupName="level", Precedence=1, RoleArn=arn
    )
    token = site.people.admit(ME, "level", "operators")["IdToken"]
    assert refusal(site.enter, token=token)[0] == "NotAuthorizedException"
    assert site.role_of(site.enter(token, CustomRoleArn=arn)) == "level"
    own = {"authenticated": site.make_role("own")}
    site.map_roles(own, Type="Token", AmbiguousRoleResolution="AuthenticatedRole")
    assert site.role_of(site.enter(token)) == "own"


def test_nobody_chooses_a_role_that_the_token_does_not_name(site: Site) -> None:
    token = site.people.admit(ME, "viewers")["IdToken"]
    arn = site.make_role("stranger")
    assert refusal(site.enter, token=token, CustomRoleArn=arn)[0] == "NotAuthorizedException"
    site.map_roles({"authenticated": arn})
    assert refusal(site.enter, token=token, CustomRoleArn=arn)[0] == "NotAuthorizedException"
    assert site.role_of(site.enter(token)) == "stranger"


@pytest.mark.parametrize(
    ("match", "claim", "value", "found"),
    [
        ("Equals", "email", ME, True),
        ("Equals", "email", "me", False),
        ("NotEqual", "email", "other@example.com", True),
        ("NotEqual", "email", ME, False),
        ("NotEqual", "absent", "x", False),
        ("StartsWith", "email", "me@", True),
        ("StartsWith", "email", "e@", False),
        ("Contains", "email", "@example", True),
        ("Contains", "cognito:groups", "viewers", True),
        ("Contains", "cognito:groups", "operators", False),
        ("Equals", "email_verified", "true", True),
    ],
)
def test_rules_give_roles_by_claims(site: Site, match: str, claim: str, value: str, *, found: bool) -> None:
    rule = {"Claim": claim, "MatchType": match, "Value": value, "RoleARN": site.make_role("ruled")}
    site.map_roles(
        {"authenticated": site.make_role("own")},
        Type="Rules",
        AmbiguousRoleResolution="AuthenticatedRole",
        RulesConfiguration={"Rules": [rule]},
    )
    token = site.people.admit(ME, "viewers")["IdToken"]
    assert site.role_of(site.enter(token)) == ("ruled" if found else "own")


@pytest.mark.parametrize(
    "mapping",
    [
        {"Type": "Token"},
        {"Type": "Magic", "AmbiguousRoleResolution": "Deny"},
        {"Type": "Rules", "AmbiguousRoleResolution": "Deny"},
        {
            "Type": "Rules",
            "AmbiguousRoleResolution": "Deny",
            "RulesConfiguration": {
                "Rules": [
                    {"Claim": "a", "MatchType": "Like", "Value": "b", "RoleARN": "arn:aws:iam::1:role/x"}
                ]
            },
        },
    ],
)
def test_mappings_that_say_nothing_are_refused(site: Site, mapping: dict[str, Any]) -> None:
    before = site.identity.get_identity_pool_roles(IdentityPoolId=site.pool_id)["RoleMappings"]
    assert refusal(site.map_roles, roles={}, **mapping)[0] == "InvalidParameterException"
    after = site.identity.get_identity_pool_roles(IdentityPoolId=site.pool_id)["RoleMappings"]
    assert after == before


def test_two_logins_at_once_are_refused_as_not_implemented(site: Site) -> None:
    token = site.people.admit(ME, "viewers")["IdToken"]
    logins = {site.provider: token, "accounts.google.com": token}
    refused = refusal(site.identity.get_id, IdentityPoolId=site.pool_id, Logins=logins)
    assert refused[0] == "NotImplementedException"
