"""Errors of CloudFront, in AWS's words."""

from moto.cloudfront.exceptions import CloudFrontException


class DistributionNotDisabledError(CloudFrontException):
    """A distribution must be disabled before it is deleted."""

    code = "DistributionNotDisabled"
    message = "The distribution you are trying to delete has not been disabled."


class IllegalUpdateError(CloudFrontException):
    """The update would change what cannot change."""

    code = "IllegalUpdate"
    message = "The caller reference of a distribution cannot be changed."


class InvalidArgumentError(CloudFrontException):
    """An argument is invalid."""

    code = "InvalidArgument"


class InvalidOriginAccessControlError(CloudFrontException):
    """An origin names an origin access control that does not exist."""

    code = "InvalidOriginAccessControl"
    message = "The origin access control that is specified is not valid."


class NoSuchResponseHeadersPolicyError(CloudFrontException):
    """There is no such response headers policy."""

    code = "NoSuchResponseHeadersPolicy"
    message = "The specified response headers policy does not exist."


class OriginAccessControlAlreadyExistsError(CloudFrontException):
    """The name is taken."""

    code = "OriginAccessControlAlreadyExists"
    message = "An origin access control with this name already exists."


class OriginAccessControlInUseError(CloudFrontException):
    """A distribution still uses the origin access control."""

    code = "OriginAccessControlInUse"
    message = "The origin access control is used by one or more distributions."


class PreconditionFailedError(CloudFrontException):
    """The If-Match version is not the current one."""

    code = "PreconditionFailed"
    message = "The If-Match version is not the resource's current version."


class ResponseHeadersPolicyAlreadyExistsError(CloudFrontException):
    """The name is taken."""

    code = "ResponseHeadersPolicyAlreadyExists"
    message = "A response headers policy with this name already exists."


class ResponseHeadersPolicyInUseError(CloudFrontException):
    """A distribution still uses the response headers policy."""

    code = "ResponseHeadersPolicyInUse"
    message = "The response headers policy is used by one or more distributions."
