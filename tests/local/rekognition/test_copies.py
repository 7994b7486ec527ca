"""Copies of models, and the project policies that say who may make them."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends

from local.rekognition.limits import Timing, configure
from tests.local.rekognition.bench import BUCKET, UNTHROTTLED, Bench, Clock, picture
from tests.local.rekognition.conftest import REGION, SETTINGS

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

OTHER_ACCOUNT = "444455556666"
OTHER_BUCKET = "their-data"
DISC = picture([("disc", 60, 40)], 50)


def copy(client: "RekognitionClient", model: str, destination: str, **members: Any) -> str:
    """Copy a model into a project and return the copy's ARN."""
    project = next(
        arn
        for listed in client.describe_projects()["ProjectDescriptions"]
        if (arn := listed.get("ProjectArn", "")).rpartition("/")[0] == model.partition("/version/")[0]
    )
    request: dict[str, Any] = {
        "SourceProjectArn": project,
        "SourceProjectVersionArn": model,
        "DestinationProjectArn": destination,
        "VersionName": "copied",
        "OutputConfig": {"S3Bucket": BUCKET, "S3KeyPrefix": "copies"},
        **members,
    }
    return client.copy_project_version(**request)["ProjectVersionArn"]


def locations(described: Any) -> list[dict[str, str]]:
    """Return every S3Object in a description."""
    if isinstance(described, list):
        return [found for item in described for found in locations(item)]
    if not isinstance(described, dict):
        return []
    return [
        found
        for name, item in described.items()
        for found in ([item] if name == "S3Object" else locations(item))
    ]


@pytest.fixture
def stranger(endpoint: str) -> "RekognitionClient":
    """A client of another account, which has a bucket of its own."""
    s3_backends[OTHER_ACCOUNT]["aws"].create_bucket(OTHER_BUCKET, REGION)
    iam = iam_backends[OTHER_ACCOUNT]["aws"]
    iam.create_user(REGION, "stranger")
    key = iam.create_access_key("stranger")
    return boto3.client(
        "rekognition",
        REGION,
        endpoint_url=endpoint,
        config=SETTINGS,
        aws_access_key_id=key.access_key_id,
        aws_secret_access_key=key.secret_access_key,
    )


def test_a_copy_finds_what_the_model_finds_even_when_that_is_gone(
    bench: Bench, rekognition: "RekognitionClient", clock: Clock
) -> None:
    model = bench.model(lines=bench.boxed_lines()[:9])
    copied = copy(rekognition, model, bench.project("other"), Tags={"of": "v1"}, KmsKeyId="alias/bench")
    copying = bench.describe(copied)
    assert (copying.get("Status"), copying.get("StatusMessage")) == (
        "COPYING_IN_PROGRESS",
        "The model is being copied.",
    )
    assert "EvaluationResult" not in copying
    clock.now += 30
    done: Any = bench.describe(copied)
    assert (done["Status"], done["StatusMessage"]) == (
        "COPYING_COMPLETED",
        "The model is ready to be started.",
    )
    assert (done["SourceProjectVersionArn"], done["KmsKeyId"]) == (model, "alias/bench")
    assert rekognition.list_tags_for_resource(ResourceArn=copied)["Tags"] == {"of": "v1"}
    original: Any = bench.describe(model)
    assert done["EvaluationResult"]["F1Score"] == original["EvaluationResult"]["F1Score"]
    answers: list[Any] = []
    for arn in (model, copied):
        rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
        clock.now += 100
        answers.append(bench.detect(arn, DISC))
        rekognition.stop_project_version(ProjectVersionArn=arn)
        clock.now += 50
        rekognition.delete_project_version(ProjectVersionArn=arn)
        clock.now += 20
    assert answers[0] == answers[1] != []


def test_a_copy_has_the_results_in_a_place_of_its_own(
    bench: Bench, rekognition: "RekognitionClient", clock: Clock
) -> None:
    model = bench.model()
    copied = copy(rekognition, model, bench.project("other"))
    clock.now += 30
    inputs = [{"Bucket": BUCKET, "Name": f"{name}.manifest"} for name in ("train", "test")]
    results = [
        [location for location in locations(bench.describe(arn)) if location not in inputs]
        for arn in (model, copied)
    ]
    assert [len(found) for found in results] == [6, 6]
    for old, new in zip(*results, strict=True):
        assert new["Name"].startswith("copies/other/copied/")
        assert bench.get(new) == bench.get(old)


