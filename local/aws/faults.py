"""Whatever goes wrong inside is answered in a form that AWS's SDKs and a browser can read."""

import json
import logging
import uuid
from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment
from xml.sax.saxutils import escape

from werkzeug.exceptions import BadRequest

from local.aws.loopback import HeaderList, joined

log = logging.getLogger(__name__)

_REASONS = {
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    413: "Content Too Large",
    421: "Misdirected Request",
    500: "Internal Server Error",
    501: "Not Implemented",
}


def json_error(start_response: StartResponse, status: int, code: str, message: str) -> Iterable[bytes]:
    """Answer with an error as AWS's JSON services do.

    Args:
        start_response: WSGI's.
        status: HTTP status.
        code: AWS's name of the error, such as `AccessDeniedException`.
        message: one sentence for a person.
    """
    body = json.dumps({"__type": code, "message": message}).encode()
    headers = [
        ("Content-Type", "application/x-amz-json-1.1"),
        ("x-amzn-errortype", code),
        ("Content-Length", str(len(body))),
        ("x-amzn-requestid", str(uuid.uuid4())),
    ]
    start_response(f"{status} {_REASONS[status]}", headers)
    return [body]


def error_body(code: str, message: str) -> bytes:
    """Return the XML of an error as S3 writes it."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    ).encode()


def xml_error(
    start_response: StartResponse, status: int, code: str, message: str, *, bare: bool
) -> Iterable[bytes]:
    """Answer with an error as AWS's XML services do; S3 alone sends the error bare."""
    body = error_body(code, message)
    if not bare:
        body = body.replace(b"<Error>", b"<ErrorResponse><Error>") + b"</ErrorResponse>"
    headers = [
        ("Content-Type", "application/xml"),
        ("Content-Length", str(len(body))),
        ("x-amz-request-id", str(uuid.uuid4())),
    ]
    start_response(f"{status} {_REASONS[status]}", headers)
    return [body]


class Faults:
    """WSGI middleware: exceptions and errors for human eyes become JSON errors; tracebacks go to the log only."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on."""
        answer: list[tuple[str, HeaderList]] = []

        def note(status: str, headers: HeaderList, _error: object = None, /) -> Callable[[bytes], object]:
            answer.append((status, headers))
            return lambda _chunk: None

        try:
            content = joined(self._application(environ, note))
        except NotImplementedError as error:
            return json_error(start_response, 501, "NotImplementedException", str(error))
        except BadRequest:
            return json_error(start_response, 400, "SerializationException", "The request cannot be read.")
        except Exception:
            log.exception("%s %s failed", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            return json_error(
                start_response, 500, "InternalFailure", "The emulator failed; its log says where."
            )
        status, headers = answer[-1]
        for_eyes = not content or content.lower().startswith(b"<!doctype html")
        if status.startswith("404") and for_eyes and environ["REQUEST_METHOD"] != "HEAD":
            where = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
            return json_error(
                start_response, 404, "UnknownOperationException", f"There is no operation at {where}."
            )
        start_response(status, headers)
        return [content]
