"""The tokens that a sign-in gives: made, checked, revoked."""

import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import extract_compact

from local.aws.clock import clock
from local.aws.cognitoidp.exceptions import CognitoIdpError, not_authorized
from local.aws.cognitoidp.models import Client, Grant, UserPool, find_pool
from local.aws.cognitoidp.users import User

Claims = dict[str, Any]

_UNREADABLE = (JoseError, ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What comes of reading a token that is none."""
_SCOPE = "aws.cognito.signin.user.admin"


class InvalidTokenError(ValueError):
    """A token is none, or not what it is used for; says so in AWS's words."""


@dataclass(frozen=True)
class Holder:
    """Who an access token belongs to."""

    pool: UserPool
    user: User


def issuer(pool: UserPool) -> str:
    """Return a pool's `iss`."""
    return f"https://{pool.provider}"


def key_set(pool: UserPool) -> dict[str, Any]:
    """Return the public key that a pool's tokens can be checked with, as a JSON Web Key Set."""
    return {"keys": [pool.key.as_dict(private=False)]}


def openid_configuration(pool: UserPool) -> dict[str, Any]:
    """Return what a pool says of itself to OpenID Connect clients."""
    return {
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": issuer(pool),
        "jwks_uri": f"{issuer(pool)}/.well-known/jwks.json",
        "subject_types_supported": ["public"],
    }


def start_grant(pool: UserPool, client: Client, user: User) -> dict[str, Any]:
    """Return the tokens of somebody who has just signed in, as an `AuthenticationResult`."""
    now = clock.now()
    pool.grants = {key: grant for key, grant in pool.grants.items() if now < grant.expires}
    origin_jti = str(uuid.uuid4())
    grant = Grant(
        origin_jti=origin_jti,
        user=user,
        client_id=client.client_id,
        refresh_token=f"{origin_jti}.{secrets.token_urlsafe(48)}",
        auth_time=now,
        expires=now + client.lifetime("RefreshToken"),
    )
    pool.grants[origin_jti] = grant
    return {**_result(pool, client, grant), "RefreshToken": grant.refresh_token}


def refresh(pool: UserPool, client: Client, token: str) -> dict[str, Any]:
    """Return new tokens for a refresh token; it stays valid.

    Raises:
        CognitoIdpError: the token is not this client's, or has run out, or was revoked.
    """
    grant = find_grant(pool, token)
    if grant is None or grant.client_id != client.client_id:
        raise not_authorized("Invalid Refresh Token")
    if grant.revoked or not _is_member(pool, grant.user):
        raise not_authorized("Refresh Token has been revoked")
    if clock.now() >= grant.expires:
        raise not_authorized("Refresh Token has expired")
    return _result(pool, client, grant)


def revoke(pool: UserPool, client: Client, token: str) -> None:
    """End what a refresh token started: it and all tokens made with it.

    Raises:
        CognitoIdpError: the client cannot revoke, or the token is no refresh token or not this client's.
    """
    if not client.settings["EnableTokenRevocation"]:
        raise CognitoIdpError("UnsupportedOperationException", "Revocation is not enabled for this client.")
    grant = find_grant(pool, token)
    if grant is None:
        raise CognitoIdpError("UnsupportedTokenTypeException", "Unsupported token type")
    if grant.client_id != client.client_id:
        raise CognitoIdpError("UnauthorizedException", "The token was issued to another client.")
    grant.revoked = True


def find_grant(pool: UserPool, refresh_token: str) -> Grant | None:
    """Return what a refresh token started, or None."""
    grant = pool.grants.get(refresh_token.partition(".")[0])
    if grant is None or not compare_digest(
        grant.refresh_token.encode(), refresh_token.encode(errors="replace")
    ):
        return None
    return grant


def holder_of(access_token: str) -> Holder:
    """Return who an access token belongs to, whichever region the pool is in.

    Raises:
        CognitoIdpError: NotAuthorizedException, the token is no longer or never was valid.
    """
    pool = _stated_pool(access_token)
    claims = _verified(pool, access_token, "access") if pool is not None else None
    if pool is None or claims is None:
        raise not_authorized("Invalid Access Token")
    if clock.now().timestamp() >= claims["exp"]:
        raise not_authorized("Access Token has expired")
    user = _signed_in(pool, claims)
    if user is None:
        raise not_authorized("Access Token has been revoked")
    return Holder(pool, user)


def check_id_token(provider: str, clients: Mapping[str, bool], token: str) -> Claims:
    """Check an id token as an identity pool does.

    Args:
        provider: name of the user pool as identity provider, which must have issued the token.
        clients: ids of the clients that the token may be for, each with whether the user pool is asked
            too: then users who were disabled, deleted or signed out since are refused.
        token: the token.

    Returns:
        The token's claims.

    Raises:
        InvalidTokenError: the token does not let anybody in.
    """
    pool = find_pool(provider.rpartition("/")[2])
    claims = _verified(pool, token, "id") if pool is not None and pool.provider == provider else None
    if pool is None or claims is None:
        raise InvalidTokenError("Invalid login token. Not a valid OpenId Connect identity token.")
    if claims["aud"] not in clients:
        raise InvalidTokenError("Invalid login token. Incorrect token audience.")
    now = int(clock.now().timestamp())
    if now >= claims["exp"]:
        raise InvalidTokenError(f"Invalid login token. Token expired: {now} >= {claims['exp']}")
    if clients[claims["aud"]] and _signed_in(pool, claims) is None:
        raise InvalidTokenError("Invalid login token. The user pool does not vouch for it any more.")
    return claims


def _result(pool: UserPool, client: Client, grant: Grant) -> dict[str, Any]:
    now = clock.now()
    lifetime = client.lifetime("AccessToken")
    common = {
        "sub": grant.user.sub,
        "iss": issuer(pool),
        "origin_jti": grant.origin_jti,
        "event_id": str(uuid.uuid4()),
        "auth_time": int(grant.auth_time.timestamp()),
        "iat": int(now.timestamp()),
    }
    groups = pool.groups_of(grant.user)
    member = {"cognito:groups": [group.name for group in groups]} if groups else {}
    access = {
        **common,
        **member,
        "client_id": client.client_id,
        "jti": str(uuid.uuid4()),
        "scope": _SCOPE,
        "token_use": "access",
        "exp": _seconds(now + lifetime),
        "username": grant.user.username,
    }
    identity = {
        **{name: _claim(name, value) for name, value in grant.user.attributes.items()},
        **common,
        **member,
        **_roles(pool, grant.user),
        "aud": client.client_id,
        "cognito:username": grant.user.username,
        "jti": str(uuid.uuid4()),
        "token_use": "id",
        "exp": _seconds(now + client.lifetime("IdToken")),
    }
    return {
        "AccessToken": _signed(pool, access),
        "ExpiresIn": int(lifetime.total_seconds()),
        "IdToken": _signed(pool, identity),
        "TokenType": "Bearer",
    }


def _roles(pool: UserPool, user: User) -> Claims:
    """The roles of a user's groups; the preferred one is that of the first group, unless another is level with it."""
    with_role = [group for group in pool.groups_of(user) if group.role_arn]
    if not with_role:
        return {}
    roles = list(dict.fromkeys(group.role_arn for group in with_role))
    first = {group.role_arn for group in with_role if group.precedence == with_role[0].precedence}
    preferred = {"cognito:preferred_role": first.pop()} if len(first) == 1 else {}
    return {"cognito:roles": roles, **preferred}


def _claim(name: str, value: str) -> str | bool:
    return value == "true" if name.endswith("_verified") else value


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _signed(pool: UserPool, claims: Mapping[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": pool.key.kid}, dict(claims), pool.key)


def _verified(pool: UserPool, token: str, use: str) -> Claims | None:
    """The claims of a token that this pool signed for this use, else None; they may hold no longer."""
    try:
        claims = jwt.decode(token, pool.key, algorithms=["RS256"]).claims
    except _UNREADABLE:
        return None
    return claims if claims["token_use"] == use else None


def _stated_pool(token: str) -> UserPool | None:
    """The pool that a token says it comes from; nothing is checked yet."""
    try:
        claims = json.loads(extract_compact(token.encode()).payload)
        return find_pool(claims["iss"].rpartition("/")[2])
    except _UNREADABLE:
        return None


def _signed_in(pool: UserPool, claims: Claims) -> User | None:
    """The user whom a token speaks of, unless signed out, disabled or deleted since."""
    grant = pool.grants.get(claims["origin_jti"])
    if grant is None or grant.revoked or not _is_member(pool, grant.user):
        return None
    return grant.user


def _is_member(pool: UserPool, user: User) -> bool:
    return user.enabled and pool.users.get(user.username) is user
