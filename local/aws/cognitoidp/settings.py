"""What user pools and their clients can be set to: AWS's defaults, its rules, and what the emulator lacks."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from local.aws.cognitoidp.exceptions import invalid

Settings = dict[str, Any]
"""Parameters in the form of the API."""

STANDARD_ATTRIBUTES = (
    "sub",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "email_verified",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "phone_number_verified",
    "address",
    "updated_at",
)
_NAME = re.compile(r"[\w\s+=,.@-]{1,128}")
_NOT_EMULATED_POOL = (
    "AliasAttributes",
    "DeviceConfiguration",
    "LambdaConfig",
    "Schema",
    "SmsConfiguration",
    "UserPoolAddOns",
)
_NOT_EMULATED_CLIENT = (
    "AllowedOAuthFlowsUserPoolClient",
    "AnalyticsConfiguration",
    "ClientSecret",
    "GenerateSecret",
)
_UNITS = {
    "seconds": timedelta(seconds=1),
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
}
_VALIDITIES = {
    "AccessToken": (timedelta(minutes=5), timedelta(days=1), "hours"),
    "IdToken": (timedelta(minutes=5), timedelta(days=1), "hours"),
    "RefreshToken": (timedelta(hours=1), timedelta(days=3650), "days"),
}
"""Token: the shortest and the longest time it may be valid, and the unit when none is given."""
_SESSION_MINUTES = range(3, 16)


def pool_settings(given: Mapping[str, Any], fixed: Mapping[str, Any]) -> Settings:
    """Return a pool's settings: AWS's defaults under what was given.

    Args:
        given: parameters of CreateUserPool or UpdateUserPool.
        fixed: what was decided when the pool was created and cannot change.

    Raises:
        CognitoIdpError: a parameter breaks a rule.
        NotImplementedError: it asks for what the emulator lacks.
    """
    own = {
        key: value for key, value in given.items() if key not in {"PoolName", "UserPoolId", "UserPoolTags"}
    }
    _refuse_absent(own, _NOT_EMULATED_POOL)
    if own.get("MfaConfiguration") == "ON":
        raise NotImplementedError("The emulator knows MfaConfiguration OFF and OPTIONAL, not ON.")
    if own.get("UsernameAttributes", []) not in ([], ["email"]):
        raise NotImplementedError("The emulator knows no UsernameAttributes but email.")
    if not _NAME.fullmatch(given.get("PoolName", "-")):
        raise invalid(rf"PoolName '{given['PoolName']}' must be 1 to 128 of [\w\s+=,.@-].")
    invitation = own.get("AdminCreateUserConfig", {}).get("InviteMessageTemplate", {})
    message = invitation.get("EmailMessage", "{username} {####}")
    if "{####}" not in message or "{username}" not in message:
        raise invalid("InviteMessageTemplate.EmailMessage must contain {username} and {####}.")
    policies = own.get("Policies", {})
    days = own.get("AdminCreateUserConfig", {}).get("UnusedAccountValidityDays", 7)
    return {
        "DeletionProtection": "INACTIVE",
        "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT"},
        "MfaConfiguration": "OFF",
        "UserPoolTier": "ESSENTIALS",
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_CODE"},
        **own,
        "AdminCreateUserConfig": {
            "AllowAdminCreateUserOnly": False,
            "UnusedAccountValidityDays": days,
            **own.get("AdminCreateUserConfig", {}),
        },
        "Policies": {
            "SignInPolicy": policies.get("SignInPolicy", {"AllowedFirstAuthFactors": ["PASSWORD"]}),
            "PasswordPolicy": _password_policy(policies.get("PasswordPolicy"), days),
        },
        **fixed,
    }


def client_settings(given: Mapping[str, Any]) -> Settings:
    """Return a client's settings: AWS's defaults under CreateUserPoolClient's or UpdateUserPoolClient's parameters.

    Raises:
        CognitoIdpError: a parameter breaks a rule.
        NotImplementedError: it asks for what the emulator lacks.
    """
    own = {key: value for key, value in given.items() if key not in {"ClientId", "UserPoolId"}}
    _refuse_absent(own, _NOT_EMULATED_CLIENT)
    if own.get("RefreshTokenRotation", {}).get("Feature") == "ENABLED":
        raise NotImplementedError("The emulator does not rotate refresh tokens.")
    if not _NAME.fullmatch(own.get("ClientName", "-")):
        raise invalid(rf"ClientName '{own['ClientName']}' must be 1 to 128 of [\w\s+=,.@-].")
    settings: Settings = {
        "AllowedOAuthFlowsUserPoolClient": False,
        "AuthSessionValidity": 3,
        "EnablePropagateAdditionalUserContextData": False,
        "EnableTokenRevocation": True,
        "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
        "PreventUserExistenceErrors": "LEGACY",
        "RefreshTokenValidity": 30,
        "TokenValidityUnits": {},
        **own,
    }
    if settings["AuthSessionValidity"] not in _SESSION_MINUTES:
        raise invalid(f"AuthSessionValidity is {settings['AuthSessionValidity']}; use 3 to 15 minutes.")
    for token, (shortest, longest, _) in _VALIDITIES.items():
        if not shortest <= token_validity(settings, token) <= longest:
            raise invalid(
                f"Invalid range for token validity: {token} must live from {shortest} to {longest}."
            )
    return settings


def token_validity(settings: Mapping[str, Any], token: str) -> timedelta:
    """Return how long a client's AccessToken, IdToken or RefreshToken is valid."""
    unit = settings["TokenValidityUnits"].get(token, _VALIDITIES[token][2])
    try:
        return settings.get(f"{token}Validity", 1) * _UNITS[unit]
    except OverflowError:
        return timedelta.max


def _password_policy(given: Mapping[str, Any] | None, days: int) -> Settings:
    required = given is None
    policy: Settings = {
        "MinimumLength": 8,
        "RequireUppercase": required,
        "RequireLowercase": required,
        "RequireNumbers": required,
        "RequireSymbols": required,
        "TemporaryPasswordValidityDays": days,
        **(given or {}),
    }
    if policy.get("PasswordHistorySize"):
        raise NotImplementedError("The emulator keeps no PasswordHistorySize of passwords.")
    if policy["MinimumLength"] not in range(6, 100):
        raise invalid(f"MinimumLength is {policy['MinimumLength']}; use 6 to 99.")
    if policy["TemporaryPasswordValidityDays"] not in range(366):
        raise invalid(
            f"TemporaryPasswordValidityDays is {policy['TemporaryPasswordValidityDays']}; use 0 to 365."
        )
    return policy


def _refuse_absent(given: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if given.get(name):
            raise NotImplementedError(f"The emulator's user pools have no {name}.")
