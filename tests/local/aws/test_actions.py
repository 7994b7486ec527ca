"""What requests ask for, held against the actions, resources and condition keys that AWS documents."""

import json
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session

from local.aws.actions import UnknownActionError, UnreadableRequestError, read_action

ARN = "arn:aws:rekognition:eu-west-1:123456789012:"
MODEL: Any = Session().get_service_model("rekognition")
VERSION = f"{ARN}project/p/version/v/1"
SAMPLES = {
    "Arn": f"{ARN}project/p/dataset/train/1",
    "DatasetArn": f"{ARN}project/p/dataset/train/1",
    "DestinationProjectArn": f"{ARN}project/p/1",
    "ProjectArn": f"{ARN}project/p/1",
    "ProjectVersion": VERSION,
    "ProjectVersionArn": VERSION,
    "ResourceArn": VERSION,
    "SourceProjectArn": f"{ARN}project/source/1",
    "SourceProjectVersionArn": VERSION,
}


# AWS has dropped these operations' resource types since the linter took its copy of the reference.
WITHOUT_RESOURCE = {"CreateProject", "ListStreamProcessors"}


@cache
def reference() -> dict[str, Any]:
    """Rekognition's part of the Service Authorization Reference, as the policy linter has it."""
    found = find_spec("parliament")  # importing it would leave files open
    assert found
    assert found.origin
    services = json.loads(Path(found.origin).with_name("iam_definition.json").read_text())
    (rekognition,) = (service for service in services if service["prefix"] == "rekognition")
    return rekognition


def documented(operation: str) -> list[dict[str, Any]]:
    (found,) = (entry for entry in reference()["privileges"] if entry["privilege"] == operation)
    return found["resource_types"]


def kind_of(arn: str) -> str:
    """The type of resource that an ARN names, by the documented forms of ARNs."""
    for resource in sorted(reference()["resources"], key=lambda entry: len(entry["arn"]), reverse=True):
        form = re.sub(r"\\\$\\\{\w+\\\}", "[^/]+", re.escape(resource["arn"]))
        if re.fullmatch(form, arn):
            return resource["resource"]
    return arn


def sample(shape: Any, name: str = "") -> Any:
    """An input with every member of its shape."""
    if shape.type_name == "structure":
        return {member: sample(inner, member) for member, inner in shape.members.items()}
    if shape.type_name == "list":
        return [sample(shape.member)]
    if shape.type_name == "map":
        return {"key": "value"}
    return SAMPLES.get(name, "x")


def read(operation: str, body: dict[str, Any]) -> Any:
    environ = {"RAW_URI": "/", "HTTP_X_AMZ_TARGET": f"RekognitionService.{operation}"}
    return read_action("rekognition", "eu-west-1", environ, json.dumps(body).encode())


@pytest.mark.parametrize("operation", MODEL.operation_names)
def test_every_operation_asks_for_its_documented_resources(operation: str) -> None:
    body = sample(MODEL.operation_model(operation).input_shape)
    action = read(operation, body)
    assert action.name == f"rekognition:{operation}"
    types = {entry["resource_type"] for entry in documented(operation)} - {""}
    if operation in WITHOUT_RESOURCE:
        types = set[str]()
    needed = {name.removesuffix("*") for name in types if name.endswith("*")}
    kinds = {kind_of(resource) for resource in action.resources}
    assert kinds <= {name.removesuffix("*") for name in types} or (not types and kinds == {"*"})
    assert needed <= kinds


@pytest.mark.parametrize("operation", MODEL.operation_names)
def test_every_documented_condition_key_has_its_value(operation: str) -> None:
    body = sample(MODEL.operation_model(operation).input_shape)
    found = {re.sub("/.*", "/${TagKey}", key) for key in read(operation, body).context}
    keys = {key for entry in documented(operation) for key in entry["condition_keys"]}
    assert found == keys


