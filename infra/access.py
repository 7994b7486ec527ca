"""What people may do once they have opened the site."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.policies import render_policy
from infra.user_pool import UserPool


@dataclass(frozen=True, kw_only=True)
class AccessArgs:
    """What `Access` needs to know."""

    partition: str
    region: str
    account_id: str
    projects: Sequence[str] = ()
    """Names of the Custom Labels projects that people may use; empty means all of account and region."""
    user_pool: UserPool | None = None
    """Whose people may sign in; None lets everybody in as a guest."""


class Access(pulumi.ComponentResource):
    """AWS credentials for people who open the site: as guests, or for those who signed in.

    Creates:
        - ``{name}``: the identity pool; basic (classic) flow off, so that Cognito's own scope-down
          of guests stays in force.
        - ``{name}-roles``: says which role an identity of the pool gets.

        Without a user pool:

        - ``{name}-guest``: the role of everybody.
        - ``{name}-guest-policy``: detect with models and list them, from `policies/viewer.json.j2`.

        With a user pool:

        - ``{name}-viewer``: the role of the group `viewers`.
        - ``{name}-viewer-policy``: what guests may do, too.
        - ``{name}-operator``: the role of the group `operators`.
        - ``{name}-operator-policy``: what viewers may do.
        - ``{name}-operator-models-policy``: start and stop models, from `policies/operator.json.j2`.
        - ``{name}-viewers``: the group of those who look.
        - ``{name}-operators``: the group of those who start and stop models as well.
        - ``{name}-admin``: puts the administrator into the group `operators`.
    """

    identity_pool_id: Output[str]
    """Id of the identity pool, known once its identities have their roles."""

    def __init__(self, name: str, args: AccessArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("customlabels:access:Access", name, {}, opts)
        child = ResourceOptions(parent=self)
        people = args.user_pool
        pool = aws.cognito.IdentityPool(
            name,
            aws.cognito.IdentityPoolArgs(
                identity_pool_name=name,
                allow_unauthenticated_identities=people is None,
                allow_classic_flow=False,
                cognito_identity_providers=[_provider(people)] if people else None,
            ),
            opts=child,
        )
        roles = _Roles(name, pool.id, args, child)
        if people is None:
            guest = roles.create(
                "guest", "Visitors of the Custom Labels site who have not signed in", "unauthenticated"
            )
            attached = aws.cognito.IdentityPoolRoleAttachmentArgs(
                identity_pool_id=pool.id, roles={"unauthenticated": guest.arn}
            )
        else:
            viewer = roles.create("viewer", "Viewers who signed in to the Custom Labels site")
            operator = roles.create("operator", "Operators who signed in to the Custom Labels site")
            roles.allow("operator-models-policy", operator, "operator.json.j2")
            _groups(name, people, viewer=viewer, operator=operator, opts=child)
            attached = aws.cognito.IdentityPoolRoleAttachmentArgs(
                identity_pool_id=pool.id,
                roles={"authenticated": viewer.arn},
                role_mappings=[_role_of_the_group(people)],
            )
        attachment = aws.cognito.IdentityPoolRoleAttachment(
            f"{name}-roles", attached, opts=ResourceOptions(parent=self, depends_on=roles.policies)
        )
        self.identity_pool_id = attachment.identity_pool_id
        self.register_outputs({"identityPoolId": self.identity_pool_id})


class _Roles:
    """Creates roles that identities of one pool assume, and collects their policies."""

    def __init__(self, name: str, pool_id: Output[str], args: AccessArgs, opts: ResourceOptions) -> None:
        self.policies: list[aws.iam.RolePolicy] = []
        self._name, self._pool_id, self._args, self._opts = name, pool_id, args, opts

    def create(
        self,
        who: str,
        description: str,
        amr: Literal["authenticated", "unauthenticated"] = "authenticated",
    ) -> aws.iam.Role:
        """Create a role that may do what viewers may."""
        role = aws.iam.Role(
            f"{self._name}-{who}",
            aws.iam.RoleArgs(
                description=description,
                assume_role_policy=self._pool_id.apply(
                    lambda pool_id: render_policy(
                        "identity_pool_trust.json.j2", identity_pool_id=pool_id, amr=amr
                    )
                ),
            ),
            opts=self._opts,
        )
        self.allow(f"{who}-policy", role, "viewer.json.j2")
        return role

    def allow(self, policy_name: str, role: aws.iam.Role, template: str) -> None:
        """Put a policy into a role."""
        policy = aws.iam.RolePolicy(
            f"{self._name}-{policy_name}",
            aws.iam.RolePolicyArgs(
                role=role.name,
                policy=render_policy(
                    template,
                    partition=self._args.partition,
                    region=self._args.region,
                    account_id=self._args.account_id,
                    projects=self._args.projects,
                ),
            ),
            opts=self._opts,
        )
        self.policies.append(policy)


def _provider(people: UserPool) -> aws.cognito.IdentityPoolCognitoIdentityProviderArgs:
    return aws.cognito.IdentityPoolCognitoIdentityProviderArgs(
        client_id=people.client_id,
        provider_name=people.provider_name,
        server_side_token_check=True,  # a token that was revoked by a sign-out gets no credentials
    )


def _role_of_the_group(people: UserPool) -> aws.cognito.IdentityPoolRoleAttachmentRoleMappingArgs:
    """Give people the role of their group (the first by precedence), and nothing to those in no group."""
    return aws.cognito.IdentityPoolRoleAttachmentRoleMappingArgs(
        identity_provider=Output.concat(people.provider_name, ":", people.client_id),
        type="Token",
        ambiguous_role_resolution="Deny",
    )


def _groups(
    name: str, people: UserPool, *, viewer: aws.iam.Role, operator: aws.iam.Role, opts: ResourceOptions
) -> None:
    operators, _ = (
        aws.cognito.UserGroup(
            f"{name}-{group}",
            aws.cognito.UserGroupArgs(
                name=group,
                description=description,
                user_pool_id=people.user_pool_id,
                precedence=precedence,
                role_arn=role.arn,
            ),
            opts=opts,
        )
        for group, description, precedence, role in (
            ("operators", "Detect labels; start and stop models", 1, operator),
            ("viewers", "Detect labels", 2, viewer),
        )
    )
    aws.cognito.UserInGroup(
        f"{name}-admin",
        aws.cognito.UserInGroupArgs(
            user_pool_id=people.user_pool_id,
            group_name=operators.name,
            username=people.admin_username,
        ),
        opts=opts,
    )
