"""What `up`, `preview` and `destroy` do to resources."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from local import engine
from local.engine import UNKNOWN, DeploymentError, State

if TYPE_CHECKING:
    from tests.local.engine.conftest import FakeCloud, Project

CHAIN = """
group = Group("group")
first = Thing("first", ResourceOptions(parent=group), size=1)
second = Thing("second", ResourceOptions(parent=group), of=first.arn)
export("arn", second.arn)
export("shout", first.arn.apply(str.upper))
"""


def test_a_new_program_creates_everything_it_registers(project: Project, cloud: FakeCloud) -> None:
    assert project.ops(CHAIN) == {"first": "create", "second": "create"}
    assert cloud.things["second-1"] == {"name": "second-1", "of": "arn:first-0"}


def test_exports_are_the_outputs_of_the_result(project: Project) -> None:
    assert project.up(CHAIN).outputs == {"arn": "arn:second-1", "shout": "ARN:FIRST-0"}


def test_a_second_update_changes_nothing(project: Project, cloud: FakeCloud) -> None:
    first = project.up(CHAIN)
    made = list(cloud.calls)
    second = project.up()
    assert second.changes == ()
    assert second.outputs == first.outputs
    assert cloud.calls == made


def test_a_preview_changes_nothing_and_shows_computed_outputs_as_unknown(
    project: Project, cloud: FakeCloud
) -> None:
    result = project.preview(CHAIN)
    assert cloud.calls == []
    assert [step.op for step in result.changes] == ["create"] * 4
    assert result.outputs == {"arn": UNKNOWN, "shout": UNKNOWN}
    planned = {one.name: one.inputs for one in result.state.resources}
    assert planned["second"]["of"] == UNKNOWN


def test_functions_applied_to_unknown_outputs_do_not_run(project: Project) -> None:
    project.preview(CHAIN + "first.arn.apply(lambda arn: 1 / 0)")


def test_a_preview_of_what_exists_knows_its_outputs(project: Project) -> None:
    project.up(CHAIN)
    result = project.preview()
    assert result.changes == ()
    assert result.outputs == {"arn": "arn:second-1", "shout": "ARN:FIRST-0"}


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_changed_input_updates_the_resource_in_place(project: Project, *, dry_run: bool) -> None:
    project.up(CHAIN)
    assert project.ops(CHAIN.replace("size=1", "size=2"), dry_run=dry_run) == {
        "first": "update",
        "second": "same",
    }


def test_the_step_of_an_update_names_the_changed_inputs(project: Project) -> None:
    project.up(CHAIN)
    (step,) = project.up(CHAIN.replace("size=1", "size=2, tint='red'")).changes
    assert step.changed == ("size", "tint")


def test_a_replacement_is_created_before_the_old_one_is_deleted(project: Project, cloud: FakeCloud) -> None:
    project.up(CHAIN)
    cloud.calls.clear()
    assert project.ops(CHAIN.replace("size=1", "kind='b'")) == {"first": "replace", "second": "update"}
    assert cloud.calls == ["create first-2", "update second-1", "delete first-0"]
    assert project.up().changes == ()


def test_a_preview_of_a_replacement_makes_its_outputs_unknown(project: Project) -> None:
    project.up(CHAIN)
    assert project.ops(CHAIN.replace("size=1", "kind='b'"), dry_run=True) == {
        "first": "replace",
        "second": "update",
    }


def test_delete_before_replace_deletes_first(project: Project, cloud: FakeCloud) -> None:
    one = "Thing('one', ResourceOptions(delete_before_replace=True), kind={!r})"
    project.up(one.format("a"))
    cloud.calls.clear()
    project.up(one.format("b"))
    assert cloud.calls == ["delete one-0", "create one-1"]


@pytest.mark.parametrize("dry_run", [True, False])
def test_what_must_be_replaced_along_is_deleted_before_what_is_deleted_first(
    project: Project, cloud: FakeCloud, *, dry_run: bool
) -> None:
    program = """
base = Thing("base", ResourceOptions(delete_before_replace=True), kind={!r})
tied = Thing("tied", kind=base.arn)
loose = Thing("loose", of=base.arn)
free = Thing("free")
"""
    project.up(program.format("a"))
    cloud.calls.clear()
    ops = project.ops(program.format("b"), dry_run=dry_run)
    assert ops == {"base": "replace", "tied": "replace", "loose": "update", "free": "same"}
    calls = [call.rstrip("-0123456789") for call in cloud.calls]
    assert calls[:2] == ([] if dry_run else ["delete tied", "delete base"])


def test_what_had_to_be_deleted_first_and_is_not_wanted_any_more_is_a_deletion(project: Project) -> None:
    base = "base = Thing('base', ResourceOptions(delete_before_replace=True), kind={!r});"
    project.up(base.format("a") + "Thing('tied', kind=base.arn)")
    assert project.ops(base.format("b")) == {"base": "replace", "tied": "delete"}
    assert project.up().changes == ()


def test_a_protected_resource_that_would_have_to_be_deleted_first_is_kept(project: Project) -> None:
    program = """
