"""The site's Content Security Policy: one source for the response header and the meta tag."""

from collections.abc import Iterable

TRUSTED_TYPES_POLICY = "app-worker"
"""The one Trusted Types policy of the web app: it lets the page start its own worker script."""


def content_security_policy(connect: Iterable[str], *, header: bool) -> str:
    """Return the policy that lets the page call *connect* and nothing else.

    Args:
        connect: Origins that the browser calls, such as `https://rekognition.eu-west-1.amazonaws.com`.
        header: For the response header, which also forbids framing; browsers ignore
            `frame-ancestors` in a meta tag.
    """
    directives = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' blob:",
        "connect-src": " ".join(connect),
        "worker-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        **({"frame-ancestors": "'none'"} if header else {}),
        "require-trusted-types-for": "'script'",
        "trusted-types": TRUSTED_TYPES_POLICY,
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())
