"""User pools with their clients, groups and users."""

import re
import secrets
import string
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from joserfc.jwk import RSAKey
from moto.core.base_backend import BackendDict, BaseBackend

from local.aws.account import ACCOUNT_ID, PARTITION
from local.aws.clock import clock
from local.aws.cognitoidp.attempts import HourlyLimit, Lockout
from local.aws.cognitoidp.exceptions import CognitoIdpError, invalid
from local.aws.cognitoidp.passwords import (
    NOBODYS_PASSWORD,
    check_password,
    generate_password,
    hash_password,
)
from local.aws.cognitoidp.settings import (
    STANDARD_ATTRIBUTES,
    Settings,
    client_settings,
    pool_settings,
    token_validity,
)
from local.aws.cognitoidp.users import Group, User, UserStatus, check_email, read_attributes
from local.aws.mail import Mail, send_mail

_FIXED = ("UsernameAttributes", "UsernameConfiguration")
"""What UpdateUserPool cannot change."""
_USERNAME = re.compile(r"\S{1,128}")
_GROUP_NAME = re.compile(r"\S{1,128}")
_FILTER = re.compile(r'\s*(?P<name>[\w:]+)\s*(?P<how>\^?=)\s*"(?P<value>[^"]*)"\s*')


@dataclass
class Client:
    """An application that signs people in."""

    client_id: str
    pool_id: str
    settings: Settings
    created: datetime
    modified: datetime

    def describe(self) -> dict[str, Any]:
        """Return the client in the form of the API."""
        return {
            "ClientId": self.client_id,
            "UserPoolId": self.pool_id,
            "CreationDate": self.created,
            "LastModifiedDate": self.modified,
            **self.settings,
        }

    def lifetime(self, token: str) -> timedelta:
        """Return how long an AccessToken, an IdToken or a RefreshToken is valid."""
        return token_validity(self.settings, token)


@dataclass
class Grant:
    """What one sign-in started: the refresh token and all tokens made with it."""

    origin_jti: str
    user: User
    client_id: str
    refresh_token: str
    auth_time: datetime
    expires: datetime
    revoked: bool = False


@dataclass(frozen=True)
class Session:
    """A sign-in that waits for the answer to a challenge."""

    user: User
    client_id: str
    challenge: str
    expires: datetime


def _now() -> datetime:
    return clock.now()


