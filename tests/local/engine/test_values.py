"""Secrets, numbers, logs, stored states and what a terminal shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local import engine
from local.engine import Archive, Asset, Log, Resource, State, render
from local.engine.state import delete_order

if TYPE_CHECKING:
    from tests.local.engine.conftest import FakeCloud, Project

SECRETS = """
one = Thing("one", token=pulumi.Output.secret("hush"), note={"deep": [pulumi.Output.secret("psst")]})
two = Thing("two", ResourceOptions(additional_secret_outputs=["arn"]))
export("open", two.id)
export("arn", two.arn)
export("token", pulumi.Output.secret("hush"))
"""


def test_secrets_are_marked_in_state_and_outputs(project: Project, cloud: FakeCloud) -> None:
    result = project.up(SECRETS)
    assert {one.name: one.secrets for one in result.state.resources} == {
        "one": ("note", "token"),
        "two": ("arn",),
        "shop-dev": (),
    }
    assert result.secret_outputs == {"arn", "token"}
    assert result.outputs["token"] == "hush"
    assert {"deep": ["psst"]} in [thing.get("note") for thing in cloud.things.values()]


def test_a_property_made_from_a_secret_is_secret(project: Project) -> None:
    program = """
one = Thing("one", token=pulumi.Output.secret("hush"))
Thing("two", of=pulumi.Output.secret("x").apply(lambda x: x + "y"))
"""
    result = project.up(program)
    assert next(one.secrets for one in result.state.resources if one.name == "two") == ("of",)


def test_secrets_are_not_shown(project: Project) -> None:
    shown = render(project.preview(SECRETS))
    assert "hush" not in shown
    assert "psst" not in shown
    assert "token: [secret]" in shown


def test_whole_numbers_arrive_as_such(project: Project, cloud: FakeCloud) -> None:
    project.up("Thing('one', size=3, share=0.5, flag=True, many=[1, 2])")
    assert (
        repr(cloud.things["one-0"])
        == "{'name': 'one-0', 'flag': True, 'many': [1, 2], 'share': 0.5, 'size': 3}"
    )


def test_logs_of_the_program_are_kept_and_passed_on(project: Project) -> None:
    heard: list[str] = []
    project.write("pulumi.log.info('building'); pulumi.warn('old'); pulumi.log.debug('noise')")
    result = engine.up(project.folder, project.config, project.cloud, on_log=heard.append)
    assert result.logs == (Log("INFO", "building"), Log("WARNING", "old"))
    assert heard == ["building", "old"]


def test_a_stored_state_is_as_good_as_the_one_in_memory(project: Project) -> None:
    (project.folder / "a.txt").write_text("1")
    program = """
group = Group("group")
one = Thing("one", ResourceOptions(parent=group, protect=True), doc=pulumi.FileAsset("a.txt"), deep=[{"a": 1}])
Thing("two", ResourceOptions(depends_on=[group]), of=one.arn, text=pulumi.StringAsset("t"))
"""
    stored = project.up(program).state.to_json()
    assert State.from_json(stored) == project.state
    project.state = State.from_json(stored)
    assert project.up().changes == ()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"resources": [1]}', '{"resources": [{"name": "x"}]}'])
def test_what_is_no_stored_state_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^The text is not a stored state"):
        State.from_json(text)


def test_an_archive_is_stored_as_its_hash() -> None:
    archive = Archive.of_files({"a": Asset.of_text("1")})
    state = State((Resource(urn="urn:pulumi:s::p::t::one", inputs={"code": archive}),))
    assert State.from_json(state.to_json()) == state
    assert '"1"' not in state.to_json()


def test_the_same_files_make_the_same_zip_in_any_order() -> None:
    one, two = Asset.of_text("1"), Asset.of_text("2")
    first, second = Archive.of_files({"a": one, "b": two}), Archive.of_files({"b": two, "a": one})
    assert first == second
    assert first.zipped() == second.zipped()
    assert first != Archive.of_files({"a": two, "b": one})


def test_assets_are_equal_when_their_content_is() -> None:
    assert Asset.of_text("a") == Asset.of_text("a")
    assert Asset.of_text("a") != Asset.of_text("b")


def test_resources_that_need_each_other_in_any_order_are_deleted_dependents_first() -> None:
    def one(name: str, *needs: str) -> Resource:
        return Resource(
            urn=f"urn:pulumi:s::p::t::{name}", dependencies=tuple(f"urn:pulumi:s::p::t::{n}" for n in needs)
        )

    order = delete_order([one("c", "b"), one("a"), one("b", "a"), one("d", "a")])
    assert [resource.name for resource in order] in (
        ["d", "c", "b", "a"],
        ["c", "d", "b", "a"],
        ["c", "b", "d", "a"],
    )


def test_children_are_deleted_before_their_parents_whatever_the_order() -> None:
    parent = Resource(urn="urn:pulumi:s::p::t::parent")
    child = Resource(urn="urn:pulumi:s::p::t$t::child", parent=parent.urn)
    assert delete_order([child, parent]) == delete_order([parent, child]) == [child, parent]


def test_a_circle_of_needs_is_deleted_all_the_same() -> None:
    """It arises when a replaced resource waits for its deletion while others come to need the new one."""
    one = Resource(
        urn="urn:pulumi:s::p::t::one", dependencies=("urn:pulumi:s::p::t::two",), pending_delete=True
    )
    two = Resource(urn="urn:pulumi:s::p::t::two", dependencies=("urn:pulumi:s::p::t::one",))
    assert sorted(resource.name for resource in delete_order([one, two])) == ["one", "two"]


def test_a_preview_is_shown_as_a_tree_with_unknowns_counts_and_outputs(project: Project) -> None:
    program = """
group = Group("group")
one = Thing("one", ResourceOptions(parent=group), size=1, text="a\\nb " + "x" * 100, doc=pulumi.StringAsset("t"))
Thing("two", of=[{"arn": one.arn}])
export("arn", one.arn)
export("region", "here")
"""
    assert render(project.preview(program)).splitlines() == [
        "+  pulumi:pulumi:Stack shop-dev",
        "+      fake:index:Group group",
        "+          fake:index:Thing one",
        "               doc: asset e3b98a4",
        "               name: one-0",
        "               size: 1",
        "               text: a b " + "x" * 67 + "…",
        "+      fake:index:Thing two",
        "           name: two-1",
        '           of: [{"arn": "[unknown]"}]',
        "",
        "Outputs:",
        "    arn: [unknown]",
        "    region: here",
        "",
        "+ 4 to create",
        "  0 unchanged",
    ]


def test_changes_are_shown_with_their_sign_and_what_differs(project: Project) -> None:
    project.up("Thing('a', size=1, tint='red'); Thing('b', kind='x'); Thing('c'); Thing('d')")
    shown = render(project.preview("Thing('a', size=2); Thing('b', kind='y'); Thing('d')"))
    for line in (
        "~      fake:index:Thing a",
        "           size: 2",
        "           tint: (removed)",
        "+-     fake:index:Thing b",
        "           kind: y",
        "-      fake:index:Thing c",
        "       fake:index:Thing d",
        "~ 1 to update",
        "+- 1 to replace",
        "- 1 to delete",
        "  2 unchanged",
    ):
        assert line in shown.splitlines()


def test_no_changes_are_shown_as_such(project: Project) -> None:
    project.up("Thing('a')")
    assert "No changes" in render(project.preview()).splitlines()
