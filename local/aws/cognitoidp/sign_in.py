"""Signing in: password, new password, authenticator app, and then tokens."""

import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from local.aws.clock import clock
from local.aws.cognitoidp.exceptions import CognitoIdpError, invalid, not_authorized
from local.aws.cognitoidp.models import Client, Session, UserPool
from local.aws.cognitoidp.passwords import NOBODYS_PASSWORD
from local.aws.cognitoidp.tokens import refresh, start_grant
from local.aws.cognitoidp.totp import find_step
from local.aws.cognitoidp.users import SOFTWARE_TOKEN, Authenticator, User, read_attributes

Answer = dict[str, Any]

NEW_PASSWORD = "NEW_PASSWORD_REQUIRED"  # noqa: S105 - the API's name of a challenge
WRONG_PASSWORD = "Incorrect username or password."  # noqa: S105 - a sentence
_FLOWS = {
    "CUSTOM_AUTH": "ALLOW_CUSTOM_AUTH",
    "REFRESH_TOKEN": "ALLOW_REFRESH_TOKEN_AUTH",
    "REFRESH_TOKEN_AUTH": "ALLOW_REFRESH_TOKEN_AUTH",
    "USER_AUTH": "ALLOW_USER_AUTH",
    "USER_PASSWORD_AUTH": "ALLOW_USER_PASSWORD_AUTH",
    "USER_SRP_AUTH": "ALLOW_USER_SRP_AUTH",
}
"""InitiateAuth's flow: what a client needs among its ExplicitAuthFlows."""
_ATTRIBUTE_PREFIX = "userAttributes."


def initiate_auth(pool: UserPool, client: Client, flow: str, parameters: Mapping[str, str]) -> Answer:
    """Begin a sign-in, or refresh tokens.

    Returns:
        `AuthenticationResult`, or a challenge.

    Raises:
        CognitoIdpError: whoever it is does not get in, or the client does not allow the flow.
        NotImplementedError: the client allows a flow that the emulator lacks.
    """
    if flow not in _FLOWS:
        raise invalid(f"Initiate Auth method not supported: {flow}.")
    if _FLOWS[flow] not in client.settings["ExplicitAuthFlows"]:
        raise invalid(f"{flow} flow not enabled for this client")
    if flow in {"REFRESH_TOKEN", "REFRESH_TOKEN_AUTH"}:
        token = _required(parameters, "REFRESH_TOKEN")
        return {"AuthenticationResult": refresh(pool, client, token), "ChallengeParameters": {}}
    if flow != "USER_PASSWORD_AUTH":
        raise NotImplementedError(f"The emulator signs in with USER_PASSWORD_AUTH, not with {flow}.")
    user = _check_password(pool, client, _required(parameters, "USERNAME"), _required(parameters, "PASSWORD"))
    if user.status == "RESET_REQUIRED":
        raise CognitoIdpError("PasswordResetRequiredException", "Password reset required for the user")
    if user.status == "CONFIRMED":
        return _second_factor(pool, client, user)
    days = timedelta(days=pool.password_policy["TemporaryPasswordValidityDays"])
    if clock.now() >= user.password_set + days:
        raise not_authorized("Temporary password has expired and must be reset by an administrator.")
    attributes = {name: value for name, value in user.attributes.items() if name != "sub"}
    parameters = {"requiredAttributes": "[]", "userAttributes": json.dumps(attributes)}
    return _challenge(pool, client, user, NEW_PASSWORD, parameters)


