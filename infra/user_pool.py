"""Who may sign in."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

TEMPORARY_PASSWORD_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class UserPoolArgs:
    """What a `UserPool` needs to know."""

    admin_email: str
    """Address of the first person, who is invited at once."""
    site_url: pulumi.Input[str]
    """Address of the page, for invitations."""


class UserPool(pulumi.ComponentResource):
    """The people who may sign in, each invited by e-mail; nobody can register.

    Creates:
        - ``{name}``: the user pool; long passwords, an authenticator app for whoever wants one.
        - ``{name}-client``: lets the page sign people in; short-lived tokens that can be revoked.
        - ``{name}-admin``: the administrator, who gets the first invitation.
    """

    user_pool_id: Output[str]
    """The pool's id."""
    client_id: Output[str]
    """Id of the page as the pool's client."""
    provider_name: Output[str]
    """The pool's name as an identity provider, such as `cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI`."""
    admin_username: Output[str]
    """User name of the administrator."""

    def __init__(self, name: str, args: UserPoolArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("customlabels:user_pool:UserPool", name, {}, opts)
        child = ResourceOptions(parent=self)
        pool = aws.cognito.UserPool(name, _user_pool(name, args.site_url), opts=child)
        client = aws.cognito.UserPoolClient(f"{name}-client", _client(pool.id), opts=child)
        admin = aws.cognito.User(
            f"{name}-admin",
            aws.cognito.UserArgs(
                user_pool_id=pool.id,
                username=args.admin_email,
                attributes={"email": args.admin_email, "email_verified": "true"},
                desired_delivery_mediums=["EMAIL"],
            ),
            opts=child,
        )
        self.user_pool_id = pool.id
        self.client_id = client.id
        self.provider_name = pool.endpoint
        self.admin_username = admin.username
        self.register_outputs(
            {
                "userPoolId": self.user_pool_id,
                "clientId": self.client_id,
                "providerName": self.provider_name,
                "adminUsername": self.admin_username,
            }
        )


def _user_pool(name: str, site_url: pulumi.Input[str]) -> aws.cognito.UserPoolArgs:
    return aws.cognito.UserPoolArgs(
        name=name,
        username_attributes=["email"],
        username_configuration=aws.cognito.UserPoolUsernameConfigurationArgs(case_sensitive=False),
        auto_verified_attributes=["email"],
        admin_create_user_config=aws.cognito.UserPoolAdminCreateUserConfigArgs(
            allow_admin_create_user_only=True,
            invite_message_template=aws.cognito.UserPoolAdminCreateUserConfigInviteMessageTemplateArgs(
                email_subject="Your invitation to the Custom Labels site",
                email_message=Output.concat(
                    "You are invited to ",
                    site_url,
                    " as {username}. Your temporary password is {####} and it is valid for"
                    f" {TEMPORARY_PASSWORD_DAYS} days.",
                ),
            ),
        ),
        password_policy=aws.cognito.UserPoolPasswordPolicyArgs(
            minimum_length=12,
            require_lowercase=True,
            require_uppercase=True,
            require_numbers=True,
            require_symbols=True,
            temporary_password_validity_days=TEMPORARY_PASSWORD_DAYS,
        ),
        mfa_configuration="OPTIONAL",
        software_token_mfa_configuration=aws.cognito.UserPoolSoftwareTokenMfaConfigurationArgs(enabled=True),
        account_recovery_setting=aws.cognito.UserPoolAccountRecoverySettingArgs(
            recovery_mechanisms=[
                aws.cognito.UserPoolAccountRecoverySettingRecoveryMechanismArgs(
                    name="verified_email", priority=1
                )
            ]
        ),
    )


def _client(user_pool_id: Output[str]) -> aws.cognito.UserPoolClientArgs:
    return aws.cognito.UserPoolClientArgs(
        user_pool_id=user_pool_id,
        generate_secret=False,  # a page cannot keep one
        explicit_auth_flows=["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
        prevent_user_existence_errors="ENABLED",
        enable_token_revocation=True,
        access_token_validity=15,
        id_token_validity=15,
        refresh_token_validity=12,
        token_validity_units=aws.cognito.UserPoolClientTokenValidityUnitsArgs(
            access_token="minutes",  # noqa: S106  # a unit
            id_token="minutes",  # noqa: S106  # a unit
            refresh_token="hours",  # noqa: S106  # a unit
        ),
        auth_session_validity=15,  # minutes, the most there is: time to fetch the authenticator app
    )
