"""Models that are there without the training they would take."""

from collections.abc import Mapping
from datetime import datetime

from local.rekognition.models import CustomLabelsBackend
from local.rekognition.resources import ProjectVersion, State


def put_model(  # noqa: PLR0913  # what tells models apart
    backend: CustomLabelsBackend,
    project: str,
    name: str,
    *,
    created: datetime,
    status: str = "RUNNING",
    tags: Mapping[str, str] | None = None,
) -> str:
    """Put a model in a state into a project, given by its ARN; return the model's."""
    timestamp = int(created.timestamp() * 1000)
    arn = f"{project.rpartition('/')[0]}/version/{name}/{timestamp}"
    with backend.store.lock:
        backend.store.project(project).versions[arn] = ProjectVersion(
            arn=arn,
            name=name,
            timestamp=timestamp,
            output_config={"S3Bucket": "models", "S3KeyPrefix": "out"},
            kms_key_id=None,
            description=None,
            tags=dict(tags or {}),
            state=State.now(status),
            min_inference_units=1,
        )
    return arn
