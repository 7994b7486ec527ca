"""Where the resources of one account in one region are kept, and found by their ARN."""

import threading
from collections.abc import Iterable, Iterator

from local.rekognition.exceptions import RekognitionError
from local.rekognition.limits import settings
from local.rekognition.resources import GONE, Dataset, Project, ProjectVersion
from local.rekognition.storage import Storage


class Store:
    """The projects of one account in one region, and what belongs to them.

    Whoever calls its methods, or looks at a resource, holds `lock`; it is held for bookkeeping only, never while
    something is read from S3, trained or detected.

    Args:
        partition: Of the ARNs.
        region: Of the ARNs and of the buckets that may be used.
        account_id: Of the ARNs and of the buckets that may be used.
    """

    def __init__(self, partition: str, region: str, account_id: str) -> None:
        self.lock = threading.Lock()
        self.storage = Storage(account_id, region)
        self.account_id = account_id
        self._partition = partition
        self._region = region
        self._projects: dict[str, Project] = {}
        self.last_timestamp = 0
        """The last that `timestamp` returned."""

    def fill(self, projects: Iterable[Project], last_timestamp: int) -> None:
        """Take over the projects, oldest first, of a store that was."""
        self._projects = {project.arn: project for project in projects}
        self.last_timestamp = last_timestamp

    def timestamp(self) -> int:
        """Return the time in milliseconds since 1970, later than any time returned before."""
        self.last_timestamp = max(int(settings.timing.clock() * 1000), self.last_timestamp + 1)
        return self.last_timestamp

    def arn(self, *path: str | int) -> str:
        """Return the ARN of a project or of something in it, such as ``arn("p", "version", "v", 5)``."""
        resource = "/".join(str(part) for part in ("project", *path))
        return f"arn:{self._partition}:rekognition:{self._region}:{self.account_id}:{resource}"

    def projects(self) -> dict[str, Project]:
        """Return the projects by ARN, oldest first, with every state up to date and what has been deleted gone."""
        now = settings.timing.clock()
        for project in list(self._projects.values()):
            project.settle(now)
            if project.state.status == GONE:
                del self._projects[project.arn]
        return self._projects

    def project(self, arn: str) -> Project:
        """Return a project.

        Raises:
            RekognitionError: ResourceNotFoundException.
        """
        project = self.projects().get(arn)
        if project is None:
            raise RekognitionError("ResourceNotFoundException", f"There is no project {arn}.")
        return project

    def usable_project(self, arn: str) -> Project:
        """Return a project that is not being deleted.

        Raises:
            RekognitionError: ResourceNotFoundException or ResourceInUseException.
        """
        project = self.project(arn)
        if project.state.status == "DELETING":
            raise RekognitionError("ResourceInUseException", f"Project {project.name} is being deleted.")
        return project

    def version(self, arn: str) -> tuple[Project, ProjectVersion]:
        """Return a model and its project.

        Raises:
            RekognitionError: ResourceNotFoundException.
        """
        for project in self.projects().values():
            if arn in project.versions:
                return project, project.versions[arn]
        raise RekognitionError("ResourceNotFoundException", f"There is no model {arn}.")

    def dataset(self, arn: str) -> tuple[Project, Dataset]:
        """Return a dataset and its project.

        Raises:
            RekognitionError: ResourceNotFoundException.
        """
        for project in self.projects().values():
            if arn in project.datasets:
                return project, project.datasets[arn]
        raise RekognitionError("ResourceNotFoundException", f"There is no dataset {arn}.")

    def tagged(self, arn: str) -> Project | ProjectVersion | Dataset:
        """Return the resource of an ARN, whatever it is.

        Raises:
            RekognitionError: ResourceNotFoundException.
        """
        if "/version/" in arn:
            return self.version(arn)[1]
        return self.dataset(arn)[1] if "/dataset/" in arn else self.project(arn)

    def versions(self) -> Iterator[ProjectVersion]:
        """Return all models."""
        for project in self.projects().values():
            yield from project.versions.values()


def check_quota(wanted: int, most: int, what: str) -> None:
    """Refuse what would be too many.

    Raises:
        RekognitionError: LimitExceededException.
    """
    if wanted > most:
        raise RekognitionError(
            "LimitExceededException", f"That would make {wanted} {what}: {most} is the most."
        )
