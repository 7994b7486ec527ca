"""Operation by operation against the service model: every error that it names, and the shape of every answer."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.model import ListShape, MapShape, Shape, StructureShape
from moto.core.utils import get_service_model

from local.rekognition.limits import Timing, configure
from local.rekognition.snapshots import restore, snapshot
from local.rekognition.validation import broken_rules, type_problem
from tests.local.rekognition.bench import BUCKET, UNTHROTTLED, Bench, at, custom_labels_operations, picture
from tests.local.rekognition.test_requests import send

OPERATIONS = custom_labels_operations()
MODEL = get_service_model("rekognition")
"""As moto reads it: the errors of an operation are `error_shapes`."""

ACCESS = "the authorizer answers it, before the request comes here: tests/local/aws/test_authorizer.py"
FAULT = "nothing here breaks on purpose; what breaks by mistake is answered by tests/local/aws/test_server.py"
PROVISIONED = "only detection has a throughput that is provisioned"
NO_QUOTA = "no document names a quota that this operation could exceed"
QUOTA_IS_LIMIT = "quotas that this operation exceeds answer LimitExceededException"
ONLY_CHECKED = "everything that can be wrong with the request breaks the model: ValidationException"

CANNOT: dict[tuple[str, str], str] = {
    **{(name, "AccessDeniedException"): ACCESS for name in OPERATIONS if name != "CopyProjectVersion"},
    **{(name, "InternalServerError"): FAULT for name in OPERATIONS},
    **{
        (name, "ProvisionedThroughputExceededException"): PROVISIONED
        for name in OPERATIONS
        if name != "DetectCustomLabels"
    },
    **{
        (name, "InvalidParameterException"): ONLY_CHECKED
        for name in (
            "DeleteDataset",
            "DeleteProject",
            "DeleteProjectPolicy",
            "DeleteProjectVersion",
            "DescribeDataset",
            "DescribeProjectVersions",
            "DescribeProjects",
            "ListDatasetEntries",
            "ListDatasetLabels",
            "ListProjectPolicies",
            "ListTagsForResource",
            "PutProjectPolicy",
            "StopProjectVersion",
            "TagResource",
            "UntagResource",
            "UpdateDatasetEntries",
        )
    },
    ("CreateDataset", "LimitExceededException"): NO_QUOTA,
    ("DeleteDataset", "LimitExceededException"): NO_QUOTA,
    ("UpdateDatasetEntries", "LimitExceededException"): NO_QUOTA,
    ("DetectCustomLabels", "LimitExceededException"): NO_QUOTA,
    ("DetectCustomLabels", "ThrottlingException"): "its rates answer ProvisionedThroughputExceededException",
    ("CopyProjectVersion", "ServiceQuotaExceededException"): QUOTA_IS_LIMIT,
    ("CreateProjectVersion", "ServiceQuotaExceededException"): QUOTA_IS_LIMIT,
    ("PutProjectPolicy", "ServiceQuotaExceededException"): QUOTA_IS_LIMIT,
}
"""Errors of the model that cannot be provoked, and why."""


@dataclass
class Scene:
    """What requests can name: one of everything, all of it at rest."""

    project: str
    trained: str
    running: str
    datasets: tuple[str, str]
    """TRAIN and TEST, of a project without models."""
    datasets_project: str


NO_PROJECT = "arn:aws:rekognition:eu-west-1:123456789012:project/none/1"
NO_MODEL = NO_PROJECT.replace("/1", "/version/v/1")
NO_DATASET = NO_PROJECT.replace("/1", "/dataset/train/1")
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": "rekognition:CopyProjectVersion", "Resource": "*"}
        ],
    }
)
IMAGE = {"Bytes": picture([("disc", 60, 40)], 50)}


@pytest.fixture
def scene(bench: Bench) -> Scene:
    project = bench.project()
    trained, running = bench.model("v1", project), bench.model("v2", project)
    bench.rekognition.start_project_version(ProjectVersionArn=running, MinInferenceUnits=1)
    datasets_project = bench.project_with_datasets(bench.labelled_lines(), "sets")
    described: Any = bench.rekognition.describe_projects(ProjectNames=["sets"])["ProjectDescriptions"][0]
    train, test = (one["DatasetArn"] for one in described["Datasets"])
    bench.policy(project, "there")
    bench.clock.now += 100
    return Scene(project, trained, running, (train, test), datasets_project)


def good_requests(scene: Scene) -> dict[str, dict[str, Any]]:
    """Return a request for each operation that is taken in the scene."""
    train, test = scene.datasets
    output = {"OutputConfig": {"S3Bucket": BUCKET}}
    return {
        "CopyProjectVersion": {
            "SourceProjectArn": scene.project,
            "SourceProjectVersionArn": scene.trained,
            "DestinationProjectArn": scene.datasets_project,
            "VersionName": "copy",
            **output,
        },
        "CreateDataset": {"ProjectArn": scene.project, "DatasetType": "TRAIN"},
        "CreateProject": {"ProjectName": "new"},
        "CreateProjectVersion": {
            "ProjectArn": scene.project,
            "VersionName": "v3",
            "TrainingData": at("train.manifest"),
            "TestingData": at("test.manifest"),
            **output,
        },
        "DeleteDataset": {"DatasetArn": train},
        "DeleteProject": {"ProjectArn": scene.project},
        "DeleteProjectPolicy": {"ProjectArn": scene.project, "PolicyName": "there"},
        "DeleteProjectVersion": {"ProjectVersionArn": scene.trained},
        "DescribeDataset": {"DatasetArn": train},
        "DescribeProjectVersions": {"ProjectArn": scene.project},
        "DescribeProjects": {},
        "DetectCustomLabels": {"ProjectVersionArn": scene.running, "Image": IMAGE},
        "DistributeDatasetEntries": {"Datasets": [{"Arn": train}, {"Arn": test}]},
        "ListDatasetEntries": {"DatasetArn": train},
        "ListDatasetLabels": {"DatasetArn": train},
        "ListProjectPolicies": {"ProjectArn": scene.project},
        "ListTagsForResource": {"ResourceArn": train},
        "PutProjectPolicy": {"ProjectArn": scene.project, "PolicyName": "new", "PolicyDocument": POLICY},
        "StartProjectVersion": {"ProjectVersionArn": scene.trained, "MinInferenceUnits": 1},
        "StopProjectVersion": {"ProjectVersionArn": scene.running},
        "TagResource": {"ResourceArn": train, "Tags": {"a": "b"}},
        "UntagResource": {"ResourceArn": train, "TagKeys": ["a"]},
        "UpdateDatasetEntries": {
            "DatasetArn": test,
            "Changes": {"GroundTruth": b'{"source-ref": "s3://b/k"}'},
        },
    }


def call(bench: Bench, operation: str, request: dict[str, Any]) -> dict[str, Any]:
    """Make a request with boto3."""
    method = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation)
    return getattr(bench.rekognition, method[1:])(**request)


Provocation = Callable[[Bench, Scene], dict[str, Any]]
"""Prepares the scene and returns the members of the request that then differ from the good one."""


def with_limits(**limits: int) -> Provocation:
    def provoke(bench: Bench, _: Scene) -> dict[str, Any]:
        configure(limits=replace(UNTHROTTLED, **limits), timing=Timing(clock=bench.clock))
        return {}

    return provoke


def members(**changed: Any) -> Provocation:
    def provoke(_bench: Bench, _scene: Scene) -> dict[str, Any]:
        return changed

    return provoke


def after(operation: str, **changed: Any) -> Provocation:
    """Provoke by a good request for another operation."""

    def provoke(bench: Bench, scene: Scene) -> dict[str, Any]:
        call(bench, operation, {**good_requests(scene)[operation], **changed})
        return {}

    return provoke


def in_creation(bench: Bench, scene: Scene) -> dict[str, Any]:
    return {"DatasetArn": bench.dataset(scene.project, "TRAIN")}


def distribute_in_creation(bench: Bench, scene: Scene) -> dict[str, Any]:
    arns = [bench.dataset(scene.project, kind) for kind in ("TRAIN", "TEST")]
    return {"Datasets": [{"Arn": arn} for arn in arns]}


def updating(bench: Bench, scene: Scene) -> dict[str, Any]:
    train, _ = scene.datasets
    call(bench, "UpdateDatasetEntries", {**good_requests(scene)["UpdateDatasetEntries"], "DatasetArn": train})
    return {}


def denied(bench: Bench, scene: Scene) -> dict[str, Any]:
    bench.policy(scene.project, "denying", Effect="Deny")
    return {}


def too_large(bench: Bench, _: Scene) -> dict[str, Any]:
    bench.put("large", bytes(15 * 1024 * 1024 + 1))
    return {"Image": {"S3Object": {"Bucket": BUCKET, "Name": "large"}}}


def throttled(operation: str) -> Provocation:
    def provoke(bench: Bench, scene: Scene) -> dict[str, Any]:
        configure(timing=Timing(clock=bench.clock))
        for _ in range(10):
            try:
                call(bench, operation, good_requests(scene)[operation])
            except ClientError as error:
                if error.response["Error"]["Code"] == "ThrottlingException":
                    break
        return {}

    return provoke


MISSING = {
    "CopyProjectVersion": members(SourceProjectVersionArn=NO_MODEL),
    "DistributeDatasetEntries": members(Datasets=[{"Arn": NO_DATASET}, {"Arn": NO_DATASET}]),
    **{
        name: members(ProjectArn=NO_PROJECT)
        for name in (
            "CreateDataset",
            "CreateProjectVersion",
            "DeleteProject",
            "DeleteProjectPolicy",
            "DescribeProjectVersions",
            "ListProjectPolicies",
            "PutProjectPolicy",
        )
    },
    **{
        name: members(ProjectVersionArn=NO_MODEL)
        for name in (
            "DeleteProjectVersion",
            "DetectCustomLabels",
            "StartProjectVersion",
            "StopProjectVersion",
        )
    },
    **{
        name: members(DatasetArn=NO_DATASET)
        for name in (
            "DeleteDataset",
            "DescribeDataset",
            "ListDatasetEntries",
            "ListDatasetLabels",
            "UpdateDatasetEntries",
        )
    },
    **{
        name: members(ResourceArn=NO_DATASET)
        for name in ("TagResource", "UntagResource", "ListTagsForResource")
    },
}
PAGED = (
    "DescribeProjects",
    "DescribeProjectVersions",
    "ListDatasetEntries",
    "ListDatasetLabels",
    "ListProjectPolicies",
)
PROVOKED: dict[tuple[str, str], Provocation] = {
    **{(name, "ThrottlingException"): throttled(name) for name in OPERATIONS if name != "DetectCustomLabels"},
    **{(name, "ResourceNotFoundException"): provoke for name, provoke in MISSING.items()},
    **{(name, "InvalidPaginationTokenException"): members(NextToken="none") for name in PAGED},
    ("CopyProjectVersion", "AccessDeniedException"): denied,
    ("CopyProjectVersion", "InvalidParameterException"): members(OutputConfig={"S3Bucket": "nowhere"}),
    ("CopyProjectVersion", "LimitExceededException"): with_limits(models_per_project=0),
    ("CopyProjectVersion", "ResourceInUseException"): after("CopyProjectVersion"),
    ("CreateDataset", "InvalidParameterException"): members(DatasetSource={}),
    ("CreateDataset", "InvalidS3ObjectException"): members(DatasetSource=at("none")["Assets"][0]),
    ("CreateDataset", "ResourceAlreadyExistsException"): after("CreateDataset"),
    ("CreateProject", "InvalidParameterException"): members(AutoUpdate="ENABLED"),
    ("CreateProject", "LimitExceededException"): with_limits(projects=2),
    ("CreateProject", "ResourceInUseException"): members(ProjectName="bench"),
    ("CreateProjectVersion", "InvalidParameterException"): members(OutputConfig={}),
    ("CreateProjectVersion", "LimitExceededException"): with_limits(models_per_project=2),
    ("CreateProjectVersion", "ResourceInUseException"): members(VersionName="v1"),
    ("DeleteDataset", "ResourceInUseException"): updating,
    ("DeleteProject", "ResourceInUseException"): members(),
    ("DeleteProjectPolicy", "InvalidPolicyRevisionIdException"): members(PolicyRevisionId="abcdef"),
    ("DeleteProjectVersion", "ResourceInUseException"): after("StartProjectVersion"),
    ("DetectCustomLabels", "ImageTooLargeException"): too_large,
    ("DetectCustomLabels", "InvalidImageFormatException"): members(Image={"Bytes": b"text"}),
    ("DetectCustomLabels", "InvalidParameterException"): members(Image={}),
    ("DetectCustomLabels", "InvalidS3ObjectException"): members(
        Image={"S3Object": {"Bucket": BUCKET, "Name": "none"}}
    ),
    ("DetectCustomLabels", "ProvisionedThroughputExceededException"): with_limits(
        detect_requests_per_second=0
    ),
    ("DetectCustomLabels", "ResourceNotReadyException"): after("StopProjectVersion"),
    ("DistributeDatasetEntries", "InvalidParameterException"): members(),
    ("DistributeDatasetEntries", "ResourceNotReadyException"): distribute_in_creation,
    ("ListDatasetEntries", "ResourceInUseException"): updating,
    ("ListDatasetEntries", "ResourceNotReadyException"): in_creation,
    ("ListDatasetLabels", "ResourceInUseException"): updating,
    ("ListDatasetLabels", "ResourceNotReadyException"): in_creation,
    ("PutProjectPolicy", "InvalidPolicyRevisionIdException"): members(PolicyRevisionId="abcdef"),
    ("PutProjectPolicy", "LimitExceededException"): with_limits(project_policies=1),
    ("PutProjectPolicy", "MalformedPolicyDocumentException"): members(PolicyDocument="{"),
    ("PutProjectPolicy", "ResourceAlreadyExistsException"): members(PolicyName="there"),
    ("StartProjectVersion", "InvalidParameterException"): members(MinInferenceUnits=2, MaxInferenceUnits=1),
    ("StartProjectVersion", "LimitExceededException"): members(MinInferenceUnits=6),
    ("StartProjectVersion", "ResourceInUseException"): after("StartProjectVersion"),
    ("StopProjectVersion", "ResourceInUseException"): after("StopProjectVersion"),
    ("TagResource", "ServiceQuotaExceededException"): with_limits(tags=0),
    ("UpdateDatasetEntries", "ResourceInUseException"): after("UpdateDatasetEntries"),
}
"""How each of the other errors is provoked."""


def modelled() -> set[tuple[str, str]]:
    return {(name, error.name) for name in OPERATIONS for error in MODEL.operation_model(name).error_shapes}


def test_every_error_of_every_operation_is_provoked_or_cannot_be() -> None:
    assert len(OPERATIONS) == 23
    assert PROVOKED.keys() | CANNOT.keys() == modelled()
    assert PROVOKED.keys() & CANNOT.keys() == set()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_operation_answers_each_error_that_can_be_provoked(
    bench: Bench, scene: Scene, timing: Timing, operation: str
) -> None:
    # The scene is saved and brought back, because to build it takes longer than all that is done with it.
    saved, now = snapshot(), bench.clock.now
    for (name, error), provoke in PROVOKED.items():
        if name != operation:
            continue
        configure(limits=UNTHROTTLED, timing=timing)
        restore(saved)
        bench.clock.now = now
        request = {**good_requests(scene)[operation], **provoke(bench, scene)}
        with pytest.raises(ClientError) as raised:
            call(bench, operation, request)
        assert raised.value.response["Error"]["Code"] == error, raised.value
        assert raised.value.response["Error"]["Message"].endswith("."), raised.value


def check_shape(shape: Shape, value: Any, path: str) -> None:
    """Assert that an answer has the members, types and constraints of the model."""
    if isinstance(shape, StructureShape):
        assert value.keys() <= shape.members.keys(), path
        assert set(shape.required_members) <= value.keys(), path
        for name, item in value.items():
            check_shape(shape.members[name], item, f"{path}.{name}")
    elif isinstance(shape, ListShape):
        for item in value:
            check_shape(shape.member, item, f"{path}[]")
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            check_shape(shape.key, key, f"{path} key")
            check_shape(shape.value, item, f"{path}[{key}]")
    else:
        problem = problem_with(shape, json.dumps(value))
        assert problem == "", f"{path}: {problem}"


def problem_with(shape: Shape, text: str) -> str:
    """Return what `parse_input` would say of a value, if it came in a request."""
    value = json.loads(text)
    if shape.type_name == "timestamp":
        return "" if isinstance(value, int | float) else f"{value!r} is no timestamp"
    return type_problem(shape, value) or ", ".join(broken_rules(shape, value))


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name != "DeleteProject"])
def test_the_answer_to_a_good_request_has_the_shape_of_the_model(
    bench: Bench, scene: Scene, endpoint: str, operation: str
) -> None:
    request = good_requests(scene)[operation]
    if operation == "DistributeDatasetEntries":
        project = bench.project("third")
        arns = [
            bench.dataset(project, "TRAIN", bench.labelled_lines()),
            bench.dataset(project, "TEST"),
        ]
        bench.clock.now += 100
        request = {"Datasets": [{"Arn": arn} for arn in arns]}
    body = json.dumps(request, default=lambda blob: base64.b64encode(blob).decode()).encode()
    answer = send(endpoint, operation, body)
    assert answer.status_code == 200, answer.text
    output = MODEL.operation_model(operation).output_shape
    assert output is not None
    check_shape(output, answer.json(), operation)
    assert not output.members or answer.json()
