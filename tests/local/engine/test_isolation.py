"""A run leaves nothing behind in the process, and finds nothing of the runs before it."""

from __future__ import annotations

import asyncio
import contextvars
import importlib
import io
import os
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pulumi.runtime
import pytest

from local.engine import Archive, Asset, DeploymentError, StackConfig

if TYPE_CHECKING:
    from tests.local.engine.conftest import FakeCloud, Project


def test_ten_runs_in_a_row_do_the_same(project: Project, cloud: FakeCloud) -> None:
    project.up("export('arn', Thing('one').arn)")
    for _ in range(10):
        result = project.up()
        assert (result.changes, result.outputs) == ((), {"arn": "arn:one-0"})
    assert len(cloud.calls) == 1


@pytest.mark.parametrize(
    "broken",
    [
        "raise ValueError('no')",
        "Thing('one', fail='create')",
        "Thing('one').arn.apply(lambda arn: 1 / 0)",
        "Thing('one', of={1, 2})",
        "import sys; sys.exit(3)",
    ],
)
def test_a_run_after_a_failed_one_works(project: Project, broken: str) -> None:
    with pytest.raises(DeploymentError):
        project.up(broken)
    assert project.up("export('arn', Thing('other', size=1).arn)").outputs["arn"].startswith("arn:other")


def test_runs_work_on_other_threads_one_after_the_other_and_at_once(project: Project) -> None:
    project.write("export('arn', Thing('one').arn)")
    for _ in range(2):
        with ThreadPoolExecutor(1) as thread:
            assert thread.submit(project.up).result().outputs == {"arn": "arn:one-0"}
    with ThreadPoolExecutor(3) as threads:
        results = list(threads.map(lambda _: project.preview(), range(3)))
    assert [result.changes for result in results] == [()] * 3


def test_a_stack_that_another_runner_left_is_not_in_the_way(project: Project) -> None:
    class Mocks(pulumi.runtime.Mocks):
        def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, object]]:
            return args.name, {}

        def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, object], None]:
            return {args.token: 1}, None

    async def leave_a_stack() -> None:
        pulumi.runtime.set_mocks(Mocks())

    def run() -> object:
        loop = asyncio.new_event_loop()
        context = contextvars.copy_context()
        loop.run_until_complete(loop.create_task(leave_a_stack(), context=context))
        loop.close()
        return context.run(project.up, "export('arn', Thing('one').arn)").outputs

    assert run() == {"arn": "arn:one-0"}


def test_a_running_event_loop_is_refused_with_the_way_out(project: Project) -> None:
    project.write("export('arn', Thing('one').arn)")

    async def directly() -> None:
        project.up()

    async def beside() -> object:
        return (await asyncio.to_thread(project.up)).outputs

    with pytest.raises(RuntimeError, match=r"use asyncio\.to_thread"):
        asyncio.run(directly())
    assert asyncio.run(beside()) == {"arn": "arn:one-0"}


def test_a_module_of_the_program_that_registers_resources_does_so_in_every_run(project: Project) -> None:
    (project.folder / "parts").mkdir()
    (project.folder / "parts" / "__init__.py").write_text("")
    (project.folder / "parts" / "thing.py").write_text("import __main__; made = __main__.Thing('imported')")
    program = "import parts.thing; export('arn', parts.thing.made.arn)"
    assert project.ops(program) == {"imported": "create"}
    assert project.ops(program) == {"imported": "same"}
    assert "parts.thing" not in sys.modules


def test_an_edited_module_is_read_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    for size in (1, 2):
        (project.folder / "sizes.py").write_text(f"SIZE = {size}")
        assert project.up("import sizes; export('size', sizes.SIZE)").outputs == {"size": size}
    assert not list(project.folder.glob("**/__pycache__"))


def test_modules_that_the_caller_loaded_from_the_folder_are_his_again_afterwards(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.folder / "shared_part.py").write_text("seen = []")
    monkeypatch.syspath_prepend(project.folder)
    shared_part = importlib.import_module("shared_part")
    project.up("import shared_part; shared_part.seen.append(1); export('seen', len(shared_part.seen))")
    assert sys.modules["shared_part"] is shared_part
    assert shared_part.seen == []
    monkeypatch.delitem(sys.modules, "shared_part")


@pytest.mark.parametrize("variable", [None, "false"])
def test_the_process_is_as_it_was(
    project: Project, monkeypatch: pytest.MonkeyPatch, variable: str | None
) -> None:
    monkeypatch.delenv("PULUMI_ERROR_OUTPUT_STRING", raising=False)
    if variable:
        monkeypatch.setenv("PULUMI_ERROR_OUTPUT_STRING", variable)

    def world() -> tuple[object, ...]:
        variable = os.environ.get("PULUMI_ERROR_OUTPUT_STRING")
        return sys.path.copy(), Path.cwd(), variable, sys.dont_write_bytecode, sys.modules["__main__"]

    before = world()
    project.config = StackConfig(project="shop", stack="dev", values={"shop:color": "red"})
    project.up("import sys; sys.path.append('/x'); export('color', pulumi.Config().get('color'))")
    assert world() == before
    assert pulumi.runtime.get_root_resource() is None
    assert pulumi.Config("shop").get("color") is None


