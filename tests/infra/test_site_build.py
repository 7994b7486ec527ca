"""The web app is built when it is missing or stale, and a failed build says why."""

import os
import shutil
from pathlib import Path

import pytest

from infra.site_build import built_site
from infra.site_files import SiteError

PACKAGE = """{"name": "tiny", "version": "1.0.0", "private": true, "scripts": {"build": "%s"}}"""
LOCK = """{"name": "tiny", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "tiny", "version": "1.0.0"}}}"""
BUILD = "mkdir -p dist && cp index.html dist/ && echo built >> builds.txt"


@pytest.fixture
def frontend(tmp_path: Path) -> Path:
    """A web app that npm installs and builds without a network."""
    (tmp_path / "package.json").write_text(PACKAGE % BUILD)
    (tmp_path / "package-lock.json").write_text(LOCK)
    (tmp_path / "index.html").write_text("one")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.ts").write_text("let a = 1;")
    return tmp_path


def builds(frontend: Path) -> int:
    return len((frontend / "builds.txt").read_text().splitlines())


def test_it_is_built_once_while_its_sources_stay_the_same(frontend: Path) -> None:
    said: list[str] = []
    assert built_site(frontend, say=said.append) == frontend / "dist"
    assert (frontend / "dist" / "index.html").read_text() == "one"
    assert said[-1] == "Building the web app (npm run build) …"
    said.clear()
    built_site(frontend, say=said.append)
    assert (said, builds(frontend)) == ([], 1)


@pytest.mark.parametrize(
    "source", ["index.html", "src/app.ts", "src/new.ts", "public/robots.txt", "vite.config.ts"]
)
def test_a_changed_source_makes_it_stale(frontend: Path, source: str) -> None:
    built_site(frontend, say=print)
    (frontend / source).parent.mkdir(exist_ok=True)
    (frontend / source).write_text("two")
    built_site(frontend, say=print)
    assert builds(frontend) == 2


def test_a_touched_but_equal_source_does_not(frontend: Path) -> None:
    built_site(frontend, say=print)
    os.utime(frontend / "index.html", (1, 1))
    built_site(frontend, say=print)
    assert builds(frontend) == 1


def test_a_failed_build_shows_its_last_lines_and_is_not_taken_for_built(frontend: Path) -> None:
    (frontend / "package.json").write_text(PACKAGE % "echo src/app.ts: no such thing; exit 3")
    for _ in range(2):
        with pytest.raises(SiteError, match=r"(?s)`npm run build` .* status 3\..*src/app\.ts: no such thing"):
            built_site(frontend, say=print)


def test_a_missing_npm_is_one_sentence(frontend: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert shutil.which("npm") is None
    with pytest.raises(SiteError, match=r"there is no npm: install Node\.js 20 or newer"):
        built_site(frontend, say=print)
