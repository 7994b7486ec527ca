"""What went wrong, in a sentence for a person."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
)

THROTTLING = frozenset({"ThrottlingException", "ProvisionedThroughputExceededException", "SlowDown"})
"""Error codes that ask for patience."""

_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
_BAD_CREDENTIALS = frozenset(
    {
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "InvalidAccessKeyId",
        "SignatureDoesNotMatch",
        "InvalidSignatureException",
        "IncompleteSignatureException",
    }
)
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException"})


class CustomLabelsError(Exception):
    """Something cannot be done; the message says what was wrong and what to do."""


def code_of(error: ClientError) -> str:
    """Return the error code of an answer of AWS."""
    return error.response["Error"]["Code"]


def explain(error: BotoCoreError | ClientError) -> str:
    """Return a sentence that says what went wrong between us and AWS and what to do about it."""
    if isinstance(error, ClientError):
        return _explain_answer(error)
    match error:
        case NoCredentialsError() | PartialCredentialsError():
            return (
                "There are no complete AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY, or run `aws configure`."
            )
        case NoRegionError():
            return "No AWS region is set: set AWS_DEFAULT_REGION, or a region in the profile."
        case ProfileNotFound():
            return f"{_sentence(str(error))} Set AWS_PROFILE to one that `aws configure list-profiles` shows."
        case EndpointConnectionError() | ConnectTimeoutError() | ReadTimeoutError():
            url = error.kwargs.get("endpoint_url")
            return f"{url} does not answer: check the network, the region and AWS_ENDPOINT_URL."
        case _:
            return _sentence(str(error))


def _explain_answer(error: ClientError) -> str:
    code = code_of(error)
    message = _sentence(error.response["Error"].get("Message") or code)
    if code in _DENIED:
        return f"AWS does not allow {error.operation_name} with these credentials: {message}"
    if code in _BAD_CREDENTIALS:
        return f"AWS does not know these credentials: {message} Check AWS_PROFILE or the keys."
    if code in _EXPIRED:
        return f"The AWS credentials have expired: {message} Sign in again."
    if code in THROTTLING:
        return f"AWS got too many {error.operation_name} requests: wait a minute and try again."
    return f"AWS refuses {error.operation_name} ({code}): {message}"


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?")) else f"{text}."
