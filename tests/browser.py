"""Finds a Chromium for the tests, and gets one when there is none: `python -m tests.browser` prints its path."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")

FLAGS = (
    "--no-sandbox",  # as root, Chromium does not start with its sandbox
    "--disable-background-networking",  # the tests' network may be closed
    "--disable-component-update",
    "--disable-sync",
)


class NoBrowserError(RuntimeError):
    """There is no Chromium and none could be installed."""


def chromium() -> str:
    """Return the path of a Chromium: the one in CHROMIUM, an installed one, or Playwright's.

    Raises:
        NoBrowserError: There is none; `ensure` would install one.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    if MAC.is_file():
        return str(MAC)
    own = _playwrights()
    if own:
        return own
    raise NoBrowserError("No Chromium or Chrome is installed: run `python -m tests.browser`.")


def ensure() -> str:
    """Return the path of a Chromium, installing Playwright's or else Debian's when there is none."""
    try:
        return chromium()
    except NoBrowserError:
        pass
    tried: list[str] = []
    for command in (
        [sys.executable, "-m", "playwright", "install", "chromium"],
        ["apt-get", "update"],
        ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"],
    ):
        if shutil.which(command[0]) is None:
            continue
        print(f"No Chromium is installed; trying `{' '.join(command)}` …", file=sys.stderr)
        result = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        tried.append(f"`{' '.join(command)}` ended with status {result.returncode}")
        try:
            return chromium()
        except NoBrowserError:
            continue
    raise NoBrowserError(
        f"The tests need Chromium and none could be installed ({'; '.join(tried)})."
        " Install Chromium or Chrome, or set CHROMIUM to its path."
    )


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # starts a driver process; only when needed

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


if __name__ == "__main__":
    try:
        print(ensure())
    except NoBrowserError as error:
        sys.exit(str(error))
