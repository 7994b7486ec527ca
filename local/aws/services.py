"""How the emulator's own services are put behind moto's dispatcher."""

from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from moto.core.request import Request as MotoRequest
from moto.core.responses import BaseResponse
from werkzeug.wrappers import Response

Answer = tuple[int, dict[str, Any], str | bytes]


class _Request(MotoRequest):
    from_wsgi_server = True


def service_app(dispatch: Callable[[MotoRequest], Answer]) -> WSGIApplication:
    """Serve what answers requests in moto's form, without Flask in between."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, headers, body = dispatch(_Request(environ))
        response = Response(body, status, headers)
        if environ["REQUEST_METHOD"] == "HEAD" and "content-length" in headers:
            # Response would state the length of the body that HEAD does not have.
            response.headers["Content-Length"] = headers["content-length"]
        return response(environ, start_response)

    return app


class TargetDecides(BaseResponse):
    """Mixin for JSON services: the operation is the target header's, the region the signature's.

    moto would also take an operation from the query or from a body that looks like a form, and a region
    from the query or the user agent; then something else could run than what was authorized.
    """

    use_raw_body = True

    def _get_action(self) -> str:
        return str(self.headers.get("X-Amz-Target", "")).rpartition(".")[2]

    def get_region_from_url(self, request: MotoRequest, full_url: str) -> str:
        """Return the region of the credential scope; unsigned requests get the default region."""
        del full_url
        scope = request.headers.get("Authorization", "").split("/")
        return scope[2] if len(scope) > 2 else self.default_region  # noqa: PLR2004 - key/date/region