base = Thing("base", ResourceOptions(delete_before_replace=True), kind={!r})
Thing("tied", ResourceOptions(protect=True), kind=base.arn)
"""
    project.up(program.format("a"))
    with pytest.raises(DeploymentError, match=r"is protected.*, and tied has to be deleted first"):
        project.up(program.format("b"))


def test_what_the_program_no_longer_registers_is_deleted_last_dependents_first(
    project: Project, cloud: FakeCloud
) -> None:
    project.up(CHAIN)
    cloud.calls.clear()
    assert project.ops("Thing('other')") == {"other": "create", "second": "delete", "first": "delete"}
    assert cloud.calls == ["create other-2", "delete second-1", "delete first-0"]


def test_destroy_deletes_dependents_and_children_first(project: Project, cloud: FakeCloud) -> None:
    project.up(
        """
parent = Thing("parent")
child = Thing("child", ResourceOptions(parent=parent))
group = Group("group")
inner = Thing("inner", ResourceOptions(parent=group))
after = Thing("after", ResourceOptions(depends_on=[group]))
"""
    )
    cloud.calls.clear()
    result = project.destroy()
    assert cloud.things == {}
    order = [step.name for step in result.steps]
    assert order.index("child") < order.index("parent")
    assert order.index("after") < order.index("inner") < order.index("group") < order.index("shop-dev")
    assert project.state == State()


def test_depending_on_a_component_is_depending_on_what_is_in_it(project: Project, cloud: FakeCloud) -> None:
    cloud.slow = 0.05
    project.up(
        """
group = Group("group")
Thing("inner", ResourceOptions(parent=group))
Thing("outer", ResourceOptions(depends_on=[group]))
"""
    )
    assert [call.rstrip("-012345") for call in cloud.calls] == ["create inner", "create outer"]


def test_independent_resources_are_created_at_the_same_time(project: Project, cloud: FakeCloud) -> None:
    cloud.meeting = threading.Barrier(4, timeout=20)
    steps: list[str] = []
    project.write("for i in range(4): Thing(f'one{i}')")
    engine.up(project.folder, project.config, cloud, on_step=lambda step: steps.append(step.name))
    assert sorted(steps) == ["one0", "one1", "one2", "one3", "shop-dev"]


def test_a_protected_resource_is_not_deleted_and_nothing_else_is_either(
    project: Project, cloud: FakeCloud
) -> None:
    project.up("Thing('safe', ResourceOptions(protect=True)); Thing('other')")
    with pytest.raises(DeploymentError, match=r"^fake:index:Thing::safe: the resource is protected"):
        project.up("pass")
    with pytest.raises(DeploymentError, match="is protected"):
        project.destroy()
    assert len(cloud.things) == 2
    project.up("Thing('safe'); Thing('other')")
    project.destroy()
    assert cloud.things == {}


def test_a_protected_resource_that_fails_is_not_said_to_be_deleted(project: Project) -> None:
    project.up("Thing('safe', ResourceOptions(protect=True))")
    with pytest.raises(DeploymentError) as caught:
        project.up("Thing('safe', ResourceOptions(protect=True), fail='update')")
    assert str(caught.value) == "fake:index:Thing::safe: it may not update."


def test_a_protected_resource_is_not_replaced(project: Project, cloud: FakeCloud) -> None:
    project.up("Thing('safe', ResourceOptions(protect=True), kind='a')")
    with pytest.raises(DeploymentError, match=r"is protected.*: kind cannot change without replacing it"):
        project.up("Thing('safe', ResourceOptions(protect=True), kind='b')")
    assert cloud.calls == ["create safe-0"]


def test_a_retained_resource_is_forgotten_but_not_deleted(project: Project, cloud: FakeCloud) -> None:
    project.up("Thing('kept', ResourceOptions(retain_on_delete=True))")
    assert project.ops("pass") == {"kept": "delete"}
    assert list(cloud.things) == ["kept-0"]
    assert [one.name for one in project.state.resources] == ["shop-dev"]


def test_changes_of_ignored_properties_are_ignored(project: Project, cloud: FakeCloud) -> None:
    program = "Thing('one', ResourceOptions(ignore_changes=['size']), size={}, tint={!r})"
    project.up(program.format(1, "red"))
    assert project.up(program.format(2, "red")).changes == ()
    project.up(program.format(3, "blue"))
    assert cloud.things["one-0"] == {"name": "one-0", "size": 1, "tint": "blue"}


def test_only_whole_properties_can_be_ignored(project: Project) -> None:
    with pytest.raises(DeploymentError, match=r"ignoreChanges names 'a\.b'"):
        project.up("Thing('one', ResourceOptions(ignore_changes=['a.b']))")


def test_an_alias_keeps_a_renamed_resource(project: Project, cloud: FakeCloud) -> None:
    project.up("Thing('old', size=1)")
    program = """
