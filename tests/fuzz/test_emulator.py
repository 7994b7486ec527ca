"""Bad requests to the emulated AWS: each gets an AWS error, none changes anything or lets anybody in."""

import json
import random
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.core.utils import get_service_model

from local.aws.sessions import find_session
from tests.fuzz.conftest import World
from tests.fuzz.junk import TEXTS, junk, mangled, mangled_bytes
from tests.fuzz.wire import SIGNERS, Answer, Case, Sender, Signer, talk

JSON_CASES, REST_CASES, PROTOCOL_CASES = 3_500, 2_000, 500

TARGETS = {
    "rekognition": "RekognitionService",
    "cognito-identity": "AWSCognitoIdentityService",
    "cognito-idp": "AWSCognitoIdentityProviderService",
}
OPERATIONS = {service: sorted(get_service_model(service).operation_names) for service in TARGETS}
WITHOUT_SIGNATURE = {
    service: {
        name
        for name in OPERATIONS[service]
        if get_service_model(service).operation_model(name).auth_type == "none"
    }
    for service in ("cognito-identity", "cognito-idp")
}
"""What AWS answers to everybody."""
OF_THE_PAGE = {
    "rekognition": ["DescribeProjects", "DescribeProjectVersions", "DetectCustomLabels"],
    "cognito-identity": ["GetId", "GetCredentialsForIdentity"],
    "cognito-idp": [
        "AssociateSoftwareToken",
        "ConfirmForgotPassword",
        "ForgotPassword",
        "InitiateAuth",
        "RespondToAuthChallenge",
        "RevokeToken",
        "SetUserMFAPreference",
        "VerifySoftwareToken",
    ],
}
"""What the web app calls."""
REST_SERVICES = ["s3", "cloudfront", "iam", "sts", "rekognition", "execute-api", "nonsense"]
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND", "get"]


@pytest.fixture
def sender(world: World) -> Iterator[Sender]:
    sender = Sender(int(world.site.aws_url.rpartition(":")[2]))
    yield sender
    sender.close()


def members(rng: random.Random, names: list[str], world: World, nonsense: float) -> dict[str, Any]:
    """Return an operation's input: mostly what exists, with a share of nonsense, in part left out."""
    chosen: dict[str, Any] = {}
    for name in names:
        if name in world.known and rng.random() < 0.8:
            chosen[name] = rng.choice(world.known[name])
        elif rng.random() < nonsense:
            chosen[name] = junk(rng)
    return chosen


def json_case(rng: random.Random, world: World) -> Case:
    service = rng.choice(list(TARGETS))
    operation = rng.choice(OPERATIONS[service] if rng.random() < 0.4 else OF_THE_PAGE[service])
    shape = get_service_model(service).operation_model(operation).input_shape
    names = list(shape.members) if shape else []
    right = rng.random() < 0.3  # but for who asks
    body = json.dumps(members(rng, names, world, 0 if right else 0.15)).encode()
    if not right and rng.random() < 0.4:
        body = mangled_bytes(rng, body)
    target = f"{TARGETS[service]}.{operation}"
    if not right and rng.random() < 0.2:
        other = rng.choice(list(TARGETS.values()))
        flawed = re.sub(r"[\x00-\x1f]", "", mangled(rng, target))
        target = rng.choice([flawed, f"{other}.{operation}", f"{target}.{operation}", operation, ""])
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
    if rng.random() < 0.2:
        headers["Content-Type"] = rng.choice(
            [
                "application/x-amz-json-1.0",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "text/html",
                "",
                "x" * 999,
            ]
        )
    scope = service if rng.random() < 0.85 else rng.choice([*TARGETS, *REST_SERVICES])
    path = "/" if rng.random() < 0.9 else rng.choice(["/?Action=DeleteProject", "//", "/x", "/%2e%2e/", "/?"])
    usual: Signer = "guest" if service == "rekognition" else "nobody"
    signer = usual if not right and rng.random() < 0.8 else rng.choice(SIGNERS)
    return Case(signer, scope, "POST", path, headers, body)