def test_results_that_are_gone_fail_the_copy(
    bench: Bench, rekognition: "RekognitionClient", clock: Clock
) -> None:
    model = bench.model()
    summary: Any = bench.describe(model).get("EvaluationResult")
    bench.s3.delete_object(Bucket=BUCKET, Key=summary["Summary"]["S3Object"]["Name"])
    copied = copy(rekognition, model, bench.project("other"))
    assert bench.describe(copied).get("Status") == "COPYING_IN_PROGRESS"
    clock.now += 30
    failed = bench.describe(copied)
    assert failed.get("Status") == "COPYING_FAILED"
    assert str(failed.get("StatusMessage")).startswith("There is no object out/EvaluationSummary")
    assert "EvaluationResult" not in failed
    with pytest.raises(rekognition.exceptions.ResourceInUseException, match="is COPYING_FAILED"):
        rekognition.start_project_version(ProjectVersionArn=copied, MinInferenceUnits=1)
    assert rekognition.delete_project_version(ProjectVersionArn=copied)["Status"] == "DELETING"


def test_a_model_that_is_being_copied_or_not_whole_takes_no_order(
    bench: Bench, rekognition: "RekognitionClient"
) -> None:
    in_use = rekognition.exceptions.ResourceInUseException
    model, other = bench.model(), bench.project("other")
    copied = copy(rekognition, model, other)
    for order in (rekognition.stop_project_version, rekognition.delete_project_version):
        with pytest.raises(in_use, match="is COPYING_IN_PROGRESS"):
            order(ProjectVersionArn=copied)
    with pytest.raises(in_use, match="is COPYING_IN_PROGRESS: it can be copied"):
        copy(rekognition, copied, bench.project("third"))
    with bench.held_training():
        in_training = bench.create_version(other, "v2")
        with pytest.raises(in_use, match="is TRAINING_IN_PROGRESS: it can be copied"):
            copy(rekognition, in_training, bench.project("fourth"))
    bench.trained(in_training)


def test_a_copy_needs_a_free_name_and_a_project_that_can_have_it(
    bench: Bench, rekognition: "RekognitionClient", timing: Timing, clock: Clock
) -> None:
    model, other = bench.model(), bench.project("other")
    copy(rekognition, model, other)
    with pytest.raises(rekognition.exceptions.ResourceInUseException, match="a model named copied already"):
        copy(rekognition, model, other)
    configure(limits=replace(UNTHROTTLED, models_per_project=1), timing=timing)
    with pytest.raises(rekognition.exceptions.LimitExceededException, match="1 is the most"):
        copy(rekognition, model, other, VersionName="second")
    gone = bench.project("gone")
    rekognition.delete_project(ProjectArn=gone)
    with pytest.raises(rekognition.exceptions.ResourceInUseException, match="gone is being deleted"):
        copy(rekognition, model, gone)
    clock.now += 20
    with pytest.raises(rekognition.exceptions.ResourceNotFoundException, match="There is no project"):
        copy(rekognition, model, gone)


def test_what_is_to_be_copied_must_be_there_and_belong_together(
    bench: Bench, rekognition: "RekognitionClient"
) -> None:
    model, other = bench.model(), bench.project("other")
    missing = rekognition.exceptions.ResourceNotFoundException
    with pytest.raises(missing, match="There is no model"):
        copy(rekognition, model, other, SourceProjectVersionArn=model[:-1])
    with pytest.raises(missing, match="There is no project"):
        copy(rekognition, model, other, SourceProjectArn=f"{other}1")
    invalid = rekognition.exceptions.InvalidParameterException
    with pytest.raises(invalid, match="is not one of project"):
        copy(rekognition, model, other, SourceProjectArn=other)
    with pytest.raises(invalid, match="is in us-east-1: it must be in eu-west-1"):
        copy(rekognition, model, other, SourceProjectArn=other.replace("eu-west-1", "us-east-1"))
    with pytest.raises(invalid, match="There is no bucket nowhere"):
        copy(rekognition, model, other, OutputConfig={"S3Bucket": "nowhere"})


