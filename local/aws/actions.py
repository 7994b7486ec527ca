"""What a request asks for, in IAM's terms: action, resource and condition keys.

Only what is listed here can be authorized; other operations are refused to those who need authorization.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qsl
from wsgiref.types import WSGIEnvironment

from local.aws.policy import without_repeats
from local.aws.s3 import bucket_and_key

_REKOGNITION_RESOURCES: dict[str, tuple[str, ...]] = {
    "CopyProjectVersion": ("SourceProjectVersionArn", "DestinationProjectArn"),
    "CreateDataset": ("ProjectArn",),
    "CreateProject": (),
    "CreateProjectVersion": ("ProjectArn",),
    "DeleteDataset": ("DatasetArn",),
    "DeleteProject": ("ProjectArn",),
    "DeleteProjectPolicy": ("ProjectArn",),
    "DeleteProjectVersion": ("ProjectVersionArn",),
    "DescribeDataset": ("DatasetArn",),
    "DescribeProjectVersions": ("ProjectArn",),
    "DescribeProjects": (),
    "DetectCustomLabels": ("ProjectVersionArn",),
    "DetectFaces": (),
    "DetectLabels": (),
    "DetectModerationLabels": (),
    "DetectText": (),
    "ListDatasetEntries": ("DatasetArn",),
    "ListDatasetLabels": ("DatasetArn",),
    "ListProjectPolicies": ("ProjectArn",),
    "ListTagsForResource": ("ResourceArn",),
    "PutProjectPolicy": ("ProjectArn",),
    "StartProjectVersion": ("ProjectVersionArn",),
    "StopProjectVersion": ("ProjectVersionArn",),
    "TagResource": ("ResourceArn",),
    "UntagResource": ("ResourceArn",),
    "UpdateDatasetEntries": ("DatasetArn",),
}
"""Operation: the members of its input that name the resources it needs permission for."""

_OBJECT_ACTIONS = {"GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
_READ_OVERRIDES = {
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
}
_LIST_PARAMETERS = {
    "continuation-token",
    "delimiter",
    "encoding-type",
    "fetch-owner",
    "list-type",
    "marker",
    "max-keys",
    "prefix",
    "start-after",
}
_ONLY_FOR_THE_DEPLOYER = {"HTTP_X_AMZ_COPY_SOURCE", "HTTP_X_AMZ_ACL", "HTTP_X_AMZ_TAGGING"}


class UnknownActionError(Exception):
    """The request is none whose action and resource are known."""


class UnreadableRequestError(Exception):
    """The request's body is not what its operation takes."""


@dataclass(frozen=True)
class Action:
    """An action, the resources it touches and the condition keys that belong to it."""

    name: str
    resources: tuple[str, ...]
    context: Mapping[str, str] = field(default_factory=dict[str, str])


def read_action(service: str, environ: WSGIEnvironment, body: bytes) -> Action | None:
    """Tell what a request asks for; None when it needs no permission.

    Raises:
        UnknownActionError: nobody can be authorized for this.
        UnreadableRequestError: the body cannot be read, or two readers could read it differently.
    """
    if service not in _READERS:
        raise UnknownActionError
    return _READERS[service](environ, body)


def _rekognition(environ: WSGIEnvironment, body: bytes) -> Action:
    prefix, _, operation = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")
    if environ["RAW_URI"] != "/" or prefix != "RekognitionService" or operation not in _REKOGNITION_RESOURCES:
        raise UnknownActionError
    try:
        given = json.loads(body.decode(), object_pairs_hook=without_repeats)
    except (ValueError, RecursionError) as error:
        raise UnreadableRequestError(f"The request's body is not valid JSON: {error}.") from error
    if not isinstance(given, dict):
        raise UnreadableRequestError("The request's body must be a JSON object.")
    members = cast("dict[str, Any]", given)
    named = tuple(str(members.get(member, "")) for member in _REKOGNITION_RESOURCES[operation])
    return Action(f"rekognition:{operation}", named or ("*",))


def _s3(environ: WSGIEnvironment, body: bytes) -> Action:
    del body
    path, _, query = environ["RAW_URI"].partition("?")
    bucket, key = bucket_and_key(path)
    parameters = dict(parse_qsl(query, keep_blank_values=True))
    parameters.pop("x-id", None)
    method = environ["REQUEST_METHOD"]
    if not bucket or not path.startswith("/") or _ONLY_FOR_THE_DEPLOYER & set(environ):
        raise UnknownActionError
    if key:
        overrides = _READ_OVERRIDES if method in {"GET", "HEAD"} else set[str]()
        if method not in _OBJECT_ACTIONS or not set(parameters) <= overrides:
            raise UnknownActionError
        return Action(f"s3:{_OBJECT_ACTIONS[method]}", (f"arn:aws:s3:::{bucket}/{key}",))
    if method not in {"GET", "HEAD"} or not set(parameters) <= _LIST_PARAMETERS:
        raise UnknownActionError
    context = {
        f"s3:{name}": parameters[name] for name in ("delimiter", "max-keys", "prefix") if name in parameters
    }
    return Action("s3:ListBucket", (f"arn:aws:s3:::{bucket}",), context)


def _sts(environ: WSGIEnvironment, body: bytes) -> None:
    if environ["RAW_URI"] != "/" or dict(parse_qsl(body.decode(errors="replace"))) != {
        "Action": "GetCallerIdentity",
        "Version": "2011-06-15",
    }:
        raise UnknownActionError


_READERS: dict[str, Callable[[WSGIEnvironment, bytes], Action | None]] = {
    "rekognition": _rekognition,
    "s3": _s3,
    "sts": _sts,
}
