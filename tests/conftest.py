"""What processes that test side by side share is made before they start."""

import signal
from pathlib import Path

import pytest

from infra.site_build import built_site
from local import samples
from local.demo import SAMPLES

ROOT = Path(__file__).parent.parent

# A shell starts what it puts into the background deaf to Ctrl-C, and so would be every program that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Build the web app and draw the samples once, or two processes would write the same files at once."""
    if session.config.getoption("numprocesses", None) and not hasattr(session.config, "workerinput"):
        built_site(ROOT / "frontend", say=print)
        samples.load_or_write(SAMPLES)
