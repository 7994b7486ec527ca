"""How the emulator's own services are put behind moto's dispatcher."""

import json
import threading
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from botocore.exceptions import ParamValidationError
from botocore.validate import validate_parameters
from moto.core.exceptions import ServiceException
from moto.core.request import Request as MotoRequest
from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model
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


class InvalidParameterError(ServiceException):
    """A parameter breaks the model's rules."""

    code = "InvalidParameterException"


class ModelDecides(TargetDecides):
    """A JSON service of our own, whose requests keep to the service's model, one at a time."""

    lock = threading.RLock()
    """Held by each operation: what it checks, also at another such service, stays true until it is done."""

    def call_action(self) -> Any:  # noqa: ANN401 - moto's type
        """Do one operation."""
        with self.lock:
            return super().call_action()

    @cached_property
    def params(self) -> dict[str, Any]:
        """The request's members, checked against the service's model.

        Raises:
            InvalidParameterError: a member is missing or of the wrong type.
        """
        shape = get_service_model(str(self.service_name)).operation_model(self._get_action()).input_shape
        try:
            given = json.loads(self.raw_body)
            members = {name: given[name] for name in shape.members if given.get(name) is not None}
            validate_parameters(members, shape)
        except (ValueError, AttributeError, RecursionError) as error:
            raise InvalidParameterError("The request's body is not a JSON object.") from error
        except ParamValidationError as error:
            raise InvalidParameterError(str(error)) from error
        return members
