"""The door, the errors and the HTTP server itself, over real connections."""

import contextlib
import http.client
import json
import logging
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import boto3
import botocore.model
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model

from local.aws.faults import Faults
from local.aws.loopback import MAX_BODY_BYTES, PortInUseError
from local.aws.server import LocalAws
from tests.local.aws.tools import Answer, Clients, call, refusal

SIGNED = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=deployer/20261122/eu-west-1/iam/aws4_request, "
    f"SignedHeaders=host, Signature={'0' * 64}"
}
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,x-amz-target,x-amz-date,content-type",
}
GET_ID = {"X-Amz-Target": "AWSCognitoIdentityService.GetId", "Content-Type": "application/x-amz-json-1.1"}


def talk(aws: LocalAws, sent: bytes) -> bytes:
    """Send bytes on a connection of their own and return all that comes back."""
    with socket.create_connection(("127.0.0.1", aws.port), timeout=10) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return received


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost",
        "127.0.0.1.evil.example:{port}",
        "bucket.localhost:{port}",
        "123456789012.127.0.0.1:{port}",
        "s3.amazonaws.com",
        "[::1]:{port}",
        "",
    ],
)
def test_a_foreign_host_gets_nothing(aws: LocalAws, host: str) -> None:
    answer = call(aws, "GET", "/", {"Host": host.format(port=aws.port), **SIGNED})
    assert (answer.status, answer.code) == (421, "MisdirectedRequest")


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}"])
def test_this_machines_names_are_served(aws: LocalAws, host: str) -> None:
    assert call(aws, "GET", "/nobucket/key", {"Host": host.format(port=aws.port)}).status == 404


def test_an_absolute_request_line_does_not_replace_the_host_check(aws: LocalAws) -> None:
    sent = f"GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1:{aws.port}\r\n\r\n"
    assert talk(aws, sent.encode()).startswith(b"HTTP/1.1 421 ")


@pytest.mark.parametrize("hosts", [0, 2])
def test_a_request_has_exactly_one_host(aws: LocalAws, hosts: int) -> None:
    sent = "GET / HTTP/1.1\r\n" + f"Host: 127.0.0.1:{aws.port}\r\n" * hosts + "\r\n"
    assert talk(aws, sent.encode()).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://evil.example",
        "null",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example:80",
        "https://127.0.0.1:8080",
        "http://127.0.0.1:8080/",
        "http://127.0.0.2",
        "file://",
        "",
    ],
)
@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
def test_pages_from_elsewhere_get_nothing(aws: LocalAws, origin: str, method: str) -> None:
    answer = call(aws, method, "/", {"Origin": origin, **GET_ID, **PREFLIGHT}, b"{}")
    assert (answer.status, answer.code) == (403, "OriginRefused")
    assert "access-control-allow-origin" not in answer.headers


def test_images_and_links_of_foreign_pages_get_nothing(aws: LocalAws) -> None:
    answer = call(aws, "GET", "/bucket/key", {"Sec-Fetch-Site": "cross-site", **SIGNED})
    assert (answer.status, answer.code) == (403, "OriginRefused")
    assert call(aws, "GET", "/bucket/key", {"Sec-Fetch-Site": "none"}).status == 404


@pytest.mark.parametrize("origin", ["http://127.0.0.1:5173", "http://localhost:80", "http://localhost"])
def test_a_preflight_of_a_page_on_loopback_is_answered_at_the_door(aws: LocalAws, origin: str) -> None:
    answer = call(aws, "OPTIONS", "/", {"Origin": origin, **PREFLIGHT})
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["access-control-allow-headers"] == PREFLIGHT["Access-Control-Request-Headers"]
    assert "POST" in answer.headers["access-control-allow-methods"]


@pytest.mark.parametrize(
    ("target", "body", "status"),
    [
        ("AWSCognitoIdentityService.GetId", b'{"IdentityPoolId": "eu-west-1:x"}', 400),
        ("AWSCognitoIdentityService.GetId", b"{}", 400),
        ("AWSCognitoIdentityService.GetId", b"not json", 400),
        ("AWSCognitoIdentityService.GetOpenIdToken", b"{}", 501),
        ("RekognitionService.DetectCustomLabels", b"{}", 400),
        ("Nonsense", b"{}", 400),
    ],
)
def test_a_page_on_loopback_can_read_every_answer(
    aws: LocalAws, target: str, body: bytes, status: int
) -> None:
    headers = {"Origin": "http://127.0.0.1:5173", "X-Amz-Target": target}
    answer = call(aws, "POST", "/", headers, body)
    assert answer.status == status
    assert answer.headers["access-control-allow-origin"] == "http://127.0.0.1:5173"
    assert {"x-amzn-requestid", "x-amzn-errortype", "date", "etag"} <= set(
        answer.headers["access-control-expose-headers"].split(", ")
    )
    assert answer.code


def test_without_an_origin_there_are_no_cors_headers(aws: LocalAws) -> None:
    answer = call(aws, "POST", "/", GET_ID, b"{}")
    assert not any(name.startswith("access-control-") for name in answer.headers)


