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

from local.rekognition.exceptions import RequestError
from local.rekognition.validation import parse_input
from tests.local.rekognition.bench import Bench, custom_labels_operations

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

OPERATIONS = custom_labels_operations()
ARN = "arn:aws:rekognition:eu-west-1:123456789012:project/p/version/v/1"


def send(endpoint: str, operation: str, body: bytes) -> requests.Response:
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"RekognitionService.{operation}",
    }
    request = AWSRequest("POST", endpoint, headers, body)
    SigV4Auth(Credentials("AKIAEXAMPLEEXAMPLE00", "example"), "rekognition", "eu-west-1").add_auth(request)
    return requests.post(endpoint, data=body, headers=dict(request.headers), timeout=10)


def refusal(endpoint: str, operation: str, request: object) -> tuple[str, str]:
    """Return code and message of the error that answers *request*."""
    answer = send(endpoint, operation, json.dumps(request).encode())
    assert answer.status_code == 400
    return answer.json()["__type"], answer.json()["message"]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"MaxResults": NaN}', b"9" * 5000],
    ids=["half", "array", "null", "string", "not UTF-8", "deep", "NaN", "long number"],
)
def test_a_body_that_is_no_json_object_cannot_be_read(endpoint: str, operation: str, body: bytes) -> None:
    answer = send(endpoint, operation, body)
    assert (answer.status_code, answer.json()["__type"]) == (400, "SerializationException")
    assert "The request's body is" in answer.json()["message"]


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name != "DescribeProjects"])
def test_an_empty_body_misses_what_is_required(endpoint: str, operation: str) -> None:
    answer = send(endpoint, operation, b"")
    assert answer.json()["__type"] == "ValidationException"
    assert "failed to satisfy constraint: Member must not be null" in answer.json()["message"]


IMAGE = {"Bytes": base64.b64encode(b"x").decode()}
NAME_RULES = (
    "[Member must have length less than or equal to 255, Member must have length greater than or equal to 1, "
    "Member must satisfy regular expression pattern: [a-zA-Z0-9_.\\-]+]"
)
NO_TEXT = "Value '' at 'projectName' failed to satisfy constraint: "
FEATURES = "Member must satisfy enum value set: [CONTENT_MODERATION, CUSTOM_LABELS]"
GROUP = {"ProjectArn": ARN, "DatasetType": "TRAIN"}


