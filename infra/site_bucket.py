"""The bucket that holds the built web app."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.bucket_guards import close_bucket
from infra.policies import render_policy


@dataclass(frozen=True, kw_only=True)
class SiteBucketArgs:
    """What a `SiteBucket` needs to know."""

    anyone_may_read: bool = False
    """Let a bucket policy make every object readable by the whole world."""


class SiteBucket(pulumi.ComponentResource):
    """A bucket without access control lists; nobody may read it until a `SiteBucketPolicy` says so.

    S3 encrypts every object at rest by itself (SSE-S3).

    Creates:
        - ``{name}``: the bucket. It is emptied when it is deleted: all of its content can be built again.
        - ``{name}-ownership``: access control lists off.
        - ``{name}-public-access``: the public-access block; all four, or without the two about
          policies when anyone may read.
    """

    bucket_name: Output[str]
    """The bucket's name, known once its public-access block is in place."""
    arn: Output[str]
    """The bucket's ARN."""
    regional_domain_name: Output[str]
    """Host of the bucket's REST endpoint."""

    def __init__(self, name: str, args: SiteBucketArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("customlabels:site_bucket:SiteBucket", name, {}, opts)
        child = ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(name, aws.s3.BucketArgs(force_destroy=True), opts=child)
        public_access = close_bucket(name, bucket, anyone_may_read=args.anyone_may_read, opts=child)
        self.bucket_name = public_access.bucket
        self.arn = bucket.arn
        self.regional_domain_name = bucket.bucket_regional_domain_name
        self.register_outputs(
            {
                "bucketName": self.bucket_name,
                "arn": self.arn,
                "regionalDomainName": self.regional_domain_name,
            }
        )


@dataclass(frozen=True, kw_only=True)
class SiteBucketPolicyArgs:
    """What a `SiteBucketPolicy` needs to know."""

    bucket_name: pulumi.Input[str]
    bucket_arn: pulumi.Input[str]
    distribution_arn: pulumi.Input[str] | None = None
    """The one CloudFront distribution that may read; None lets the whole world read over TLS."""


class SiteBucketPolicy(pulumi.ComponentResource):
    """Who may read the site bucket: one CloudFront distribution, or anyone; both over TLS only.

    Creates:
        - ``{name}``: the bucket policy, from `policies/site_bucket_*.json.j2`.
    """

    def __init__(self, name: str, args: SiteBucketPolicyArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("customlabels:site_bucket:SiteBucketPolicy", name, {}, opts)
        if args.distribution_arn is None:
            policy = Output.from_input(args.bucket_arn).apply(
                lambda bucket_arn: render_policy("site_bucket_public.json.j2", bucket_arn=bucket_arn)
            )
        else:
            policy = Output.all(args.bucket_arn, args.distribution_arn).apply(
                lambda arns: render_policy(
                    "site_bucket_behind_cloudfront.json.j2", bucket_arn=arns[0], distribution_arn=arns[1]
                )
            )
        aws.s3.BucketPolicy(
            name,
            aws.s3.BucketPolicyArgs(bucket=args.bucket_name, policy=policy),
            opts=ResourceOptions(parent=self),
        )
        self.register_outputs({})
