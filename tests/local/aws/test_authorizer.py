"""What pool credentials may do is what the deployed policies say, proven over HTTP."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.aws.authorizer import Authorizer
from local.aws.loopback import LoopbackServer
from local.aws.server import LocalAws
from local.aws.sessions import SESSION_LIFETIME
from local.rekognition.limits import Limits, configure
from tests.local.aws.tools import (
    Answer,
    Clients,
    Guest,
    bucket_policy,
    call,
    make_guest,
    numbers,
    refusal,
    signed_headers,
)

ACCOUNT = "123456789012"
PROJECT = f"arn:aws:rekognition:eu-west-1:{ACCOUNT}:project/parts"
OURS = f"{PROJECT}/version/v1/1700000000000"
OTHER = f"arn:aws:rekognition:eu-west-1:{ACCOUNT}:project/parts-secret/version/v1/1700000000000"
DETECT = {
    "Effect": "Allow",
    "Action": "rekognition:DetectCustomLabels",
    "Resource": f"{PROJECT}/version/*",
}
LIST = {
    "Effect": "Allow",
    "Action": "rekognition:DescribeProjects",
    "Resource": "*",
    "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
}


@pytest.fixture(scope="module", autouse=True)
def _without_throttling() -> Iterator[None]:
    """Let the tests ask faster than five times a second."""
    configure(limits=Limits(control_requests_per_second=1_000))
    yield
    configure()


@pytest.fixture(scope="module")
def guest(clients: Clients) -> Guest:
    return make_guest(clients, [DETECT, LIST])


def rekognition(
    aws: LocalAws,
    guest: Guest,
    operation: str,
    members: dict[str, Any] | None = None,
    **options: Any,
) -> Answer:
    body = json.dumps(members or {}).encode()
    target = {
        "X-Amz-Target": f"RekognitionService.{operation}",
        "Content-Type": "application/x-amz-json-1.1",
    }
    headers = signed_headers(aws, guest, "rekognition", body, target, **options)
    return call(aws, "POST", options.get("path", "/"), headers, body)


def refused(answer: Answer) -> bool:
    return answer.status == 400 and answer.code == "AccessDeniedException"


def test_a_guest_detects_with_the_models_of_its_policy(aws: LocalAws, guest: Guest) -> None:
    answer = rekognition(aws, guest, "DetectCustomLabels", {"ProjectVersionArn": OURS, "Image": {}})
    assert not refused(answer)
    assert answer.code in {"ResourceNotFoundException", "InvalidParameterException"}


def test_a_refusal_says_who_may_not_do_what(aws: LocalAws, guest: Guest) -> None:
    answer = rekognition(aws, guest, "DetectCustomLabels", {"ProjectVersionArn": OTHER, "Image": {}})
    assert refused(answer)
    assert json.loads(answer.body)["message"] == (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{guest.role_name}/CognitoIdentityCredentials is not "
        f"authorized to perform: rekognition:DetectCustomLabels on resource: {OTHER} because no "
        "identity-based policy allows the rekognition:DetectCustomLabels action"
    )


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("DetectCustomLabels", {"ProjectVersionArn": OTHER}),
        ("DetectCustomLabels", {"ProjectVersionArn": PROJECT}),
        ("DetectCustomLabels", {"ProjectVersionArn": [OURS]}),
        ("DetectCustomLabels", {"ProjectArn": OURS}),
        ("DetectCustomLabels", {}),
        ("StartProjectVersion", {"ProjectVersionArn": OURS, "MinInferenceUnits": 1}),
        ("StopProjectVersion", {"ProjectVersionArn": OURS}),
        ("DeleteProjectVersion", {"ProjectVersionArn": OURS}),
        ("DeleteProject", {"ProjectArn": PROJECT}),
        ("CreateProject", {"ProjectName": "mine"}),
        ("DescribeProjectVersions", {"ProjectArn": PROJECT}),
        ("TagResource", {"ResourceArn": OURS, "Tags": {"a": "b"}}),
        ("CopyProjectVersion", {"SourceProjectVersionArn": OURS, "DestinationProjectArn": PROJECT}),
        ("DetectLabels", {"Image": {}}),
        ("ListCollections", {}),
        ("DistributeDatasetEntries", {}),
        ("NoSuchOperation", {}),
        ("", {}),
    ],
)
def test_a_guest_may_do_nothing_else_in_rekognition(
    aws: LocalAws, guest: Guest, operation: str, members: dict[str, Any]
) -> None:
    assert refused(rekognition(aws, guest, operation, members))


def test_conditions_are_held_to_the_region_that_was_signed_for(aws: LocalAws, guest: Guest) -> None:
    assert rekognition(aws, guest, "DescribeProjects").status == 200
    assert refused(rekognition(aws, guest, "DescribeProjects", region="us-east-1"))


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Allow", "Action": "rekognition:DescribeProjects", "Resource": PROJECT},
        {"Effect": "Allow", "Action": "rekognition:Describe*", "Resource": f"{PROJECT}/*"},
        {**LIST, "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-2"}}},
        {**LIST, "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {**LIST, "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": "another"}}},
        {
            **LIST,
            "Condition": {"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}},
        },
        {**LIST, "Condition": {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}},
        {**LIST, "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}},
        {**LIST, "Effect": "Deny"},
    ],
)
def test_a_statement_that_does_not_fit_allows_nothing(
    aws: LocalAws, clients: Clients, statement: dict[str, Any]
) -> None:
    assert refused(rekognition(aws, make_guest(clients, [statement]), "DescribeProjects"))


@pytest.mark.parametrize(
    "condition",
    [
        {"Bool": {"aws:SecureTransport": "true"}},
        {"StringLike": {"cognito-identity.amazonaws.com:sub": "eu-west-1:*"}},
        {"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "unauth*"}},
        {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/guest*"}},
        {"StringEquals": {"aws:PrincipalAccount": ACCOUNT, "aws:PrincipalType": "AssumedRole"}},
        {"StringLike": {"aws:userid": "AROA*:CognitoIdentityCredentials"}},
        {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
        {"NumericGreaterThan": {"aws:EpochTime": "1577836800"}},
        {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}},
        {"StringEquals": {"aws:FederatedProvider": "cognito-identity.amazonaws.com"}},
    ],
)
def test_the_circumstances_of_a_request_are_known(
    aws: LocalAws, clients: Clients, condition: dict[str, Any]
) -> None:
    guest = make_guest(clients, [{**LIST, "Condition": condition}])
    assert rekognition(aws, guest, "DescribeProjects").status == 200


def test_an_explicit_deny_wins(aws: LocalAws, clients: Clients) -> None:
    guest = make_guest(
        clients, [LIST, {"Effect": "Deny", "Action": "rekognition:Describe*", "Resource": "*"}]
    )
    answer = rekognition(aws, guest, "DescribeProjects")
    assert refused(answer)
    assert b"with an explicit deny in an identity-based policy" in answer.body


def test_attached_policies_count_too(aws: LocalAws, clients: Clients, guest: Guest) -> None:
    iam = clients("iam")
    other = make_guest(clients, [DETECT])
    assert refused(rekognition(aws, other, "DescribeProjects"))
    document = json.dumps({"Version": "2012-10-17", "Statement": LIST})
    arn = iam.create_policy(PolicyName=f"list-{guest.role_name}", PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=other.role_name, PolicyArn=arn)
    assert rekognition(aws, other, "DescribeProjects").status == 200
    iam.detach_role_policy(RoleName=other.role_name, PolicyArn=arn)
    assert refused(rekognition(aws, other, "DescribeProjects"))


def test_a_changed_policy_holds_at_once(aws: LocalAws, clients: Clients) -> None:
    other = make_guest(clients, [LIST])
    assert rekognition(aws, other, "DescribeProjects").status == 200
    clients("iam").delete_role_policy(RoleName=other.role_name, PolicyName="may")
    assert refused(rekognition(aws, other, "DescribeProjects"))


def test_a_policy_that_cannot_be_read_allows_nothing(aws: LocalAws, clients: Clients) -> None:
    other = make_guest(clients, [LIST])
    doubled = json.dumps({"Version": "2012-10-17", "Statement": LIST}).replace(
        "{", '{"Version": "2008-10-17", ', 1
    )
    clients("iam").put_role_policy(RoleName=other.role_name, PolicyName="doubled", PolicyDocument=doubled)
    answer = rekognition(aws, other, "DescribeProjects")
    assert refused(answer)
    assert b"a key is given twice" in answer.body


def test_a_permissions_boundary_is_not_passed_over(aws: LocalAws, clients: Clients) -> None:
    other = make_guest(clients, [LIST])
    boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    clients("iam").put_role_permissions_boundary(RoleName=other.role_name, PermissionsBoundary=boundary)
    answer = rekognition(aws, other, "DescribeProjects")
    assert (answer.status, answer.code) == (501, "NotImplementedException")


def test_credentials_die_with_their_role(aws: LocalAws, clients: Clients) -> None:
    other = make_guest(clients, [LIST])
    clients("iam").delete_role_policy(RoleName=other.role_name, PolicyName="may")
    clients("iam").delete_role(RoleName=other.role_name)
    answer = rekognition(aws, other, "DescribeProjects")
    assert (answer.status, answer.code) == (400, "UnrecognizedClientException")


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("iam", "list_roles", {}),
        ("iam", "create_role", {"RoleName": "mine", "AssumeRolePolicyDocument": "{}"}),
        ("cognito-identity", "list_identity_pools", {"MaxResults": 1}),
        ("cloudfront", "list_distributions", {}),
        ("lambda", "list_functions", {}),
        ("sts", "get_session_token", {}),
        ("sts", "assume_role", {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/x", "RoleSessionName": "ab"}),
        ("dynamodb", "list_tables", {}),
        ("logs", "describe_log_groups", {}),
    ],
)
def test_other_services_are_closed_to_guests_whatever_their_role_may(
    clients: Clients, service: str, operation: str, arguments: dict[str, Any]
) -> None:
    mighty = make_guest(clients, [{"Effect": "Allow", "Action": "*", "Resource": "*"}])
    code, message = refusal(getattr(clients(service, **mighty.keys), operation), **arguments)
    assert code in {"AccessDeniedException", "AccessDenied"}
    assert "is not authorized to perform" in message


def test_guests_never_read_s3_by_their_role(clients: Clients, bucket: str) -> None:
    s3 = clients("s3")
    s3.put_object(Bucket=bucket, Key="k", Body=b"secret")
    mighty = make_guest(clients, [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}])
    theirs = clients("s3", **mighty.keys)
    for operation, arguments in (
        ("get_object", {"Bucket": bucket, "Key": "k"}),
        ("put_object", {"Bucket": bucket, "Key": "new", "Body": b""}),
        ("list_objects_v2", {"Bucket": bucket}),
        ("delete_object", {"Bucket": bucket, "Key": "k"}),
        ("get_bucket_policy", {"Bucket": bucket}),
        ("delete_objects", {"Bucket": bucket, "Delete": {"Objects": [{"Key": "k"}]}}),
        ("list_buckets", {}),
        (
            "create_bucket",
            {"Bucket": "theirs", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}},
        ),
    ):
        assert refusal(getattr(theirs, operation), **arguments) == ("AccessDenied", "Access Denied")


def test_guests_read_what_everyone_may_read(clients: Clients, guest: Guest, bucket: str) -> None:
    s3 = clients("s3")
    s3.delete_public_access_block(Bucket=bucket)
    read = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=bucket_policy(bucket, read))
    s3.put_object(Bucket=bucket, Key="a b/ü+?.txt", Body=b"open")
    found = clients("s3", **guest.keys).get_object(Bucket=bucket, Key="a b/ü+?.txt")
    assert found["Body"].read() == b"open"


def test_an_object_is_an_object_under_any_name(aws: LocalAws, clients: Clients, guest: Guest) -> None:
    """moto's dispatcher would take this path for the instance metadata of EC2."""
    s3, bucket, path = clients("s3", region="us-east-1"), "latest", "/latest/meta-data/iam"
    s3.create_bucket(Bucket=bucket)
    s3.delete_public_access_block(Bucket=bucket)
    read = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=bucket_policy(bucket, read))
    s3.put_object(Bucket=bucket, Key="meta-data/iam", Body=b"object")
    unsigned = {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
    signed = signed_headers(aws, guest, "s3", b"", unsigned, method="GET", path=path)
    for headers in ({}, signed):
        assert call(aws, "GET", path, headers).body == b"object"


def test_a_bucket_policy_that_denies_the_role_holds(clients: Clients, guest: Guest, bucket: str) -> None:
    s3 = clients("s3")
    s3.delete_public_access_block(Bucket=bucket)
    resource = f"arn:aws:s3:::{bucket}/*"
    role = f"arn:aws:iam::{ACCOUNT}:role/{guest.role_name}"
    policy = bucket_policy(
        bucket,
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": resource},
        {"Effect": "Deny", "Principal": {"AWS": role}, "Action": "s3:GetObject", "Resource": resource},
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    s3.put_object(Bucket=bucket, Key="k", Body=b"open")
    with pytest.raises(ClientError, match="AccessDenied"):
        clients("s3", **guest.keys).get_object(Bucket=bucket, Key="k")


def test_links_cannot_be_signed_with_pool_credentials(aws: LocalAws, clients: Clients, guest: Guest) -> None:
    theirs = clients("s3", **guest.keys)
    link = theirs.generate_presigned_url("get_object", Params={"Bucket": "some-bucket", "Key": "k"})
    answer = call(aws, "GET", link.removeprefix(aws.url))
    assert (answer.status, b"AccessDenied" in answer.body) == (403, True)


def test_boto3_works_with_pool_credentials(clients: Clients, guest: Guest) -> None:
    theirs = clients("rekognition", **guest.keys)
    assert theirs.describe_projects()["ProjectDescriptions"] == []
    with pytest.raises(theirs.exceptions.AccessDeniedException, match="is not authorized to perform"):
        theirs.stop_project_version(ProjectVersionArn=OURS)


# --- Signatures -------------------------------------------------------------------------------------------


def _describe(aws: LocalAws, guest: Guest) -> tuple[dict[str, str], bytes]:
    body = b'{"MaxResults": 5}'
    headers = {
        "X-Amz-Target": "RekognitionService.DescribeProjects",
        "Content-Type": "application/x-amz-json-1.1",
    }
    return signed_headers(aws, guest, "rekognition", body, headers), body


def test_the_signature_of_botocore_is_right(aws: LocalAws, guest: Guest) -> None:
    headers, body = _describe(aws, guest)
    assert call(aws, "POST", "/", headers, body).status == 200


def test_another_body_needs_another_signature(aws: LocalAws, guest: Guest) -> None:
    headers, body = _describe(aws, guest)
    answer = call(aws, "POST", "/", headers, body + b" ")
    assert (answer.status, answer.code) == (400, "InvalidSignatureException")


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Amz-Target", "RekognitionService.DetectCustomLabels"),
        ("X-Amz-Date", "20200101T000000Z"),
        ("X-Amz-Date", "yesterday"),
        ("X-Amz-Content-SHA256", "0" * 64),
        ("X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD"),
        ("X-Amz-Content-SHA256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
        ("X-Amz-Extra", "unsigned"),
        ("Content-Type", "text/plain"),
    ],
)
def test_a_changed_or_added_header_breaks_the_signature(
    aws: LocalAws, guest: Guest, header: str, value: str
) -> None:
    headers, body = _describe(aws, guest)
    answer = call(aws, "POST", "/", {**headers, header: value}, body)
    assert (answer.status, answer.code) == (400, "InvalidSignatureException")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/eu-west-1/", "/us-east-1/"),
        ("Signature=", "Signature=0"),
        (";x-amz-target", ""),
        ("host;", ""),
    ],
)
def test_a_changed_authorization_is_refused(aws: LocalAws, guest: Guest, old: str, new: str) -> None:
    headers, body = _describe(aws, guest)
    authorization = headers["Authorization"]
    assert old in authorization
    changed = authorization.replace(old, new)[: len(authorization) if old == "Signature=" else None]
    answer = call(aws, "POST", "/", {**headers, "Authorization": changed}, body)
    assert (answer.status, answer.code) == (400, "InvalidSignatureException")