@dataclass
class UserPool:
    """A user pool."""

    pool_id: str
    name: str
    settings: Settings
    tags: dict[str, str]
    created: datetime
    modified: datetime
    software_token_mfa: bool = False
    """Whether an authenticator app can be a second factor."""
    clients: dict[str, Client] = field(default_factory=dict[str, Client])
    groups: dict[str, Group] = field(default_factory=dict[str, Group])
    users: dict[str, User] = field(default_factory=dict[str, User])
    """By the name inside the pool."""
    grants: dict[str, Grant] = field(default_factory=dict[str, Grant])
    """By origin_jti."""
    sessions: dict[str, Session] = field(default_factory=dict[str, Session])
    lockout: Lockout = field(default_factory=lambda: Lockout(_now))
    mails: HourlyLimit = field(default_factory=lambda: HourlyLimit(_now))
    """Codes sent to a name."""
    guesses: HourlyLimit = field(default_factory=lambda: HourlyLimit(_now))
    """Wrong codes and wrong previous passwords of a name."""

    @property
    def region(self) -> str:
        """Where the pool is."""
        return self.pool_id.partition("_")[0]

    @property
    def provider(self) -> str:
        """The pool's name as identity provider: its issuer without the scheme."""
        return f"cognito-idp.{self.region}.amazonaws.com/{self.pool_id}"

    @property
    def arn(self) -> str:
        """The pool's ARN."""
        return f"arn:{PARTITION}:cognito-idp:{self.region}:{ACCOUNT_ID}:userpool/{self.pool_id}"

    @cached_property
    def key(self) -> RSAKey:
        """What tokens are signed with; made for the first of them, because it takes long."""
        return RSAKey.generate_key(2048, {"kid": str(uuid.uuid4()), "use": "sig", "alg": "RS256"})

    @property
    def email_is_username(self) -> bool:
        """Whether people sign in with their e-mail address."""
        return self.settings.get("UsernameAttributes") == ["email"]

    def describe(self) -> dict[str, Any]:
        """Return the pool in the form of the API."""
        schema = [
            {
                "Name": name,
                "AttributeDataType": "Boolean" if name.endswith("_verified") else "String",
                "DeveloperOnlyAttribute": False,
                "Mutable": name != "sub",
                "Required": name == "sub",
            }
            for name in STANDARD_ATTRIBUTES
        ]
        return {
            "Id": self.pool_id,
            "Name": self.name,
            "Arn": self.arn,
            "CreationDate": self.created,
            "LastModifiedDate": self.modified,
            "EstimatedNumberOfUsers": len(self.users),
            "UserPoolTags": self.tags,
            "SchemaAttributes": schema,
            **self.settings,
        }

    def describe_mfa(self) -> dict[str, Any]:
        """Return which second factors there are, in the form of the API."""
        software = {"SoftwareTokenMfaConfiguration": {"Enabled": True}} if self.software_token_mfa else {}
        return {"MfaConfiguration": self.settings["MfaConfiguration"], **software}

    def update(self, given: Mapping[str, Any]) -> None:
        """Set everything anew from UpdateUserPool's parameters: what is not given gets its default."""
        fixed = {name: self.settings[name] for name in _FIXED if name in self.settings}
        self.settings = pool_settings(given, fixed)
        self.name = given.get("PoolName", self.name)
        self.tags = dict(given.get("UserPoolTags", self.tags))
        self.modified = clock.now()

    def set_mfa(self, given: Mapping[str, Any]) -> None:
        """Set the second factors from SetUserPoolMfaConfig's parameters.

        Raises:
            CognitoIdpError: a second factor shall be possible, but there is none.
            NotImplementedError: it asks for another than an authenticator app, or to force everyone.
        """
        configuration = given.get("MfaConfiguration", "OFF")
        software = given.get("SoftwareTokenMfaConfiguration", {}).get("Enabled", False)
        for name in ("SmsMfaConfiguration", "EmailMfaConfiguration", "WebAuthnConfiguration"):
            if given.get(name):
                raise NotImplementedError(f"The emulator's user pools have no {name}.")
        if configuration == "ON":
            raise NotImplementedError("The emulator knows MfaConfiguration OFF and OPTIONAL, not ON.")
        if configuration == "OPTIONAL" and not software:
            raise invalid("Invalid MFA configuration given, can't turn on MFA without an MFA method.")
        self.software_token_mfa = software
        self.settings["MfaConfiguration"] = configuration

    def create_client(self, given: Mapping[str, Any]) -> Client:
        """Create a client from CreateUserPoolClient's parameters."""
        now = clock.now()
        client = Client(_random_id(26), self.pool_id, client_settings(given), now, now)
        self.clients[client.client_id] = client
        return client

    def update_client(self, client_id: str, given: Mapping[str, Any]) -> Client:
        """Set a client anew from UpdateUserPoolClient's parameters: what is not given gets its default."""
        client = self.client(client_id)
        client.settings = client_settings({"ClientName": client.settings["ClientName"], **given})
        client.modified = clock.now()
        return client

    def delete_client(self, client_id: str) -> None:
        """Delete a client; the tokens that it got are refused from now on."""
        del self.clients[self.client(client_id).client_id]
        self.grants = {key: grant for key, grant in self.grants.items() if grant.client_id != client_id}

    def client(self, client_id: str) -> Client:
        """Return a client.

        Raises:
            CognitoIdpError: there is none of that id.
        """
        if client_id not in self.clients:
            raise _no_client(client_id)
        return self.clients[client_id]

    def create_group(self, name: str, given: Mapping[str, Any]) -> Group:
        """Create a group.

        Raises:
            CognitoIdpError: there is one of that name, or a parameter breaks a rule.
        """
        if name in self.groups:
            raise CognitoIdpError("GroupExistsException", "A group with the name already exists.")
        if not _GROUP_NAME.fullmatch(name):
            raise invalid(f"GroupName '{name}' must be 1 to 128 characters without spaces.")
        now = clock.now()
        self.groups[name] = Group(name, self.pool_id, _group_settings(given), now, now)
        return self.groups[name]

    def update_group(self, name: str, given: Mapping[str, Any]) -> Group:
        """Change what is given of a group."""
        group = self.group(name)
        group.settings |= _group_settings(given)
        group.modified = clock.now()
        return group

    def delete_group(self, name: str) -> None:
        """Delete a group; its users stay."""
        del self.groups[self.group(name).name]
        for user in self.users.values():
            user.groups.discard(name)

    def group(self, name: str) -> Group:
        """Return a group.

        Raises:
            CognitoIdpError: there is none of that name.
        """
        if name not in self.groups:
            raise CognitoIdpError("ResourceNotFoundException", "Group not found.")
        return self.groups[name]

    def groups_of(self, user: User) -> list[Group]:
        """Return a user's groups, those of the lowest precedence value first."""
        own = [self.groups[name] for name in user.groups]
        return sorted(own, key=lambda group: (group.precedence, group.name))

    def create_user(self, given: Mapping[str, Any]) -> User:
        """Create a user from AdminCreateUser's parameters and send the invitation, or send it again.

        Raises:
            CognitoIdpError: the user exists already, or does not where the invitation shall go again;
                or a parameter breaks a rule.
            NotImplementedError: the invitation would have to go by SMS.
        """
        action, name = given.get("MessageAction"), given["Username"]
        if action != "SUPPRESS" and given.get("DesiredDeliveryMediums") != ["EMAIL"]:
            raise NotImplementedError(
                "The emulator sends no SMS: give DesiredDeliveryMediums EMAIL or MessageAction SUPPRESS."
            )
        password = given.get("TemporaryPassword") or generate_password(self.password_policy)
        check_password(password, self.password_policy)
        if action == "RESEND":
            user = self.user(name)
            if user.status != "FORCE_CHANGE_PASSWORD":
                message = f"Resend not possible. {name} status is not FORCE_CHANGE_PASSWORD"
                raise CognitoIdpError("UnsupportedUserStateException", message)
        else:
            user = self._new_user(name, read_attributes(given.get("UserAttributes", [])))
        if action != "SUPPRESS" and not user.attributes.get("email"):
            raise invalid("User has no email attribute to send the invitation to.")
        self.users[user.username] = user
        self.set_password(user, password, "FORCE_CHANGE_PASSWORD")
        if action != "SUPPRESS":
            self._invite(user, name, password)
        return user

    def set_password(self, user: User, password: str, status: UserStatus) -> None:
        """Give a user a password; unfinished sign-ins end.

        Raises:
            CognitoIdpError: InvalidPasswordException, the password breaks the pool's policy.
        """
        check_password(password, self.password_policy)
        user.password = hash_password(password)
        user.password_set = user.modified = clock.now()
        user.status = status
        user.reset_code = None
        self.forget_sessions(user)

    def update_attributes(self, user: User, given: Mapping[str, str]) -> None:
        """Change a user's attributes; a new e-mail address is not verified unless that is said too.

        Raises:
            CognitoIdpError: somebody else signs in with that address.
        """
        changes = dict(given)
        address = changes.get("email", user.attributes.get("email"))
        if address != user.attributes.get("email"):
            changes.setdefault("email_verified", "false")
            if self.email_is_username:
                if not address:
                    raise invalid("The attribute email is needed to sign in and cannot be removed.")
                if self.find_user(address) not in (None, user):
                    message = "An account with the given email already exists."
                    raise CognitoIdpError("AliasExistsException", message)
        merged = {**user.attributes, **changes}
        user.attributes = {name: value for name, value in merged.items() if value}
        user.modified = clock.now()

    def delete_user(self, user: User) -> None:
        """Delete a user, who is signed out by it."""
        self.sign_out(user)
        self.forget_sessions(user)
        del self.users[user.username]

    def disable_user(self, user: User) -> None:
        """Keep a user from signing in; who is signed in is signed out."""
        user.enabled = False
        user.modified = clock.now()
        self.sign_out(user)
        self.forget_sessions(user)

    def sign_out(self, user: User) -> None:
        """Revoke all tokens of a user."""
        for grant in self.grants.values():
            if grant.user is user:
                grant.revoked = True

    def forget_sessions(self, user: User) -> None:
        """End a user's unfinished sign-ins."""
        self.sessions = {key: session for key, session in self.sessions.items() if session.user is not user}

    def user(self, name: str) -> User:
        """Return a user.

        Raises:
            CognitoIdpError: there is none of that name.
        """
        user = self.find_user(name)
        if user is None:
            raise CognitoIdpError("UserNotFoundException", "User does not exist.")
        return user

    def find_user(self, name: str) -> User | None:
        """Return the user with this name or, where people sign in with it, e-mail address; or None."""
        wanted = self.normalized(name)
        for user in self.users.values():
            names = [user.username]
            if self.email_is_username:
                names.append(user.attributes.get("email", ""))
            if wanted in map(self.normalized, names):
                return user
        return None

    def normalized(self, name: str) -> str:
        """Return a name as this pool compares it."""
        sensitive = self.settings.get("UsernameConfiguration", {}).get("CaseSensitive", True)
        return name if sensitive else name.lower()

    def list_users(self, query: str | None) -> list[User]:
        """Return the users, all or those that a `Filter` such as `email ^= "me@"` lets through.

        Raises:
            CognitoIdpError: the filter cannot be read.
        """
        if not query:
            return list(self.users.values())
        found = _FILTER.fullmatch(query)
        if found is None:
            raise invalid(f"Filter '{query}' is not of the form: attribute = \"value\".")

        def fits(user: User) -> bool:
            values = {
                **user.attributes,
                "username": user.username,
                "cognito:user_status": user.status,
                "status": "Enabled" if user.enabled else "Disabled",
            }
            value = values.get(found["name"], "")
            return value.startswith(found["value"]) if found["how"] == "^=" else value == found["value"]

        return [user for user in self.users.values() if fits(user)]

    @property
    def password_policy(self) -> Settings:
        """`PasswordPolicy`, complete."""
        return self.settings["Policies"]["PasswordPolicy"]

    def _new_user(self, name: str, attributes: Mapping[str, str]) -> User:
        if not _USERNAME.fullmatch(name):
            raise invalid(f"Username '{name}' must be 1 to 128 characters without spaces.")
        if self.find_user(name):
            raise CognitoIdpError("UsernameExistsException", "User account already exists")
        sub = str(uuid.uuid4())
        if self.email_is_username:
            check_email(name)
            if self.normalized(attributes.get("email", name)) != self.normalized(name):
                raise invalid("The attribute email must be the Username.")
            attributes = {**attributes, "email": name}
        now = clock.now()
        return User(
            username=sub if self.email_is_username else name,
            attributes={"sub": sub, **{key: value for key, value in attributes.items() if value}},
            password=NOBODYS_PASSWORD,
            password_set=now,
            status="FORCE_CHANGE_PASSWORD",
            created=now,
            modified=now,
        )

    def _invite(self, user: User, name: str, password: str) -> None:
        template = self.settings["AdminCreateUserConfig"].get("InviteMessageTemplate", {})
        text = template.get("EmailMessage", "Your username is {username} and temporary password is {####}.")
        subject = template.get("EmailSubject", "Your temporary password")
        filled = text.replace("{username}", name).replace("{####}", password)
        send_mail(Mail(user.attributes["email"], subject, filled))