@pytest.mark.parametrize(
    "interrupted",
    ["raise KeyboardInterrupt", "def stop(arn): raise KeyboardInterrupt\nThing('one').arn.apply(stop)"],
)
def test_an_interrupt_stops_the_run_and_leaves_the_process_as_it_was(
    project: Project, interrupted: str
) -> None:
    path = sys.path.copy()
    with pytest.raises(KeyboardInterrupt):
        project.up(f"Thing('never', of=Thing('first').arn)\n{interrupted}")
    assert sys.path == path
    assert project.ops("Thing('other')") == {"other": "create"}


def test_configuration_of_one_run_is_not_seen_by_the_next(project: Project) -> None:
    program = "export('color', pulumi.Config().get('color') or 'none')"
    project.config = StackConfig(project="shop", stack="dev", values={"shop:color": "red"})
    assert project.up(program).outputs == {"color": "red"}
    project.config = StackConfig(project="shop", stack="dev", values={})
    assert project.up(program).outputs == {"color": "none"}


def test_a_program_knows_its_project_stack_and_whether_it_is_previewed(project: Project) -> None:
    program = """
export("names", [pulumi.get_project(), pulumi.get_stack(), pulumi.get_organization()])
export("dry", pulumi.runtime.is_dry_run())
"""
    assert project.preview(program).outputs == {"names": ["shop", "dev", "organization"], "dry": True}
    assert project.up().outputs["dry"] is False


def test_a_module_first_imported_in_an_apply_is_not_found_as_with_the_real_executor(project: Project) -> None:
    (project.folder / "late.py").write_text("")
    program = """
def load(arn):
    import late

Thing("one").arn.apply(load)
"""
    with pytest.raises(
        DeploymentError, match=r"ModuleNotFoundError: No module named 'late' \(__main__\.py, line \d+\)"
    ):
        project.up(program)


def test_relative_paths_of_assets_start_at_the_project(
    project: Project, cloud: FakeCloud, tmp_path: Path
) -> None:
    (tmp_path / "page.html").write_text("<p>")
    project.up("Thing('one', doc=pulumi.FileAsset('page.html'), note=pulumi.StringAsset('hi'))")
    asset = cloud.things["one-0"]["doc"]
    assert (asset.path, asset.read(), cloud.things["one-0"]["note"].read()) == (
        tmp_path / "page.html",
        b"<p>",
        b"hi",
    )


def test_an_asset_changes_with_its_content_and_not_with_its_name(project: Project, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("1")
    (tmp_path / "b.txt").write_text("1")
    program = "Thing('one', doc=pulumi.FileAsset({!r}))"
    project.up(program.format("a.txt"))
    assert project.ops(program.format("b.txt")) == {"one": "same"}
    (tmp_path / "b.txt").write_text("2")
    assert project.ops(program.format("b.txt")) == {"one": "update"}


def test_an_archive_holds_the_files_of_its_folders_and_assets(
    project: Project, cloud: FakeCloud, tmp_path: Path
) -> None:
    (tmp_path / "code" / "deep").mkdir(parents=True)
    (tmp_path / "code" / "deep" / "b.py").write_text("b")
    (tmp_path / "code" / "a.py").write_text("a")
    project.up(
        "Thing('one', doc=pulumi.AssetArchive({'c.py': pulumi.StringAsset('c'), 'code': pulumi.FileArchive('code')}))"
    )
    with zipfile.ZipFile(io.BytesIO(cloud.things["one-0"]["doc"].zipped())) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "c.py": b"c",
            "code/a.py": b"a",
            "code/deep/b.py": b"b",
        }


def test_an_archive_changes_with_names_and_contents_and_with_nothing_else(
    project: Project, tmp_path: Path
) -> None:
    program = "Thing('one', doc=pulumi.AssetArchive({{'{}': pulumi.FileAsset('{}')}}))"
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("1")
    project.up(program.format("x", "a.txt"))
    assert project.ops(program.format("x", "b.txt")) == {"one": "same"}
    os.utime(tmp_path / "a.txt", (1, 1))
    assert project.ops(program.format("x", "a.txt")) == {"one": "same"}
    (tmp_path / "b.txt").write_text("2")
    assert project.ops(program.format("x", "b.txt")) == {"one": "update"}
    assert project.ops(program.format("y", "b.txt")) == {"one": "update"}


def test_an_archive_that_is_an_output_can_be_an_input(project: Project, cloud: FakeCloud) -> None:
    archive = "pulumi.AssetArchive({'a': pulumi.StringAsset('1')})"
    project.up(f"one = Thing('one', doc={archive})\nThing('two', doc=one.doc)")
    things = list(cloud.things.values())
    assert things[0]["doc"] == things[1]["doc"] == Archive.of_files({"a": Asset.of_text("1")})
