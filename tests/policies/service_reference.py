"""What AWS's Service Authorization Reference says about actions, as parliament carries it."""

import warnings
from functools import cache
from typing import Any, cast

with warnings.catch_warnings():
    warnings.simplefilter("ignore", ResourceWarning)  # it leaves the files that it reads open
    import parliament


# The reference has dropped their resource types since parliament took its copy.
_WITHOUT_RESOURCE_TYPE = {"rekognition:CreateProject", "rekognition:ListStreamProcessors"}


@cache
def resource_types(service: str) -> dict[str, list[str]]:
    """Return a service's actions, such as `rekognition:DetectText`, with the types of resource they act on.

    An action without a resource type has an empty list: IAM asks for it with the resource `*`.
    """
    types = {
        f"{service}:{one['privilege']}": [
            kind for each in one["resource_types"] if (kind := each["resource_type"].rstrip("*"))
        ]
        for one in _privileges(service)
    }
    return {action: [] if action in _WITHOUT_RESOURCE_TYPE else kinds for action, kinds in types.items()}


@cache
def condition_keys(service: str) -> dict[str, set[str]]:
    """Return a service's actions with the condition keys that only some requests carry."""
    return {
        f"{service}:{one['privilege']}": {
            key for each in one["resource_types"] for key in each["condition_keys"]
        }
        for one in _privileges(service)
    }


def _privileges(service: str) -> list[dict[str, Any]]:
    definition = cast("list[dict[str, Any]]", parliament.iam_definition)  # pyright: ignore[reportPrivateImportUsage] - no types
    return next(one["privileges"] for one in definition if one["prefix"] == service)


def lint(document: str) -> list[str]:
    """Return what parliament finds wrong in an identity or bucket policy."""
    return [str(finding) for finding in parliament.analyze_policy_string(document).findings]
