"""Rekognition may use a bucket, and what the bucket's policy said before stays."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from custom_labels.buckets import merged
from tests.custom_labels.conftest import Command
from tests.custom_labels.workshop import BUCKET

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SIDS = [
    "RefusePlainHttp",
    "LetRekognitionSeeTheBucket",
    "LetRekognitionReadImages",
    "LetRekognitionWriteResults",
]
TLS_ONLY: dict[str, Any] = {
    "Sid": "TlsOnly",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": f"arn:aws:s3:::{BUCKET}/*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def attached(s3: "S3Client") -> dict[str, Any]:
    return json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])


@pytest.mark.usefixtures("s3")
def test_the_policy_is_printed_for_this_account_and_bucket(command: Command) -> None:
    policy = json.loads(command.text("bucket", "policy", "--bucket", BUCKET))
    assert [statement["Sid"] for statement in policy["Statement"]] == SIDS
    for statement in policy["Statement"][1:]:
        assert statement["Condition"]["StringEquals"]["aws:SourceAccount"] == "123456789012"
        assert statement["Resource"].startswith(f"arn:aws:s3:::{BUCKET}")


def test_attaching_keeps_what_is_there_and_asks(command: Command, s3: "S3Client") -> None:
    before = {"Version": "2012-10-17", "Statement": [TLS_ONLY]}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(before))
    arguments = ["bucket", "policy", "--bucket", BUCKET, "--attach"]
    assert f"Put this policy on bucket {BUCKET}? There is no terminal to answer on" in command.refusal(
        *arguments
    )
    assert attached(s3) == before
    assert command.text(*arguments, "--yes") == f"Bucket {BUCKET} has the policy.\n"
    assert [statement["Sid"] for statement in attached(s3)["Statement"]] == ["TlsOnly", *SIDS]
    assert command.text(*arguments) == f"Bucket {BUCKET} has the policy already.\n"
    assert command.json(*arguments)["changed"] is False


def test_an_older_statement_of_the_same_name_is_replaced() -> None:
    old = {
        "Version": "2012-10-17",
        "Id": "x",
        "Statement": [{"Sid": "A", "Effect": "Deny"}, {"Effect": "Allow"}],
    }
    assert merged(old, [{"Sid": "A", "Effect": "Allow"}]) == {
        "Version": "2012-10-17",
        "Id": "x",
        "Statement": [{"Effect": "Allow"}, {"Sid": "A", "Effect": "Allow"}],
    }
    alone = {"Version": "2012-10-17", "Statement": {"Sid": "B"}}
    assert merged(alone, [{"Sid": "A"}])["Statement"] == [{"Sid": "B"}, {"Sid": "A"}]


def test_a_bucket_that_is_not_there_is_named(command: Command) -> None:
    assert "AWS refuses GetBucketPolicy (NoSuchBucket)" in command.refusal(
        "bucket", "policy", "--bucket", "nowhere"
    )
