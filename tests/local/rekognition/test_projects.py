"""Projects: made, listed in pages, deleted."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from local.rekognition.limits import Timing, configure
from tests.local.rekognition.bench import UNTHROTTLED, Bench, Clock

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient


def statuses(rekognition: "RekognitionClient") -> list[str | None]:
    return [project.get("Status") for project in rekognition.describe_projects()["ProjectDescriptions"]]


def names(answer: Any) -> list[str]:
    return [project["ProjectArn"].split("/")[1] for project in answer["ProjectDescriptions"]]


def test_a_project_has_an_arn_of_its_account_region_name_and_time(
    rekognition: "RekognitionClient", clock: Clock
) -> None:
    arn = rekognition.create_project(ProjectName="nuts_and.bolts-1")["ProjectArn"]
    expected = f"arn:aws:rekognition:eu-west-1:123456789012:project/nuts_and.bolts-1/{int(clock.now * 1000)}"
    assert arn == expected


def test_projects_made_in_the_same_millisecond_have_different_arns(rekognition: "RekognitionClient") -> None:
    arns = [rekognition.create_project(ProjectName=name)["ProjectArn"] for name in ("a", "b")]
    assert len({arn.rpartition("/")[2] for arn in arns}) == 2


def test_a_project_is_creating_until_its_time_has_passed(
    rekognition: "RekognitionClient", clock: Clock
) -> None:
    rekognition.create_project(ProjectName="a")
    assert statuses(rekognition) == ["CREATING"]
    clock.now += 9.9
    assert statuses(rekognition) == ["CREATING"]
    clock.now += 0.1
    assert statuses(rekognition) == ["CREATED"]


def test_a_project_says_when_it_was_made_and_for_what(rekognition: "RekognitionClient", clock: Clock) -> None:
    rekognition.create_project(ProjectName="a")
    described = rekognition.describe_projects()["ProjectDescriptions"][0]
    assert described.get("Feature") == "CUSTOM_LABELS"
    assert "AutoUpdate" not in described
    created = described.get("CreationTimestamp")
    assert created is not None
    assert created.timestamp() == clock.now


def test_a_project_name_is_taken_until_the_project_is_gone(
    rekognition: "RekognitionClient", clock: Clock
) -> None:
    arn = rekognition.create_project(ProjectName="a")["ProjectArn"]
    with pytest.raises(rekognition.exceptions.ResourceInUseException, match="a project named a already"):
        rekognition.create_project(ProjectName="a")
    assert rekognition.delete_project(ProjectArn=arn)["Status"] == "DELETING"
    assert statuses(rekognition) == ["DELETING"]
    with pytest.raises(rekognition.exceptions.ResourceInUseException, match="a project named a already"):
        rekognition.create_project(ProjectName="a")
    clock.now += 20
    assert statuses(rekognition) == []
    rekognition.create_project(ProjectName="a")


def test_a_project_that_is_being_deleted_takes_no_further_orders(rekognition: "RekognitionClient") -> None:
    arn = rekognition.create_project(ProjectName="a")["ProjectArn"]
    rekognition.delete_project(ProjectArn=arn)
    with pytest.raises(rekognition.exceptions.ResourceInUseException, match="Project a is being deleted"):
        rekognition.delete_project(ProjectArn=arn)


def test_an_unknown_project_cannot_be_deleted(rekognition: "RekognitionClient") -> None:
    with pytest.raises(
        rekognition.exceptions.ResourceNotFoundException, match=r"There is no project arn:aws"
    ):
        rekognition.delete_project(ProjectArn="arn:aws:rekognition:eu-west-1:123456789012:project/a/1")


def test_a_project_with_models_cannot_be_deleted_until_the_last_is_gone(
    bench: Bench, rekognition: "RekognitionClient", clock: Clock
) -> None:
    project = bench.project()
    model = bench.model(project=project)
    with pytest.raises(rekognition.exceptions.ResourceInUseException, match=r"still has models \(1\)"):
        rekognition.delete_project(ProjectArn=project)
    rekognition.delete_project_version(ProjectVersionArn=model)
    with pytest.raises(rekognition.exceptions.ResourceInUseException, match=r"still has models \(1\)"):
        rekognition.delete_project(ProjectArn=project)
    clock.now += 20
    assert rekognition.delete_project(ProjectArn=project)["Status"] == "DELETING"


def test_an_account_has_at_most_as_many_projects_as_its_quota(
    rekognition: "RekognitionClient", timing: Timing
) -> None:
    configure(limits=replace(UNTHROTTLED, projects=2), timing=timing)
    rekognition.create_project(ProjectName="a")
    rekognition.create_project(ProjectName="b")
    with pytest.raises(rekognition.exceptions.LimitExceededException, match="2 is the most"):
        rekognition.create_project(ProjectName="c")
    assert names(rekognition.describe_projects()) == ["b", "a"]


def test_regions_know_nothing_of_each_other(
    rekognition: "RekognitionClient", tokyo: "RekognitionClient"
) -> None:
    arn = tokyo.create_project(ProjectName="a")["ProjectArn"]
    assert re.match("arn:aws:rekognition:ap-northeast-1:", arn)
    assert statuses(rekognition) == []
    with pytest.raises(rekognition.exceptions.ResourceNotFoundException):
        rekognition.delete_project(ProjectArn=arn)


def test_only_custom_labels_projects_are_listed_unless_features_are_named(
    rekognition: "RekognitionClient",
) -> None:
    rekognition.create_project(ProjectName="labels", Feature="CUSTOM_LABELS")
    rekognition.create_project(ProjectName="adapter", Feature="CONTENT_MODERATION", AutoUpdate="DISABLED")
    assert names(rekognition.describe_projects()) == ["labels"]
    assert names(rekognition.describe_projects(Features=["CONTENT_MODERATION"])) == ["adapter"]
    both = rekognition.describe_projects(Features=["CONTENT_MODERATION", "CUSTOM_LABELS"])
    assert names(both) == ["adapter", "labels"]
    assert both["ProjectDescriptions"][0].get("AutoUpdate") == "DISABLED"


@pytest.mark.parametrize(
    "members",
    [{"Feature": "CONTENT_MODERATION"}, {"AutoUpdate": "ENABLED"}],
    ids=["an adapter without", "labels with"],
)
def test_auto_update_is_for_adapters(rekognition: "RekognitionClient", members: dict[str, Any]) -> None:
    with pytest.raises(rekognition.exceptions.InvalidParameterException, match="AutoUpdate is"):
        rekognition.create_project(ProjectName="a", **members)


def test_projects_can_be_listed_by_name(rekognition: "RekognitionClient") -> None:
    for name in ("a", "b", "c"):
        rekognition.create_project(ProjectName=name)
    assert names(rekognition.describe_projects(ProjectNames=["c", "a", "z"])) == ["c", "a"]


@pytest.mark.parametrize(("size", "pages"), [(3, [3, 3, 1]), (7, [7]), (100, [7]), (1, [1] * 7)])
def test_the_paginator_returns_every_project_once_newest_first(
    rekognition: "RekognitionClient", size: int, pages: list[int]
) -> None:
    for number in range(7):
        rekognition.create_project(ProjectName=f"p{number}")
    seen = [
        names(page)
        for page in rekognition.get_paginator("describe_projects").paginate(
            PaginationConfig={"PageSize": size}
        )
    ]
    assert [len(page) for page in seen] == pages
    assert [name for page in seen for name in page] == [f"p{number}" for number in reversed(range(7))]


def test_projects_made_or_deleted_between_pages_neither_repeat_nor_hide_another(
    rekognition: "RekognitionClient", clock: Clock
) -> None:
    arns = [rekognition.create_project(ProjectName=f"p{number}")["ProjectArn"] for number in range(4)]
    first = rekognition.describe_projects(MaxResults=2)
    rekognition.create_project(ProjectName="new")
    rekognition.delete_project(ProjectArn=arns[2])
    clock.now += 20
    second = rekognition.describe_projects(MaxResults=2, NextToken=first.get("NextToken", ""))
    assert names(first) + names(second) == ["p3", "p2", "p1", "p0"]
    assert "NextToken" not in second


@pytest.mark.parametrize("token", ["nonsense", "cHJvamVjdHM=", "cHJvamVjdHMgeA==", "b3RoZXIgNQ==", "\u00e9"])
def test_a_token_that_the_list_did_not_return_is_refused(
    rekognition: "RekognitionClient", token: str
) -> None:
    with pytest.raises(rekognition.exceptions.InvalidPaginationTokenException, match="begin without one"):
        rekognition.describe_projects(NextToken=token)


def test_a_token_of_another_list_is_refused(bench: Bench, rekognition: "RekognitionClient") -> None:
    project = bench.project("a")
    bench.project("b")
    token = rekognition.describe_projects(MaxResults=1).get("NextToken", "")
    with pytest.raises(rekognition.exceptions.InvalidPaginationTokenException):
        rekognition.describe_project_versions(ProjectArn=project, NextToken=token)
