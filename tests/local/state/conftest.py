"""What the tests of kept state have in common."""

from typing import Any, cast

import boto3
from botocore.config import Config

REGION = "eu-west-1"
TRUST = '{"Version": "2012-10-17", "Statement": []}'


def client(url: str, service: str) -> Any:
    """Return a boto3 client that does not try again."""
    return cast("Any", boto3.client)(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(retries={"max_attempts": 0}),
    )
