"""Requests as bytes: what the emulator answers to anything that a client may send."""

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.rekognition.exceptions import RekognitionError
from local.rekognition.validation import parse_input
from tests.local.rekognition.bench import Bench

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

OPERATIONS = [
    "CreateProject",
    "DescribeProjects",
    "DeleteProject",
    "CreateProjectVersion",
    "DescribeProjectVersions",
    "StartProjectVersion",
    "StopProjectVersion",
    "DeleteProjectVersion",
    "DetectCustomLabels",
]
ARN = "arn:aws:rekognition:eu-west-1:123456789012:project/p/version/v/1"


def send(endpoint: str, operation: str, body: bytes) -> requests.Response:
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"RekognitionService.{operation}",
    }
    request = AWSRequest("POST", endpoint, headers, body)
    SigV4Auth(Credentials("AKIAEXAMPLEEXAMPLE00", "example"), "rekognition", "eu-west-1").add_auth(request)
    return requests.post(endpoint, data=body, headers=dict(request.headers), timeout=10)


def refusal(endpoint: str, operation: str, request: object) -> str:
    """Return the message of the InvalidParameterException that answers *request*."""
    answer = send(endpoint, operation, json.dumps(request).encode())
    assert answer.status_code == 400
    assert answer.json()["__type"] == "InvalidParameterException"
    return answer.json()["Message"]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"MaxResults": NaN}', b"9" * 5000],
    ids=["half", "array", "null", "string", "not UTF-8", "deep", "NaN", "long number"],
)
def test_a_body_that_is_no_json_object_is_an_invalid_parameter(
    endpoint: str, operation: str, body: bytes
) -> None:
    answer = send(endpoint, operation, body)
    assert (answer.status_code, answer.json()["__type"]) == (400, "InvalidParameterException")
    assert "The request's body is" in answer.json()["Message"]


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name != "DescribeProjects"])
def test_an_empty_body_misses_what_is_required(endpoint: str, operation: str) -> None:
    answer = send(endpoint, operation, b"")
    assert answer.json()["__type"] == "InvalidParameterException"
    assert "is missing: it is required." in answer.json()["Message"]


IMAGE = {"Bytes": base64.b64encode(b"x").decode()}


@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        ("CreateProject", {"ProjectName": ""}, 'ProjectName "" has 0 characters: it must have at least 1.'),
        ("CreateProject", {"ProjectName": "a" * 256}, "has 256 characters: it must have at most 255."),
        ("CreateProject", {"ProjectName": "a b"}, 'ProjectName is "a b": it must match [a-zA-Z0-9_.\\-]+.'),
        ("CreateProject", {"ProjectName": "a\n"}, "it must match"),
        ("CreateProject", {"ProjectName": "\u0661"}, "it must match"),
        ("CreateProject", {"ProjectName": 7}, "ProjectName is 7: it must be a string."),
        ("CreateProject", {"ProjectName": ["a"]}, "ProjectName is a JSON array: it must be a string."),
        ("CreateProject", {"ProjectName": None}, "ProjectName is missing: it is required."),
        ("CreateProject", {"ProjectName": "a", "Feature": "X"}, "one of CONTENT_MODERATION, CUSTOM_LABELS"),
        (
            "CreateProject",
            {"ProjectName": "a", "Tags": []},
            "Tags is a JSON array: it must be a JSON object.",
        ),
        ("CreateProject", {"ProjectName": "a", "Tags": {"aws:x": "1"}}, "Tags key is"),
        ("CreateProject", {"ProjectName": "a", "Tags": {"k": "<>"}}, 'Tags."k" is "<>": it must match'),
        ("CreateProject", {"ProjectName": "a", "Tags": {"k": 1}}, 'Tags."k" is 1: it must be a string.'),
        ("DescribeProjects", {"MaxResults": 0}, "MaxResults is 0: it must be at least 1."),
        ("DescribeProjects", {"MaxResults": 101}, "MaxResults is 101: it must be at most 100."),
        ("DescribeProjects", {"MaxResults": "5"}, 'MaxResults is "5": it must be an integer.'),
        ("DescribeProjects", {"MaxResults": 1.5}, "MaxResults is 1.5: it must be an integer."),
        ("DescribeProjects", {"MaxResults": True}, "MaxResults is true: it must be an integer."),
        ("DescribeProjects", {"NextToken": "a" * 1025}, "has 1025 characters: it must have at most 1024."),
        ("DescribeProjects", {"ProjectNames": []}, "ProjectNames has 0 items: it must have at least 1."),
        (
            "DescribeProjects",
            {"ProjectNames": ["a"] * 11},
            "ProjectNames has 11 items: it must have at most 10.",
        ),
        ("DescribeProjects", {"ProjectNames": "a"}, "it must be a JSON array."),
        ("DescribeProjects", {"ProjectNames": ["a", ""]}, 'ProjectNames[1] "" has 0'),
        ("DescribeProjects", {"Features": ["LABELS"]}, "Features[0] is"),
        ("DeleteProject", {"ProjectArn": "p"}, 'ProjectArn "p" has 1 characters: it must have at least 20.'),
        ("DeleteProject", {"ProjectArn": ARN}, "it must match (^arn:"),
        ("StartProjectVersion", {"ProjectVersionArn": ARN}, "MinInferenceUnits is missing"),
        ("DetectCustomLabels", {"ProjectVersionArn": ARN, "Image": "x"}, "Image is"),
        ("DetectCustomLabels", {"ProjectVersionArn": ARN, "Image": {"Bytes": 1}}, "a string in base64."),
        ("DetectCustomLabels", {"ProjectVersionArn": ARN, "Image": {"Bytes": "é"}}, "is not base64."),
        ("DetectCustomLabels", {"ProjectVersionArn": ARN, "Image": {"Bytes": "abc"}}, "is not base64."),
        (
            "DetectCustomLabels",
            {"ProjectVersionArn": ARN, "Image": {"Bytes": ""}},
            "Image.Bytes has 0 bytes: it must have at least 1.",
        ),
        (
            "DetectCustomLabels",
            {"ProjectVersionArn": ARN, "Image": IMAGE, "MinConfidence": 100.5},
            "MinConfidence is 100.5: it must be at most 100.",
        ),
        (
            "DetectCustomLabels",
            {"ProjectVersionArn": ARN, "Image": IMAGE, "MinConfidence": "50"},
            "it must be a number.",
        ),
        (
            "DetectCustomLabels",
            {"ProjectVersionArn": ARN, "Image": IMAGE, "MaxResults": -1},
            "MaxResults is -1: it must be at least 0.",
        ),
        (
            "CreateProjectVersion",
            {"ProjectArn": ARN, "VersionName": "v", "OutputConfig": {}, "TestingData": {"AutoCreate": "yes"}},
            "TestingData.AutoCreate is",
        ),
    ],
)
def test_a_member_that_breaks_a_rule_is_named_with_value_and_rule(
    endpoint: str, operation: str, request_: dict[str, Any], message: str
) -> None:
    assert message in refusal(endpoint, operation, request_)


