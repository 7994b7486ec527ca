"""Run one emulator after the other on the same folder, each in a fork of this process, which has imported everything.

Each line of input starts one, once the one before has ended; the output is its process id and its address.
"""

import os
import signal
import sys
from pathlib import Path

from moto.moto_api._internal import mock_random

from local.aws.server import LocalAws


def main(folder: Path) -> None:
    """Run emulators until the input ends."""
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            mock_random.seed(os.getpid())  # moto's identifiers would be those of the fork before
            with LocalAws(state=folder) as aws:
                print(os.getpid(), aws.url, flush=True)
                signal.pause()
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