def test_a_wrong_secret_is_refused(aws: LocalAws, guest: Guest) -> None:
    forged = Guest(**{**guest.__dict__, "secret_key": "guessed"})
    headers, body = _describe(aws, forged)
    assert call(aws, "POST", "/", headers, body).code == "InvalidSignatureException"


@pytest.mark.parametrize("token", ["", "another", "ü"])
def test_a_wrong_token_is_refused(aws: LocalAws, guest: Guest, token: str) -> None:
    headers, body = _describe(aws, guest)
    sent = {**headers, "X-Amz-Security-Token": token}
    assert call(aws, "POST", "/", sent, body).code == "UnrecognizedClientException"


def test_without_its_token_a_key_is_refused(aws: LocalAws, guest: Guest) -> None:
    headers, body = _describe(aws, guest)
    del headers["X-Amz-Security-Token"]
    assert call(aws, "POST", "/", headers, body).code == "UnrecognizedClientException"


def test_temporary_keys_from_elsewhere_are_not_taken_for_the_deployers(aws: LocalAws, guest: Guest) -> None:
    stale = Guest(**{**guest.__dict__, "access_key_id": "ASIAFROMANEARLIERRUN"})
    headers, body = _describe(aws, stale)
    assert call(aws, "POST", "/", headers, body).code == "UnrecognizedClientException"


