"""Errors of Cognito identity pools, in AWS's words."""

from moto.core.exceptions import ServiceException


class CognitoIdentityError(ServiceException):
    """An error that Cognito's model knows."""


class ResourceNotFoundError(CognitoIdentityError):
    """There is no such pool, identity or resource."""

    code = "ResourceNotFoundException"


class NotAuthorizedError(CognitoIdentityError):
    """The pool does not let the caller in."""

    code = "NotAuthorizedException"


class InvalidIdentityPoolConfigurationError(CognitoIdentityError):
    """The pool has no role for the caller, or one that does not trust it."""

    code = "InvalidIdentityPoolConfigurationException"

    def __init__(self) -> None:
        super().__init__("Invalid identity pool configuration. Check assigned IAM roles for this pool.")
