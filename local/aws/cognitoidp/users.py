"""The users and groups of a pool."""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from local.aws.cognitoidp.exceptions import invalid
from local.aws.cognitoidp.passwords import PasswordHash
from local.aws.cognitoidp.settings import STANDARD_ATTRIBUTES

SOFTWARE_TOKEN = "SOFTWARE_TOKEN_MFA"  # noqa: S105 - the API's name of a challenge
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
_LAST = 2**31
"""Precedence of a group that has none: behind all others."""

UserStatus = Literal["CONFIRMED", "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED"]


@dataclass
class Group:
    """A group, whose role its users act as."""

    name: str
    pool_id: str
    settings: dict[str, Any]
    """Description, RoleArn and Precedence, as far as they were given."""
    created: datetime
    modified: datetime

    @property
    def precedence(self) -> int:
        """Lower comes first."""
        return self.settings.get("Precedence", _LAST)

    @property
    def role_arn(self) -> str | None:
        """The role, or None."""
        return self.settings.get("RoleArn")

    def describe(self) -> dict[str, Any]:
        """Return the group in the form of the API."""
        return {
            "GroupName": self.name,
            "UserPoolId": self.pool_id,
            "CreationDate": self.created,
            "LastModifiedDate": self.modified,
            **self.settings,
        }


@dataclass
class Authenticator:
    """An authenticator app that shares a secret with the pool."""

    secret: bytes
    last_step: int
    """Time step of the last code that was accepted; none up to it is accepted again."""


@dataclass(frozen=True)
class ResetCode:
    """The code that was sent to choose a new password with."""

    code: str
    expires: datetime


@dataclass(eq=False)
class User:
    """Somebody who may sign in."""

    username: str
    """The name inside the pool: the sub, where people sign in with their e-mail address."""
    attributes: dict[str, str]
    password: PasswordHash
    password_set: datetime
    status: UserStatus
    created: datetime
    modified: datetime
    enabled: bool = True
    groups: set[str] = field(default_factory=set[str])
    reset_code: ResetCode | None = None
    pending_secret: bytes | None = None
    """Secret of an authenticator app that has not yet shown a code."""
    authenticator: Authenticator | None = None
    mfa_enabled: bool = False
    mfa_preferred: bool = False

    @property
    def sub(self) -> str:
        """The identifier that never changes."""
        return self.attributes["sub"]

    def describe(self, attributes: str = "Attributes") -> dict[str, Any]:
        """Return the user in the form of the API; operations differ in the name of the attributes."""
        return {
            "Username": self.username,
            attributes: [{"Name": name, "Value": value} for name, value in self.attributes.items()],
            "UserCreateDate": self.created,
            "UserLastModifiedDate": self.modified,
            "Enabled": self.enabled,
            "UserStatus": self.status,
        }

    def describe_mfa(self) -> dict[str, Any]:
        """Return which second factor is on, in the form of the API."""
        if not self.mfa_enabled:
            return {}
        preferred = {"PreferredMfaSetting": SOFTWARE_TOKEN} if self.mfa_preferred else {}
        return {"UserMFASettingList": [SOFTWARE_TOKEN], **preferred}


def read_attributes(given: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Read attributes in the form of the API; an empty value means that the attribute goes.

    Raises:
        CognitoIdpError: one is not in the schema, or has a value that it cannot have.
    """
    attributes = {attribute["Name"]: attribute.get("Value", "") for attribute in given}
    for name, value in attributes.items():
        if name not in STANDARD_ATTRIBUTES:
            raise invalid(
                f"Attributes did not conform to the schema: {name}: Attribute does not exist in the schema."
            )
        if name == "sub":
            raise invalid("Cannot modify the non-mutable attribute sub")
        if name.endswith("_verified") and value not in {"true", "false"}:
            raise invalid(f"Invalid value for attribute {name}: '{value}'; use true or false.")
    if attributes.get("email"):
        check_email(attributes["email"])
    return attributes


def check_email(address: str) -> None:
    """Refuse what is no e-mail address.

    Raises:
        CognitoIdpError: it is none.
    """
    if not _EMAIL.fullmatch(address):
        raise invalid(f"Invalid email address format: '{address}'.")


def new_code() -> str:
    """Return six random digits."""
    return f"{secrets.randbelow(10**6):06}"
