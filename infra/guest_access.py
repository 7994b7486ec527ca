"""What visitors without a sign-in may do."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.policies import render_policy


@dataclass(frozen=True, kw_only=True)
class GuestAccessArgs:
    """What `GuestAccess` needs to know."""

    partition: str
    region: str
    account_id: str
    projects: Sequence[str] = ()
    """Names of the Custom Labels projects that guests may use; empty means all of account and region."""


class GuestAccess(pulumi.ComponentResource):
    """AWS credentials for anyone who opens the site: detect with models and list them, nothing else.

    Creates:
        - ``{name}``: the identity pool; guests allowed, basic (classic) flow off, so that Cognito's
          own scope-down of guests stays in force.
        - ``{name}-guest``: the role that guests get.
        - ``{name}-guest-policy``: what the role may do, from `policies/viewer.json.j2`.
        - ``{name}-roles``: gives the role to the pool's guests.
    """

    identity_pool_id: Output[str]
    """Id of the identity pool, known once its guests have their role."""

    def __init__(self, name: str, args: GuestAccessArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("customlabels:guest_access:GuestAccess", name, {}, opts)
        child = ResourceOptions(parent=self)
        pool = aws.cognito.IdentityPool(
            name,
            aws.cognito.IdentityPoolArgs(
                identity_pool_name=name,
                allow_unauthenticated_identities=True,
                allow_classic_flow=False,
            ),
            opts=child,
        )
        role = aws.iam.Role(
            f"{name}-guest",
            aws.iam.RoleArgs(
                description="Visitors of the Custom Labels site who have not signed in",
                assume_role_policy=pool.id.apply(
                    lambda pool_id: render_policy(
                        "identity_pool_trust.json.j2", identity_pool_id=pool_id, amr="unauthenticated"
                    )
                ),
            ),
            opts=child,
        )
        policy = aws.iam.RolePolicy(
            f"{name}-guest-policy",
            aws.iam.RolePolicyArgs(
                role=role.name,
                policy=render_policy(
                    "viewer.json.j2",
                    partition=args.partition,
                    region=args.region,
                    account_id=args.account_id,
                    projects=args.projects,
                ),
            ),
            opts=child,
        )
        attachment = aws.cognito.IdentityPoolRoleAttachment(
            f"{name}-roles",
            aws.cognito.IdentityPoolRoleAttachmentArgs(
                identity_pool_id=pool.id, roles={"unauthenticated": role.arn}
            ),
            opts=ResourceOptions(parent=self, depends_on=[policy]),
        )
        self.identity_pool_id = attachment.identity_pool_id
        self.register_outputs({"identityPoolId": self.identity_pool_id})
