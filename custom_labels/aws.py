"""The AWS services that the life of a model needs, as the environment and the AWS configuration file describe them."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import NoRegionError

from custom_labels.errors import CustomLabelsError

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sts import STSClient

REGIONS = (
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-central-1",
    "eu-west-1",
    "eu-west-2",
    "us-east-1",
    "us-east-2",
    "us-west-2",
)
"""Where Custom Labels is: https://docs.aws.amazon.com/general/latest/gr/rekognition.html."""

# An account may make 5 requests a second of each control operation, so lists are often told to wait. Not the mode
# "standard": it takes a quota that is used up (LimitExceededException) for haste, and waits for what will not change.
_PATIENT = Config(retries={"mode": "legacy", "total_max_attempts": 7}, max_pool_connections=16)
# Who detects many images decides himself how fast, and must see each refusal.
_PLAIN = Config(retries={"total_max_attempts": 1}, max_pool_connections=64)


class Aws:
    """Clients for the AWS that AWS_PROFILE, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL and the like name.

    Raises:
        BotoCoreError: No region is set, or there is no such profile.
        CustomLabelsError: Custom Labels is not in that region.
    """

    def __init__(self) -> None:
        self._session: Any = boto3.Session()
        region: str | None = self._session.region_name
        if not region:
            raise NoRegionError
        if region not in REGIONS:
            raise CustomLabelsError(
                f"Custom Labels is not in region {region}: set AWS_DEFAULT_REGION to one of {', '.join(REGIONS)}."
            )
        self.region = region
        self.partition: str = self._session.get_partition_for_region(region)

    @cached_property
    def rekognition(self) -> "RekognitionClient":
        """Rekognition, which waits and tries again when it is asked too often."""
        return self._session.client("rekognition", config=_PATIENT)

    @cached_property
    def detector(self) -> "RekognitionClient":
        """Rekognition, which tries once."""
        return self._session.client("rekognition", config=_PLAIN)

    @cached_property
    def s3(self) -> "S3Client":
        """S3."""
        return self._session.client("s3", config=_PATIENT)

    @cached_property
    def account_id(self) -> str:
        """The account that the credentials belong to."""
        sts: STSClient = self._session.client("sts", config=_PATIENT)
        return sts.get_caller_identity()["Account"]
