"""Passwords: the pool's rules for them, and what is kept of them."""

import hashlib
import hmac
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.aws.cognitoidp.exceptions import CognitoIdpError

_MAX_LENGTH = 256
_SYMBOLS = "^$*.[]{}()?-\"!@#%&/\\,><':;|_~`=+"
_CLASSES = (
    ("RequireUppercase", string.ascii_uppercase, "uppercase"),
    ("RequireLowercase", string.ascii_lowercase, "lowercase"),
    ("RequireNumbers", string.digits, "numeric"),
    ("RequireSymbols", _SYMBOLS, "symbol"),
)
_READABLE = ("ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnopqrstuvwxyz", "23456789", "!@#%*+=?")
"""Characters of generated passwords: none that looks like another, none that HTML would swallow."""


@dataclass(frozen=True)
class PasswordHash:
    """What is kept of a password: a salt and its scrypt hash."""

    salt: bytes
    digest: bytes

    def matches(self, password: str) -> bool:
        """Tell whether this is the password; takes the same time either way."""
        return hmac.compare_digest(_scrypt(password, self.salt), self.digest)


def hash_password(password: str) -> PasswordHash:
    """Return what may be kept of a password."""
    salt = secrets.token_bytes(16)
    return PasswordHash(salt, _scrypt(password, salt))


NOBODYS_PASSWORD = PasswordHash(bytes(16), bytes(32))
"""Matches nothing; comparing with it takes as long as with somebody's."""


def check_password(password: str, policy: Mapping[str, Any]) -> None:
    """Hold a password to a pool's `PasswordPolicy`.

    Raises:
        CognitoIdpError: InvalidPasswordException, which names the first rule that it breaks.
    """
    if len(password) < policy["MinimumLength"]:
        raise _refused("Password not long enough")
    if len(password) > _MAX_LENGTH:
        raise _refused("Password too long")
    if password != password.strip():
        raise _refused("Password must not begin or end with a space")
    for rule, characters, name in _CLASSES:
        if policy[rule] and not set(password) & set(characters):
            raise _refused(f"Password must have {name} characters")


def generate_password(policy: Mapping[str, Any]) -> str:
    """Return a random password that keeps to every policy of that length, at least 12 characters."""
    length = max(12, policy["MinimumLength"])
    characters = [secrets.choice(kind) for kind in _READABLE]
    characters += [secrets.choice("".join(_READABLE)) for _ in range(length - len(characters))]
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)


def _refused(reason: str) -> CognitoIdpError:
    return CognitoIdpError("InvalidPasswordException", f"Password did not conform with policy: {reason}")


def _scrypt(password: str, salt: bytes) -> bytes:
    # A quarter of the usual cost: these hashes never leave this process, and sign-ins wait for each other.
    return hashlib.scrypt(password.encode(errors="surrogatepass"), salt=salt, n=2**12, r=8, p=1, dklen=32)
