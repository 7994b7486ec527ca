"""The tokens of user pools: what they say, how long they last, and how they are taken back."""

import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from local.aws.server import LocalAws
from tests.local.aws.people import CLIENT, People, Time, claims_of
from tests.local.aws.tools import call, refusal

ME = "me@example.com"
ROLE = "arn:aws:iam::123456789012:role/"


def fetch(aws: LocalAws, path: str) -> dict[str, Any]:
    answer = call(aws, "GET", path)
    assert answer.status == 200
    return json.loads(answer.body)


def test_the_id_token_says_who_signed_in(people: People, time: Time) -> None:
    tokens = people.admit(ME)
    claims = claims_of(tokens["IdToken"])
    now = int(time.now().timestamp())
    user = people.cognito.admin_get_user(UserPoolId=people.pool_id, Username=ME)
    assert claims == {
        "sub": user["Username"],
        "cognito:username": user["Username"],
        "email": ME,
        "email_verified": True,
        "iss": f"https://cognito-idp.eu-west-1.amazonaws.com/{people.pool_id}",
        "aud": people.client_id,
        "token_use": "id",
        "auth_time": now,
        "iat": now,
        "exp": now + 900,
        "jti": claims["jti"],
        "origin_jti": claims["origin_jti"],
        "event_id": claims["event_id"],
    }


def test_the_access_token_says_for_whom_and_what(people: People, time: Time) -> None:
    tokens = people.admit(ME, "viewers")
    claims, identity = claims_of(tokens["AccessToken"]), claims_of(tokens["IdToken"])
    assert (claims["token_use"], claims["client_id"]) == ("access", people.client_id)
    assert claims["username"] == claims["sub"] == identity["sub"]
    assert claims["scope"] == "aws.cognito.signin.user.admin"
    assert claims["cognito:groups"] == ["viewers"]
    assert claims["exp"] == int(time.now().timestamp()) + 900
    assert claims["jti"] != identity["jti"]
    assert claims["origin_jti"] == identity["origin_jti"]
    assert not {"aud", "email", "cognito:roles"} & set(claims)


def test_groups_give_roles_in_their_order(people: People) -> None:
    claims = claims_of(people.admit(ME, "viewers", "operators")["IdToken"])
    assert claims["cognito:groups"] == ["operators", "viewers"]
    assert claims["cognito:roles"] == [f"{ROLE}operators", f"{ROLE}viewers"]
    assert claims["cognito:preferred_role"] == f"{ROLE}operators"


@pytest.mark.parametrize(("role", "preferred"), [("operators", f"{ROLE}operators"), ("other", None)])
def test_no_role_is_preferred_among_different_ones_of_equal_precedence(
    people: People, role: str, preferred: str | None
) -> None:
    people.cognito.create_group(
        UserPoolId=people.pool_id, GroupName="level", Precedence=1, RoleArn=f"{ROLE}{role}"
    )
    claims = claims_of(people.admit(ME, "operators", "level")["IdToken"])
    assert claims.get("cognito:preferred_role") == preferred


def test_a_group_without_a_role_prefers_none(people: People) -> None:
    people.cognito.create_group(UserPoolId=people.pool_id, GroupName="friends", Precedence=0)
    claims = claims_of(people.admit(ME, "friends", "viewers")["IdToken"])
    assert claims["cognito:groups"] == ["friends", "viewers"]
    assert claims["cognito:preferred_role"] == f"{ROLE}viewers"


def test_tokens_are_checked_with_the_published_keys(aws: LocalAws, people: People) -> None:
    tokens = people.admit(ME)
    keys: Any = fetch(aws, f"/{people.pool_id}/.well-known/jwks.json")
    assert {"kty", "alg", "use", "kid", "n", "e"} == set(keys["keys"][0])
    for name in ("AccessToken", "IdToken"):
        decoded = jwt.decode(tokens[name], KeySet.import_key_set(keys), algorithms=["RS256"])
        assert decoded.claims == claims_of(tokens[name])
    configuration = fetch(aws, f"/{people.pool_id}/.well-known/openid-configuration")
    assert configuration["issuer"] == claims_of(tokens["IdToken"])["iss"]
    assert configuration["jwks_uri"] == f"{configuration['issuer']}/.well-known/jwks.json"


@pytest.mark.parametrize("path", ["/eu-west-1_absent/.well-known/jwks.json", "/{}/.well-known/other"])
def test_nothing_else_is_published(aws: LocalAws, people: People, path: str) -> None:
    answer = call(aws, "GET", path.format(people.pool_id))
    assert (answer.status, answer.code) == (404, "UnknownOperationException")


def test_what_is_published_is_read_only(aws: LocalAws, people: People) -> None:
    path = f"/{people.pool_id}/.well-known/jwks.json"
    for method, body in (("POST", b""), ("PUT", b"x"), ("DELETE", b"")):
        assert call(aws, method, path, {}, body).status in {403, 404}
    body = b"Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
    assert "keys" in json.loads(call(aws, "GET", path, {}, body).body)


def test_a_refresh_gives_new_tokens_of_the_same_sign_in(people: People, time: Time) -> None:
    tokens = people.admit(ME)
    people.cognito.admin_add_user_to_group(UserPoolId=people.pool_id, Username=ME, GroupName="viewers")
    time.pass_by(hours=11, minutes=59)
    refreshed = people.cognito.initiate_auth(**people.refreshing(tokens["RefreshToken"]))
    result = refreshed["AuthenticationResult"]
    assert "RefreshToken" not in result
    before, after = claims_of(tokens["IdToken"]), claims_of(result["IdToken"])
    assert after["iat"] - before["iat"] == 12 * 3600 - 60
    assert after["cognito:groups"] == ["viewers"]
    assert (after["origin_jti"], after["auth_time"]) == (before["origin_jti"], before["auth_time"])
    assert after["jti"] != before["jti"]
    time.pass_by(minutes=1)
    refused = refusal(people.cognito.initiate_auth, **people.refreshing(tokens["RefreshToken"]))
    assert refused == ("NotAuthorizedException", "Refresh Token has expired")


