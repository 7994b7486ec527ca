"""Signature version 4: reading the Authorization header and checking it against a secret."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote
from wsgiref.types import WSGIEnvironment

ALLOWED_SKEW = timedelta(minutes=15)

_HEADER = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/,\s]{1,128})/(?P<date>[0-9]{8})/(?P<region>[a-z0-9-]{1,32})"
    r"/(?P<service>[a-z0-9-]{1,64})/aws4_request,\s*SignedHeaders=(?P<signed>[a-z0-9;-]+),\s*"
    r"Signature=(?P<signature>[0-9a-f]{64})"
)


class SignatureError(Exception):
    """A request's signature cannot be read or is not right.

    Args:
        code: AWS's name of the error.
        message: one sentence for a person.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Authorization:
    """What a version 4 Authorization header says."""

    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str


def parse_authorization(header: str) -> Authorization:
    """Read an Authorization header.

    Raises:
        SignatureError: it is not a version 4 signature in the form that AWS's SDKs write.
    """
    found = _HEADER.fullmatch(header)
    if found is None:
        raise SignatureError(
            "IncompleteSignatureException",
            "The Authorization header is not 'AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…'.",
        )
    return Authorization(
        found["key"],
        found["date"],
        found["region"],
        found["service"],
        tuple(found["signed"].split(";")),
        found["signature"],
    )


def verify(
    environ: WSGIEnvironment, body: bytes, authorization: Authorization, secret_key: str, now: datetime
) -> None:
    """Check that the holder of `secret_key` signed this very request, body included, just now.

    Raises:
        SignatureError: it is not so.
    """
    _check_time(environ.get("HTTP_X_AMZ_DATE", ""), now)
    sent = {
        key.removeprefix("HTTP_").replace("_", "-").lower()
        for key in environ
        if key.startswith("HTTP_X_AMZ_") or key == "HTTP_HOST"
    }
    unsigned = sent - set(authorization.signed_headers)
    if unsigned:
        raise _mismatch(f"These headers must be signed and are not: {', '.join(sorted(unsigned))}.")
    payload_hash = _payload_hash(environ, body, authorization.service)
    path, _, query = environ["RAW_URI"].partition("?")
    canonical = "\n".join(
        [
            environ["REQUEST_METHOD"],
            quote(unquote(path), safe="/~"),
            _canonical_query(query),
            *(f"{name}:{_header(environ, name)}" for name in authorization.signed_headers),
            "",
            ";".join(authorization.signed_headers),
            payload_hash,
        ]
    )
    scope = f"{authorization.date}/{authorization.region}/{authorization.service}/aws4_request"
    to_sign = "\n".join(
        [
            "AWS4-HMAC-SHA256",
            environ["HTTP_X_AMZ_DATE"],
            scope,
            hashlib.sha256(canonical.encode()).hexdigest(),
        ]
    )
    key = f"AWS4{secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    expected = hmac.digest(key, to_sign.encode(), "sha256").hex()
    if not hmac.compare_digest(expected, authorization.signature):
        raise _mismatch(
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method."
        )


def _mismatch(message: str) -> SignatureError:
    return SignatureError("InvalidSignatureException", message)


def _check_time(moment: str, now: datetime) -> None:
    try:
        signed_at = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise _mismatch(f"X-Amz-Date '{moment}' is not a time such as 20261122T120000Z.") from error
    if abs(now - signed_at) > ALLOWED_SKEW:
        raise _mismatch(f"Signature expired: {moment} is more than 15 minutes from now.")


def _payload_hash(environ: WSGIEnvironment, body: bytes, service: str) -> str:
    """Hash the body that came, whatever X-Amz-Content-SHA256 says; S3 alone may leave it unsigned.

    Bodies that are signed in chunks are therefore refused.
    """
    stated = environ.get("HTTP_X_AMZ_CONTENT_SHA256")
    if service == "s3" and stated == "UNSIGNED-PAYLOAD":
        return stated
    return hashlib.sha256(body).hexdigest()


def _canonical_query(query: str) -> str:
    pairs = [part.partition("=") for part in query.split("&") if part]
    encoded = sorted((_encoded(name), _encoded(value)) for name, _, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def _encoded(text: str) -> str:
    return quote(unquote(text), safe="~")


def _header(environ: WSGIEnvironment, name: str) -> str:
    key = name.upper().replace("-", "_")
    value = environ.get(key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}", "")
    return " ".join(value.split())
