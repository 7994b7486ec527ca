"""The errors of Rekognition, by the names that the service model gives them."""

from typing import Literal

from moto.core.exceptions import ServiceException

ErrorCode = Literal[
    "ImageTooLargeException",
    "InvalidImageFormatException",
    "InvalidPaginationTokenException",
    "InvalidParameterException",
    "InvalidS3ObjectException",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "ResourceInUseException",
    "ResourceNotFoundException",
    "ResourceNotReadyException",
    "ServiceQuotaExceededException",
    "ThrottlingException",
]


class RekognitionError(ServiceException):
    """A refused request: moto's serializer answers with the code and the message.

    Args:
        code: The error's name in the service model.
        message: One sentence for a person.
    """

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(code, message)
