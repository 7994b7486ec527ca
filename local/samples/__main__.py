"""Draws the sample pictures: `python -m local.samples FOLDER`."""

import sys
from pathlib import Path

from local.samples import write

if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004  # the program's name and the folder
        sys.exit("usage: python -m local.samples FOLDER")
    print(f"{len(write(Path(sys.argv[1])).images('train'))} pictures to train on are in {sys.argv[1]}/train.")
