"""Requests as they are, right or wrong, and what comes back."""

import contextlib
import http.client
import socket
from dataclasses import dataclass, field
from typing import Literal

Signer = Literal["guest", "nobody", "forger"]
SIGNERS: list[Signer] = ["guest", "nobody", "forger"]


@dataclass
class Case:
    """One bad request."""

    signer: Signer
    service: str
    """In the signature's scope."""
    method: str = "POST"
    path: str = "/"
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, read to its end."""

    status: int
    headers: dict[str, str]
    body: bytes


class Sender:
    """Keeps one connection for as long as the server does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    def send(self, case: Case) -> Answer:
        """Send a request as it is, and read the answer."""
        self._connection.putrequest(case.method, case.path, skip_accept_encoding=True)
        for name, value in {"Content-Length": str(len(case.body)), **case.headers}.items():
            self._connection.putheader(name, value.encode("utf-8", "surrogatepass"))
        self._connection.endheaders(case.body)
        response = self._connection.getresponse()
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, named, response.read())

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def talk(port: int, sent: bytes) -> bytes:
    """Send bytes on a connection of their own; return all that comes back before it ends."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        # It may hang up before it has read everything.
        with contextlib.suppress(ConnectionError):
            connection.sendall(sent)
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError):
            while chunk := connection.recv(65536):
                received += chunk
    return received
