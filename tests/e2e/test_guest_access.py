"""What the guest role may and may not do, with credentials that the deployed identity pool gave out."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.demo import SAMPLES, Demo, running_demo

OTHER_PROJECT = "workbench-secret"  # the allowed project's name is a prefix of it


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """A demo whose visitors may use one project only, with a second project beside it."""
    with running_demo(say=lambda _: None, config={"projects": ["workbench"]}) as demo:
        client(demo, "rekognition", owner()).create_project(ProjectName=OTHER_PROJECT)
        yield demo


def owner() -> dict[str, str]:
    return {"aws_access_key_id": "local", "aws_secret_access_key": "local"}


def client(demo: Demo, service: Any, credentials: dict[str, str], *, region: str | None = None) -> Any:
    session: Any = boto3.Session(region_name=region or demo.region)
    return session.client(service, endpoint_url=demo.aws_url, **credentials)


@pytest.fixture(scope="module")
def guest(demo: Demo) -> dict[str, str]:
    """Credentials as the browser gets them: unsigned calls, no account known."""
    cognito = client(demo, "cognito-identity", owner())
    identity = cognito.get_id(IdentityPoolId=demo.applied.outputs["identityPoolId"])["IdentityId"]
    given = cognito.get_credentials_for_identity(IdentityId=identity)["Credentials"]
    return {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretKey"],
        "aws_session_token": given["SessionToken"],
    }


@pytest.fixture(scope="module")
def rekognition(demo: Demo, guest: dict[str, str]) -> Any:
    return client(demo, "rekognition", guest)


@pytest.fixture(scope="module")
def projects(demo: Demo) -> dict[str, str]:
    """ARN of each project by its name."""
    described = client(demo, "rekognition", owner()).describe_projects()["ProjectDescriptions"]
    return {one["ProjectArn"].split("/")[1]: one["ProjectArn"] for one in described}


def image() -> bytes:
    return min((SAMPLES / "try").glob("*.jpg")).read_bytes()


def denial(call: Callable[[], object]) -> str:
    with pytest.raises(ClientError) as refused:
        call()
    error: Any = refused.value.response["Error"]
    assert error["Code"] in {"AccessDeniedException", "AccessDenied"}
    return error["Message"]


def test_a_guest_is_the_role_of_the_pool(demo: Demo, rekognition: Any) -> None:
    message = denial(lambda: rekognition.stop_project_version(ProjectVersionArn=demo.model_arn))
    assert ":assumed-role/RekogCustomLabelsDemo-visitors-guest-" in message
    assert (
        f"is not authorized to perform: rekognition:StopProjectVersion on resource: {demo.model_arn}"
        in message
    )


def test_a_guest_may_detect_with_a_model_of_the_project(demo: Demo, rekognition: Any) -> None:
    answer = rekognition.detect_custom_labels(ProjectVersionArn=demo.model_arn, Image={"Bytes": image()})
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_guest_may_list_projects_and_the_models_of_the_project(
    demo: Demo, rekognition: Any, projects: dict[str, str]
) -> None:
    assert len(rekognition.describe_projects()["ProjectDescriptions"]) == 2
    versions = rekognition.describe_project_versions(ProjectArn=projects["workbench"])
    assert [one["ProjectVersionArn"] for one in versions["ProjectVersionDescriptions"]] == [demo.model_arn]


def test_a_guest_may_not_use_a_project_whose_name_only_starts_alike(
    demo: Demo, rekognition: Any, projects: dict[str, str]
) -> None:
    other = projects[OTHER_PROJECT]
    denial(lambda: rekognition.describe_project_versions(ProjectArn=other))
    other_model = demo.model_arn.replace("project/workbench/", f"project/{OTHER_PROJECT}/")
    denial(lambda: rekognition.detect_custom_labels(ProjectVersionArn=other_model, Image={"Bytes": image()}))


def test_a_guest_may_not_change_anything(demo: Demo, rekognition: Any, projects: dict[str, str]) -> None:
    model, project = {"ProjectVersionArn": demo.model_arn}, {"ProjectArn": projects["workbench"]}
    output = {"OutputConfig": {"S3Bucket": "workbench-images", "S3KeyPrefix": "x"}}
    denial(lambda: rekognition.start_project_version(**model, MinInferenceUnits=1))
    denial(lambda: rekognition.stop_project_version(**model))
    denial(lambda: rekognition.delete_project_version(**model))
    denial(lambda: rekognition.create_project(ProjectName="mine"))
    denial(lambda: rekognition.delete_project(**project))
    denial(lambda: rekognition.create_project_version(**project, VersionName="v", **output))


def test_a_guest_may_not_call_other_operations_of_rekognition(rekognition: Any) -> None:
    denial(lambda: rekognition.detect_labels(Image={"Bytes": image()}))
    denial(lambda: rekognition.detect_text(Image={"Bytes": image()}))


def test_a_guest_may_not_call_other_services(demo: Demo, guest: dict[str, str]) -> None:
    bucket = demo.applied.outputs["bucketName"]
    s3 = client(demo, "s3", guest)
    denial(s3.list_buckets)
    denial(lambda: s3.get_object(Bucket=bucket, Key="index.html"))
    denial(lambda: s3.put_object(Bucket=bucket, Key="index.html", Body=b"mine"))
    denial(client(demo, "iam", guest).list_roles)
    denial(
        lambda: client(demo, "sts", guest).assume_role(
            RoleArn="arn:aws:iam::123456789012:role/x", RoleSessionName="guest"
        )
    )


def test_a_guest_may_not_use_another_region(demo: Demo, guest: dict[str, str]) -> None:
    elsewhere = client(demo, "rekognition", guest, region="us-east-1")
    denial(elsewhere.describe_projects)


def test_a_forged_secret_is_no_credential(demo: Demo, guest: dict[str, str]) -> None:
    forged = client(demo, "rekognition", {**guest, "aws_secret_access_key": "x" * 40})
    with pytest.raises(ClientError, match="InvalidSignatureException"):
        forged.describe_projects()