def respond_to_auth_challenge(
    pool: UserPool, client: Client, challenge: str, session_id: str, responses: Mapping[str, str]
) -> Answer:
    """Go on with a sign-in. A session is good for one right answer; after a wrong one it can be tried again.

    Returns:
        `AuthenticationResult`, or the next challenge.

    Raises:
        CognitoIdpError: the session is over or not for this, or the answer is wrong.
    """
    session = pool.sessions.get(session_id)
    if session is None or (session.client_id, session.challenge) != (client.client_id, challenge):
        raise not_authorized("Invalid session for the user.")
    if clock.now() >= session.expires:
        raise not_authorized("Invalid session for the user, session is expired.")
    user = session.user
    if pool.find_user(_required(responses, "USERNAME")) is not user:
        raise not_authorized("Invalid session for the user.")
    if challenge == NEW_PASSWORD:
        given = read_attributes(
            {"Name": name.removeprefix(_ATTRIBUTE_PREFIX), "Value": value}
            for name, value in responses.items()
            if name.startswith(_ATTRIBUTE_PREFIX)
        )
        if set(given) & {"email", "email_verified"}:
            raise invalid("Cannot modify an already provided email")
        pool.set_password(user, _required(responses, "NEW_PASSWORD"), "CONFIRMED")
        pool.update_attributes(user, given)
        return _second_factor(pool, client, user)
    _check_code(pool, user, _required(responses, "SOFTWARE_TOKEN_MFA_CODE"))
    del pool.sessions[session_id]
    return _signed_in(pool, client, user)


def accept_code(authenticator: Authenticator, code: str) -> bool:
    """Tell whether a code is right; one that was used already is an error.

    Raises:
        CognitoIdpError: ExpiredCodeException, it or a later one was used.
    """
    step = find_step(authenticator.secret, code, clock.now())
    if step is None:
        return False
    if step <= authenticator.last_step:
        raise CognitoIdpError("ExpiredCodeException", "Your software token has already been used once.")
    authenticator.last_step = step
    return True


def _check_password(pool: UserPool, client: Client, name: str, password: str) -> User:
    """Return who signs in; whether somebody exists shows neither in the answer nor in its time."""
    user = pool.find_user(name)
    if user is None and client.settings["PreventUserExistenceErrors"] != "ENABLED":
        raise CognitoIdpError("UserNotFoundException", "User does not exist.")
    key = user.username if user else pool.normalized(name)
    pool.lockout.check(key)
    kept = user.password if user else NOBODYS_PASSWORD
    if not kept.matches(password) or user is None:
        pool.lockout.failed(key)
        raise not_authorized(WRONG_PASSWORD)
    if not user.enabled:
        raise not_authorized("User is disabled.")
    return user


def _check_code(pool: UserPool, user: User, code: str) -> None:
    if user.authenticator is None:
        raise not_authorized("Invalid session for the user.")
    pool.lockout.check(user.username)
    if not accept_code(user.authenticator, code):
        pool.lockout.failed(user.username)
        raise CognitoIdpError("CodeMismatchException", "Invalid code received for user")


def _second_factor(pool: UserPool, client: Client, user: User) -> Answer:
    if pool.settings["MfaConfiguration"] == "OFF" or not user.mfa_enabled:
        return _signed_in(pool, client, user)
    return _challenge(pool, client, user, SOFTWARE_TOKEN, {})


def _signed_in(pool: UserPool, client: Client, user: User) -> Answer:
    pool.lockout.succeeded(user.username)
    return {"AuthenticationResult": start_grant(pool, client, user), "ChallengeParameters": {}}


def _challenge(
    pool: UserPool, client: Client, user: User, challenge: str, parameters: Mapping[str, str]
) -> Answer:
    now = clock.now()
    pool.sessions = {key: session for key, session in pool.sessions.items() if now < session.expires}
    minutes = timedelta(minutes=client.settings["AuthSessionValidity"])
    session_id = secrets.token_urlsafe(64)
    pool.sessions[session_id] = Session(user, client.client_id, challenge, now + minutes)
    return {
        "ChallengeName": challenge,
        "ChallengeParameters": {"USER_ID_FOR_SRP": user.username, **parameters},
        "Session": session_id,
    }


def _required(parameters: Mapping[str, str], name: str) -> str:
    if not parameters.get(name):
        raise invalid(f"Missing required parameter {name}")
    return parameters[name]