def test_another_account_copies_a_model_only_when_a_policy_lets_it(
    bench: Bench, stranger: "RekognitionClient", clock: Clock
) -> None:
    model = bench.model()
    source = bench.rekognition.describe_projects()["ProjectDescriptions"][0].get("ProjectArn", "")
    theirs = stranger.create_project(ProjectName="theirs")["ProjectArn"]
    assert theirs.split(":")[4] == OTHER_ACCOUNT

    def attempt() -> str:
        return stranger.copy_project_version(
            SourceProjectArn=source,
            SourceProjectVersionArn=model,
            DestinationProjectArn=theirs,
            VersionName="copied",
            OutputConfig={"S3Bucket": OTHER_BUCKET},
        )["ProjectVersionArn"]

    denied = stranger.exceptions.AccessDeniedException
    with pytest.raises(denied, match=f"Account {OTHER_ACCOUNT} may not copy {model}, because no resource"):
        attempt()
    bench.policy(source, Principal={"AWS": "arn:aws:iam::111122223333:root"})
    with pytest.raises(denied):
        attempt()
    root = {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}
    bench.policy(source, "other-models", Principal=root, Resource=model.replace("/v1/", "/v2/"))
    with pytest.raises(denied):
        attempt()
    allowing = bench.policy(source, "this-model", Principal=root, Resource=model)
    copied = attempt()
    clock.now += 30
    described: Any = stranger.describe_project_versions(ProjectArn=theirs)["ProjectVersionDescriptions"][0]
    assert (described["Status"], described["ProjectVersionArn"]) == ("COPYING_COMPLETED", copied)
    bench.rekognition.delete_project_policy(
        ProjectArn=source, PolicyName="this-model", PolicyRevisionId=allowing
    )
    stranger.delete_project_version(ProjectVersionArn=copied)
    clock.now += 20
    with pytest.raises(denied):
        attempt()


def test_a_policy_may_deny_the_account_its_own_models(bench: Bench, rekognition: "RekognitionClient") -> None:
    model, other = bench.model(), bench.project("other")
    source = rekognition.describe_projects()["ProjectDescriptions"][-1].get("ProjectArn", "")
    bench.policy(source, Effect="Deny")
    with pytest.raises(rekognition.exceptions.AccessDeniedException, match="with an explicit deny"):
        copy(rekognition, model, other)


def test_policies_are_listed_newest_first_in_pages_of_at_most_five(
    bench: Bench, rekognition: "RekognitionClient", timing: Timing
) -> None:
    configure(limits=replace(UNTHROTTLED, project_policies=7), timing=timing)
    project = bench.project()
    revisions = {name: bench.policy(project, name) for name in "abcdefg"}
    pages = [
        page["ProjectPolicies"]
        for page in rekognition.get_paginator("list_project_policies").paginate(ProjectArn=project)
    ]
    assert [[policy.get("PolicyName") for policy in page] for page in pages] == [list("gfedc"), ["b", "a"]]
    first: Any = pages[0][0]
    assert (first["ProjectArn"], first["PolicyRevisionId"]) == (project, revisions["g"])
    assert json.loads(first["PolicyDocument"])["Statement"]["Principal"] == "*"
    assert first["CreationTimestamp"] == first["LastUpdatedTimestamp"]
    with pytest.raises(rekognition.exceptions.InvalidPaginationTokenException):
        rekognition.list_project_policies(ProjectArn=project, NextToken="nonsense")


