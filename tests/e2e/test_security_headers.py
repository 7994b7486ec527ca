"""The security headers as visitors get them, and what Mozilla's Observatory makes of them."""

import gzip
import html
import http.client
import ipaddress
import json
import os
import re
import ssl
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import boto3
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from moto.s3.models import s3_backends

from infra.demo import WITHOUT_CLOUDFRONT
from local.aws.account import ACCOUNT_ID, PARTITION
from local.aws.iam import Principal, Request
from local.aws.loopback import LoopbackServer
from local.aws.s3 import evaluate_on_bucket, find_bucket
from local.edge import BucketSite, DistributionSite, Edge
from tests.e2e.deployment import BUCKET_MODE, Deployment, deployed

ROOT = Path(__file__).parent.parent.parent
OBSERVATORY = ROOT / "tests" / "tools" / "observatory.mjs"
SECURITY_PAGE = ROOT / "docs" / "security.md"
AWS = {
    "rekognition": "https://rekognition.eu-west-1.amazonaws.com",
    "cognitoidentity": "https://cognito-identity.eu-west-1.amazonaws.com",
    "cognitoidp": "https://cognito-idp.eu-west-1.amazonaws.com",
}
"""What the page calls when there is no emulator."""
SIGN_IN = {"adminEmail": "admin@example.com"}
ON_EVERY_ANSWER = {
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class TlsEdge(Edge):
    """An edge that speaks TLS; its answers are the same."""

    def __init__(self, site: DistributionSite | BucketSite, certificate: Path) -> None:
        super().__init__(site)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )


class PlainHttp(LoopbackServer):
    """What AWS answers without TLS: CloudFront as its protocol policy says, S3 as the bucket's policy says."""

    def __init__(self, deployment: Deployment) -> None:
        super().__init__()
        self._deployment = deployment

    def application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        outputs = self._deployment.outputs
        secure = f"https://127.0.0.1:{self._deployment.edge.port}{environ['RAW_URI']}"
        if "distributionId" in outputs:
            redirects = self._protocol_policy(outputs["distributionId"]) == "redirect-to-https"
            start_response("301 Moved Permanently" if redirects else "200 OK", [("Location", secure)])
        else:
            allowed = self._may_read_without_tls(outputs["bucketName"], environ["PATH_INFO"])
            start_response("200 OK" if allowed else "403 Forbidden", [("Content-Type", "application/xml")])
        return []

    def _protocol_policy(self, distribution_id: str) -> str:
        session: Any = boto3.Session("local", "local", region_name=self._deployment.region)
        client = session.client("cloudfront", endpoint_url=self._deployment.aws_url)
        config = client.get_distribution_config(Id=distribution_id)["DistributionConfig"]
        client.close()
        return config["DefaultCacheBehavior"]["ViewerProtocolPolicy"]

    @staticmethod
    def _may_read_without_tls(bucket_name: str, path: str) -> bool:
        bucket = find_bucket(bucket_name)
        assert bucket is not None
        request = Request(
            principal=Principal(kind="Anonymous"),
            action="s3:GetObject",
            resource=f"arn:aws:s3:::{bucket_name}{path}",
            context={"aws:SecureTransport": "false"},
        )
        return evaluate_on_bucket(bucket, request, identity=[]).allowed


