"""What the service allows, and how long it takes: quotas, timing and throttling, configurable in one place."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from local.rekognition.exceptions import ErrorCode, RekognitionError


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The quotas of one account in one region; the defaults are those of AWS."""

    projects: int = 100
    """Projects per account."""
    models_per_project: int = 100
    """Versions of one project, failed trainings included."""
    concurrent_trainings: int = 2
    """Versions in TRAINING_IN_PROGRESS."""
    running_models: int = 2
    """Versions in STARTING or RUNNING."""
    inference_units: int = 5
    """Inference units of one started model."""
    control_requests_per_second: int = 5
    """Requests per second for each operation that has no rate of its own."""
    tag_requests_per_second: int = 10
    """Requests per second for each of TagResource, UntagResource and ListTagsForResource."""
    detect_requests_per_second: int = 50
    """DetectCustomLabels requests per second, all models together."""
    detect_requests_per_second_per_inference_unit: int = 5
    """DetectCustomLabels requests per second that one inference unit serves."""
    project_policies: int = 5
    """Policies of one project; no document says how many, and ListProjectPolicies returns 5 at most."""
    tags: int = 200
    """Tags of one resource."""
    manifest_bytes: int = 1024**3
    """Size of a manifest."""
    manifest_lines: int = 250_000
    """JSON Lines of a manifest, and entries of a dataset."""


@dataclass(frozen=True, kw_only=True)
class Timing:
    """How long the service takes, in seconds, and the clock that says how late it is.

    The service itself takes minutes to start a model. The defaults are long enough for each state to be seen.
    Training takes as long as it takes.
    """

    creating: float = 0.0
    """A project from CREATING to CREATED."""
    starting: float = 2.0
    """A model from STARTING to RUNNING."""
    stopping: float = 1.0
    """A model from STOPPING to STOPPED."""
    copying: float = 1.0
    """A model from COPYING_IN_PROGRESS to COPYING_COMPLETED."""
    importing: float = 0.5
    """A dataset from CREATE_IN_PROGRESS to CREATE_COMPLETE, and from UPDATE_IN_PROGRESS to UPDATE_COMPLETE."""
    deleting: float = 0.5
    """A project or a model from DELETING, and a dataset from DELETE_IN_PROGRESS, to gone."""
    clock: Callable[[], float] = time.time
    """Seconds since 1970."""

    def seconds(self, status: str) -> float:
        """Return how long *status* lasts; infinity for one that does not pass by itself."""
        passing = {
            "CREATING": self.creating,
            "STARTING": self.starting,
            "STOPPING": self.stopping,
            "DELETING": self.deleting,
            "COPYING_IN_PROGRESS": self.copying,
            "CREATE_IN_PROGRESS": self.importing,
            "UPDATE_IN_PROGRESS": self.importing,
            "DELETE_IN_PROGRESS": self.deleting,
        }
        return passing.get(status, math.inf)


LOCAL_TIMING = Timing(starting=0.2)
"""A model starts at once, instead of in minutes; training takes as long as it takes."""


@dataclass
class _Settings:
    limits: Limits = field(default_factory=Limits)
    timing: Timing = field(default_factory=Timing)


settings = _Settings()
"""What is in force, in every account and region; change it with `configure`."""


def configure(*, limits: Limits | None = None, timing: Timing | None = None) -> None:
    """Set the limits and the timing from now on; what is not given goes back to its default."""
    settings.limits = limits or Limits()
    settings.timing = timing or Timing()


class Throttle:
    """Counts requests as AWS does, by token buckets; a refused request does not count.

    A bucket fills with so many tokens a second, and holds those of one second. For other services that is documented:
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}
        """Tokens by what they are for, and when they were counted."""

    def charge(self, what: str, per_second: int, code: ErrorCode) -> None:
        """Take one token for *what*, an operation or a model.

        Raises:
            RekognitionError: *code*, when there is none.
        """
        now = settings.timing.clock()
        with self._lock:
            tokens, then = self._buckets.get(what, (per_second, now))
            tokens = min(per_second, tokens + max(0.0, now - then) * per_second)
            self._buckets[what] = (tokens - 1 if tokens >= 1 else tokens, now)
        if tokens < 1:
            raise RekognitionError(
                code, f"More than {per_second} requests per second for {what}: send them more slowly."
            )