def test_every_broken_rule_is_in_one_answer(endpoint: str) -> None:
    message = refusal(endpoint, "DescribeProjects", {"MaxResults": 0, "ProjectNames": [], "NextToken": 3})
    assert [name in message for name in ("MaxResults", "ProjectNames", "NextToken")] == [True] * 3


def test_a_long_value_is_cut_in_the_message(endpoint: str) -> None:
    assert len(refusal(endpoint, "CreateProject", {"ProjectName": "é" * 100_000})) < 500


def test_a_tag_may_have_letters_and_digits_of_any_script(endpoint: str) -> None:
    request = {"ProjectName": "a", "Tags": {"prüfstand 5": "日本 ٣ +-=._:/@"}}
    assert send(endpoint, "CreateProject", json.dumps(request).encode()).status_code == 200


def test_members_that_are_null_or_unknown_count_as_absent(endpoint: str) -> None:
    answer = send(endpoint, "DescribeProjects", b'{"MaxResults": null, "Colour": "red"}')
    assert (answer.status_code, answer.json()) == (200, {"ProjectDescriptions": []})


@pytest.mark.parametrize("operation", ["CreateDataset", "CopyProjectVersion"])
def test_an_operation_that_is_missing_says_so(endpoint: str, operation: str) -> None:
    answer = send(endpoint, operation, b"{}")
    assert (answer.status_code, answer.json()["__type"]) == (501, "NotImplementedException")


def test_training_an_adapter_says_that_it_is_missing(bench: Bench, rekognition: "RekognitionClient") -> None:
    project = rekognition.create_project(ProjectName="a", Feature="CONTENT_MODERATION", AutoUpdate="DISABLED")
    bench.put_manifest("train.manifest", bench.boxed_lines())
    with pytest.raises(
        rekognition.exceptions.ClientError, match=r"NotImplementedException.*CONTENT_MODERATION"
    ):
        bench.create_version(project["ProjectArn"], TestingData={"AutoCreate": True})


def test_rekognition_of_moto_still_answers(rekognition: "RekognitionClient") -> None:
    assert rekognition.detect_labels(Image={"Bytes": b"x"})["Labels"]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = [
    "AutoUpdate",
    "Features",
    "FeatureConfig",
    "Image",
    "MaxResults",
    "MinConfidence",
    "MinInferenceUnits",
    "NextToken",
    "OutputConfig",
    "ProjectArn",
    "ProjectName",
    "ProjectNames",
    "ProjectVersionArn",
    "Tags",
    "TestingData",
    "TrainingData",
    "VersionName",
]


@given(operation=st.sampled_from(OPERATIONS), request=st.dictionaries(st.sampled_from(MEMBERS), ANYTHING))
@settings(max_examples=200, deadline=None)
def test_a_request_is_either_read_or_an_invalid_parameter(operation: str, request: dict[str, Any]) -> None:
    broken = ""
    members: dict[str, Any] = {}
    try:
        members = parse_input(operation, json.dumps(request).encode())
    except RekognitionError as error:
        broken = str(error)
    assert members.keys() <= request.keys()
    assert re.fullmatch(r"(InvalidParameterException: .+\.)?", broken, re.DOTALL)


@given(operation=st.sampled_from(OPERATIONS), request=st.dictionaries(st.sampled_from(MEMBERS), ANYTHING))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_request_is_an_internal_error(endpoint: str, operation: str, request: dict[str, Any]) -> None:
    answer = send(endpoint, operation, json.dumps(request).encode())
    assert answer.status_code in {200, 400}
    assert answer.json() is not None
