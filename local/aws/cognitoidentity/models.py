"""Identity pools, the identities in them and the sessions that they hand out."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.iam.models import Role

from local.aws.account import find_role
from local.aws.clock import clock
from local.aws.cognitoidentity.exceptions import (
    InvalidIdentityPoolConfigurationError,
    NotAuthorizedError,
    ResourceNotFoundError,
)
from local.aws.cognitoidentity.roles import Login, check_mappings, choose_role
from local.aws.cognitoidp.tokens import InvalidTokenError, check_id_token
from local.aws.iam import Principal, Request, trust_allows
from local.aws.policy import Context, ContextValue, MalformedPolicyError, parse_policy
from local.aws.services import InvalidParameterError
from local.aws.sessions import Session, open_session

PROVIDER = "cognito-identity.amazonaws.com"
SCOPE_DOWN = parse_policy(
    '{"Version": "2012-10-17",'
    ' "Statement": [{"Effect": "Allow", "Action": "rekognition:*", "Resource": "*"}]}'
)
"""What AWS leaves to guests whatever their role may do, reduced to the services that the emulator can authorize."""
_POOL_NAME = re.compile(r"[\w\s+=,.@-]{1,128}")
_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/.+")


@dataclass
class IdentityPool:
    """An identity pool: the settings as they were given, its tags, its roles."""

    pool_id: str
    settings: dict[str, Any]
    """`CreateIdentityPool`'s parameters without the tags."""
    tags: dict[str, str]
    roles: dict[str, Any]
    """`SetIdentityPoolRoles`' parameters: Roles and RoleMappings."""

    def describe(self) -> dict[str, Any]:
        """Return the pool in the form of the API."""
        return {"IdentityPoolId": self.pool_id, "IdentityPoolTags": self.tags, **self.settings}


@dataclass(frozen=True)
class Identity:
    """Somebody known to a pool."""

    identity_id: str
    pool_id: str
    created: datetime
    login: Login | None
    """Who signed in; None for a guest."""


class CognitoIdentityBackend(BaseBackend):
    """The identity pools of one region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.pools: dict[str, IdentityPool] = {}
        self.identities: dict[str, Identity] = {}

    def create_identity_pool(self, settings: Mapping[str, Any]) -> IdentityPool:
        """Create a pool from `CreateIdentityPool`'s parameters."""
        own, tags = _checked(settings)
        pool = IdentityPool(f"{self.region_name}:{uuid.uuid4()}", own, dict(tags or {}), {})
        self.pools[pool.pool_id] = pool
        return pool

    def update_identity_pool(self, pool_id: str, settings: Mapping[str, Any]) -> IdentityPool:
        """Replace a pool's settings; tags stay unless they are given."""
        pool = self.pool(pool_id)
        own, tags = _checked(settings)
        pool.settings = own
        pool.tags = pool.tags if tags is None else dict(tags)
        return pool

    def delete_identity_pool(self, pool_id: str) -> None:
        """Delete a pool with its identities; credentials already given out live until they expire."""
        del self.pools[self.pool(pool_id).pool_id]
        self.identities = {
            identity.identity_id: identity
            for identity in self.identities.values()
            if identity.pool_id != pool_id
        }

    def pool(self, pool_id: str) -> IdentityPool:
        """Return a pool.

        Raises:
            ResourceNotFoundError: there is no such pool in this region.
        """
        if pool_id not in self.pools:
            raise ResourceNotFoundError(f"IdentityPool '{pool_id}' not found.")
        return self.pools[pool_id]

    def pool_of_arn(self, arn: str) -> IdentityPool:
        """Return the pool with this ARN."""
        return self.pool(arn.rpartition("identitypool/")[2])

    def set_identity_pool_roles(self, pool_id: str, roles: Mapping[str, Any]) -> None:
        """Set which roles a pool's identities get, from `SetIdentityPoolRoles`' parameters."""
        pool = self.pool(pool_id)
        for kind, arn in roles["Roles"].items():
            if kind not in {"authenticated", "unauthenticated"}:
                raise InvalidParameterError(
                    f"'{kind}' is not a kind of role; use authenticated or unauthenticated."
                )
            if not _ROLE_ARN.fullmatch(arn):
                raise InvalidParameterError(f"'{arn}' is not the ARN of a role.")
        check_mappings(roles.get("RoleMappings", {}))
        pool.roles = dict(roles)

    def get_id(self, pool_id: str, logins: Mapping[str, str] | None) -> Identity:
        """Admit somebody to a pool: guests get a new identity each time, who signs in always the same one."""
        login = _admitted(self.pool(pool_id), logins)
        for known in self.identities.values():
            if login and known.login and (known.pool_id, known.login.subject) == (pool_id, login.subject):
                return known
        identity = Identity(f"{self.region_name}:{uuid.uuid4()}", pool_id, clock.now(), login)
        self.identities[identity.identity_id] = identity
        return identity

    def identity(self, identity_id: str) -> Identity:
        """Return an identity.

        Raises:
            ResourceNotFoundError: there is no such identity in this region.
        """
        if identity_id not in self.identities:
            raise ResourceNotFoundError(f"Identity '{identity_id}' not found.")
        return self.identities[identity_id]

    def get_credentials(
        self, identity_id: str, logins: Mapping[str, str] | None, custom_role_arn: str | None
    ) -> Session:
        """Assume the pool's role for an identity.

        Raises:
            InvalidIdentityPoolConfigurationError: the pool has no role for the identity, the role is gone, or
                its trust policy does not let this pool's identities assume it.
            NotAuthorizedError: the login is not this identity's, or brings no role.
        """
        identity = self.identity(identity_id)
        pool = self.pool(identity.pool_id)
        login = _admitted(pool, logins)
        if (login and login.subject) != (identity.login and identity.login.subject):
            raise NotAuthorizedError(f"Access to Identity '{identity_id}' is forbidden.")
        claims: dict[str, ContextValue] = {
            f"{PROVIDER}:aud": pool.pool_id,
            f"{PROVIDER}:amr": login.amr if login else ["unauthenticated"],
            f"{PROVIDER}:sub": identity_id,
        }
        role = find_role(choose_role(pool.roles, login, custom_role_arn))
        if role is None or not _trusted(role, claims):
            raise InvalidIdentityPoolConfigurationError
        return open_session(
            self.region_name,
            role.arn,
            "CognitoIdentityCredentials",
            {"aws:FederatedProvider": PROVIDER, **claims},
            None if login else SCOPE_DOWN,
        )