@pytest.mark.parametrize("path", ["/moto-api/data.json", "/moto-api/reset", "/%6doto-api/reset", "/moto-api"])
def test_motos_own_api_cannot_be_reached(aws: LocalAws, path: str) -> None:
    for headers in ({}, SIGNED):
        assert call(aws, "POST", path, headers).status == 404


def test_another_account_cannot_be_chosen_by_a_header(aws: LocalAws, clients: Clients) -> None:
    clients("iam").create_role(RoleName="ours", AssumeRolePolicyDocument=json.dumps(TRUST_NOBODY))
    headers = {
        **SIGNED,
        "X-Moto-Account-Id": "999999999999",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    answer = call(aws, "POST", "/", headers, b"Action=GetRole&RoleName=ours&Version=2010-05-08")
    assert (answer.status, b"123456789012" in answer.body) == (200, True)


TRUST_NOBODY = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Deny",
        "Principal": {"Service": "ec2.amazonaws.com"},
        "Action": "sts:AssumeRole",
    },
}


def _signed_for(service: str, method: str, path: str, aws: LocalAws, **headers: str) -> Answer:
    authorization = SIGNED["Authorization"].replace("/iam/", f"/{service}/")
    body = b"{}" if method == "POST" else None
    return call(aws, method, path, {"Authorization": authorization, **headers}, body)


@pytest.mark.parametrize(
    ("service", "method", "path", "target", "status", "code"),
    [
        (
            "cognito-identity",
            "POST",
            "/",
            "AWSCognitoIdentityService.GetPrincipalTagAttributeMap",
            501,
            "NotImplementedException",
        ),
        ("cloudfront", "GET", "/2020-05-31/cache-policy", "", 501, "NotImplementedException"),
        ("nosuchservice", "POST", "/", "", 501, "NotImplementedException"),
        ("cloudfront", "GET", "/2020-05-31/nothing", "", 404, "UnknownOperationException"),
        ("lambda", "GET", "/nowhere", "", 404, "UnknownOperationException"),
        ("cognito-identity", "POST", "/", "", 404, "UnknownOperationException"),
    ],
)
def test_what_is_not_there_is_said_in_json(  # noqa: PLR0913, PLR0917 - one row of the table
    aws: LocalAws, service: str, method: str, path: str, target: str, status: int, code: str
) -> None:
    answer = _signed_for(service, method, path, aws, **({"X-Amz-Target": target} if target else {}))
    assert (answer.status, answer.code) == (status, code)
    assert answer.headers["content-type"] == "application/x-amz-json-1.1"


def test_what_a_service_itself_does_not_find_stays_its_own_error(clients: Clients) -> None:
    code, message = refusal(clients("iam").get_role, RoleName="absent")
    assert code == "NoSuchEntity"
    assert "absent" in message


def test_an_sdk_does_not_retry_what_is_not_implemented(aws: LocalAws) -> None:
    client = boto3.client(
        "cognito-identity",
        endpoint_url=aws.url,
        region_name="eu-west-1",
        aws_access_key_id="deployer",
        aws_secret_access_key="anything",
        config=Config(retries={"max_attempts": 5, "mode": "standard"}),
    )
    with contextlib.closing(client), pytest.raises(ClientError) as raised:
        client.get_principal_tag_attribute_map(IdentityPoolId="eu-west-1:x", IdentityProviderName="x")
    response = cast("Any", raised.value).response
    assert response["Error"]["Code"] == "NotImplementedException"
    assert response["ResponseMetadata"]["RetryAttempts"] == 0


def test_a_failure_inside_is_told_to_the_log_and_not_to_the_client(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_environ: object, _start_response: object) -> list[bytes]:
        raise KeyError("a secret detail")

    answers: list[str] = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/"}
    with caplog.at_level(logging.ERROR):
        body = b"".join(Faults(broken)(environ, lambda status, _headers, _error=None: answers.append(status)))  # pyright: ignore[reportArgumentType] - a start_response that only notes
    assert answers == ["500 Internal Server Error"]
    assert json.loads(body) == {
        "__type": "InternalFailure",
        "message": "The emulator failed; its log says where.",
    }
    assert "a secret detail" in caplog.text


def test_connections_are_kept_alive_and_answers_carry_their_length(aws: LocalAws) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", aws.port, timeout=10)
    connection.connect()
    first = connection.sock
    for _ in range(5):
        connection.request("POST", "/", b"{}", GET_ID)
        response = connection.getresponse()
        assert response.getheader("Content-Length") == str(len(response.read()))
        assert connection.sock is first
    connection.close()


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: +5",
        "Content-Length: -1",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Content-Length: \u0665",
    ],
)
def test_an_ambiguous_message_ends_the_connection(aws: LocalAws, headers: str) -> None:
    smuggled = f"GET /second HTTP/1.1\r\nHost: 127.0.0.1:{aws.port}\r\n\r\n"
    sent = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{aws.port}\r\n{headers}\r\n\r\n{smuggled}"
    received = talk(aws, sent.encode())
    assert received.startswith(b"HTTP/1.1 400 ")
    assert received.count(b"HTTP/1.1") == 1


