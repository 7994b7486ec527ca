"""Who may knock: this machine's own clients and the pages that it serves itself."""

import re
from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from local.aws.faults import json_error
from local.aws.loopback import HeaderList, loopback_hosts

_LOOPBACK_ORIGIN = re.compile(r"http://(127\.0\.0\.1|localhost)(:[0-9]{1,5})?")
_EXPOSED = "x-amzn-requestid, x-amzn-errortype, x-amz-request-id, x-amz-id-2, date, etag"
_METHODS = "GET, HEAD, POST, PUT, DELETE"


class Door:
    """WSGI middleware: foreign hosts and origins stay out, pages on loopback get CORS on every answer.

    A web page from elsewhere can make a browser send requests to loopback; it cannot fake the `Host`
    (DNS rebinding shows the attacker's name there) nor the `Origin`.

    Args:
        application: what is behind the door.
        port: where the server listens.
    """

    def __init__(self, application: WSGIApplication, port: int) -> None:
        self._application = application
        self._hosts = loopback_hosts(port)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer preflights and refusals; pass the rest on."""
        # moto would take another account from this header.
        environ.pop("HTTP_X_MOTO_ACCOUNT_ID", None)
        host, origin = environ.get("HTTP_HOST", ""), environ.get("HTTP_ORIGIN")
        if host.lower() not in self._hosts:
            return json_error(
                start_response, 421, "MisdirectedRequest", f"Host '{host}' is not served here; use 127.0.0.1."
            )
        # Images, scripts and links of a foreign page come without Origin, but say that they are cross-site.
        foreign = origin is None and environ.get("HTTP_SEC_FETCH_SITE") == "cross-site"
        if foreign or (origin is not None and not _LOOPBACK_ORIGIN.fullmatch(origin)):
            return json_error(
                start_response,
                403,
                "OriginRefused",
                f"Pages of '{origin or 'another site'}' may not call this server.",
            )
        cors: HeaderList = []
        if origin is not None:
            cors = [
                ("Access-Control-Allow-Origin", origin),
                ("Access-Control-Expose-Headers", _EXPOSED),
                ("Vary", "Origin"),
            ]

        def start_with_cors(
            status: str, headers: HeaderList, _error: object = None, /
        ) -> Callable[[bytes], object]:
            kept = [header for header in headers if not header[0].lower().startswith("access-control-")]
            return start_response(status, kept + cors)

        if environ["REQUEST_METHOD"] == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
            start_response("204 No Content", cors + _preflight(environ))
            return []
        if environ["PATH_INFO"].startswith("/moto-api"):
            return json_error(start_with_cors, 404, "NotFound", "There is nothing at this path.")
        return self._application(environ, start_with_cors)


def _preflight(environ: WSGIEnvironment) -> HeaderList:
    return [
        ("Access-Control-Allow-Methods", _METHODS),
        ("Access-Control-Allow-Headers", environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")),
        ("Access-Control-Max-Age", "600"),
    ]