def rest_case(rng: random.Random, world: World) -> Case:
    bucket = world.known["Bucket"][0]
    path = rng.choice(
        [
            "/",
            f"/{bucket}",
            f"/{bucket}/",
            f"/{bucket}/index.html",
            f"/{bucket}/%69ndex.html",
            f"//{bucket}/index.html",
            f"/./{bucket}/../{bucket}/index.html",
            f"/x/..%2f{bucket}/index.html",
            f"/{bucket}%2findex.html",
            f"/{bucket}/" + quote(rng.choice(TEXTS)),
            "/" + quote(rng.choice(TEXTS)),
            "/2020-05-31/distribution",
            "/2020-05-31/distribution/" + world.site.outputs["distributionId"] + "/config",
            "/2020-05-31/origin-access-control",
            "/moto-api/reset",
            "/moto-api/data.json",
            "/latest/meta-data/",
            "/prod/%ff%fe",
        ]
    )
    query = rng.choice(
        [
            "",
            "",
            "policy",
            "acl",
            "versions",
            "uploads",
            "delete",
            "publicAccessBlock",
            "list-type=2&prefix=",
            "response-content-type=text/html",
            "Action=GetSessionToken",
            "Action=AssumeRole&RoleArn=" + quote(world.guest_role),
            f"X-Amz-Credential={world.guest.access_key}/20261122/eu-west-1/s3/aws4_request",
            f"AWSAccessKeyId={world.guest.access_key}&Signature=x&Expires=9999999999",
            "x=%zz&%00",
            quote(rng.choice(TEXTS)),
        ]
    )
    headers = rng.choice(
        [
            {},
            {"x-amz-acl": "public-read"},
            {"x-amz-copy-source": f"/{bucket}/index.html"},
            {"X-Moto-Account-Id": "1"},
            {"X-HTTP-Method-Override": "DELETE"},
            {"Range": "bytes=9-1,-,x"},
            {"If-None-Match": "*" * 500},
            {"Content-Type": "application/x-www-form-urlencoded"},
            {"Content-Encoding": "gzip"},
            {"Cookie": "a" * 4000},
            {"X-Amz-Date": rng.choice(["x", "20261122T000000Z", "99999999T999999Z"])},
        ]
    )
    body = rng.choice(
        [
            b"",
            b"<x",
            b"<Delete><Object><Key>index.html</Key></Object></Delete>",
            b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
            b"Action=CreateUser&UserName=x&Version=2010-05-08",
            b"Action=GetCallerIdentity&Version=2011-06-15&Action=AssumeRole",
            json.dumps(junk(rng)).encode(),
            bytes(rng.randrange(256) for _ in range(30)),
        ]
    )
    return Case(
        rng.choice(SIGNERS),
        rng.choice(REST_SERVICES[:4] if rng.random() < 0.8 else REST_SERVICES),
        rng.choice(METHODS[:6] if rng.random() < 0.8 else METHODS),
        path + ("?" + query if query else ""),
        dict(headers),
        body,
    )


def sign(rng: random.Random, case: Case, world: World) -> None:
    """Sign as a guest, or so that it must not be believed."""
    if case.signer == "nobody":
        return
    request = AWSRequest(case.method, world.site.aws_url + case.path, dict(case.headers), case.body)
    guest, region = world.guest, world.site.region
    keys = guest
    if case.signer == "forger":
        keys = rng.choice(
            [
                Credentials(guest.access_key, "x" * 40, guest.token),
                Credentials(guest.access_key, guest.secret_key),
                Credentials(guest.access_key, guest.secret_key, "x" + str(guest.token)),
                Credentials("ASIA" + "X" * 16, guest.secret_key, guest.token),
            ]
        )
    auth = S3SigV4Auth if case.service == "s3" else SigV4Auth
    auth(keys, case.service, region).add_auth(request)
    case.headers.update({name: str(value) for name, value in request.headers.items()})
    if case.signer == "forger" and keys.access_key == guest.access_key and rng.random() < 0.5:
        flaw = rng.choice(["", "Bearer x", "AWS4-HMAC-SHA256", "AWS x:y", "Basic eDp5", "\u00e9"])
        case.headers["Authorization"] = flaw


def may_succeed(case: Case, world: World) -> bool:
    """Whether the one who asked may have what was asked for."""
    prefix, _, operation = case.headers.get("X-Amz-Target", "").partition(".")
    if case.signer == "nobody":
        return any(
            prefix == TARGETS[service] and operation in names for service, names in WITHOUT_SIGNATURE.items()
        )
    return (
        case.signer == "guest"
        and (case.service, prefix) == ("rekognition", TARGETS["rekognition"])
        and f"rekognition:{operation}" in world.guest_actions
    )


def check_error_form(case: Case, answer: Answer) -> None:
    if case.method == "HEAD":
        assert answer.body == b""
    elif answer.body.startswith(b"{"):
        error = json.loads(answer.body)
        assert isinstance(error["__type"], str)
        assert isinstance(error.get("message", error.get("Message")), str)
    else:
        assert re.search(rb"<Error>.*<Code>\w+</Code>", answer.body, re.DOTALL)