def test_a_body_that_is_refused_at_the_door_is_not_read_as_the_next_request(aws: LocalAws) -> None:
    body = f"GET /inner HTTP/1.1\r\nHost: 127.0.0.1:{aws.port}\r\n\r\n"
    sent = f"POST / HTTP/1.1\r\nHost: evil.example\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    received = talk(aws, sent.encode())
    assert received.count(b"HTTP/1.1 ") == 1
    assert received.startswith(b"HTTP/1.1 421 ")


def test_a_chunked_body_is_put_together(aws: LocalAws) -> None:
    sent = (
        f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{aws.port}\r\nX-Amz-Target: {GET_ID['X-Amz-Target']}\r\n"
        'Transfer-Encoding: chunked\r\n\r\n14\r\n{"IdentityPoolId": "\r\nd\r\neu-west-1:x"}\r\n0\r\n\r\n'
    )
    assert b"IdentityPool 'eu-west-1:x' not found" in talk(aws, sent.encode())


@pytest.mark.parametrize(
    "chunks",
    [
        "zz\r\nab\r\n0\r\n\r\n",
        "5\r\nab",
        "-2\r\nab\r\n0\r\n\r\n",
        "3\r\nab\r\n0\r\n\r\n",
        "0\r\nX: y\r\n\r\n",
    ],
)
def test_broken_chunks_are_a_bad_request(aws: LocalAws, chunks: str) -> None:
    head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{aws.port}\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert talk(aws, (head + chunks).encode()).startswith(b"HTTP/1.1 400 ")


def test_a_body_beyond_all_measure_is_refused_unread(aws: LocalAws) -> None:
    sent = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{aws.port}\r\nContent-Length: {MAX_BODY_BYTES + 1}\r\n\r\n"
    assert talk(aws, sent.encode()).startswith(b"HTTP/1.1 413 ")


def test_a_client_that_expects_to_be_invited_is(aws: LocalAws) -> None:
    sent = (
        f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{aws.port}\r\nX-Amz-Target: {GET_ID['X-Amz-Target']}\r\n"
        "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}"
    )
    received = talk(aws, sent.encode())
    assert received.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 ")


def test_requests_on_several_connections_are_answered_side_by_side(aws: LocalAws) -> None:
    slow = socket.create_connection(("127.0.0.1", aws.port), timeout=10)
    slow.sendall(b"POST / HTTP/1.1\r\n")
    assert call(aws, "POST", "/", GET_ID, b"{}").status == 400
    slow.close()


def test_it_listens_on_loopback_only(aws: LocalAws) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:[0-9]+", aws.url)
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in others - {"127.0.0.1"}:
        with pytest.raises(OSError, match=r"refused|unreachable|timed out"):
            socket.create_connection((str(address), aws.port), timeout=1)


def test_a_taken_port_is_said_in_one_sentence(aws: LocalAws) -> None:
    with pytest.raises(PortInUseError, match=rf"^Port {aws.port} on 127.0.0.1 is in use .* PORT=<number>"):
        LocalAws(aws.port)


def test_stopping_leaves_no_thread_and_no_socket_behind() -> None:
    before = set(threading.enumerate())
    server = LocalAws()
    server.start()
    kept = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    kept.request("POST", "/", b"{}", GET_ID)
    kept.getresponse().read()
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 2
    assert set(threading.enumerate()) <= before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=1)
    kept.close()
    LocalAws(server.port).stop()


def test_the_next_server_starts_empty() -> None:
    for _ in range(2):
        with LocalAws() as server:
            s3 = boto3.client(
                "s3",
                endpoint_url=server.url,
                region_name="us-east-1",
                aws_access_key_id="deployer",
                aws_secret_access_key="anything",
            )
            with contextlib.closing(s3):
                assert s3.list_buckets()["Buckets"] == []
                s3.create_bucket(Bucket="left-behind")


def test_first_requests_to_a_service_may_come_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto shows half-built operation models to other threads; here for long enough to be seen."""
    build: Any = botocore.model.ServiceModel.operation_model

    def slowly(self: botocore.model.ServiceModel, operation_name: str) -> botocore.model.OperationModel:
        model = build(self, operation_name)
        time.sleep(0.0005)
        return model

    monkeypatch.setattr(botocore.model.ServiceModel, "operation_model", slowly)
    get_service_model.cache_clear()
    get_service_router.cache_clear()
    with LocalAws() as aws, ThreadPoolExecutor(6) as pool:
        session: Any = boto3.Session("local", "local", region_name="eu-west-1")
        clients = [session.client("cloudfront", endpoint_url=aws.url) for _ in range(6)]
        answers = list(pool.map(lambda client: client.list_distributions(), clients))
    assert [answer["ResponseMetadata"]["HTTPStatusCode"] for answer in answers] == [200] * 6
