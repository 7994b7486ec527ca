"""`custom-labels bucket`."""

import json

import click

from custom_labels.aws import Aws
from custom_labels.buckets import find_bucket, merged, read_policy, training_statements
from custom_labels.terminal import (
    agree,
    bucket_option,
    examples,
    note,
    output_option,
    pass_aws,
    show,
    yes_option,
)


@click.group()
def bucket() -> None:
    """Let Rekognition use a bucket for training."""


@bucket.command(
    epilog=examples(
        "custom-labels bucket policy --bucket my-images > policy.json",
        "custom-labels bucket policy --bucket my-images --attach",
    )
)
@bucket_option
@click.option("--attach", is_flag=True, help="Put the policy on the bucket.")
@yes_option
@output_option
@pass_aws
def policy(aws: Aws, *, bucket: str | None, attach: bool, yes: bool, output: str) -> None:
    """Print the bucket's policy with what Rekognition needs to read images and write results for this account.

    It also refuses plain http. Statements that the bucket's policy has already stay; those of the same Sid are replaced.
    """
    bucket = bucket or find_bucket(aws.s3)
    before = read_policy(aws.s3, bucket)
    after = merged(before, training_statements(bucket, aws.account_id, aws.partition))
    text = json.dumps(after, indent=2)
    if not attach:
        show(output, after, text)
        return
    changed = after != before
    if changed:
        note(text)
        agree(f"Put this policy on bucket {bucket}?", yes=yes)
        aws.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(after))
    show(
        output,
        {"bucket": bucket, "changed": changed, "policy": after},
        f"Bucket {bucket} has the policy{'' if changed else ' already'}.",
    )
