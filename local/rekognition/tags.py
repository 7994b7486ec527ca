"""Tags of projects, datasets and models, for whoever must know them without asking over HTTP."""

from local.rekognition.exceptions import RekognitionError
from local.rekognition.models import custom_labels_backends


def resource_tags(arn: str) -> dict[str, str]:
    """Return the tags of a project, a dataset or a model; none when there is no resource of that ARN.

    Args:
        arn: The resource's ARN, which says its account and region.
    """
    parts = arn.split(":", 5)
    if len(parts) < 6:  # noqa: PLR2004 - arn, partition, service, region, account, resource
        return {}
    region, account = parts[3:5]
    if account not in custom_labels_backends or region not in custom_labels_backends[account]:
        return {}
    try:
        return custom_labels_backends[account][region].tags(arn)
    except RekognitionError:
        return {}
