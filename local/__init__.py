"""AWS on this machine: the emulator, the in-process Pulumi engine and the site's edge."""

import os

# The vision model multiplies small matrices, which threads make slower; numpy reads this when it is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
