"""AWS on loopback: moto's services and ours behind one door."""

from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from moto.core.request import Request as MotoRequest
from moto.moto_api._internal import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Response

from local.aws.door import Door
from local.aws.faults import Faults
from local.aws.loopback import LoopbackServer


class _Request(MotoRequest):
    from_wsgi_server = True


def _json_app(dispatch: Callable[[MotoRequest], tuple[int, dict[str, Any], str | bytes]]) -> WSGIApplication:
    """Serve one of moto's response classes whose operations all live at `/`."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, headers, body = dispatch(_Request(environ))
        return Response(body, status, headers)(environ, start_response)

    return app


def _rekognition() -> WSGIApplication:
    from local.rekognition.responses import CustomLabelsResponse

    return _json_app(CustomLabelsResponse.dispatch)


_OURS: dict[str, Callable[[], WSGIApplication]] = {"rekognition": _rekognition}
"""Services of which the emulator has its own, by the name of moto's module, imported on first use."""


def _service_app(service: str) -> WSGIApplication:
    return _OURS[service]() if service in _OURS else create_backend_app(service)


class LocalAws(LoopbackServer):
    """AWS's services on 127.0.0.1, empty at the start; what is created lives in memory until it stops.

    Any public AWS client can use it as endpoint, with any credentials.

    Args:
        port: where to listen; 0 takes a free port.

    Raises:
        PortInUseError: the port is taken.
    """

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self._application = Door(Faults(DomainDispatcherApplication(_service_app)), self.port)

    def application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        return self._application(environ, start_response)

    def stop(self) -> None:
        """Stop answering and forget everything that was created."""
        super().stop()
        moto_api_backend.reset()
