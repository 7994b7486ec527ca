"""An HTTP/1.1 server for one WSGI application that listens on 127.0.0.1 and nowhere else."""

import errno
import io
import logging
import re
import socket
import threading
from collections.abc import Iterable
from http import HTTPStatus
from http.server import HTTPServer
from socketserver import ThreadingMixIn
from types import TracebackType
from typing import Any, Self, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from moto.moto_server.werkzeug_app import MotoRequestHandler

log = logging.getLogger(__name__)

ADDRESS = "127.0.0.1"
MAX_BODY_BYTES = 64 * 1024 * 1024
"""Larger requests are refused with 413; the SDKs cut uploads into parts well below this."""
IDLE_SECONDS = 60
"""A connection that says nothing for this long is closed."""

_LONGEST_SIZE_LINE = 256
_CHUNK_SIZE = re.compile(rb"(?P<size>[0-9A-Fa-f]{1,8})(;[^\r\n]*)?\r\n")

HeaderList = list[tuple[str, str]]


class PortInUseError(OSError):
    """The port that was asked for is taken."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"Port {port} on {ADDRESS} is in use by another program; stop that program, choose another "
            "port with PORT=<number>, or leave PORT out to take a free one."
        )
        self.errno = errno.EADDRINUSE


class _BadRequestError(Exception):
    """The message cannot be read safely; carries the status line to answer with."""


def loopback_hosts(port: int) -> frozenset[str]:
    """Return the `Host` values under which a server on `port` may be addressed."""
    return frozenset({f"{ADDRESS}:{port}", f"localhost:{port}"})


def joined(chunks: Iterable[bytes]) -> bytes:
    """Read a WSGI application's answer to its end and close it."""
    try:
        return b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()


class _Handler(MotoRequestHandler):
    """One connection: reads whole requests, answers each with a Content-Length, keeps the connection."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1
    server: "_Server"  # pyright: ignore[reportIncompatibleVariableOverride] - asks no more than _Server has

    def run_wsgi(self) -> None:
        try:
            body = self._body()
        except _BadRequestError as refusal:
            # The rest of the message is unread, so nothing that follows can be told apart from it.
            self.close_connection = True
            self._send(str(refusal), [("Content-Length", "0"), ("Connection", "close")], b"")
            return
        environ = self.make_environ()
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        answer: list[tuple[str, HeaderList]] = []

        def start_response(status: str, headers: HeaderList, _error: object = None, /) -> Any:  # noqa: ANN401 - WSGI's own type for write(), which nothing here uses
            answer.append((status, headers))

        content = joined(self.server.application(environ, cast("StartResponse", start_response)))
        status, headers = answer[-1]
        lacks_length = all(name.lower() != "content-length" for name, _ in headers)
        if lacks_length and not status.startswith(("204", "304")):
            headers = [*headers, ("Content-Length", str(len(content)))]
        self._send(status, headers, b"" if self.command == "HEAD" else content)

    def _body(self) -> bytes:
        lengths = self.headers.get_all("Content-Length", [])
        codings = self.headers.get_all("Transfer-Encoding", [])
        if len(self.headers.get_all("Host", [])) != 1:
            raise _BadRequestError("400 Bad Request")
        if codings:
            if lengths or [coding.lower() for coding in codings] != ["chunked"]:
                raise _BadRequestError("400 Bad Request")
            body = self._dechunked()
        else:
            if len(set(lengths)) > 1 or not all(length.isascii() and length.isdigit() for length in lengths):
                raise _BadRequestError("400 Bad Request")
            length = int(lengths[0]) if lengths else 0
            if length > MAX_BODY_BYTES:
                raise _BadRequestError("413 Content Too Large")
            self._invite()
            body = self.rfile.read(length)
            if len(body) < length:
                raise _BadRequestError("400 Bad Request")
        return body

    def _dechunked(self) -> bytes:
        self._invite()
        body = bytearray()
        while True:
            size_line = _CHUNK_SIZE.fullmatch(self.rfile.readline(_LONGEST_SIZE_LINE))
            if size_line is None:
                raise _BadRequestError("400 Bad Request")
            size = int(size_line["size"], 16)
            if len(body) + size > MAX_BODY_BYTES:
                raise _BadRequestError("413 Content Too Large")
            body += self.rfile.read(size)
            if self.rfile.read(2) != b"\r\n":
                raise _BadRequestError("400 Bad Request")
            if size == 0:
                return bytes(body)

    def _invite(self) -> None:
        if self.headers.get("Expect", "").strip().lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        # The base class would answer with a web page, and some messages without a status line.
        del message, explain
        self.close_connection = True
        self.request_version = self.protocol_version
        status = f"{code} {HTTPStatus(code).phrase}"
        self._send(status, [("Content-Length", "0"), ("Connection", "close")], b"")

    def handle_expect_100(self) -> bool:
        return True

    def _send(self, status: str, headers: Iterable[tuple[str, str]], content: bytes) -> None:
        code, _, reason = status.partition(" ")
        self.send_response_only(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        if not any(name.lower() == "date" for name, _ in headers):
            self.send_header("Date", self.date_time_string())
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the base class's name
        log.debug(f"{type}: {message}", *args)  # noqa: G004 - the message is itself a format


class _Server(ThreadingMixIn, HTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128
    # What werkzeug's request handler asks of its server.
    multithread = True
    multiprocess = False
    ssl_context = None
    passthrough_errors = False

    def __init__(self, port: int) -> None:
        self.application: WSGIApplication
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__((ADDRESS, port), _Handler)

    def server_bind(self) -> None:
        # HTTPServer would look up this machine's name here, which can take seconds.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = ADDRESS, int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the base's types
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - the base's type
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the base's types
        del request
        log.debug("connection of %s ended", client_address, exc_info=True)  # noqa: LOG014 - called in a handler

    def hang_up(self) -> None:
        """End connections that are kept alive, so that their threads end too."""
        with self._lock:
            for connection in self._connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    log.debug("already closed", exc_info=True)


class LoopbackServer:
    """Serves one WSGI application on 127.0.0.1, one thread for each connection.

    The port is bound at once, so that `url` is known before the server starts; connections wait.

    Args:
        port: where to listen; 0 takes a free port.

    Raises:
        PortInUseError: the port is taken.
    """

    port: int
    """The port that is bound."""
    url: str
    """`http://127.0.0.1:PORT`, without a slash at the end."""

    def __init__(self, port: int = 0) -> None:
        try:
            self._server = _Server(port)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortInUseError(port) from error
            raise
        self.port = self._server.server_port
        self.url = f"http://{ADDRESS}:{self.port}"
        self._thread: threading.Thread | None = None

    def application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        raise NotImplementedError

    def start(self) -> None:
        """Begin to answer requests."""
        self._server.application = self.application
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name=f"serve {self.url}"
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop answering, close every connection and free the port; no thread is left behind."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.hang_up()
        self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
