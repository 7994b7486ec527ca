"""The site as visitors meet it: CloudFront in front of a private bucket, or a public bucket itself.

Both read the emulator's state at every request, so that what was deployed last is what is served. The
loopback address stands for HTTPS: no redirect to TLS, and `aws:SecureTransport` is true. An edge serves
objects; it lists no bucket, whatever a policy allows.
"""

import gzip
import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote
from wsgiref.types import StartResponse, WSGIEnvironment

from moto.s3.models import FakeKey, s3_backends
from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Response

from local.aws.account import ACCOUNT_ID, PARTITION
from local.aws.cloudfront.models import CloudFrontBackend, Distribution, cloudfront_backends
from local.aws.faults import Faults, error_body, json_error
from local.aws.iam import Principal, Request
from local.aws.loopback import LoopbackServer, loopback_hosts
from local.aws.policy import Context
from local.aws.s3 import evaluate_on_bucket, find_bucket

_COMPRESSED_BYTES = range(1_000, 10_000_001)
"""Sizes that CloudFront compresses."""
_COMPRESSED_TYPES = re.compile(
    r"text/.+|image/svg\+xml|font/(ttf|otf|opentype)|application/(javascript|json|manifest\+json|xml|wasm"
    r"|x-javascript|vnd\.ms-fontobject|.+\+(json|xml))"
)
_ONE_RANGE = re.compile(r"bytes=([0-9]+-[0-9]*|-[0-9]+)")
"""Other ranges, such as two at once, S3 ignores."""
_S3_DOMAIN = re.compile(r"(?P<bucket>.+?)\.s3[.-].*amazonaws\.com.*")
_WITHOUT_MEANING_HERE = ("CacheBehaviors", "CustomErrorResponses", "OriginGroups")
"""Parts of a distribution's configuration that this edge does not act on; it says so when they are used."""


@dataclass(frozen=True)
class DistributionSite:
    """A site served by a CloudFront distribution."""

    distribution_id: str


@dataclass(frozen=True)
class BucketSite:
    """A site served by S3's REST endpoint, to callers without credentials."""

    bucket_name: str


