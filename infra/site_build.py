"""Builds the web app when what is in `frontend/dist` is not what its sources say."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from infra.site_files import SiteError

_DIGEST = ".sources.sha256"
_SOURCES = ("index.html", "package.json", "package-lock.json", "vite.config.ts", "public", "src")
_LAST_LINES = 15


def built_site(frontend: Path, *, say: Callable[[str], None]) -> Path:
    """Return the folder with the built web app, building it first when it is missing or stale.

    Args:
        frontend: The web app's sources.
        say: Called with one line before each step that takes over a second.

    Raises:
        SiteError: npm is missing, or the build failed; its last lines are in the message.
    """
    dist = frontend / "dist"
    digest = _digest_of_sources(frontend)
    stamp = dist / _DIGEST
    if stamp.is_file() and stamp.read_text() == digest:
        return dist
    npm = shutil.which("npm")
    if npm is None:
        raise SiteError("The web app has to be built, and there is no npm: install Node.js 20 or newer.")
    lock, installed = frontend / "package-lock.json", frontend / "node_modules" / ".package-lock.json"
    if not installed.is_file() or installed.stat().st_mtime < lock.stat().st_mtime:
        say("Installing what the web app is built with (npm ci) …")
        _run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], frontend)
    say("Building the web app (npm run build) …")
    _run([npm, "run", "build"], frontend)
    stamp.write_text(digest)
    return dist


def _digest_of_sources(frontend: Path) -> str:
    digest = hashlib.sha256()
    for source in _SOURCES:
        path = frontend / source
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                digest.update(f"{file.relative_to(frontend).as_posix()}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _run(command: list[str], folder: Path) -> None:
    result = subprocess.run(
        command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if result.returncode != 0:
        tail = "\n".join(result.stdout.strip().splitlines()[-_LAST_LINES:])
        raise SiteError(
            f"The web app was not built: `npm {' '.join(command[1:])}` in {folder.name}/ "
            f"ended with status {result.returncode}. Its last lines:\n{tail}"
        )
