"""What people do for themselves: forgotten and changed passwords, and their authenticator app."""

import base64
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from local.aws.clock import clock
from local.aws.cognitoidp.exceptions import CognitoIdpError, invalid, not_authorized
from local.aws.cognitoidp.models import Client, UserPool
from local.aws.cognitoidp.sign_in import WRONG_PASSWORD, accept_code
from local.aws.cognitoidp.tokens import Holder
from local.aws.cognitoidp.users import Authenticator, ResetCode, User, new_code
from local.aws.mail import Mail, send_mail

_CODE_LIFETIME = timedelta(hours=1)


def forgot_password(pool: UserPool, client: Client, name: str) -> dict[str, str]:
    """Send a code to choose a new password with.

    Returns:
        `CodeDeliveryDetails`; also for nobody, where the client hides who exists.

    Raises:
        CognitoIdpError: too many codes were sent, or this user cannot have one.
    """
    user = pool.find_user(name)
    key = user.username if user else pool.normalized(name)
    pool.mails.check(key)
    if user is not None and user.enabled and user.status == "FORCE_CHANGE_PASSWORD":
        raise not_authorized("User password cannot be reset in the current state.")
    if client.settings["PreventUserExistenceErrors"] != "ENABLED":
        _refuse_reset(user)
    if user is None or not user.enabled or not _has_verified_email(user):
        pool.mails.count(key)
        return _delivery(name)
    return send_reset_code(pool, user)


def send_reset_code(pool: UserPool, user: User) -> dict[str, str]:
    """Send a code to a user with a verified e-mail address; return `CodeDeliveryDetails`."""
    pool.mails.count(user.username)
    user.reset_code = ResetCode(new_code(), clock.now() + _CODE_LIFETIME)
    template = pool.settings["VerificationMessageTemplate"]
    text = (
        template.get("EmailMessage")
        or pool.settings.get("EmailVerificationMessage")
        or "Your confirmation code is {####}."
    )
    subject = (
        template.get("EmailSubject")
        or pool.settings.get("EmailVerificationSubject")
        or "Your verification code"
    )
    address = user.attributes["email"]
    send_mail(Mail(address, subject, text.replace("{####}", user.reset_code.code)))
    return _delivery(address)


def confirm_forgot_password(pool: UserPool, client: Client, name: str, code: str, password: str) -> None:
    """Set a new password with the code that was sent.

    Raises:
        CognitoIdpError: the code is wrong or too old, too many wrong ones were tried, or the password
            breaks the policy.
    """
    user = pool.find_user(name)
    key = user.username if user else pool.normalized(name)
    pool.guesses.check(key)
    if client.settings["PreventUserExistenceErrors"] != "ENABLED":
        _refuse_reset(user)
    if user is None or not user.enabled:
        pool.guesses.count(key)
        raise _mismatch()
    sent = user.reset_code
    if sent is None or clock.now() >= sent.expires:
        raise CognitoIdpError("ExpiredCodeException", "Invalid code provided, please request a code again.")
    if not hmac.compare_digest(sent.code.encode(), code.encode(errors="replace")):
        pool.guesses.count(key)
        raise _mismatch()
    pool.set_password(user, password, "CONFIRMED")
    pool.lockout.succeeded(user.username)


def reset_password(pool: UserPool, user: User) -> None:
    """Take a user's password away for the administrator and send a code to choose a new one with.

    Raises:
        CognitoIdpError: the user has no verified e-mail address.
    """
    _refuse_reset(user)
    user.status = "RESET_REQUIRED"
    pool.forget_sessions(user)
    send_reset_code(pool, user)


def change_password(holder: Holder, previous: str, proposed: str) -> None:
    """Change the password of somebody who is signed in and knows the present one.

    Raises:
        CognitoIdpError: the present one is wrong, or was too often, or the new one breaks the policy.
    """
    pool, user = holder.pool, holder.user
    pool.guesses.check(user.username)
    if not user.password.matches(previous):
        pool.guesses.count(user.username)
        raise not_authorized(WRONG_PASSWORD)
    pool.set_password(user, proposed, "CONFIRMED")


def associate_software_token(holder: Holder) -> str:
    """Make a new secret for an authenticator app; the present app stays until the new one has shown a code.

    Returns:
        The secret in base 32, as apps take it.

    Raises:
        CognitoIdpError: the pool knows no authenticator apps.
    """
    if not holder.pool.software_token_mfa or holder.pool.settings["MfaConfiguration"] == "OFF":
        raise CognitoIdpError(
            "SoftwareTokenMFANotFoundException",
            "Software token MFA has not been enabled by the user pool.",
        )
    holder.user.pending_secret = secrets.token_bytes(20)
    return base64.b32encode(holder.user.pending_secret).decode()


def verify_software_token(holder: Holder, code: str) -> None:
    """Take an authenticator app on that shows the right code.

    Raises:
        CognitoIdpError: the code is wrong, or no secret was asked for.
    """
    user = holder.user
    if user.pending_secret is None:
        raise invalid("The user has not asked for a software token: call AssociateSoftwareToken first.")
    holder.pool.guesses.check(user.username)
    authenticator = Authenticator(user.pending_secret, last_step=-1)
    if not accept_code(authenticator, code):
        holder.pool.guesses.count(user.username)
        raise CognitoIdpError("EnableSoftwareTokenMFAException", "Code mismatch")
    user.authenticator, user.pending_secret = authenticator, None


def set_mfa_preference(holder: Holder, given: Mapping[str, Any]) -> None:
    """Turn the second factor on or off, from SetUserMFAPreference's parameters.

    Raises:
        CognitoIdpError: there is no authenticator app to turn on.
        NotImplementedError: another factor is meant.
    """
    for name in ("SMSMfaSettings", "EmailMfaSettings", "WebAuthnMfaSettings"):
        if given.get(name, {}).get("Enabled"):
            raise NotImplementedError(f"The emulator's user pools have no {name}.")
    user, settings = holder.user, given.get("SoftwareTokenMfaSettings", {})
    enabled = settings.get("Enabled", user.mfa_enabled)
    if enabled and user.authenticator is None:
        raise invalid("User has not verified software token mfa")
    user.mfa_enabled = enabled
    user.mfa_preferred = enabled and settings.get("PreferredMfa", user.mfa_preferred)


def _refuse_reset(user: User | None) -> None:
    if user is None:
        raise CognitoIdpError("UserNotFoundException", "User does not exist.")
    if not user.enabled:
        raise not_authorized("User is disabled.")
    if not _has_verified_email(user):
        raise invalid(
            "Cannot reset password for the user as there is no registered/verified email or phone_number"
        )


def _has_verified_email(user: User) -> bool:
    return bool(user.attributes.get("email")) and user.attributes.get("email_verified") == "true"


def _delivery(address: str) -> dict[str, str]:
    """Where a code went, masked as AWS does: m***@e***."""
    name, _, host = address.partition("@")
    return {
        "AttributeName": "email",
        "DeliveryMedium": "EMAIL",
        "Destination": f"{name[:1]}***@{host[:1]}***",
    }


def _mismatch() -> CognitoIdpError:
    return CognitoIdpError("CodeMismatchException", "Invalid verification code provided, please try again.")
