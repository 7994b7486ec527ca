"""CloudFront in front of the site bucket."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
"""Id of AWS's managed cache policy `Managed-CachingOptimized`; it honours the origin's Cache-Control."""

TWO_YEARS = 2 * 365 * 24 * 60 * 60

_OTHER_SECURITY_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


@dataclass(frozen=True, kw_only=True)
class DistributionArgs:
    """What a `Distribution` needs to know."""

    bucket_domain_name: pulumi.Input[str]
    """Regional domain name of the bucket that holds the site."""
    content_security_policy: str
    """Value of the Content-Security-Policy header."""


class Distribution(pulumi.ComponentResource):
    """A CloudFront distribution that reads a private bucket and adds the security headers.

    Creates:
        - ``{name}-access``: the origin access control; CloudFront signs every request to the bucket.
        - ``{name}-headers``: the response headers policy.
        - ``{name}``: the distribution; HTTPS only, HTTP/2 and HTTP/3, the default certificate.
    """

    distribution_id: Output[str]
    """The distribution's id."""
    arn: Output[str]
    """The distribution's ARN, for the bucket policy."""
    domain_name: Output[str]
    """Host under which the site is reached, such as `d111111abcdef8.cloudfront.net`."""

    def __init__(self, name: str, args: DistributionArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("customlabels:distribution:Distribution", name, {}, opts)
        child = ResourceOptions(parent=self)
        access = aws.cloudfront.OriginAccessControl(
            f"{name}-access",
            aws.cloudfront.OriginAccessControlArgs(
                description="CloudFront's signature on requests to the site bucket",
                origin_access_control_origin_type="s3",
                signing_behavior="always",
                signing_protocol="sigv4",
            ),
            opts=child,
        )
        headers = aws.cloudfront.ResponseHeadersPolicy(
            f"{name}-headers", _response_headers(args.content_security_policy), opts=child
        )
        distribution = aws.cloudfront.Distribution(
            name,
            _distribution(name, args.bucket_domain_name, access.id, headers.id),
            opts=child,
        )
        self.distribution_id = distribution.id
        self.arn = distribution.arn
        self.domain_name = distribution.domain_name
        self.register_outputs(
            {"distributionId": self.distribution_id, "arn": self.arn, "domainName": self.domain_name}
        )


def _response_headers(content_security_policy: str) -> aws.cloudfront.ResponseHeadersPolicyArgs:
    return aws.cloudfront.ResponseHeadersPolicyArgs(
        comment="Security headers of the Custom Labels site",
        security_headers_config=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgs(
            content_security_policy=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicyArgs(
                content_security_policy=content_security_policy, override=True
            ),
            content_type_options=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentTypeOptionsArgs(
                override=True
            ),
            frame_options=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigFrameOptionsArgs(
                frame_option="DENY", override=True
            ),
            referrer_policy=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigReferrerPolicyArgs(
                referrer_policy="no-referrer", override=True
            ),
            strict_transport_security=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurityArgs(
                access_control_max_age_sec=TWO_YEARS, include_subdomains=True, override=True
            ),
        ),
        custom_headers_config=aws.cloudfront.ResponseHeadersPolicyCustomHeadersConfigArgs(
            items=[
                aws.cloudfront.ResponseHeadersPolicyCustomHeadersConfigItemArgs(
                    header=header, value=value, override=True
                )
                for header, value in _OTHER_SECURITY_HEADERS.items()
            ]
        ),
    )


def _distribution(
    name: str, bucket_domain_name: pulumi.Input[str], access_id: Output[str], headers_id: Output[str]
) -> aws.cloudfront.DistributionArgs:
    return aws.cloudfront.DistributionArgs(
        comment=name,
        enabled=True,
        default_root_object="index.html",
        http_version="http2and3",
        is_ipv6_enabled=True,
        origins=[
            aws.cloudfront.DistributionOriginArgs(
                origin_id="site-bucket",
                domain_name=bucket_domain_name,
                origin_access_control_id=access_id,
            )
        ],
        default_cache_behavior=aws.cloudfront.DistributionDefaultCacheBehaviorArgs(
            target_origin_id="site-bucket",
            viewer_protocol_policy="redirect-to-https",
            allowed_methods=["GET", "HEAD", "OPTIONS"],
            cached_methods=["GET", "HEAD"],
            cache_policy_id=CACHING_OPTIMIZED,
            response_headers_policy_id=headers_id,
            compress=True,
        ),
        restrictions=aws.cloudfront.DistributionRestrictionsArgs(
            geo_restriction=aws.cloudfront.DistributionRestrictionsGeoRestrictionArgs(restriction_type="none")
        ),
        viewer_certificate=aws.cloudfront.DistributionViewerCertificateArgs(
            cloudfront_default_certificate=True
        ),
    )
