"""The bucket for images, manifests and what training writes."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.bucket_guards import close_bucket
from infra.policies import render_policy

TAG = "custom-labels:training-bucket"
"""Tag with the value `true` by which the command `custom-labels` finds the bucket."""


@dataclass(frozen=True, kw_only=True)
class TrainingBucketArgs:
    """What a `TrainingBucket` needs to know."""

    account_id: str
    """The account for which Rekognition may use the bucket."""


class TrainingBucket(pulumi.ComponentResource):
    """A private, versioned bucket that Rekognition may read images from and write results to.

    S3 encrypts every object at rest by itself (SSE-S3). Images are their owner's work: a bucket with
    objects in it is not deleted, S3 refuses it.

    Creates:
        - ``{name}``: the bucket, with the tag by which `custom-labels` finds it.
        - ``{name}-ownership``: access control lists off.
        - ``{name}-public-access``: the public-access block, all four.
        - ``{name}-versioning``: keeps what is overwritten or deleted.
        - ``{name}-lifecycle``: removes unfinished uploads after a week, and replaced versions after 90 days.
        - ``{name}-policy``: Rekognition's access for this account, over TLS only, from
          `policies/training_bucket.json.j2`.
    """

    bucket_name: Output[str]
    """The bucket's name, known once its policy is in place."""

    def __init__(self, name: str, args: TrainingBucketArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("customlabels:training_bucket:TrainingBucket", name, {}, opts)
        child = ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(name, aws.s3.BucketArgs(tags={TAG: "true"}), opts=child)
        public_access = close_bucket(name, bucket, opts=child)
        versioning = aws.s3.BucketVersioning(
            f"{name}-versioning",
            aws.s3.BucketVersioningInitArgs(
                bucket=bucket.bucket,
                versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            ),
            opts=child,
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            aws.s3.BucketLifecycleConfigurationArgs(bucket=versioning.bucket, rules=_lifecycle_rules()),
            opts=child,
        )
        policy = aws.s3.BucketPolicy(
            f"{name}-policy",
            aws.s3.BucketPolicyArgs(
                bucket=public_access.bucket,
                policy=bucket.arn.apply(
                    lambda arn: render_policy(
                        "training_bucket.json.j2", bucket_arn=arn, account_id=args.account_id
                    )
                ),
            ),
            opts=child,
        )
        self.bucket_name = policy.bucket
        self.register_outputs({"bucketName": self.bucket_name})


def _lifecycle_rules() -> list[aws.s3.BucketLifecycleConfigurationRuleArgs]:
    return [
        aws.s3.BucketLifecycleConfigurationRuleArgs(
            id="tidy",
            status="Enabled",
            filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
            abort_incomplete_multipart_upload=aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                days_after_initiation=7
            ),
            noncurrent_version_expiration=aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                noncurrent_days=90
            ),
        )
    ]
