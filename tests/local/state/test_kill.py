"""A kill at any moment loses at most the request in flight."""

import itertools
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.local.state.conftest import REGION, TRUST, client

ROUNDS = 20
LONGEST = 0.25
"""Seconds of requests before a kill."""


@pytest.fixture
def forks(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Starts emulators on one folder, each in a process of its own."""
    command = [sys.executable, "-m", "tests.local.state.forked", str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def start(forks: subprocess.Popen[str]) -> tuple[int, str]:
    """Start the next emulator; return its process id and address."""
    assert forks.stdin is not None
    assert forks.stdout is not None
    forks.stdin.write("\n")
    forks.stdin.flush()
    process, url = forks.stdout.readline().split()
    return int(process), url


def test_everything_that_was_answered_survives_a_kill(forks: subprocess.Popen[str]) -> None:
    chance = random.Random(6)  # noqa: S311 - the moments of the kills, the same in each run
    numbers = itertools.count()
    objects: dict[str, bytes] = {}
    roles: set[str] = set()
    for turn in range(ROUNDS + 1):
        process, url = start(forks)
        s3, iam = client(url, "s3"), client(url, "iam")
        if turn == 0:
            s3.create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": REGION})
        try:
            assert_there(s3, iam, objects, roles)
        except BaseException:
            os.kill(process, signal.SIGKILL)
            raise
        killer = threading.Timer(chance.uniform(0, LONGEST), os.kill, (process, signal.SIGKILL))
        killer.start()
        try:
            for number in numbers:
                name, body = f"n{number}", chance.randbytes(chance.choice([10, 50_000]))
                s3.put_object(Bucket="kept", Key=name, Body=body)
                objects[name] = body
                iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
                roles.add(name)
        except (BotoCoreError, ClientError):
            killer.join()
    assert len(objects) > ROUNDS


def assert_there(s3: Any, iam: Any, objects: dict[str, bytes], roles: set[str]) -> None:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="kept")
    listed = {one["Key"] for page in pages for one in page.get("Contents", [])}
    assert listed >= objects.keys()
    for name in list(objects)[-3:]:
        assert s3.get_object(Bucket="kept", Key=name)["Body"].read() == objects[name]
    for name in roles:
        assert iam.get_role(RoleName=name)["Role"]["RoleName"] == name
