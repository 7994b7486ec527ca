"""Errors of Cognito user pools, by the names that the service model gives them."""

from typing import Literal

from moto.core.exceptions import ServiceException

ErrorCode = Literal[
    "AliasExistsException",
    "CodeMismatchException",
    "EnableSoftwareTokenMFAException",
    "ExpiredCodeException",
    "GroupExistsException",
    "InvalidParameterException",
    "InvalidPasswordException",
    "LimitExceededException",
    "NotAuthorizedException",
    "PasswordResetRequiredException",
    "ResourceNotFoundException",
    "SoftwareTokenMFANotFoundException",
    "UnauthorizedException",
    "UnsupportedOperationException",
    "UnsupportedTokenTypeException",
    "UnsupportedUserStateException",
    "UserNotFoundException",
    "UsernameExistsException",
]


class CognitoIdpError(ServiceException):
    """A refused request: moto's serializer answers with the code and the message.

    Args:
        code: the error's name in the service model.
        message: one sentence for a person, AWS's own where it is known.
    """

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(code, message)


def invalid(message: str) -> CognitoIdpError:
    """Return the error for a parameter that breaks a rule."""
    return CognitoIdpError("InvalidParameterException", message)


def not_authorized(message: str) -> CognitoIdpError:
    """Return the error for somebody who is not let in."""
    return CognitoIdpError("NotAuthorizedException", message)
