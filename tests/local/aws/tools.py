"""Requests as they are, guests of an identity pool, and the policies they need."""

import http.client
import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from local.aws.server import LocalAws

REGION = "eu-west-1"
numbers = itertools.count()

Clients = Callable[..., Any]

ALLOW_NOTHING = [{"Effect": "Deny", "Action": "*", "Resource": "*"}]


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, read to its end."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """AWS's name of the error in a JSON answer."""
        return json.loads(self.body)["__type"]


@dataclass(frozen=True)
class Guest:
    """Credentials of an identity pool's guest."""

    pool_id: str
    identity_id: str
    role_name: str
    access_key_id: str
    secret_key: str
    session_token: str

    @property
    def keys(self) -> dict[str, str]:
        """The credentials as boto3's clients take them."""
        return {
            "aws_access_key_id": self.access_key_id,
            "aws_secret_access_key": self.secret_key,
            "aws_session_token": self.session_token,
        }


def call(
    aws: LocalAws,
    method: str,
    path: str,
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
) -> Answer:
    """Send one request as it is and read the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", aws.port, timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, names, response.read())
    finally:
        connection.close()


def refusal(operation: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    """Call an operation that is refused; return the error's code and message."""
    with pytest.raises(ClientError) as raised:
        operation(**arguments)
    error = cast("Any", raised.value).response["Error"]
    return error["Code"], error["Message"]


def signed_headers(  # noqa: PLR0913 - everything that a signature depends on
    aws: LocalAws,
    guest: Guest,
    service: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    *,
    method: str = "POST",
    path: str = "/",
    region: str = REGION,
) -> dict[str, str]:
    """Sign a request with a guest's credentials, as botocore does."""
    request = AWSRequest(method, aws.url + path, {"Host": f"127.0.0.1:{aws.port}", **(headers or {})}, body)
    keys = Credentials(guest.access_key_id, guest.secret_key, guest.session_token)
    SigV4Auth(keys, service, region).add_auth(request)
    return dict(request.headers.items())


def make_guest(clients: Clients, statements: Sequence[dict[str, Any]], *, region: str = REGION) -> Guest:
    """Create a pool with a role that may do what the statements say, and enter it."""
    name = f"guest{next(numbers)}"
    cognito, iam = clients("cognito-identity", region=region), clients("iam")
    pool_id = cognito.create_identity_pool(IdentityPoolName=name, AllowUnauthenticatedIdentities=True)[
        "IdentityPoolId"
    ]
    role_arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust(pool_id)))["Role"][
        "Arn"
    ]
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=json.dumps(document))
    cognito.set_identity_pool_roles(IdentityPoolId=pool_id, Roles={"unauthenticated": role_arn})
    identity_id = cognito.get_id(IdentityPoolId=pool_id)["IdentityId"]
    keys = cognito.get_credentials_for_identity(IdentityId=identity_id)["Credentials"]
    return Guest(pool_id, identity_id, name, keys["AccessKeyId"], keys["SecretKey"], keys["SessionToken"])


def trust(pool_id: str, amr: str = "unauthenticated") -> dict[str, Any]:
    """Return a trust policy for the guests of one pool, or for those of another `amr`."""
    return {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Federated": "cognito-identity.amazonaws.com"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {"cognito-identity.amazonaws.com:aud": pool_id},
                "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": amr},
            },
        },
    }


def bucket_policy(bucket: str, *allows: dict[str, Any]) -> str:
    """Return a bucket policy that refuses plain HTTP, as the project's own do."""
    arns = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    refuse = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": arns,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [refuse, *allows]})


def now() -> str:
    """The time as signatures have it."""
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
