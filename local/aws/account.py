"""The one account of the emulator and its IAM roles, as moto keeps them."""

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.models import IAMBackend, Role, iam_backends

from local.aws.policy import Policy, parse_policy

ACCOUNT_ID: str = DEFAULT_ACCOUNT_ID
PARTITION = "aws"


def find_role(arn: str) -> Role | None:
    """Return the role with this ARN, or None."""
    backend: IAMBackend = iam_backends[ACCOUNT_ID][PARTITION]
    return next((role for role in backend.get_roles() if role.arn == arn), None)


def role_policies(role: Role) -> list[Policy]:
    """Return what a role may do: its inline and its attached policies.

    Raises:
        MalformedPolicyError: one of them is not a policy.
        NotImplementedError: the role has a permissions boundary, which nothing here evaluates.
    """
    if role.permissions_boundary_arn:
        raise NotImplementedError(f"Role {role.name} has a permissions boundary; the emulator knows none.")
    attached = [
        version.document
        for policy in role.managed_policies.values()
        for version in policy.versions
        if version.is_default
    ]
    return [parse_policy(document) for document in (*role.policies.values(), *attached)]
