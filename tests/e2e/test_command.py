"""`python -m local demo` as a person at a terminal meets it."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError

import pytest
from playwright.sync_api import sync_playwright

from local.demo import SAMPLES
from tests.browser import FLAGS, ensure

ROOT = Path(__file__).parent.parent.parent
DEMO = [sys.executable, "-m", "local", "demo", "--no-browser"]


def free_ports() -> int:
    """Return a port that is free, and whose next one is too."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                other.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def processor_seconds(process: int) -> float:
    """Processor time that a process and its ended children have taken so far."""
    # The name comes second, in brackets, and may hold anything.
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


class Running:
    """A demo in a process of its own."""

    def __init__(self, *options: str) -> None:
        self.port = free_ports()
        self.process = subprocess.Popen(
            [*DEMO, "--port", str(self.port), *options], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        self.output = ""
        for line in self.process.stdout or ():
            self.output += line
            if line.startswith("Drop a sample image"):
                break
        self.ready_seconds = processor_seconds(self.process.pid)
        """Of the processor, until the page could be used: other work on the machine does not add to it."""
        self.url = f"http://127.0.0.1:{self.port}/"

    def stop(self, signal_: int) -> int:
        self.process.send_signal(signal_)
        status = self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status


@pytest.fixture
def running() -> Iterator[Running]:
    running = Running()
    yield running
    if running.process.poll() is None:
        running.stop(signal.SIGKILL)


def listeners(process: int) -> set[str]:
    """Addresses on which a process listens, as `address:port` in hexadecimal."""
    inodes = {str(link.readlink()) for link in Path(f"/proc/{process}/fd").iterdir() if link.is_symlink()}
    found: set[str] = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            if state == "0A" and f"socket:[{inode}]" in inodes:
                found.add(local)
    return found


def test_it_listens_on_loopback_only(shared: Running) -> None:
    loopback = "0100007F"  # 127.0.0.1, as the kernel writes it
    assert listeners(shared.process.pid) == {
        f"{loopback}:{shared.port:04X}",
        f"{loopback}:{shared.port + 1:04X}",
    }


def test_it_ends_cleanly_and_leaves_nothing_behind(running: Running) -> None:
    """At SIGTERM here; the module's other demo ends with Ctrl-C."""
    assert running.stop(signal.SIGTERM) == 0
    for port in (running.port, running.port + 1):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_ctrl_c_ends_it_cleanly_while_the_model_is_being_trained() -> None:
    with subprocess.Popen(
        DEMO, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if "… Training" in line:
                break
        time.sleep(1)  # the training is in OpenCV by now
        demo.send_signal(signal.SIGINT)
        rest = demo.stdout.read()
    assert demo.returncode == 0
    assert rest.endswith("Stopped.\n")


@pytest.mark.parametrize("header", [{"Host": "attacker.example"}, {"Host": "127.0.0.1"}])
@pytest.mark.parametrize("service", [0, 1], ids=["site", "aws"])
def test_foreign_hosts_get_nothing(shared: Running, header: dict[str, str], service: int) -> None:
    request = urllib.request.Request(f"http://127.0.0.1:{shared.port + service}/", headers=header)
    with pytest.raises(HTTPError) as refused:
        urllib.request.urlopen(request, timeout=5)  # noqa: S310  # loopback
    assert refused.value.code == 421
    refused.value.close()


@pytest.fixture(scope="module")
def shared() -> Iterator[Running]:
    running = Running()
    yield running
    assert running.stop(signal.SIGINT) == 0


def test_a_second_start_is_ready_soon(shared: Running) -> None:
    """The budget is 8 seconds, which `make bench` measures; they take about as much of two processors together."""
    assert "Ready after" in shared.output
    assert 1 < shared.ready_seconds < 12


def test_an_admin_s_invitation_is_shown_in_the_terminal() -> None:
    running = Running("--config", "adminEmail=me@example.com")
    status = running.stop(signal.SIGINT)
    assert re.search(
        r"✉ To me@example\.com: Your invitation to the Custom Labels site\n"
        r" +You are invited to https://\w+\.cloudfront\.net/ as me@example\.com\."
        r" Your temporary password is \S{12,} and it is valid for 7 days\.\n",
        running.output,
    )
    assert "Sign-in        with the password of the invitation above" in running.output
    assert 1 < running.ready_seconds < 12  # see above
    assert status == 0


def test_without_an_admin_nobody_is_invited(shared: Running) -> None:
    assert "✉" not in shared.output
    assert "Sign-in" not in shared.output


@pytest.mark.parametrize("target", ["demo", "preview"])
def test_make_gives_settings_to_the_command_as_they_are_written(target: str) -> None:
    made = subprocess.run(
        [
            "make",
            "--dry-run",
            "--no-print-directory",
            target,
            "ADMIN_EMAIL=o'neill@example.com; touch x",
            'CONFIG=projects=["a","b"] resourcePrefix=*',
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    *_, command = made.stdout.strip().splitlines()
    words = shlex.split(command)
    assert words[words.index(target) + 1 :] == [
        "--config",
        "adminEmail=o'neill@example.com; touch x",
        "--config",
        'projects=["a","b"]',
        "--config",
        "resourcePrefix=*",
    ]


def test_a_port_in_use_is_one_sentence(shared: Running) -> None:
    for port in (shared.port, shared.port - 1):
        refused = subprocess.run(
            [*DEMO, "--port", str(port)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
        assert refused.returncode == 1
        assert refused.stderr.strip().startswith("Port ")
        assert "PORT=" in refused.stderr
        assert len(refused.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--port", "seven"], "'seven' is no port"),
        (["--port", "65535"], "'65535' is no port"),
        (["--config", "resourcePrefix"], "'resourcePrefix' is no setting: give KEY=VALUE"),
        (["--config", "projects=[parts"], "has a value that is not YAML"),
        (["--config", "resourcePrefix=my_demo"], "resourcePrefix is 'my_demo', and it must be"),
        (["--config", "createCloudFrontDistribution=maybe"], "createCloudFrontDistribution"),
        (["--config", "adminEmail=me"], "adminEmail is 'me', and it must be an e-mail address"),
        (["--config", "aws:region=us-west-1"], "Custom Labels exists only in"),
    ],
)
def test_a_wrong_argument_is_explained(arguments: list[str], sentence: str) -> None:
    refused = subprocess.run(
        [*DEMO, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert refused.returncode != 0
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_page_explains_that_the_emulator_is_gone(running: Running) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ensure(), args=FLAGS)
        page = browser.new_page()
        page.goto(running.url)
        page.wait_for_selector("main[data-state=ready]")
        page.get_by_label("Choose an image").set_input_files(SAMPLES / "try" / "bench-01.jpg")
        page.wait_for_selector("main[data-state=done]")
        running.stop(signal.SIGKILL)
        page.get_by_label("Choose an image").set_input_files(SAMPLES / "try" / "bench-02.jpg")
        page.wait_for_selector("main[data-state=failed]")
        sentence = page.get_by_role("alert").inner_text()
        browser.close()
    assert f"Amazon Rekognition cannot be reached at http://127.0.0.1:{running.port + 1}" in sentence
    assert "still runs" in sentence


def test_the_preview_marks_unknowns() -> None:
    preview = subprocess.run(
        [sys.executable, "-m", "local", "preview"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert re.search(r"^\+ [0-9]+ to create$", preview.stdout, re.MULTILINE)
    assert "identityPoolId: [unknown]" in preview.stdout
    assert "aws:cloudfront/distribution:Distribution RekogCustomLabelsDemo-cdn" in preview.stdout