def test_a_refresh_token_is_its_clients_own(people: People) -> None:
    tokens = people.admit(ME)
    other = people.cognito.create_user_pool_client(UserPoolId=people.pool_id, ClientName="second", **CLIENT)[
        "UserPoolClient"
    ]["ClientId"]
    arguments = people.refreshing(tokens["RefreshToken"])
    refused = refusal(people.cognito.initiate_auth, **{**arguments, "ClientId": other})
    assert refused == ("NotAuthorizedException", "Invalid Refresh Token")
    refused = refusal(people.cognito.revoke_token, ClientId=other, Token=tokens["RefreshToken"])
    assert refused[0] == "UnauthorizedException"


def test_a_made_up_refresh_token_is_invalid(people: People) -> None:
    tokens = people.admit(ME)
    origin = claims_of(tokens["IdToken"])["origin_jti"]
    for token in ("x", origin, f"{origin}.x", tokens["AccessToken"], tokens["RefreshToken"] + "x"):
        refused = refusal(people.cognito.initiate_auth, **people.refreshing(token))
        assert refused == ("NotAuthorizedException", "Invalid Refresh Token")


def _revoke(people: People, tokens: dict[str, Any]) -> None:
    people.cognito.revoke_token(ClientId=people.client_id, Token=tokens["RefreshToken"])


def _sign_out(people: People, tokens: dict[str, Any]) -> None:
    people.cognito.global_sign_out(AccessToken=tokens["AccessToken"])


def _sign_out_by_admin(people: People, tokens: dict[str, Any]) -> None:
    del tokens
    people.cognito.admin_user_global_sign_out(UserPoolId=people.pool_id, Username=ME)


def _disable(people: People, tokens: dict[str, Any]) -> None:
    del tokens
    people.cognito.admin_disable_user(UserPoolId=people.pool_id, Username=ME)
    people.cognito.admin_enable_user(UserPoolId=people.pool_id, Username=ME)


def _delete(people: People, tokens: dict[str, Any]) -> None:
    del tokens
    people.cognito.admin_delete_user(UserPoolId=people.pool_id, Username=ME)


@pytest.mark.parametrize("end", [_revoke, _sign_out, _sign_out_by_admin, _disable, _delete])
def test_tokens_end_before_their_time(people: People, end: Any) -> None:
    tokens = people.admit(ME)
    end(people, tokens)
    refused = refusal(people.cognito.initiate_auth, **people.refreshing(tokens["RefreshToken"]))
    assert refused == ("NotAuthorizedException", "Refresh Token has been revoked")
    refused = refusal(people.cognito.get_user, AccessToken=tokens["AccessToken"])
    assert refused == ("NotAuthorizedException", "Access Token has been revoked")


def test_revoking_one_sign_in_leaves_the_others(people: People) -> None:
    first = people.admit(ME)
    second = people.sign_in(ME)["AuthenticationResult"]
    _revoke(people, first)
    assert people.cognito.get_user(AccessToken=second["AccessToken"])["Username"]
    _sign_out(people, second)
    third = people.sign_in(ME)["AuthenticationResult"]
    assert people.cognito.get_user(AccessToken=third["AccessToken"])["Username"]


def test_only_refresh_tokens_are_revoked_and_only_where_that_is_on(people: People) -> None:
    tokens = people.admit(ME)
    revoking = {"ClientId": people.client_id, "Token": tokens["AccessToken"]}
    assert refusal(people.cognito.revoke_token, **revoking)[0] == "UnsupportedTokenTypeException"
    people.cognito.update_user_pool_client(
        UserPoolId=people.pool_id,
        ClientId=people.client_id,
        **{**CLIENT, "EnableTokenRevocation": False},
    )
    revoking["Token"] = tokens["RefreshToken"]
    assert refusal(people.cognito.revoke_token, **revoking)[0] == "UnsupportedOperationException"


def test_an_access_token_runs_out(people: People, time: Time) -> None:
    token = people.admit(ME)["AccessToken"]
    time.pass_by(minutes=14, seconds=59)
    assert people.cognito.get_user(AccessToken=token)["Username"]
    time.pass_by(seconds=1)
    refused = refusal(people.cognito.get_user, AccessToken=token)
    assert refused == ("NotAuthorizedException", "Access Token has expired")


def test_a_token_that_is_no_access_token_is_invalid(people: People) -> None:
    tokens = people.admit(ME)
    header, payload, signature = tokens["AccessToken"].split(".")
    other = "A" if signature[9] != "A" else "B"
    for token in (
        tokens["IdToken"],
        tokens["RefreshToken"],
        f"{header}.{payload}.{signature[:9]}{other}{signature[10:]}",
        f"eyJhbGciOiJub25lIn0.{payload}.",
        f"{header}.{payload}",
        "x",
        "e30.W1tb.x",
    ):
        refused = refusal(people.cognito.get_user, AccessToken=token)
        assert refused == ("NotAuthorizedException", "Invalid Access Token")


def test_deleting_a_client_ends_its_tokens(people: People) -> None:
    token = people.admit(ME)["AccessToken"]
    people.cognito.delete_user_pool_client(UserPoolId=people.pool_id, ClientId=people.client_id)
    refused = refusal(people.cognito.get_user, AccessToken=token)
    assert refused == ("NotAuthorizedException", "Access Token has been revoked")
