"""AWS on loopback: moto's services and ours behind one door."""

import contextlib
import functools
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from botocore.exceptions import UnknownServiceError
from moto.core.utils import get_service_model
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from local.aws.authorizer import Authorizer
from local.aws.door import Door
from local.aws.faults import Faults
from local.aws.loopback import LoopbackServer
from local.aws.metrics import DetectionCounts
from local.aws.services import TargetDecides, service_app
from local.state.keeper import Keeper

_OURS = {
    "awslambda": ("local.aws.awslambda.responses", "LambdaResponse"),
    "budgets": ("local.aws.budgets.responses", "BudgetsResponse"),
    "cloudfront": ("local.aws.cloudfront.responses", "CloudFrontResponse"),
    "cognitoidentity": ("local.aws.cognitoidentity.responses", "CognitoIdentityResponse"),
    "cognitoidp": ("local.aws.cognitoidp.responses", "CognitoIdpResponse"),
    "rekognition": ("local.rekognition.responses", "CustomLabelsResponse"),
    "s3": ("local.aws.s3", "S3Response"),
}
"""Services of which the emulator has its own, by moto's name; imported at their first request."""


_MODEL_NAMES = {"awslambda": "lambda", "cognitoidentity": "cognito-identity", "cognitoidp": "cognito-idp"}
"""botocore's names of services, where moto's differ."""


def _service_app(service: str) -> WSGIApplication:
    if not service:
        raise NotImplementedError("The emulator has no service of that name.")
    _build_models(_MODEL_NAMES.get(service, service))
    if service not in _OURS:
        return create_backend_app(cast("Any", service))
    module, name = _OURS[service]
    response = getattr(import_module(module), name)
    if service == "rekognition":
        response = type(name, (TargetDecides, response), {})
    return service_app(response.dispatch)


def _when_needed(service: str) -> WSGIApplication:
    """The service's application, imported at its first request: most demos need no user pools."""
    build = functools.cache(_service_app)

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return build(service)(environ, start_response)

    return app


def _build_models(service: str) -> None:
    """Build the models of a service's operations before its first requests do.

    moto builds each when it is first asked for it, and for a moment shows botocore's own in its place to
    whoever else asks: of several first requests at once, one would fail.
    """
    with contextlib.suppress(UnknownServiceError):
        model = get_service_model(service)
        for operation in model.operation_names:
            model.operation_model(operation)


class LocalAws(LoopbackServer):
    """AWS's services on 127.0.0.1; what is created lives in memory until it stops, unless there is a folder for it.

    Any public AWS client can use it as endpoint, with any credentials.

    Args:
        port: where to listen; 0 takes a free port.
        state: folder that everything is kept in, and comes back from at the start; None for an empty start.

    Raises:
        PortInUseError: the port is taken.
        StateError: the folder cannot be used; the message is one sentence.
    """

    keeper: Keeper | None = None
    """What keeps everything in the folder."""

    def __init__(self, port: int = 0, state: Path | None = None) -> None:
        super().__init__(port)
        dispatcher = DomainDispatcherApplication(cast("Any", _service_app))  # moto expects Flask, calls WSGI
        self.detections = DetectionCounts(cast("WSGIApplication", dispatcher))
        authorizer = Authorizer(self.detections, _service_app("s3"), _when_needed("cognitoidp"))
        if state is not None:
            try:
                self.keeper = Keeper(authorizer, state)
            except BaseException:
                self.stop()
                raise
        self._application = Door(Faults(self.keeper or authorizer), self.port)

    def application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        return self._application(environ, start_response)

    def stop(self) -> None:
        """Stop answering and forget everything that was created, but for what is kept."""
        super().stop()
        if self.keeper is not None:
            self.keeper.close()
        moto_api_backend.reset()