@pytest.mark.parametrize(
    ("operation", "request_", "failures"),
    [
        (
            "CreateProject",
            {"ProjectName": ""},
            [
                NO_TEXT + "Member must have length greater than or equal to 1",
                NO_TEXT + "Member must satisfy regular expression pattern: [a-zA-Z0-9_.\\-]+",
            ],
        ),
        (
            "CreateProject",
            {"ProjectName": "a" * 256},
            [
                (
                    f"Value '{'a' * 80}…' at 'projectName' failed to satisfy constraint: "
                    "Member must have length less than or equal to 255"
                )
            ],
        ),
        (
            "CreateProject",
            {"ProjectName": "a b"},
            [
                (
                    "Value 'a b' at 'projectName' failed to satisfy constraint: "
                    "Member must satisfy regular expression pattern: [a-zA-Z0-9_.\\-]+"
                )
            ],
        ),
        ("CreateProject", {"ProjectName": "a\n"}, ["Member must satisfy regular expression pattern"]),
        ("CreateProject", {"ProjectName": "\u0661"}, ["Member must satisfy regular expression pattern"]),
        (
            "CreateProject",
            {"ProjectName": None},
            ["Value null at 'projectName' failed to satisfy constraint: Member must not be null"],
        ),
        (
            "CreateProject",
            {"ProjectName": "a", "Feature": "X"},
            [f"Value 'X' at 'feature' failed to satisfy constraint: {FEATURES}"],
        ),
        (
            "CreateProject",
            {"ProjectName": "a", "Tags": {"aws:x": "1"}},
            ["Value '{aws:x=1}' at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: ["],
        ),
        (
            "CreateProject",
            {"ProjectName": "a", "Tags": {"k": "<>"}},
            ["Value '{k=<>}' at 'tags' failed to satisfy constraint: Map value must satisfy constraint: ["],
        ),
        (
            "CreateProject",
            {"ProjectName": "a", "Tags": {str(number): "" for number in range(201)}},
            ["at 'tags' failed to satisfy constraint: Member must have length less than or equal to 200"],
        ),
        (
            "DescribeProjects",
            {"MaxResults": 0},
            [
                (
                    "Value '0' at 'maxResults' failed to satisfy constraint: "
                    "Member must have value greater than or equal to 1"
                )
            ],
        ),
        (
            "DescribeProjects",
            {"MaxResults": 101},
            [
                (
                    "Value '101' at 'maxResults' failed to satisfy constraint: "
                    "Member must have value less than or equal to 100"
                )
            ],
        ),
        (
            "DescribeProjects",
            {"NextToken": "a" * 1025},
            [
                "at 'nextToken' failed to satisfy constraint: Member must have length less than or equal to 1024"
            ],
        ),
        (
            "DescribeProjects",
            {"ProjectNames": []},
            [
                (
                    "Value '[]' at 'projectNames' failed to satisfy constraint: "
                    "Member must have length greater than or equal to 1"
                )
            ],
        ),
        (
            "DescribeProjects",
            {"ProjectNames": ["a", ""]},
            [
                (
                    "Value '[a, ]' at 'projectNames' failed to satisfy constraint: "
                    f"Member must satisfy constraint: {NAME_RULES}"
                )
            ],
        ),
        (
            "DescribeProjects",
            {"Features": ["LABELS"]},
            [
                f"Value '[LABELS]' at 'features' failed to satisfy constraint: Member must satisfy constraint: [{FEATURES}]"
            ],
        ),
        ("DeleteProject", {"ProjectArn": ARN}, ["Member must satisfy regular expression pattern: (^arn:"]),
        (
            "StartProjectVersion",
            {"ProjectVersionArn": ARN},
            ["Value null at 'minInferenceUnits' failed to satisfy constraint: Member must not be null"],
        ),
        (
            "DetectCustomLabels",
            {"ProjectVersionArn": ARN, "Image": {"Bytes": ""}},
            [
                (
                    "Value 'java.nio.HeapByteBuffer[pos=0 lim=0 cap=0]' at 'image.bytes' failed to satisfy constraint: "
                    "Member must have length greater than or equal to 1"
                )
            ],
        ),
        (
            "DetectCustomLabels",
            {"ProjectVersionArn": ARN, "Image": IMAGE, "MinConfidence": 100.5},
            [
                (
                    "Value '100.5' at 'minConfidence' failed to satisfy constraint: "
                    "Member must have value less than or equal to 100"
                )
            ],
        ),
        (
            "DetectCustomLabels",
            {"ProjectVersionArn": ARN, "Image": IMAGE, "MaxResults": -1},
            [
                (
                    "Value '-1' at 'maxResults' failed to satisfy constraint: "
                    "Member must have value greater than or equal to 0"
                )
            ],
        ),
        (
            "DistributeDatasetEntries",
            {"Datasets": [{}]},
            [
                (
                    "Value '[{}]' at 'datasets' failed to satisfy constraint: "
                    "Member must have length greater than or equal to 2"
                ),
                "Value null at 'datasets.1.member.arn' failed to satisfy constraint: Member must not be null",
            ],
        ),
    ],
)
def test_a_member_that_breaks_a_constraint_is_named_with_value_and_constraint(
    endpoint: str, operation: str, request_: dict[str, Any], failures: list[str]
) -> None:
    code, message = refusal(endpoint, operation, request_)
    assert code == "ValidationException"
    found = re.fullmatch(r"(\d+) validation errors? detected: (.*)", message, re.DOTALL)
    assert found
    assert int(found[1]) == len(failures)
    for expected, failure in zip(failures, found[2].split("; Value"), strict=True):
        assert expected.removeprefix("Value") in failure