def test_tags_in_a_request_are_condition_keys() -> None:
    tagging = read("TagResource", {"ResourceArn": VERSION, "Tags": {"a": "1", "b": "2"}})
    assert tagging.context == {
        "aws:TagKeys": ["a", "b"],
        "aws:RequestTag/a": "1",
        "aws:RequestTag/b": "2",
    }
    assert read("TagResource", {"ResourceArn": VERSION, "Tags": {}}).context == {}
    assert read("UntagResource", {"ResourceArn": VERSION, "TagKeys": ["a"]}).context == {"aws:TagKeys": ["a"]}


def test_copying_a_model_needs_both_ends() -> None:
    body = {"SourceProjectVersionArn": "source", "DestinationProjectArn": "destination"}
    assert read("CopyProjectVersion", body).resources == ("source", "destination")


def test_all_datasets_of_a_request_need_permission() -> None:
    body = {"Datasets": [{"Arn": "one"}, {"Arn": "two"}]}
    assert read("DistributeDatasetEntries", body).resources == ("one", "two")


@pytest.mark.parametrize(
    ("operation", "resource"),
    [
        ("DetectCustomLabels", ""),
        ("IndexFaces", f"{ARN}collection/"),
        ("DistributeDatasetEntries", ""),
        ("CreateStreamProcessor", "*"),
        ("DetectModerationLabels", "*"),
    ],
)
@pytest.mark.parametrize("body", [{}, {"Datasets": []}, {"Settings": "x", "CollectionId": None}])
def test_a_resource_that_is_not_named_is_none(operation: str, resource: str, body: dict[str, Any]) -> None:
    assert read(operation, body).resources == (resource,)


@pytest.mark.parametrize("operation", ["StartFaceLivenessSession", "detectcustomlabels", ""])
def test_unknown_operations_are_nobodys_right(operation: str) -> None:
    with pytest.raises(UnknownActionError):
        read(operation, {})


TOPIC = "arn:aws:sns:eu-west-1:123456789012:alerts"
METRICS = "GraniteServiceVersion20100801.GetMetricData"


def ask(service: str, body: str, **environ: str) -> Any:
    return read_action(
        service, "eu-west-1", {"RAW_URI": "/", "REQUEST_METHOD": "POST", **environ}, body.encode()
    )


def test_publishing_is_about_its_topic() -> None:
    asked = ask("sns", f"Action=Publish&TopicArn={TOPIC}&Message=a&Version=2010-03-31")
    assert (asked.name, asked.resources) == ("sns:Publish", (TOPIC,))


def test_reading_metrics_has_no_resource() -> None:
    asked = ask("monitoring", '{"MetricDataQueries": []}', HTTP_X_AMZ_TARGET=METRICS)
    assert (asked.name, asked.resources) == ("cloudwatch:GetMetricData", ("*",))


@pytest.mark.parametrize(
    ("service", "body", "environ"),
    [
        ("sns", "Action=DeleteTopic&TopicArn=a", {}),
        ("sns", "Action=Publish&PhoneNumber=1", {}),
        ("sns", "Action=Publish&TopicArn=a", {"RAW_URI": "/?Action=DeleteTopic"}),
        ("monitoring", "{}", {"HTTP_X_AMZ_TARGET": METRICS.replace("Get", "Put")}),
        ("monitoring", "{}", {}),
        ("monitoring", "{}", {"HTTP_X_AMZ_TARGET": METRICS, "RAW_URI": "/?Action=DeleteAlarms"}),
        ("logs", "{}", {}),
        ("sqs", "{}", {}),
    ],
)
def test_the_guard_may_ask_for_nothing_else_there(service: str, body: str, environ: dict[str, str]) -> None:
    with pytest.raises(UnknownActionError):
        ask(service, body, **environ)


@pytest.mark.parametrize(
    ("service", "body"),
    [
        ("sns", "Action=Publish&TopicArn=a&TopicArn=b"),
        ("sns", "Action=Publish&TopicArn=a&Action=DeleteTopic"),
        ("monitoring", "Action=DeleteAlarms"),
        ("monitoring", '{"a": "&Action=DeleteAlarms&"}'),
    ],
)
def test_a_request_that_moto_could_read_differently_is_refused(service: str, body: str) -> None:
    with pytest.raises(UnreadableRequestError):
        ask(service, body, HTTP_X_AMZ_TARGET=METRICS)
