"""Truths about the repository itself: locks, names, what is documented."""

import json
import re
import subprocess
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import yaml

from infra.config import REGIONS

ROOT = Path(__file__).parent.parent


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.splitlines()]


@pytest.mark.parametrize("lock", sorted(ROOT.glob("requirements*.txt")), ids=lambda path: path.name)
def test_every_python_package_is_locked_with_hashes_and_without_an_address(lock: Path) -> None:
    entries = re.split(r"\n(?=\S)", lock.read_text().strip())
    assert len(entries) > 10
    for entry in entries:
        assert re.match(r"[a-z0-9_.\-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry
        assert "://" not in entry


def test_the_locks_agree_on_versions() -> None:
    versions: dict[tuple[str, str], set[str]] = {}
    for lock in ROOT.glob("requirements*.txt"):
        for name, version, marker in re.findall(
            r"^([a-z0-9_.\-]+)==(\S+)(?: ; ([^\\]+))?", lock.read_text(), re.MULTILINE
        ):
            versions.setdefault((name, marker), set()).add(version)
    assert {package: found for package, found in versions.items() if len(found) > 1} == {}


@pytest.mark.parametrize("lock", tracked("*package-lock.json"), ids=lambda path: path.parent.name)
def test_every_npm_package_is_locked_with_its_integrity_and_no_address(lock: Path) -> None:
    packages = json.loads(lock.read_text())["packages"]
    packages.pop("")
    assert len(packages) > 20
    assert [name for name, package in packages.items() if "integrity" not in package] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_no_package_of_the_web_app_has_an_install_script() -> None:
    packages = json.loads((ROOT / "frontend" / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if package.get("hasInstallScript")] == []


def test_every_direct_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for lock, wanted in {
        "requirements.txt": project["dependencies"],
        "requirements-local.txt": project["dependencies"] + project["optional-dependencies"]["local"],
        "requirements-dev.txt": [
            *project["dependencies"],
            *chain(*project["optional-dependencies"].values()),
        ],
    }.items():
        locked = set(re.findall(r"^([a-z0-9_.\-]+)==", (ROOT / lock).read_text(), re.MULTILINE))
        assert {re.split(r"[\[=><]", name)[0].lower() for name in wanted} <= locked


def test_each_region_has_its_settings_file() -> None:
    files = {path.stem.removeprefix("Pulumi.") for path in ROOT.glob("Pulumi.*.yaml")}
    assert files == {*REGIONS, "local"}


def test_every_config_key_is_typed_described_and_in_the_readme() -> None:
    config = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    readme = (ROOT / "README.md").read_text()
    for key, declared in config.items():
        assert {"type", "description", "default"} <= set(declared), key
        assert f"`{key}`" in readme


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        target
        for page in tracked("*.md")
        for target in re.findall(r"`make ([a-z]+)", page.read_text())
        + re.findall(r"^make ([a-z]+)", page.read_text(), re.MULTILINE)
    }
    assert named
    assert named <= targets


def test_every_link_between_the_pages_leads_somewhere() -> None:
    for page in tracked("*.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_no_file_names_a_place_of_one_machine() -> None:
    places = re.compile(rf"(^|[\s\"'(=])(/{'root'}/|/{'work'}/|/{'home'}/[a-z])", re.MULTILINE)
    for path in tracked("*.py", "*.ts", "*.tsx", "*.md", "*.yaml", "*.toml", "*.json", "Makefile", ".ci/run"):
        assert not places.search(path.read_text()), path


def test_every_test_file_is_collected() -> None:
    files = {path for path in tracked("tests/**/*.py") if "def test_" in path.read_text()}
    assert {path for path in files if not path.name.startswith("test_")} == set()
    names = [path.relative_to(ROOT) for path in files]
    assert len(set(names)) == len(names)
