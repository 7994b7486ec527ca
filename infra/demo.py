"""The whole deployment as one component."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Output, ResourceOptions

from infra.access import Access, AccessArgs
from infra.alerts import Alerts, AlertsArgs
from infra.config import DemoConfig
from infra.content_security import content_security_policy
from infra.distribution import Distribution, DistributionArgs
from infra.idle_model_guard import IdleModelGuard, IdleModelGuardArgs
from infra.site_bucket import SiteBucket, SiteBucketArgs, SiteBucketPolicy, SiteBucketPolicyArgs
from infra.site_files import SiteFile, SiteFiles, SiteFilesArgs
from infra.training_bucket import TrainingBucket, TrainingBucketArgs
from infra.user_pool import UserPool, UserPoolArgs

WITHOUT_CLOUDFRONT = (
    "Without CloudFront the site cannot send security headers (HSTS, nosniff, protection against frames), and"
    " Mozilla's Observatory scores it 35 (D) instead of 130 (A+): see docs/security.md."
)


@dataclass(frozen=True, kw_only=True)
class CustomLabelsDemoArgs:
    """What a `CustomLabelsDemo` needs to know."""

    config: DemoConfig
    partition: str
    """AWS partition of the account, such as `aws`."""
    account_id: str
    """The account's twelve digits."""
    files: Sequence[SiteFile]
    """The built web app."""
    guard_code: pulumi.Archive
    """The function that stops models, as `guard_code` returns it."""


class CustomLabelsDemo(pulumi.ComponentResource):
    """A website that detects labels with the account's Custom Labels models, and the guard of their costs.

    Creates:
        - ``{name}-site``: the `SiteBucket`.
        - ``{name}-cdn``: the `Distribution`, when the configuration asks for CloudFront.
        - ``{name}-site-policy``: the `SiteBucketPolicy`.
        - ``{name}-users``: the `UserPool`, when the configuration names an administrator.
        - ``{name}-visitors``: the `Access`.
        - ``{name}-files``: the `SiteFiles`.
        - ``{name}-alerts``: the `Alerts`, when the configuration names somebody to be told.
        - ``{name}-guard``: the `IdleModelGuard`.
        - ``{name}-training``: the `TrainingBucket`, when the configuration asks for it.
    """

    url: Output[str]
    """Address of the site."""
    bucket_name: Output[str]
    """Name of the site bucket."""
    identity_pool_id: Output[str]
    """Id of the identity pool that gives visitors their credentials."""
    users: UserPool | None
    """The people who may sign in, when visitors must."""
    distribution_id: Output[str] | None
    """Id of the CloudFront distribution, when there is one."""
    guard_function_name: Output[str]
    """Name of the function that stops models."""
    training_bucket_name: Output[str] | None
    """Name of the bucket for images and manifests, when there is one."""

    def __init__(self, name: str, args: CustomLabelsDemoArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("customlabels:demo:CustomLabelsDemo", name, {}, opts)
        child = ResourceOptions(parent=self)
        config, endpoints = args.config, args.config.endpoints
        called = [endpoints.rekognition, endpoints.cognito_identity]
        connect = dict.fromkeys([*called, endpoints.cognito_idp] if config.admin_email else called)
        if not config.create_cloudfront_distribution:
            pulumi.log.warn(WITHOUT_CLOUDFRONT, self)

        bucket = SiteBucket(
            f"{name}-site",
            SiteBucketArgs(anyone_may_read=not config.create_cloudfront_distribution),
            opts=child,
        )
        distribution = (
            Distribution(
                f"{name}-cdn",
                DistributionArgs(
                    bucket_domain_name=bucket.regional_domain_name,
                    content_security_policy=content_security_policy(connect, header=True),
                ),
                opts=child,
            )
            if config.create_cloudfront_distribution
            else None
        )
        SiteBucketPolicy(
            f"{name}-site-policy",
            SiteBucketPolicyArgs(
                bucket_name=bucket.bucket_name,
                bucket_arn=bucket.arn,
                distribution_arn=distribution.arn if distribution else None,
            ),
            opts=child,
        )
        self.url = (
            Output.concat("https://", distribution.domain_name, "/")
            if distribution
            else Output.concat("https://", bucket.regional_domain_name, "/index.html")
        )
        self.users = (
            UserPool(
                f"{name}-users",
                UserPoolArgs(admin_email=config.admin_email, site_url=self.url),
                opts=child,
            )
            if config.admin_email
            else None
        )
        visitors = Access(
            f"{name}-visitors",
            AccessArgs(
                partition=args.partition,
                region=config.region,
                account_id=args.account_id,
                projects=config.projects,
                user_pool=self.users,
            ),
            opts=child,
        )
        SiteFiles(
            f"{name}-files",
            SiteFilesArgs(
                bucket_name=bucket.bucket_name,
                files=args.files,
                settings={
                    "region": config.region,
                    "identityPoolId": visitors.identity_pool_id,
                    "endpoints": {
                        "rekognition": endpoints.rekognition,
                        "cognitoIdentity": endpoints.cognito_identity,
                    },
                    "projects": list(config.projects),
                    "signIn": {
                        "userPoolId": self.users.user_pool_id,
                        "clientId": self.users.client_id,
                        "endpoint": endpoints.cognito_idp,
                    }
                    if self.users
                    else None,
                    "costs": {
                        "inferenceUnitHourUsd": float(config.costs.inference_unit_hour_usd),
                        "idleStopMinutes": config.costs.idle_stop_minutes,
                        "maxRunHours": config.costs.max_run_hours,
                    },
                },
                content_security_policy=content_security_policy(connect, header=False),
            ),
            opts=child,
        )
        self.guard_function_name = _guard(name, args, child).function_name
        self.training_bucket_name = (
            TrainingBucket(
                f"{name}-training", TrainingBucketArgs(account_id=args.account_id), opts=child
            ).bucket_name
            if config.training_bucket
            else None
        )
        self.bucket_name = bucket.bucket_name
        self.identity_pool_id = visitors.identity_pool_id
        self.distribution_id = distribution.distribution_id if distribution else None
        self.register_outputs(self.stack_outputs())

    def stack_outputs(self) -> dict[str, Output[str]]:
        """Return what the stack exports, by the names that the README promises."""
        outputs = {
            "url": self.url,
            "bucketName": self.bucket_name,
            "identityPoolId": self.identity_pool_id,
            "guardFunctionName": self.guard_function_name,
        }
        if self.distribution_id is not None:
            outputs["distributionId"] = self.distribution_id
        if self.users is not None:
            outputs["userPoolId"] = self.users.user_pool_id
            outputs["userPoolClientId"] = self.users.client_id
        if self.training_bucket_name is not None:
            outputs["trainingBucketName"] = self.training_bucket_name
        return outputs


def _guard(name: str, args: CustomLabelsDemoArgs, opts: ResourceOptions) -> IdleModelGuard:
    config = args.config
    alerts = (
        Alerts(
            f"{name}-alerts",
            AlertsArgs(
                partition=args.partition,
                region=config.region,
                account_id=args.account_id,
                email=config.costs.alert_email,
                monthly_budget_usd=config.costs.monthly_budget_usd,
            ),
            opts=opts,
        )
        if config.costs.alert_email
        else None
    )
    return IdleModelGuard(
        f"{name}-guard",
        IdleModelGuardArgs(
            partition=args.partition,
            region=config.region,
            account_id=args.account_id,
            code=args.guard_code,
            costs=config.costs,
            projects=config.projects,
            topic_arn=alerts.topic_arn if alerts else None,
        ),
        opts=opts,
    )
