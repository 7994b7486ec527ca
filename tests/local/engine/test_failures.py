"""What is reported when something fails, and what exists afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.engine import DeploymentError, Failure

if TYPE_CHECKING:
    from tests.local.engine.conftest import FakeCloud, Project


def failed(project: Project, source: str) -> DeploymentError:
    with pytest.raises(DeploymentError) as caught:
        project.up(source)
    return caught.value


def test_all_failures_are_in_one_report_and_the_rest_is_created(project: Project, cloud: FakeCloud) -> None:
    error = failed(
        project,
        """
Thing("good")
bad = Thing("bad", fail="create")
Thing("worse", fail="check")
Thing("dependent", of=bad.arn)
Thing("waiting", ResourceOptions(depends_on=[bad]))
Thing("child", ResourceOptions(parent=bad))
Thing("late").arn.apply(lambda arn: int(arn))
""",
    )
    assert sorted(map(str, error.failures)) == [
        "fake:index:Thing::bad: it may not create.",
        "fake:index:Thing::worse: it may not check.",
        "invalid literal for int() with base 10: 'arn:late-" + str(error)[-2] + "'",
    ]
    assert sorted(thing["name"].split("-")[0] for thing in cloud.things.values()) == ["good", "late"]
    assert {one.name for one in error.state.resources} == {"good", "late", "shop-dev"}


def test_a_failure_of_the_program_does_not_hide_later_ones_of_resources(
    project: Project, cloud: FakeCloud
) -> None:
    cloud.slow = 0.05
    error = failed(
        project,
        """