def _admitted(pool: IdentityPool, logins: Mapping[str, str] | None) -> Login | None:
    """Return who signed in, None for a guest, or refuse."""
    if not logins:
        if not pool.settings["AllowUnauthenticatedIdentities"]:
            raise NotAuthorizedError("Unauthenticated access is not supported for this identity pool.")
        return None
    if len(logins) > 1:
        raise NotImplementedError("The emulator's identity pools take one login at a time.")
    ((provider, token),) = logins.items()
    clients = {
        listed["ClientId"]: listed.get("ServerSideTokenCheck", False)
        for listed in pool.settings.get("CognitoIdentityProviders", [])
        if listed["ProviderName"] == provider
    }
    if not clients:
        raise NotAuthorizedError("Token is not from a supported provider of this identity pool.")
    try:
        return Login(provider, check_id_token(provider, clients, token))
    except InvalidTokenError as error:
        raise NotAuthorizedError(str(error)) from error


def _trusted(role: Role, claims: Context) -> bool:
    """Whether a role's trust policy lets an identity with these claims assume it."""
    request = Request(
        principal=Principal(kind="Federated", name=PROVIDER),
        action="sts:AssumeRoleWithWebIdentity",
        resource=role.arn,
        context=claims,
    )
    try:
        return trust_allows(parse_policy(role.assume_role_policy_document), request)
    except MalformedPolicyError:
        return False


def _checked(settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str] | None]:
    name = settings["IdentityPoolName"]
    if not _POOL_NAME.fullmatch(name):
        raise InvalidParameterError(
            f"1 validation error detected: Value '{name}' at 'identityPoolName' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: [\w\s+=,.@-]+"
        )
    for provider in settings.get("CognitoIdentityProviders", []):
        if not {"ProviderName", "ClientId"} <= set(provider):
            raise InvalidParameterError(
                "Each of CognitoIdentityProviders needs a ProviderName and a ClientId."
            )
    own = {
        key: value
        for key, value in settings.items()
        if value is not None and key not in {"IdentityPoolId", "IdentityPoolTags"}
    }
    return own, settings.get("IdentityPoolTags")


cognitoidentity_backends = BackendDict(CognitoIdentityBackend, "cognito-identity")
