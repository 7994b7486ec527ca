"""What keeps a bucket private: no access control lists, and S3's public-access block."""

import pulumi_aws as aws
from pulumi import ResourceOptions


def close_bucket(
    name: str, bucket: aws.s3.Bucket, *, anyone_may_read: bool = False, opts: ResourceOptions
) -> aws.s3.BucketPublicAccessBlock:
    """Turn access control lists off and block public access, all four ways.

    Args:
        name: Start of the resources' names: `{name}-ownership` and `{name}-public-access`.
        bucket: The bucket.
        anyone_may_read: Leave out the two blocks on policies, so that one can let the world read.
        opts: Options of both resources.

    Returns:
        The public-access block; what needs a closed bucket takes the bucket's name from it.
    """
    aws.s3.BucketOwnershipControls(
        f"{name}-ownership",
        aws.s3.BucketOwnershipControlsArgs(
            bucket=bucket.bucket,
            rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
        ),
        opts=opts,
    )
    return aws.s3.BucketPublicAccessBlock(
        f"{name}-public-access",
        aws.s3.BucketPublicAccessBlockArgs(
            bucket=bucket.bucket,
            block_public_acls=True,
            ignore_public_acls=True,
            block_public_policy=not anyone_may_read,
            restrict_public_buckets=not anyone_may_read,
        ),
        opts=opts,
    )