first = Thing("first")
Thing("bad", of=first.arn, fail="create")
pulumi.Output.from_input(1).apply(lambda _: 1 / 0)
""",
    )
    assert [str(failure).split(" (")[0] for failure in error.failures] == [
        "fake:index:Thing::bad: it may not create.",
        "ZeroDivisionError: division by zero",
    ]


def test_a_failure_names_the_urn_of_its_resource(project: Project) -> None:
    error = failed(project, "Thing('bad', ResourceOptions(parent=Group('g')), fail='create')")
    urn = "urn:pulumi:dev::shop::fake:index:Group$fake:index:Thing::bad"
    assert error.failures == (Failure("it may not create.", urn),)
    assert str(error) == "fake:index:Group$fake:index:Thing::bad: it may not create."


def test_a_preview_reports_what_an_update_would_refuse_even_of_dependents(project: Project) -> None:
    program = "bad = Thing('bad', fail='check'); Thing('next', of=bad.arn, fail='check')"
    with pytest.raises(DeploymentError) as caught:
        project.preview(program)
    assert [failure.urn.rsplit("::", 1)[1] for failure in caught.value.failures] == ["bad", "next"]


def test_going_on_from_a_failure_converges(project: Project, cloud: FakeCloud) -> None:
    program = "a = Thing('a', size={}, **{}); Thing('b', of=a.arn)"
    failed(project, program.format(1, "{'fail': 'create'}"))
    assert project.ops(program.format(1, {})) == {"a": "create", "b": "create"}
    failed(project, program.format(2, "{'fail': 'update'}"))
    assert project.ops(program.format(2, {})) == {"a": "update", "b": "same"}
    assert {thing.get("size") for thing in cloud.things.values()} == {2, None}


def test_nothing_is_deleted_when_something_failed(project: Project, cloud: FakeCloud) -> None:
    project.up("Thing('old')")
    failed(project, "Thing('bad', fail='create')")
    assert list(cloud.things) == ["old-0"]
    assert project.ops("pass") == {"old": "delete"}


def test_what_was_replaced_before_a_failure_is_deleted_by_the_next_update(
    project: Project, cloud: FakeCloud
) -> None:
    project.up("Thing('one', kind='a')")
    failed(project, "Thing('one', kind='b'); Thing('bad', fail='create')")
    assert [(one.name, one.pending_delete) for one in project.state.resources if one.custom] == [
        ("one", False),
        ("one", True),
    ]
    project.up("Thing('one', kind='b')")
    assert [thing["kind"] for thing in cloud.things.values()] == ["b"]
    assert project.up().changes == ()


def test_a_replacement_that_fails_keeps_the_old_resource(project: Project, cloud: FakeCloud) -> None:
    project.up("Thing('one', kind='a')")
    failed(project, "Thing('one', kind='b', fail='create')")
    assert [thing["kind"] for thing in cloud.things.values()] == ["a"]
    assert project.ops("Thing('one', kind='b')") == {"one": "replace"}


def test_what_cannot_be_deleted_keeps_what_it_needs_and_stays_in_the_state(
    project: Project, cloud: FakeCloud
) -> None:
    project.up("base = Thing('base'); Thing('stuck', of=base.arn, fail='delete'); Thing('free')")
    with pytest.raises(DeploymentError, match=r"^fake:index:Thing::stuck: it may not delete\.$"):
        project.destroy()
    assert {one.name for one in project.state.resources if one.custom} == {"base", "stuck"}
    assert len(cloud.things) == 2


@pytest.mark.parametrize("kind", ["ValueError", "pulumi.RunError"])
def test_a_program_that_refuses_its_configuration_is_quoted_and_nothing_is_created(
    project: Project, cloud: FakeCloud, kind: str
) -> None:
    error = failed(project, f"Thing('one'); raise {kind}('color is blue, but must be red.')")
    assert str(error) == "color is blue, but must be red."
    assert cloud.calls == []


def test_a_missing_required_setting_is_one_sentence(project: Project) -> None:
    assert "shop:color" in str(failed(project, "pulumi.Config().require('color')"))


def test_a_bug_in_the_program_is_told_with_its_place(project: Project) -> None:
    error = failed(project, "\n\nnothing_of_this_name\n")
    assert str(error).startswith("NameError: name 'nothing_of_this_name' is not defined (__main__.py, line ")
    assert isinstance(error.__cause__, NameError)


def test_a_program_that_exits_has_failed(project: Project) -> None:
    assert str(failed(project, "import sys; sys.exit(3)")) == "The program ended itself with 3."


def test_an_output_formatted_into_a_string_is_refused(project: Project) -> None:
    assert "__str__ on an Output" in str(
        failed(project, "one = Thing('one'); Thing('two', of=f'x {one.arn}')")
    )


def test_a_function_that_does_not_exist_fails_the_program(project: Project) -> None:
    error = failed(project, "pulumi.runtime.invoke('fake:index:triple', {})")
    assert "there is no function fake:index:triple in this cloud." in str(error)


def test_an_asset_without_its_file_is_refused(project: Project) -> None:
    error = failed(project, "Thing('one', doc=pulumi.FileAsset('gone.txt'))")
    assert str(error).endswith(
        "one: doc names the file gone.txt, which cannot be read: No such file or directory."
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("pulumi.RemoteAsset('https://example.com')", r"doc\.deep is a remote asset"),
        ("pulumi.RemoteArchive('https://example.com')", r"doc\.deep is a remote archive"),
        (
            "pulumi.FileArchive('gone')",
            r"doc\.deep names the archive gone, which must be a folder that can be read",
        ),
        ("pulumi.FileArchive('__main__.py')", r"which must be a folder that can be read: it is not a folder"),
        ("pulumi.AssetArchive({'a': pulumi.FileAsset('gone')})", r"doc\.deep\.a names the file gone"),
    ],
)
def test_assets_and_archives_that_cannot_be_read_are_refused(project: Project, value: str, said: str) -> None:
    with pytest.raises(DeploymentError, match=said):
        project.up(f"Thing('one', doc={{'deep': {value}}})")


def test_an_unexpected_error_of_the_provider_is_told_with_its_kind(
    project: Project, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("name")

    monkeypatch.setattr(cloud, "create", broken)
    assert str(failed(project, "Thing('one')")) == "fake:index:Thing::one: KeyError: 'name'"
