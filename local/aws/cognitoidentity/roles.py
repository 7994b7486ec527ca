"""Which of a pool's roles an identity gets."""

import json
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.aws.cognitoidentity.exceptions import InvalidIdentityPoolConfigurationError, NotAuthorizedError
from local.aws.services import InvalidParameterError

_MATCHES: dict[str, Callable[[str, str], bool]] = {
    "Contains": operator.contains,
    "Equals": operator.eq,
    "NotEqual": operator.ne,
    "StartsWith": str.startswith,
}
"""MatchType: compares a claim with a rule's value."""


@dataclass(frozen=True)
class Login:
    """Somebody for whom a user pool vouches."""

    provider: str
    """The user pool's name as identity provider."""
    claims: Mapping[str, Any]
    """Of the id token."""

    @property
    def subject(self) -> str:
        """Who it is, unlike everybody else."""
        return f"{self.provider}:CognitoSignIn:{self.claims['sub']}"

    @property
    def amr(self) -> list[str]:
        """How the identity pool describes this login to IAM."""
        return ["authenticated", self.provider, self.subject]


def check_mappings(mappings: Mapping[str, Any]) -> None:
    """Hold `RoleMappings` to AWS's rules.

    Raises:
        InvalidParameterError: one breaks them.
    """
    for provider, mapping in mappings.items():
        if mapping["Type"] not in {"Token", "Rules"}:
            raise InvalidParameterError(f"Type of the mapping for {provider} must be Token or Rules.")
        if mapping.get("AmbiguousRoleResolution") not in {"AuthenticatedRole", "Deny"}:
            raise InvalidParameterError(
                f"AmbiguousRoleResolution of the mapping for {provider} must be AuthenticatedRole or Deny."
            )
        rules = mapping.get("RulesConfiguration", {}).get("Rules", [])
        if (mapping["Type"] == "Rules") != bool(rules):
            raise InvalidParameterError(
                f"The mapping for {provider} needs Rules if, and only if, its Type is Rules."
            )
        for rule in rules:
            if rule["MatchType"] not in _MATCHES:
                raise InvalidParameterError(f"MatchType must be one of {', '.join(_MATCHES)}.")


def choose_role(pool_roles: Mapping[str, Any], login: Login | None, custom_role_arn: str | None) -> str:
    """Return the ARN of the role that an identity acts as.

    Args:
        pool_roles: `SetIdentityPoolRoles`' Roles and RoleMappings.
        login: who it is; None for a guest.
        custom_role_arn: the role that is asked for; must be one that the token names.

    Raises:
        InvalidIdentityPoolConfigurationError: the pool has no role for such an identity.
        NotAuthorizedError: the login brings no role, or not the one that is asked for.
    """
    mapping = _mapping(pool_roles, login) if login else None
    named: list[str] = []
    if login and mapping and mapping["Type"] == "Token":
        named = login.claims.get("cognito:roles", [])
    if custom_role_arn is not None:
        if custom_role_arn not in named:
            raise NotAuthorizedError("CustomRoleArn is not among the roles of the token.")
        return custom_role_arn
    if login and mapping:
        mapped = _mapped_role(mapping, login.claims, named)
        if mapped:
            return mapped
        if mapping["AmbiguousRoleResolution"] == "Deny":
            raise NotAuthorizedError("The token brings no role, or several of which none is preferred.")
    role = pool_roles.get("Roles", {}).get("authenticated" if login else "unauthenticated")
    if role is None:
        raise InvalidIdentityPoolConfigurationError
    return role


def _mapping(pool_roles: Mapping[str, Any], login: Login) -> Mapping[str, Any] | None:
    return pool_roles.get("RoleMappings", {}).get(f"{login.provider}:{login.claims['aud']}")


def _mapped_role(mapping: Mapping[str, Any], claims: Mapping[str, Any], named: list[str]) -> str | None:
    if mapping["Type"] == "Token":
        return claims.get("cognito:preferred_role") or (named[0] if len(named) == 1 else None)
    for rule in mapping["RulesConfiguration"]["Rules"]:
        claim = claims.get(rule["Claim"])
        text = claim if isinstance(claim, str) else json.dumps(claim)
        if claim is not None and _MATCHES[rule["MatchType"]](text, rule["Value"]):
            return rule["RoleARN"]
    return None
