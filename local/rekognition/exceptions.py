"""The errors of Rekognition, by the names that the service model gives them, and those that the model leaves out."""

from typing import Literal

from moto.core.exceptions import JsonRESTError, ServiceException

ErrorCode = Literal[
    "AccessDeniedException",
    "ImageTooLargeException",
    "InvalidImageFormatException",
    "InvalidPaginationTokenException",
    "InvalidParameterException",
    "InvalidPolicyRevisionIdException",
    "InvalidS3ObjectException",
    "LimitExceededException",
    "MalformedPolicyDocumentException",
    "ProvisionedThroughputExceededException",
    "ResourceAlreadyExistsException",
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


class RequestError(JsonRESTError):
    """A request that cannot be read, or breaks a constraint of the service model.

    Every service of AWS answers these errors, so the model of none has them.

    Args:
        code: The error's name.
        message: One sentence for a person.
    """

    code = 400

    def __init__(self, code: Literal["SerializationException", "ValidationException"], message: str) -> None:
        super().__init__(code, message)
