"""Tags: set, changed, removed, and seen from inside the emulator."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from local.rekognition.limits import Timing, configure
from local.rekognition.tags import resource_tags
from tests.local.rekognition.bench import UNTHROTTLED, Bench

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

NO_PROJECT = "arn:aws:rekognition:eu-west-1:123456789012:project/p/1"


def test_tags_of_a_project_are_set_changed_and_removed(
    bench: Bench, rekognition: "RekognitionClient"
) -> None:
    arn = rekognition.create_project(ProjectName="a", Tags={"stage": "test", "team": "x"})["ProjectArn"]
    rekognition.tag_resource(ResourceArn=arn, Tags={"stage": "live", "stop-at": "2026-11-22T12:00:00Z"})
    rekognition.untag_resource(ResourceArn=arn, TagKeys=["team", "never set"])
    expected = {"stage": "live", "stop-at": "2026-11-22T12:00:00Z"}
    assert rekognition.list_tags_for_resource(ResourceArn=arn)["Tags"] == expected
    assert resource_tags(arn) == expected
    assert resource_tags(bench.project("b")) == {}


def test_a_model_has_tags_of_its_own(bench: Bench, rekognition: "RekognitionClient") -> None:
    project = bench.project()
    arn = bench.model(project=project)
    rekognition.tag_resource(ResourceArn=arn, Tags={"started-at": "now"})
    assert (resource_tags(arn), resource_tags(project)) == ({"started-at": "now"}, {})


@pytest.mark.parametrize("arn", [NO_PROJECT, NO_PROJECT.replace("eu-west-1", "mars-1"), "nonsense", ""])
def test_what_does_not_exist_has_no_tags_seen_from_inside(rekognition: "RekognitionClient", arn: str) -> None:
    rekognition.create_project(ProjectName="a")
    assert resource_tags(arn) == {}


def test_an_unknown_resource_has_no_tags_to_set_remove_or_list(rekognition: "RekognitionClient") -> None:
    for order in (
        lambda: rekognition.tag_resource(ResourceArn=NO_PROJECT, Tags={}),
        lambda: rekognition.untag_resource(ResourceArn=NO_PROJECT, TagKeys=[]),
        lambda: rekognition.list_tags_for_resource(ResourceArn=NO_PROJECT),
    ):
        with pytest.raises(rekognition.exceptions.ResourceNotFoundException, match="There is no project"):
            order()


def test_a_resource_has_at_most_as_many_tags_as_its_quota(
    rekognition: "RekognitionClient", timing: Timing
) -> None:
    configure(limits=replace(UNTHROTTLED, tags=2), timing=timing)
    arn = rekognition.create_project(ProjectName="a", Tags={"a": "1", "b": "2"})["ProjectArn"]
    rekognition.tag_resource(ResourceArn=arn, Tags={"b": "3"})
    with pytest.raises(rekognition.exceptions.ServiceQuotaExceededException, match="2 is the most"):
        rekognition.tag_resource(ResourceArn=arn, Tags={"a": "2", "c": "3"})
    assert resource_tags(arn) == {"a": "1", "b": "3"}
