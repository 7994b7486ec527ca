"""Projects: made, listed, deleted."""

from collections.abc import Mapping, Sequence
from typing import Any

from local.rekognition.exceptions import RekognitionError
from local.rekognition.limits import settings
from local.rekognition.pagination import newest_first
from local.rekognition.resources import Project, State
from local.rekognition.store import Store, check_quota


class Projects:
    """The operations on projects."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, request: Mapping[str, Any]) -> str:
        """Create a project and return its ARN; it can be used at once, while it is still CREATING.

        Args:
            request: The members of CreateProject.
        """
        name: str = request["ProjectName"]
        feature: str = request.get("Feature", "CUSTOM_LABELS")
        auto_update: str | None = request.get("AutoUpdate")
        if (auto_update is None) == (feature == "CONTENT_MODERATION"):
            raise RekognitionError(
                "InvalidParameterException",
                f"AutoUpdate is {auto_update} for {feature}: CONTENT_MODERATION needs it, CUSTOM_LABELS has none.",
            )
        with self._store.lock:
            projects = self._store.projects()
            if any(project.name == name for project in projects.values()):
                raise RekognitionError("ResourceInUseException", f"There is a project named {name} already.")
            check_quota(len(projects) + 1, settings.limits.projects, "projects in an account")
            timestamp = self._store.timestamp()
            project = Project(
                arn=self._store.arn(name, timestamp),
                name=name,
                timestamp=timestamp,
                feature=feature,
                auto_update=auto_update,
                tags=request.get("Tags", {}),
                state=State.now("CREATING"),
            )
            projects[project.arn] = project
            return project.arn

    def describe(
        self,
        names: Sequence[str] | None,
        features: Sequence[str],
        token: str | None,
        max_results: int | None,
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Return a page of ProjectDescriptions, newest first, and the token of the next page."""
        with self._store.lock:
            projects = [
                project
                for project in self._store.projects().values()
                if project.feature in features and (names is None or project.name in names)
            ]
            listed, following = newest_first(projects, "projects", token, max_results)
            return [project.describe() for project in listed], following

    def delete(self, arn: str) -> str:
        """Delete a project without models and datasets, its policies with it; return its status."""
        with self._store.lock:
            project = self._store.usable_project(arn)
            for what, left in (("models", project.versions), ("datasets", project.datasets)):
                if left:
                    raise RekognitionError(
                        "ResourceInUseException",
                        f"Project {project.name} still has {what} ({len(left)}): delete them first.",
                    )
            project.state = State.now("DELETING")
            return project.state.status