def test_two_signatures_are_one_too_many(aws: LocalAws, guest: Guest) -> None:
    headers, body = _describe(aws, guest)
    path = "/?X-Amz-Credential=deployer%2F20261122%2Feu-west-1%2Frekognition%2Faws4_request"
    answer = call(aws, "POST", path, headers, body)
    assert (answer.status, b"Only one auth mechanism allowed" in answer.body) == (400, True)


@pytest.mark.parametrize(
    "path",
    ["/?Action=StopProjectVersion", "/?x=.us-east-1.amazonaws.com", "/other", "/moto-api/data.json"],
)
def test_the_address_cannot_say_something_else_than_the_target(
    aws: LocalAws, guest: Guest, path: str
) -> None:
    answer = rekognition(aws, guest, "DescribeProjects", path=path)
    assert refused(answer) or answer.status == 404


def test_the_user_agent_does_not_choose_the_region(aws: LocalAws, clients: Clients, guest: Guest) -> None:
    clients("rekognition", region="us-east-1").create_project(ProjectName="elsewhere")
    headers, body = _describe(aws, guest)
    answer = call(aws, "POST", "/", {**headers, "User-Agent": "x region/us-east-1"}, body)
    assert json.loads(answer.body)["ProjectDescriptions"] == []


@pytest.mark.parametrize(
    "body",
    [
        f'{{"ProjectVersionArn": "{OURS}", "ProjectVersionArn": "{OTHER}"}}'.encode(),
        f'{{"ProjectVersionArn": "{OTHER}", "ProjectVersionArn": "{OURS}"}}'.encode(),
        f'{{"ProjectVersionArn": "{OURS}", "Project\\u0056ersionArn": "{OTHER}"}}'.encode(),
        json.dumps({"ProjectVersionArn": OURS}).encode("utf-16"),
        b"\xef\xbb\xbf" + json.dumps({"ProjectVersionArn": OURS}).encode(),
        b"ProjectVersionArn=x&Action=StopProjectVersion",
        b"[]",
        b"null",
        b"",
        b"[" * 50_000,
    ],
)
def test_a_body_with_two_readings_is_refused(aws: LocalAws, guest: Guest, body: bytes) -> None:
    headers = signed_headers(
        aws, guest, "rekognition", body, {"X-Amz-Target": "RekognitionService.DetectCustomLabels"}
    )
    answer = call(aws, "POST", "/", headers, body)
    assert (answer.status, answer.code) == (400, "SerializationException")