@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        ("CreateProject", {"ProjectName": 7}, "projectName is 7: it must be a string."),
        ("CreateProject", {"ProjectName": ["a"]}, "projectName is a JSON array: it must be a string."),
        (
            "CreateProject",
            {"ProjectName": "a", "Tags": []},
            "tags is a JSON array: it must be a JSON object.",
        ),
        ("CreateProject", {"ProjectName": "a", "Tags": {"k": 1}}, "tags is 1: it must be a string."),
        ("DescribeProjects", {"MaxResults": "5"}, 'maxResults is "5": it must be an integer.'),
        ("DescribeProjects", {"MaxResults": 1.5}, "maxResults is 1.5: it must be an integer."),
        ("DescribeProjects", {"MaxResults": True}, "maxResults is true: it must be an integer."),
        ("DescribeProjects", {"ProjectNames": "a"}, "it must be a JSON array."),
        ("DetectCustomLabels", {"ProjectVersionArn": ARN, "Image": "x"}, "image is"),
        ("DetectCustomLabels", {"ProjectVersionArn": ARN, "Image": {"Bytes": 1}}, "a string in base64."),
        ("DetectCustomLabels", {"ProjectVersionArn": ARN, "Image": {"Bytes": "é"}}, "is not base64."),
        ("DetectCustomLabels", {"ProjectVersionArn": ARN, "Image": {"Bytes": "abc"}}, "is not base64."),
        (
            "DetectCustomLabels",
            {"ProjectVersionArn": ARN, "Image": IMAGE, "MinConfidence": "50"},
            "it must be a number.",
        ),
        (
            "CreateProjectVersion",
            {"ProjectArn": ARN, "VersionName": "v", "OutputConfig": {}, "TestingData": {"AutoCreate": "yes"}},
            "testingData.autoCreate is",
        ),
    ],
)
def test_a_member_of_another_type_is_named_with_value_and_type(
    endpoint: str, operation: str, request_: dict[str, Any], message: str
) -> None:
    code, told = refusal(endpoint, operation, request_)
    assert code == "SerializationException"
    assert message in told


def test_every_broken_rule_is_in_one_answer(endpoint: str) -> None:
    request = {"MaxResults": 0, "ProjectNames": [], "NextToken": "a" * 1025}
    _, message = refusal(endpoint, "DescribeProjects", request)
    assert message.startswith("3 validation errors detected: Value ")
    assert [name in message for name in ("maxResults", "projectNames", "nextToken")] == [True] * 3


def test_a_long_value_is_cut_in_the_message(endpoint: str) -> None:
    assert len(refusal(endpoint, "CreateProject", {"ProjectName": "é" * 100_000})[1]) < 500


def test_a_tag_may_have_letters_and_digits_of_any_script(endpoint: str) -> None:
    request = {"ProjectName": "a", "Tags": {"prüfstand 5": "日本 ٣ +-=._:/@"}}
    assert send(endpoint, "CreateProject", json.dumps(request).encode()).status_code == 200


def test_members_that_are_null_or_unknown_count_as_absent(endpoint: str) -> None:
    answer = send(endpoint, "DescribeProjects", b'{"MaxResults": null, "Colour": "red"}')
    assert (answer.status_code, answer.json()) == (200, {"ProjectDescriptions": []})


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
    except RequestError as error:
        broken = f"{error.error_type}: {error.message}"
    assert members.keys() <= request.keys()
    assert re.fullmatch(r"((SerializationException|ValidationException): .+)?", broken, re.DOTALL)


@given(operation=st.sampled_from(OPERATIONS), request=st.dictionaries(st.sampled_from(MEMBERS), ANYTHING))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_request_is_an_internal_error(endpoint: str, operation: str, request: dict[str, Any]) -> None:
    answer = send(endpoint, operation, json.dumps(request).encode())
    assert answer.status_code in {200, 400}
    assert answer.json() is not None