def check(case: Case, answer: Answer, world: World) -> None:
    assert answer.status < 500 or answer.status == 501
    assert not re.search(rb"Traceback|site-packages|\.py\b", answer.body)
    if answer.status >= 400:
        check_error_form(case, answer)
        return
    assert may_succeed(case, world)
    assert b"AccessToken" not in answer.body
    if b"AccessKeyId" in answer.body:
        session = find_session(json.loads(answer.body)["Credentials"]["AccessKeyId"])
        assert session is not None
        assert session.role_arn == world.guest_role


@pytest.mark.parametrize(
    ("make", "count"), [(json_case, JSON_CASES), (rest_case, REST_CASES)], ids=["json", "rest"]
)
def test_a_bad_request_gets_an_error_and_changes_nothing(
    world: World, sender: Sender, make: Any, count: int
) -> None:
    before = world.state()
    rng = random.Random(11)  # noqa: S311  # the same cases at every run
    statuses: dict[int, int] = {}
    for number in range(count):
        case = make(rng, world)
        sign(rng, case, world)
        answer = sender.send(case)
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
        try:
            check(case, answer, world)
        except (AssertionError, KeyError, ValueError) as error:
            pytest.fail(f"{error!r} at case {number}: {case}\n{answer}")
    assert world.state() == before
    assert sum(share for status, share in statuses.items() if status >= 400) > 0.9 * count


def protocol_case(rng: random.Random, host: str) -> bytes:
    """Return a message that breaks, or nearly breaks, the rules of HTTP."""
    line = " ".join(
        [
            rng.choice(["POST", "GET", "HEAD", "OPTIONS", "P\x00ST", "post", "A" * 70_000, ""]),
            rng.choice(["/", "*", "http://evil.example/", "/%", "/\x7f", "/" + "a" * 70_000, "//", "\\"]),
            rng.choice(["HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/9.9", "HTTP/x", "HTTP/1.1 x", ""]),
        ]
    )
    fields = [f"Host: {host}"] if rng.random() < 0.9 else []
    fields += rng.choices(
        [
            "Content-Length: 5",
            "Content-Length: -1",
            "Content-Length: +5",
            "Content-Length: 5, 6",
            "Content-Length: 0x5",
            "Content-Length: 99999999999999999999",
            "Content-Length: \u0663",
            "Transfer-Encoding: chunked",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: \tchunked",
            "Transfer-Encoding : chunked",
            "Expect: 100-continue",
            "Expect: something",
            "Connection: close, keep-alive",
            "Upgrade: h2c",
            "X-Amz-Target: AWSCognitoIdentityService.GetId",
            "Authorization: AWS4-HMAC-SHA256 Credential=\u00ff",
            "No colon",
            ": no name",
            " folded",
            "X-Nul: a\x00b",
            "X-Long: " + "a" * 70_000,
            f"Host: {host}",
            *(f"X-{number}: {number}" for number in range(3)),
        ],
        k=rng.randrange(5),
    )
    if rng.random() < 0.03:
        fields += [f"X-Many-{number}: x" for number in range(150)]
    body = rng.choice(
        [
            b"",
            b"{}",
            b"5\r\nhello\r\n0\r\n\r\n",
            b"5\r\nhel",
            b"-5\r\nhello\r\n0\r\n\r\n",
            b"ffffffff\r\n",
            b"5;" + b"x" * 999 + b"\r\nhello\r\n0\r\n\r\n",
            b"0\r\nTrailer: x\r\n\r\nGET / HTTP/1.1\r\n\r\n",
            b"5\nhello\n0\n\n",
            bytes(range(256)),
        ]
    )
    return "\r\n".join([line, *fields, "", ""]).encode("utf-8") + body


def test_what_is_no_http_is_refused_without_a_word_too_many(world: World, sender: Sender) -> None:
    before = world.state()
    rng = random.Random(12)  # noqa: S311  # the same cases at every run
    port = int(world.site.aws_url.rpartition(":")[2])
    for number in range(PROTOCOL_CASES):
        sent = protocol_case(rng, f"127.0.0.1:{port}")
        received = talk(port, sent)
        for status, rest in re.findall(rb"HTTP/1\.[01] (\d+) [^\r]*\r\n(.*?\r\n\r\n)", received, re.DOTALL):
            assert int(status) < 500 or int(status) in {501, 505}, (number, sent)
            assert b"Python" not in rest, (number, sent)
        assert not re.search(rb"Traceback|\.py\b|<html|<!doctype", received, re.IGNORECASE), (
            number,
            sent[:200],
            received[:300],
        )
    assert world.state() == before
    assert sender.send(Case("nobody", "", headers={"X-Amz-Target": "x"})).status == 400