def test_a_policy_is_changed_by_who_names_its_last_revision(
    bench: Bench, rekognition: "RekognitionClient", clock: Clock
) -> None:
    project = bench.project()
    document = json.dumps(
        {
            "Statement": [
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "rekognition:CopyProjectVersion",
                    "Resource": "*",
                }
            ]
        }
    )

    def change(name: str, **revision: str) -> str:
        return rekognition.put_project_policy(
            ProjectArn=project, PolicyName=name, PolicyDocument=document, **revision
        )["PolicyRevisionId"]

    first = bench.policy(project, "copiers")
    with pytest.raises(
        rekognition.exceptions.ResourceAlreadyExistsException, match="give its PolicyRevision"
    ):
        change("copiers")
    clock.now += 60
    second = change("copiers", PolicyRevisionId=first)
    assert second != first
    [policy] = rekognition.list_project_policies(ProjectArn=project)["ProjectPolicies"]
    assert (policy.get("PolicyDocument"), policy.get("PolicyRevisionId")) == (document, second)
    created, updated = policy.get("CreationTimestamp"), policy.get("LastUpdatedTimestamp")
    assert created is not None
    assert updated is not None
    assert (updated - created).total_seconds() == pytest.approx(60, abs=0.1)
    outdated = rekognition.exceptions.InvalidPolicyRevisionIdException
    with pytest.raises(outdated, match=f"PolicyRevisionId is {first}: that is not the last revision"):
        change("copiers", PolicyRevisionId=first)
    with pytest.raises(outdated):
        change("new", PolicyRevisionId=second)
    with pytest.raises(outdated):
        rekognition.delete_project_policy(ProjectArn=project, PolicyName="copiers", PolicyRevisionId=first)
    rekognition.delete_project_policy(ProjectArn=project, PolicyName="copiers")
    assert rekognition.list_project_policies(ProjectArn=project)["ProjectPolicies"] == []
    with pytest.raises(rekognition.exceptions.ResourceNotFoundException, match="has no policy copiers"):
        rekognition.delete_project_policy(ProjectArn=project, PolicyName="copiers")


def test_a_project_has_at_most_as_many_policies_as_its_quota(
    bench: Bench, rekognition: "RekognitionClient"
) -> None:
    project = bench.project()
    revisions = [bench.policy(project, name) for name in "abcde"]
    with pytest.raises(rekognition.exceptions.LimitExceededException, match="policies of a project: 5 is"):
        bench.policy(project, "f")
    document = rekognition.list_project_policies(ProjectArn=project)["ProjectPolicies"][-1]
    rekognition.put_project_policy(
        ProjectArn=project,
        PolicyName="a",
        PolicyDocument=document.get("PolicyDocument", ""),
        PolicyRevisionId=revisions[0],
    )


COPY = {"Effect": "Allow", "Principal": "*", "Action": "rekognition:CopyProjectVersion", "Resource": "*"}


def without(element: str) -> dict[str, Any]:
    return {name: value for name, value in COPY.items() if name != element}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "is not valid JSON"),
        ("[]", "must be a JSON object"),
        (json.dumps({"Version": "2012-10-17"}), "has no Statement"),
        (json.dumps({"Statement": [{**COPY, "Effect": "ALLOW"}]}), "Effect must be Allow or Deny"),
        (json.dumps({"Statement": [without("Principal")]}), "it must have Action, Effect, Principal"),
        (json.dumps({"Statement": [without("Resource")]}), "it must have Action, Effect, Principal"),
        (json.dumps({"Statement": [without("Action")]}), "needs either Action or NotAction"),
        (json.dumps({"Statement": [{**COPY, "NotResource": "x"}]}), "none of NotAction, NotPrincipal"),
        (json.dumps({"Statement": [{**COPY, "NotPrincipal": "x"}]}), "none of NotAction, NotPrincipal"),
        (json.dumps({"Statement": [{**COPY, "Action": "rekognition:*"}]}), "it must be rekognition:Copy"),
    ],
)
def test_a_policy_that_is_none_is_refused(
    bench: Bench, rekognition: "RekognitionClient", document: str, message: str
) -> None:
    project = bench.project()
    with pytest.raises(rekognition.exceptions.MalformedPolicyDocumentException, match=message):
        rekognition.put_project_policy(ProjectArn=project, PolicyName="p", PolicyDocument=document)
    assert rekognition.list_project_policies(ProjectArn=project)["ProjectPolicies"] == []


def test_an_unknown_project_has_no_policies(bench: Bench, rekognition: "RekognitionClient") -> None:
    missing = rekognition.exceptions.ResourceNotFoundException
    project = "arn:aws:rekognition:eu-west-1:123456789012:project/a/1"
    with pytest.raises(missing, match="There is no project"):
        bench.policy(project)
    with pytest.raises(missing, match="There is no project"):
        rekognition.list_project_policies(ProjectArn=project)
    with pytest.raises(missing, match="There is no project"):
        rekognition.delete_project_policy(ProjectArn=project, PolicyName="p")