class CognitoIdpBackend(BaseBackend):
    """The user pools of one region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.pools: dict[str, UserPool] = {}

    def create_pool(self, given: Mapping[str, Any]) -> UserPool:
        """Create a pool from CreateUserPool's parameters."""
        now = clock.now()
        fixed = {name: given[name] for name in _FIXED if name in given}
        pool_id = f"{self.region_name}_{_random_id(9)}"
        settings = pool_settings(given, fixed)
        tags = dict(given.get("UserPoolTags", {}))
        self.pools[pool_id] = UserPool(pool_id, given["PoolName"], settings, tags, now, now)
        return self.pools[pool_id]

    def delete_pool(self, pool_id: str) -> None:
        """Delete a pool with all that is in it.

        Raises:
            CognitoIdpError: there is none of that id, or it is protected.
        """
        if self.pool(pool_id).settings["DeletionProtection"] == "ACTIVE":
            raise invalid(
                "The user pool cannot be deleted because deletion protection is activated. "
                "Deletion protection must be inactivated first."
            )
        del self.pools[pool_id]

    def pool(self, pool_id: str) -> UserPool:
        """Return a pool.

        Raises:
            CognitoIdpError: there is none of that id in this region.
        """
        if pool_id not in self.pools:
            raise CognitoIdpError("ResourceNotFoundException", f"User pool {pool_id} does not exist.")
        return self.pools[pool_id]


cognitoidp_backends = BackendDict(CognitoIdpBackend, "cognito-idp")


def find_pool(pool_id: str) -> UserPool | None:
    """Return a pool by its id, whichever region it is in, or None."""
    return next((pool for pool in _all_pools() if pool.pool_id == pool_id), None)


def find_client(client_id: str) -> tuple[UserPool, Client]:
    """Return a client and its pool, whichever region it is in.

    Raises:
        CognitoIdpError: there is none of that id.
    """
    for pool in _all_pools():
        if client_id in pool.clients:
            return pool, pool.clients[client_id]
    raise _no_client(client_id)


def _all_pools() -> Iterator[UserPool]:
    for backend in list(cognitoidp_backends[ACCOUNT_ID].values()):
        yield from list(backend.pools.values())


def _no_client(client_id: str) -> CognitoIdpError:
    return CognitoIdpError("ResourceNotFoundException", f"User pool client {client_id} does not exist.")


def _group_settings(given: Mapping[str, Any]) -> Settings:
    return {name: given[name] for name in ("Description", "RoleArn", "Precedence") if name in given}


def _random_id(length: int) -> str:
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(length))