def test_a_form_that_names_another_operation_is_not_run(aws: LocalAws, guest: Guest) -> None:
    body = json.dumps({"MaxResults": 5, "NextToken": "&Action=CreateProject&ProjectName=mine&"}).encode()
    target = {
        "X-Amz-Target": "RekognitionService.DescribeProjects",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    answer = call(aws, "POST", "/", signed_headers(aws, guest, "rekognition", body, target), body)
    assert b"ProjectArn" not in answer.body


# --- Without a signature ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        "RekognitionService.DetectCustomLabels",
        "RekognitionService.DescribeProjects",
        "AWSCognitoIdentityService.DeleteIdentityPool",
        "AWSCognitoIdentityService.SetIdentityPoolRoles",
        "AWSCognitoIdentityService.ListIdentityPools",
        "AWSCognitoIdentityService.NoSuchOperation",
        "AWSCognitoIdentityProviderService.AdminCreateUser",
        "DynamoDB_20120810.ListTables",
        "",
    ],
)
def test_without_a_signature_only_public_operations_are_open(aws: LocalAws, target: str) -> None:
    answer = call(aws, "POST", "/", {"X-Amz-Target": target}, b"{}")
    assert (answer.status, answer.code) == (400, "MissingAuthenticationTokenException")


@pytest.mark.parametrize(
    "body",
    [
        b"Action=AssumeRoleWithWebIdentity&RoleArn=x&RoleSessionName=ab&WebIdentityToken=y&Version=2011-06-15",
        b"Action=ListRoles&Version=2010-05-08",
        b"Version=2009-04-15",
    ],
)
@pytest.mark.parametrize("path", ["/", "/iam_us-east-1/", "/sts_us-east-1/"])
def test_forms_without_a_signature_reach_no_service(aws: LocalAws, body: bytes, path: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert call(aws, "POST", path, headers, body).status == 403


# --- Time -------------------------------------------------------------------------------------------------


class _ClockedAws(LoopbackServer):
    """The authorizer alone, under a clock that the test turns; it answers 200 to what it allows."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime.now(UTC)
        self._authorizer = Authorizer(self._passed, self._passed, self._passed, lambda: self.now)

    def application(self, environ: Any, start_response: Any) -> Any:
        return self._authorizer(environ, start_response)

    @staticmethod
    def _passed(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"passed"]


@pytest.fixture
def clocked() -> Iterator[_ClockedAws]:
    with _ClockedAws() as server:
        yield server


def _describe_at(clocked: Any, guest: Guest) -> Answer:
    headers, body = _describe(clocked, guest)
    return call(clocked, "POST", "/", headers, body)


def test_credentials_end_after_an_hour(
    clocked: _ClockedAws, clients: Clients, guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda **_: clocked.now.replace(tzinfo=None))
    fresh = make_guest(clients, [LIST])
    assert _describe_at(clocked, fresh).status == 200
    clocked.now += SESSION_LIFETIME - timedelta(minutes=2)
    assert _describe_at(clocked, fresh).status == 200
    clocked.now += timedelta(minutes=3)
    answer = _describe_at(clocked, fresh)
    assert (answer.status, answer.code) == (400, "ExpiredTokenException")
    assert guest.access_key_id != fresh.access_key_id


@pytest.mark.parametrize(("minutes", "status"), [(-16, 400), (-14, 200), (14, 200), (16, 400)])
def test_a_signature_is_good_for_a_quarter_of_an_hour(
    clocked: _ClockedAws, guest: Guest, minutes: int, status: int
) -> None:
    clocked.now += timedelta(minutes=minutes)
    answer = _describe_at(clocked, guest)
    assert answer.status == status
    assert status == 200 or answer.code == "InvalidSignatureException"


# --- Malformed headers ------------------------------------------------------------------------------------

_PIECES = [
    "AWS4-HMAC-SHA256",
    " ",
    ",",
    "Credential=",
    "SignedHeaders=",
    "Signature=",
    "/",
    "20261122/eu-west-1/rekognition/aws4_request",
    "host;x-amz-date",
    "0" * 64,
    "AWS key:signature",
    "Bearer token",
    "=",
    "%00",
    "ü",
]


@given(pieces=st.lists(st.sampled_from(_PIECES), max_size=12), with_key=st.booleans())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_malformed_authorization_is_the_callers_fault(
    aws: LocalAws, guest: Guest, pieces: list[str], *, with_key: bool
) -> None:
    header = "".join(pieces).strip()
    if with_key:
        header = header.replace("Credential=", f"Credential={guest.access_key_id}/")
    headers = {"Authorization": header, "X-Amz-Target": "RekognitionService.CreateProject"}
    answer = call(
        aws, "POST", "/", {name: value.encode().decode("latin-1") for name, value in headers.items()}
    )
    assert 400 <= answer.status < 500
    assert answer.code in {
        "IncompleteSignatureException",
        "UnrecognizedClientException",
        "InvalidSignatureException",
    }


@pytest.mark.parametrize(
    ("tags", "allowed"),
    [
        ({"started-at": "1"}, True),
        ({"started-at": "1", "stop-at": "2"}, True),
        ({"started-at": "1", "owner": "me"}, False),
        ({"owner": "me"}, False),
        ({"Started-At": "1"}, False),
    ],
)
def test_a_role_can_be_held_to_the_keys_of_tags(
    clients: Clients, tags: dict[str, str], *, allowed: bool
) -> None:
    arn = clients("rekognition").create_project(ProjectName=f"tagged{next(numbers)}")["ProjectArn"]
    statement = {
        "Effect": "Allow",
        "Action": "rekognition:TagResource",
        "Resource": arn,
        "Condition": {
            "ForAllValues:StringEquals": {"aws:TagKeys": ["started-at", "stop-at"]},
            "Null": {"aws:TagKeys": "false"},
        },
    }
    rekognition = clients("rekognition", **make_guest(clients, [statement]).keys)
    if allowed:
        rekognition.tag_resource(ResourceArn=arn, Tags=tags)
    else:
        code, _ = refusal(rekognition.tag_resource, ResourceArn=arn, Tags=tags)
        assert code == "AccessDeniedException"
    kept = clients("rekognition").list_tags_for_resource(ResourceArn=arn)["Tags"]
    assert kept == (tags if allowed else {})


def test_a_role_can_be_held_to_the_tags_that_a_resource_has(clients: Clients) -> None:
    deployer = clients("rekognition")
    statement = {
        "Effect": "Allow",
        "Action": "rekognition:DescribeProjectVersions",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceTag/open": "yes"}},
    }
    guest = clients("rekognition", **make_guest(clients, [statement]).keys)
    arns = [
        deployer.create_project(ProjectName=f"open{next(numbers)}", Tags={"open": value})["ProjectArn"]
        for value in ("yes", "no")
    ]
    assert guest.describe_project_versions(ProjectArn=arns[0])["ProjectVersionDescriptions"] == []
    code, _ = refusal(guest.describe_project_versions, ProjectArn=arns[1])
    assert code == "AccessDeniedException"