group = Group("group")
Thing("new", ResourceOptions(parent=group, aliases=[pulumi.Alias(name="old", parent=pulumi.ROOT_STACK_RESOURCE)]), size=1)
"""
    assert project.ops(program) == {"new": "same"}
    assert cloud.calls == ["create old-0"]


def test_an_alias_may_be_a_whole_urn(project: Project) -> None:
    project.up("Thing('old')")
    urn = "urn:pulumi:dev::shop::fake:index:Thing::old"
    assert project.ops(f"Thing('new', ResourceOptions(aliases=[{urn!r}]))") == {"new": "same"}


def test_two_resources_with_one_urn_are_refused(project: Project, cloud: FakeCloud) -> None:
    with pytest.raises(
        DeploymentError, match=r"^fake:index:Thing::twin: the program has two resources of this URN"
    ):
        project.up("Thing('twin', size=1); Thing('twin', size=2)")
    assert len(cloud.things) == 1


def test_parents_of_one_type_do_not_tell_resources_apart(project: Project) -> None:
    """Pulumi's URNs hold the types of the parents, not their names."""
    with pytest.raises(DeploymentError, match=r"^fake:index:Group\$fake:index:Thing::twin: .* another name"):
        project.up("for g in 'ab': Thing('twin', ResourceOptions(parent=Group(g)))")


def test_a_resource_passed_as_a_value_is_its_id(project: Project, cloud: FakeCloud) -> None:
    project.up("Thing('two', of=Thing('one'))")
    assert cloud.things["two-1"]["of"] == "one-0"


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("import_='x'", "the option import_"),
        ("replace_on_changes=['size']", "the option replace_on_changes"),
        ("deleted_with=Thing('other')", "DeletedWith"),
        ("transforms=[lambda args: None]", "transforms"),
    ],
)
def test_an_option_that_the_engine_lacks_is_refused(project: Project, option: str, said: str) -> None:
    with pytest.raises(DeploymentError, match=said):
        project.up(f"Thing('one', ResourceOptions({option}))")


def test_reading_what_the_program_did_not_create_is_refused(project: Project) -> None:
    with pytest.raises(DeploymentError, match="does not support ReadResource"):
        project.up("pulumi.StackReference('org/project/stack')")


def test_the_version_of_the_pulumi_cli_cannot_be_required(project: Project) -> None:
    with pytest.raises(DeploymentError, match="not the Pulumi CLI"):
        project.up("pulumi.require_pulumi_version('>=3.0.0')")


def test_outputs_of_components_are_not_those_of_the_stack(project: Project) -> None:
    program = "Group('g').register_outputs({'inner': 1}); export('outer', 2)"
    assert project.up(program).outputs == {"outer": 2}


def test_a_function_gets_its_arguments_and_the_settings_of_the_default_provider(project: Project) -> None:
    project.config = type(project.config)(
        project="shop", stack="dev", values={"fake:color": "red", "shop:x": "y"}
    )
    program = "export('got', pulumi.runtime.invoke('fake:index:double', {'value': 4}).value)"
    assert project.up(program).outputs == {"got": {"settings": {"color": "red"}, "value": 8}}


def test_a_provider_resource_gives_its_settings_to_those_that_name_it(
    project: Project, cloud: FakeCloud
) -> None:
    program = """
class FakeProvider(pulumi.ProviderResource):
    def __init__(self):
        super().__init__("fake", "blue", {{"color": {!r}}})

Thing("one", ResourceOptions(provider=FakeProvider()))
"""
    assert project.ops(program.format("blue")) == {"blue": "create", "one": "create"}
    assert cloud.settings[-1] == {"color": "blue"}
    assert project.ops(program.format("navy")) == {"blue": "update", "one": "same"}
    project.destroy()
    assert cloud.things == {}