def throw_away_certificate(folder: Path) -> Path:
    """Make a certificate for 127.0.0.1, its own authority, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test of one run")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


def observatory(config: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Deploy as to AWS and score the page."""
    certificate = throw_away_certificate(folder)
    with (
        deployed(config, endpoints=AWS, edge=lambda site: TlsEdge(site, certificate)) as deployment,
        PlainHttp(deployment) as plain,
    ):
        scored = subprocess.run(
            ["node", OBSERVATORY, str(plain.port), str(deployment.edge.port), deployment.path],
            env={"PATH": os.environ["PATH"], "NODE_EXTRA_CA_CERTS": str(certificate)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert scored.returncode == 0, scored.stderr
    return json.loads(scored.stdout)


@pytest.mark.parametrize("config", [{}, SIGN_IN], ids=["guests", "sign-in"])
def test_with_cloudfront_the_observatory_gives_its_best_grade(config: dict[str, Any], tmp_path: Path) -> None:
    result = observatory(config, tmp_path)
    assert result["score"] >= 130
    assert f"| with CloudFront | {result['score']} | {result['grade']} |" in SECURITY_PAGE.read_text()
    assert min(result["added"].values()) >= 0


def test_straight_from_s3_the_score_is_the_documented_one(tmp_path: Path) -> None:
    result = observatory(BUCKET_MODE, tmp_path)
    page = SECURITY_PAGE.read_text()
    assert f"| straight from S3 | {result['score']} | {result['grade']} |" in page
    assert f"scores it {result['score']} ({result['grade']}) instead of" in WITHOUT_CLOUDFRONT
    lost = {name: points for name, points in result["added"].items() if points < 0}
    assert lost == {
        "redirection": -20,
        "strict-transport-security": -20,
        "x-content-type-options": -5,
        "x-frame-options": -20,
    }


@pytest.fixture(scope="module", params=[{}, SIGN_IN], ids=["guests", "sign-in"])
def site(request: pytest.FixtureRequest) -> Iterator[Deployment]:
    with deployed(request.param) as deployment:
        yield deployment


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes


def ask(site: Deployment, method: str, path: str, headers: Mapping[str, str]) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", site.edge.port, timeout=10)
    connection.request(method, path, headers=dict(headers))
    response = connection.getresponse()
    named = {name.lower(): value for name, value in response.getheaders()}
    answer = Answer(response.status, named, response.read())
    connection.close()
    return answer


def page_of(site: Deployment) -> str:
    return gzip.decompress(ask(site, "GET", "/", {}).body).decode()


def script_of(site: Deployment) -> str:
    found = re.search(r'src="\./(assets/[^"]+\.js)"', page_of(site))
    assert found
    return "/" + found[1]


def directives(policy: str) -> dict[str, str]:
    pairs = [directive.partition(" ") for directive in policy.split("; ")]
    assert len({name for name, _, _ in pairs}) == len(pairs)
    return {name: value for name, _, value in pairs}


def settings_in(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="settings">(.*?)</script>', page)
    assert found
    return json.loads(found[1])


@pytest.mark.parametrize(
    ("status", "method", "path", "headers"),
    [
        (200, "GET", "/", {}),
        (200, "GET", "/", {"Accept-Encoding": "gzip", "Origin": "https://elsewhere.example"}),
        (200, "GET", "{script}", {}),
        (200, "HEAD", "{script}", {}),
        (200, "HEAD", "/", {}),
        (206, "GET", "{script}", {"Range": "bytes=0-99"}),
        (304, "GET", "{script}", {"If-None-Match": "{etag}"}),
        (403, "GET", "/nothing", {}),
        (403, "GET", "/..%2f..%2fetc/passwd", {}),
        (200, "GET", "/?list-type=2&prefix=", {}),
        (403, "POST", "/", {}),
        (403, "DELETE", "{script}", {}),
        (403, "OPTIONS", "/", {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}),
        (416, "GET", "{script}", {"Range": "bytes=99999999-"}),
    ],
)
def test_every_answer_carries_the_security_headers(
    site: Deployment, status: int, method: str, path: str, headers: dict[str, str]
) -> None:
    script = script_of(site)
    etag = ask(site, "HEAD", script, {}).headers["etag"]
    filled = {name: value.format(etag=etag) for name, value in headers.items()}
    answer = ask(site, method, path.format(script=script), filled)
    assert answer.status == status
    assert {name: answer.headers.get(name) for name in ON_EVERY_ANSWER} == ON_EVERY_ANSWER
    assert directives(answer.headers["content-security-policy"])["require-trusted-types-for"] == "'script'"
    assert not any(name.startswith("access-control-") for name in answer.headers)


def test_header_and_meta_policy_differ_by_framing_only(site: Deployment) -> None:
    header = directives(ask(site, "GET", "/", {}).headers["content-security-policy"])
    tags = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">', page_of(site))
    (meta,) = [directives(html.unescape(tag)) for tag in tags]
    assert header == {**meta, "frame-ancestors": "'none'"}


def test_the_policy_allows_the_page_itself_and_the_services_it_calls(site: Deployment) -> None:
    policy = directives(ask(site, "GET", "/", {}).headers["content-security-policy"])
    settings = settings_in(page_of(site))
    called = {*settings["endpoints"].values()}
    if settings["signIn"] is not None:
        called.add(settings["signIn"]["endpoint"])
    assert set(policy.pop("connect-src").split()) == called
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' blob:",
        "worker-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "app-worker",
    }


@pytest.mark.parametrize("config", [{}, SIGN_IN], ids=["guests", "sign-in"])
def test_without_an_emulator_the_page_may_call_aws_in_its_region_only(config: dict[str, Any]) -> None:
    """The user pools' address is in the policy when people sign in, and not otherwise."""
    with deployed(config, endpoints=AWS) as site:
        policy = directives(ask(site, "GET", "/", {}).headers["content-security-policy"])
    expected = set(AWS.values()) if config else set(AWS.values()) - {AWS["cognitoidp"]}
    assert set(policy["connect-src"].split()) == expected


def test_an_answer_about_a_missing_bucket_carries_them_too() -> None:
    with deployed() as site:
        bucket = find_bucket(site.outputs["bucketName"])
        assert bucket is not None
        del s3_backends[ACCOUNT_ID][PARTITION].buckets[bucket.name]
        answer = ask(site, "GET", "/", {})
    assert answer.status == 404
    assert {name: answer.headers.get(name) for name in ON_EVERY_ANSWER} == ON_EVERY_ANSWER
    assert "content-security-policy" in answer.headers
