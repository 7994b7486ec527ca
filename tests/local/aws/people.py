"""People who sign in: a user pool, its clock, its mails, and an authenticator app."""

import base64
import hmac
import json
import re
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from local.aws.mail import Mail

TEMPORARY = "Temporary-pass-1"
PASSWORD = "Correct-horse-1"
POLICY = {
    "MinimumLength": 12,
    "RequireUppercase": True,
    "RequireLowercase": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
    "TemporaryPasswordValidityDays": 7,
}
CLIENT = {
    "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    "PreventUserExistenceErrors": "ENABLED",
    "EnableTokenRevocation": True,
    "AccessTokenValidity": 15,
    "IdTokenValidity": 15,
    "RefreshTokenValidity": 12,
    "TokenValidityUnits": {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "hours"},
    "AuthSessionValidity": 15,
}


@dataclass
class Time:
    """A clock that stands still until it is moved."""

    moment: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        """Return the moment."""
        return self.moment

    def pass_by(self, **duration: float) -> None:
        """Move on by a `timedelta`'s arguments."""
        self.moment += timedelta(**duration)


@dataclass
class People:
    """A user pool for people with e-mail addresses, and a client of it."""

    cognito: Any
    pool_id: str
    client_id: str
    mails: list[Mail] = field(default_factory=list[Mail])

    def invite(self, address: str, *groups: str) -> None:
        """Create a user with the temporary password."""
        self.cognito.admin_create_user(
            UserPoolId=self.pool_id,
            Username=address,
            TemporaryPassword=TEMPORARY,
            UserAttributes=[{"Name": "email_verified", "Value": "true"}],
            MessageAction="SUPPRESS",
        )
        for group in groups:
            self.cognito.admin_add_user_to_group(UserPoolId=self.pool_id, Username=address, GroupName=group)

    def admit(self, address: str, *groups: str) -> dict[str, Any]:
        """Create a user with a password of its own; return the tokens of the first sign-in."""
        self.invite(address, *groups)
        self.cognito.admin_set_user_password(
            UserPoolId=self.pool_id, Username=address, Password=PASSWORD, Permanent=True
        )
        return self.sign_in(address)["AuthenticationResult"]

    def sign_in(self, address: str, password: str = PASSWORD) -> dict[str, Any]:
        """Begin a sign-in with a password."""
        return self.cognito.initiate_auth(
            ClientId=self.client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": address, "PASSWORD": password},
        )

    def respond(self, challenge: dict[str, Any], address: str, **responses: str) -> dict[str, Any]:
        """Answer a challenge."""
        return self.cognito.respond_to_auth_challenge(**self.response(challenge, address, **responses))

    def response(self, challenge: dict[str, Any], address: str, **responses: str) -> dict[str, Any]:
        """Return the arguments that answer a challenge."""
        return {
            "ClientId": self.client_id,
            "ChallengeName": challenge["ChallengeName"],
            "Session": challenge["Session"],
            "ChallengeResponses": {"USERNAME": address, **responses},
        }

    def refreshing(self, token: str) -> dict[str, Any]:
        """Return the arguments of a refresh."""
        return {
            "ClientId": self.client_id,
            "AuthFlow": "REFRESH_TOKEN_AUTH",
            "AuthParameters": {"REFRESH_TOKEN": token},
        }

    def last_code(self) -> str:
        """Return the six digits of the last mail."""
        found = re.search(r"\d{6}", self.mails[-1].text)
        assert found
        return found[0]


def claims_of(token: str) -> dict[str, Any]:
    """Read a token without checking it."""
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def app_code(secret: str, moment: datetime) -> str:
    """Return what an authenticator app shows, written after RFC 4226 and 6238."""
    message = struct.pack(">Q", int(moment.timestamp() // 30))
    digest = hmac.new(base64.b32decode(secret), message, "sha1").digest()
    (number,) = struct.unpack_from(">I", digest, digest[19] & 0xF)
    return str(number % 2**31)[-6:].zfill(6)