class Edge(LoopbackServer):
    """Serves a site on 127.0.0.1 as AWS would.

    Args:
        site: what to serve; it may be created, changed and deleted while the edge runs.
        port: where to listen; 0 takes a free port.

    Raises:
        PortInUseError: the port is taken.
    """

    def __init__(self, site: DistributionSite | BucketSite, port: int = 0) -> None:
        super().__init__(port)
        self._site = site
        self._hosts = loopback_hosts(self.port)
        self._guarded = Faults(self._respond)

    def application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        return self._guarded(environ, start_response)

    def _respond(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        host = environ.get("HTTP_HOST", "")
        if host.lower() not in self._hosts:
            return json_error(
                start_response, 421, "MisdirectedRequest", f"Host '{host}' is not served here; use 127.0.0.1."
            )
        if isinstance(self._site, DistributionSite):
            response = _through_distribution(self._site.distribution_id, environ)
        else:
            response = _from_public_bucket(self._site.bucket_name, environ)
        return response(environ, start_response)


def _from_public_bucket(bucket_name: str, environ: WSGIEnvironment) -> Response:
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
        return _error(403, "AccessDenied", "Access Denied")
    return _read(
        bucket_name, _path(environ), Principal(kind="Anonymous"), {}, lambda key: _object(key, environ)
    )


def _through_distribution(distribution_id: str, environ: WSGIEnvironment) -> Response:
    backend: CloudFrontBackend = cloudfront_backends[ACCOUNT_ID][PARTITION]
    distribution = backend.distributions.get(distribution_id)
    if distribution is None or not distribution.config["Enabled"]:
        return _error(403, "AccessDenied", f"Distribution {distribution_id} is disabled or does not exist.")
    for part in _WITHOUT_MEANING_HERE:
        if distribution.config[part]["Quantity"]:
            raise NotImplementedError(f"The local edge does not act on a distribution's {part}.")
    response = _cached(backend, distribution, environ)
    policy_id = distribution.config["DefaultCacheBehavior"].get("ResponseHeadersPolicyId")
    if policy_id:
        _apply_headers_policy(backend.headers_policies.get(policy_id).config, response.headers)
    return response


def _cached(backend: CloudFrontBackend, distribution: Distribution, environ: WSGIEnvironment) -> Response:
    """Answer as the default cache behavior does, before the headers policy."""
    behavior = distribution.config["DefaultCacheBehavior"]
    method = environ["REQUEST_METHOD"]
    if method not in behavior["AllowedMethods"]["Items"]:
        return _error(
            403,
            "AccessDenied",
            "This distribution is not configured to allow the HTTP request method that was used for this "
            f"request: {method}.",
        )
    if method not in {"GET", "HEAD"}:
        return _error(403, "AccessForbidden", "CORSResponse: CORS is not enabled for this bucket.")
    origin = next(item for item in distribution.origins() if item["Id"] == behavior["TargetOriginId"])
    domain = _S3_DOMAIN.fullmatch(origin["DomainName"])
    if domain is None:
        raise NotImplementedError(f"The local edge only reads S3 origins, not {origin['DomainName']}.")
    principal = Principal(kind="Anonymous")
    context: Context = {}
    access_id = origin["OriginAccessControlId"]
    if access_id and backend.access_controls.get(access_id).config["SigningBehavior"] != "never":
        principal = Principal(kind="Service", name="cloudfront.amazonaws.com")
        context = {"aws:SourceArn": distribution.arn, "aws:SourceAccount": ACCOUNT_ID}
    key = origin["OriginPath"].removeprefix("/") + "/" if origin["OriginPath"] else ""
    key += _path(environ) or distribution.config["DefaultRootObject"]
    compress = behavior["Compress"] and _accepts_gzip(environ)
    return _read(
        domain["bucket"], key, principal, context, lambda found: _object(found, environ, compress=compress)
    )


def _path(environ: WSGIEnvironment) -> str:
    return unquote(environ["RAW_URI"].partition("?")[0]).removeprefix("/")


def _read(
    bucket_name: str,
    key: str,
    principal: Principal,
    context: Context,
    answer: Callable[[FakeKey], Response],
) -> Response:
    """Read an object as S3's REST endpoint lets `principal`."""
    bucket = find_bucket(bucket_name)
    if bucket is None:
        return _error(404, "NoSuchBucket", "The specified bucket does not exist")
    request = Request(
        principal=principal,
        action="s3:GetObject",
        resource=f"arn:{PARTITION}:s3:::{bucket_name}/{key}",
        context={"aws:SecureTransport": "true", "aws:SourceIp": "127.0.0.1", **context},
    )
    if not key or not evaluate_on_bucket(bucket, request, identity=[]).allowed:
        return _error(403, "AccessDenied", "Access Denied")
    found = s3_backends[ACCOUNT_ID][PARTITION].get_object(bucket_name, key)
    if found is None:
        return _error(404, "NoSuchKey", "The specified key does not exist.")
    return answer(found)


def _object(key: FakeKey, environ: WSGIEnvironment, *, compress: bool = False) -> Response:
    """Answer with an object: whole, a range of it, or that it has not changed."""
    content = key.value
    # moto keeps some of the upload's own x-amz headers among the metadata.
    headers = Headers(
        (name, value)
        for name, value in key.metadata.items()
        if not name.startswith("x-amz-") or name.startswith("x-amz-meta-")
    )
    headers.extend({"ETag": key.etag, "Last-Modified": key.last_modified_RFC1123, "Server": "AmazonS3"})
    if compress and _compressible(headers, len(content)):
        content = gzip.compress(content, 6, mtime=0)
        headers["Content-Encoding"] = "gzip"
        headers["ETag"] = f"W/{key.etag}"
        headers["Vary"] = "Accept-Encoding"
    response = Response(content, 200, headers)
    conditions = dict(environ)
    if not _ONE_RANGE.fullmatch(environ.get("HTTP_RANGE", "")):
        conditions.pop("HTTP_RANGE", None)
    try:
        response.make_conditional(conditions, accept_ranges=True, complete_length=len(content))
    except RequestedRangeNotSatisfiable:
        refusal = _error(416, "InvalidRange", "The requested range is not satisfiable")
        refusal.headers["Content-Range"] = f"bytes */{len(content)}"
        return refusal
    return response


def _compressible(headers: Headers, size: int) -> bool:
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return (
        "Content-Encoding" not in headers
        and size in _COMPRESSED_BYTES
        and _COMPRESSED_TYPES.fullmatch(kind) is not None
    )


def _accepts_gzip(environ: WSGIEnvironment) -> bool:
    accepted = parse_accept_header(environ.get("HTTP_ACCEPT_ENCODING"))
    return "HTTP_RANGE" not in environ and accepted.quality("gzip") > 0


def _error(status: int, code: str, message: str) -> Response:
    return Response(
        error_body(code, message), status, {"Content-Type": "application/xml", "Server": "AmazonS3"}
    )


def _apply_headers_policy(policy: dict[str, Any], headers: Headers) -> None:
    """Remove and set headers; one without Override only where the origin sent none."""
    for item in _items(policy, "RemoveHeadersConfig"):
        headers.pop(item["Header"], None)
    custom = [
        (item["Header"], item.get("Value", ""), item["Override"])
        for item in _items(policy, "CustomHeadersConfig")
    ]
    for name, value, override in [*_security_headers(policy.get("SecurityHeadersConfig") or {}), *custom]:
        if override or name not in headers:
            headers[name] = value


def _items(policy: dict[str, Any], part: str) -> list[dict[str, Any]]:
    given: dict[str, Any] | None = policy.get(part)
    return (given or {}).get("Items") or []


def _security_headers(config: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Name, value and Override of each security header that is configured."""
    write: dict[str, tuple[str, Callable[[dict[str, Any]], str]]] = {
        "ContentSecurityPolicy": (
            "Content-Security-Policy",
            operator.itemgetter("ContentSecurityPolicy"),
        ),
        "ContentTypeOptions": ("X-Content-Type-Options", lambda _: "nosniff"),
        "FrameOptions": ("X-Frame-Options", operator.itemgetter("FrameOption")),
        "ReferrerPolicy": ("Referrer-Policy", operator.itemgetter("ReferrerPolicy")),
        "StrictTransportSecurity": ("Strict-Transport-Security", _strict_transport_security),
        "XSSProtection": ("X-XSS-Protection", _xss_protection),
    }
    return [
        (name, value(config[part]), config[part]["Override"])
        for part, (name, value) in write.items()
        if part in config
    ]


def _strict_transport_security(own: dict[str, Any]) -> str:
    value = f"max-age={own['AccessControlMaxAgeSec']}"
    value += "; includeSubDomains" if own.get("IncludeSubdomains") else ""
    return value + ("; preload" if own.get("Preload") else "")


def _xss_protection(own: dict[str, Any]) -> str:
    if not own["Protection"]:
        return "0"
    value = "1; mode=block" if own.get("ModeBlock") else "1"
    return value + (f"; report={own['ReportUri']}" if own.get("ReportUri") else "")
