"""A deployed site: bucket, origin access control, headers policy and distribution in the emulator."""

import http.client
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import boto3
import pytest

from local.aws.server import LocalAws
from local.edge import DistributionSite, Edge
from tests.local.aws.tools import bucket_policy

REGION = "eu-west-1"
_numbers = itertools.count()


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    """An emulated AWS that is empty when the module starts."""
    with LocalAws() as running:
        yield running


@pytest.fixture(scope="module")
def s3(aws: LocalAws) -> Iterator[Any]:
    """The deployer's S3."""
    yield from _client(aws, "s3")


@pytest.fixture(scope="module")
def cloudfront(aws: LocalAws) -> Iterator[Any]:
    """The deployer's CloudFront."""
    yield from _client(aws, "cloudfront")


def _client(aws: LocalAws, service: str) -> Iterator[Any]:
    client = cast("Any", boto3.client)(
        service,
        endpoint_url=aws.url,
        region_name=REGION,
        aws_access_key_id="deployer",
        aws_secret_access_key="anything",
    )
    yield client
    client.close()


@dataclass
class Site:
    """The site's parts, so that tests can change them while it is served."""

    s3: Any
    cloudfront: Any
    bucket: str
    distribution_id: str
    distribution_arn: str
    headers_policy_id: str

    def put(self, key: str, body: bytes, **options: str) -> None:
        """Publish an object."""
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, **options)

    def set_policy(self, *statements: dict[str, Any]) -> None:
        """Replace the bucket's policy by one that refuses plain HTTP and holds the given statements."""
        self.s3.put_bucket_policy(Bucket=self.bucket, Policy=bucket_policy(self.bucket, *statements))

    def let_read(self, distribution_arn: str) -> None:
        """Let one distribution read the bucket."""
        self.set_policy(
            {
                "Effect": "Allow",
                "Principal": {"Service": "cloudfront.amazonaws.com"},
                "Action": "s3:GetObject",
                "Resource": f"arn:aws:s3:::{self.bucket}/*",
                "Condition": {"StringEquals": {"AWS:SourceArn": distribution_arn}},
            }
        )

    def let_everyone_read(self) -> None:
        """Open the bucket's objects to everyone."""
        self.s3.delete_public_access_block(Bucket=self.bucket)
        self.set_policy(
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": f"arn:aws:s3:::{self.bucket}/*",
            }
        )

    def reconfigure(self, **changes: Any) -> None:
        """Change the distribution's configuration."""
        found = self.cloudfront.get_distribution_config(Id=self.distribution_id)
        self.cloudfront.update_distribution(
            Id=self.distribution_id,
            IfMatch=found["ETag"],
            DistributionConfig={**found["DistributionConfig"], **changes},
        )

    def change_behavior(self, **changes: Any) -> None:
        """Change the default cache behavior."""
        config = self.cloudfront.get_distribution_config(Id=self.distribution_id)["DistributionConfig"]
        self.reconfigure(DefaultCacheBehavior={**config["DefaultCacheBehavior"], **changes})

    def set_headers(self, **config: Any) -> None:
        """Replace the response headers policy."""
        found = self.cloudfront.get_response_headers_policy_config(Id=self.headers_policy_id)
        self.cloudfront.update_response_headers_policy(
            Id=self.headers_policy_id,
            IfMatch=found["ETag"],
            ResponseHeadersPolicyConfig={
                "Name": found["ResponseHeadersPolicyConfig"]["Name"],
                **config,
            },
        )


@pytest.fixture
def site(s3: Any, cloudfront: Any) -> Site:
    """A site behind a distribution, as the project deploys it."""
    name = f"site-{next(_numbers)}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    access = cloudfront.create_origin_access_control(
        OriginAccessControlConfig={
            "Name": name,
            "SigningProtocol": "sigv4",
            "SigningBehavior": "always",
            "OriginAccessControlOriginType": "s3",
        }
    )
    headers = cloudfront.create_response_headers_policy(
        ResponseHeadersPolicyConfig={
            "Name": name,
            "SecurityHeadersConfig": {
                "ContentSecurityPolicy": {
                    "Override": True,
                    "ContentSecurityPolicy": "default-src 'none'; upgrade-insecure-requests",
                },
                "ContentTypeOptions": {"Override": True},
                "FrameOptions": {"Override": True, "FrameOption": "DENY"},
                "ReferrerPolicy": {"Override": True, "ReferrerPolicy": "no-referrer"},
                "StrictTransportSecurity": {
                    "Override": True,
                    "IncludeSubdomains": True,
                    "AccessControlMaxAgeSec": 63072000,
                },
            },
            "CustomHeadersConfig": {
                "Quantity": 1,
                "Items": [{"Header": "Cross-Origin-Opener-Policy", "Value": "same-origin", "Override": True}],
            },
        }
    )
    distribution = cloudfront.create_distribution(
        DistributionConfig={
            "CallerReference": name,
            "Comment": name,
            "Enabled": True,
            "DefaultRootObject": "index.html",
            "Origins": {
                "Quantity": 1,
                "Items": [
                    {
                        "Id": "site-bucket",
                        "DomainName": f"{name}.s3.{REGION}.amazonaws.com",
                        "OriginAccessControlId": access["OriginAccessControl"]["Id"],
                        "S3OriginConfig": {"OriginAccessIdentity": ""},
                    }
                ],
            },
            "DefaultCacheBehavior": {
                "TargetOriginId": "site-bucket",
                "ViewerProtocolPolicy": "redirect-to-https",
                "AllowedMethods": {
                    "Quantity": 3,
                    "Items": ["GET", "HEAD", "OPTIONS"],
                    "CachedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]},
                },
                "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
                "ResponseHeadersPolicyId": headers["ResponseHeadersPolicy"]["Id"],
                "Compress": True,
            },
        }
    )["Distribution"]
    made = Site(
        s3, cloudfront, name, distribution["Id"], distribution["ARN"], headers["ResponseHeadersPolicy"]["Id"]
    )
    made.let_read(made.distribution_arn)
    return made


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, read to its end."""

    status: int
    headers: dict[str, str]
    body: bytes


class Visitor:
    """A browser's connection to an edge."""

    def __init__(self, edge: Edge) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", edge.port, timeout=10)

    def get(self, path: str = "/", method: str = "GET", /, **headers: str) -> Answer:
        """Ask once; underscores in headers' names stand for dashes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request(method, path, headers=named)
        response = self._connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, names, response.read())

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


@pytest.fixture
def visitor(site: Site) -> Iterator[Visitor]:
    """A visitor of the site's distribution."""
    with Edge(DistributionSite(site.distribution_id)) as edge:
        browser = Visitor(edge)
        yield browser
        browser.close()
