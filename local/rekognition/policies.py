"""Project policies: who, besides the project's own account, may copy its models."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from local.aws.iam import Principal, Request, evaluate
from local.aws.policy import MalformedPolicyError, Policy, listed, parse_policy
from local.rekognition.exceptions import RekognitionError
from local.rekognition.limits import settings
from local.rekognition.pagination import newest_first
from local.rekognition.resources import Project, ProjectPolicy
from local.rekognition.store import Store, check_quota

PAGE_SIZE = 5
_ACTION = "rekognition:CopyProjectVersion"
_REQUIRED = {"Effect", "Principal", "Action", "Resource"}
_PROHIBITED = {"NotAction", "NotPrincipal", "NotResource"}
_EVERYTHING = parse_policy(
    json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": _ACTION, "Resource": "*"}}
    )
)
"""Stands for the caller's own policies: they were asked before the request came here."""


class ProjectPolicies:
    """The operations on project policies."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, request: Mapping[str, Any]) -> str:
        """Attach a policy to a project, or change the one whose revision is named; return the new revision's id.

        Args:
            request: The members of PutProjectPolicy.
        """
        name: str = request["PolicyName"]
        document: str = request["PolicyDocument"]
        _check_document(document)
        with self._store.lock:
            project = self._store.project(request["ProjectArn"])
            before = project.policies.get(name)
            revision: str | None = request.get("PolicyRevisionId")
            if before and revision is None:
                raise RekognitionError(
                    "ResourceAlreadyExistsException",
                    f"Project {project.name} has a policy {name}: give its PolicyRevisionId to change it.",
                )
            _check_revision(name, before, revision)
            check_quota(
                len(project.policies.keys() | {name}),
                settings.limits.project_policies,
                "policies of a project",
            )
            timestamp = self._store.timestamp()
            policy = ProjectPolicy(
                name=name,
                revision_id=uuid4().hex,
                document=document,
                timestamp=before.timestamp if before else timestamp,
                updated=timestamp / 1000,
            )
            project.policies[name] = policy
            return policy.revision_id

    def list_policies(
        self, project_arn: str, token: str | None, max_results: int | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Return a page of ProjectPolicies, newest first, and the token of the next page."""
        with self._store.lock:
            project = self._store.project(project_arn)
            policies, following = newest_first(
                list(project.policies.values()),
                f"{project.timestamp}/policies",
                token,
                max_results or PAGE_SIZE,
            )
            return [project.describe_policy(policy) for policy in policies], following

    def delete(self, project_arn: str, name: str, revision: str | None) -> None:
        """Delete a policy; a revision that is named must be its last."""
        with self._store.lock:
            project = self._store.project(project_arn)
            policy = project.policies.get(name)
            if policy is None:
                raise RekognitionError(
                    "ResourceNotFoundException", f"Project {project.name} has no policy {name}."
                )
            _check_revision(name, policy, revision)
            del project.policies[name]


def check_copy(project: Project, version_arn: str, account_id: str, *, same_account: bool) -> None:
    """Let an account copy a model of *project*, if the project's policies do.

    The account's own models may be copied unless a policy denies it; others need a policy that allows it.

    Raises:
        RekognitionError: AccessDeniedException.
    """
    policies = [parse_policy(policy.document) for policy in project.policies.values()]
    principal = Principal(kind="AWS", name=f"arn:{version_arn.split(':')[1]}:iam::{account_id}:root")
    decision = evaluate(
        Request(principal=principal, action=_ACTION, resource=version_arn),
        identity=[_EVERYTHING],
        resource=Policy(
            tuple(statement for policy in policies for statement in policy.statements), has_variables=True
        ),
        same_account=same_account,
    )
    if not decision.allowed:
        raise RekognitionError(
            "AccessDeniedException",
            f"Account {account_id} may not copy {version_arn}, {decision.reason}.",
        )


def _check_document(document: str) -> None:
    try:
        statements = parse_policy(document).statements
    except MalformedPolicyError as error:
        raise _malformed(str(error)) from None
    if not statements:
        raise _malformed("The policy has no Statement.")
    for statement in statements:
        if not statement.keys() >= _REQUIRED or statement.keys() & _PROHIBITED:
            raise _malformed(
                f"A statement has {', '.join(sorted(statement))}: it must have {', '.join(sorted(_REQUIRED))}, and "
                f"none of {', '.join(sorted(_PROHIBITED))}."
            )
        if listed(statement["Action"]) != [_ACTION]:
            raise _malformed(f"Action is {statement['Action']!r}: it must be {_ACTION}.")


def _malformed(message: str) -> RekognitionError:
    return RekognitionError("MalformedPolicyDocumentException", message)


def _check_revision(name: str, policy: ProjectPolicy | None, revision: str | None) -> None:
    last = policy.revision_id if policy else None
    if revision is not None and revision != last:
        raise RekognitionError(
            "InvalidPolicyRevisionIdException",
            f"PolicyRevisionId is {revision}: that is not the last revision of policy {name}.",
        )
