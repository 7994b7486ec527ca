"""Codes of authenticator apps: RFC 6238 with SHA-1, six digits and steps of 30 seconds."""

import hmac
from datetime import datetime

STEP_SECONDS = 30


def code_at(secret: bytes, step: int) -> str:
    """Return the code of a time step, counted in 30 seconds since 1970."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def find_step(secret: bytes, code: str, now: datetime) -> int | None:
    """Return the time step that a code belongs to, the present one or a neighbour of it; else None."""
    present = int(now.timestamp()) // STEP_SECONDS
    given = code.encode(errors="replace")
    for step in (present, present - 1, present + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), given):
            return step
    return None
