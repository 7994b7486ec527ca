"""What a request asks for, in IAM's terms: action, resource and condition keys.

Only what is listed here can be authorized; other operations are refused to those who need authorization.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qsl
from wsgiref.types import WSGIEnvironment

from local.aws.account import ACCOUNT_ID, PARTITION
from local.aws.policy import Context, ContextValue, without_repeats
from local.aws.s3 import bucket_and_key

_REKOGNITION_RESOURCES: dict[str, tuple[str, ...]] = {
    "AssociateFaces": ("collection/{CollectionId}",),
    "CompareFaces": (),
    "CopyProjectVersion": ("{SourceProjectVersionArn}", "{DestinationProjectArn}"),
    "CreateCollection": (),
    "CreateDataset": ("{ProjectArn}",),
    "CreateFaceLivenessSession": (),
    "CreateProject": (),
    "CreateProjectVersion": ("{ProjectArn}",),
    "CreateStreamProcessor": ("collection/{Settings.FaceSearch.CollectionId}?",),
    "CreateUser": ("collection/{CollectionId}",),
    "DeleteCollection": ("collection/{CollectionId}",),
    "DeleteDataset": ("{DatasetArn}",),
    "DeleteFaces": ("collection/{CollectionId}",),
    "DeleteProject": ("{ProjectArn}",),
    "DeleteProjectPolicy": ("{ProjectArn}",),
    "DeleteProjectVersion": ("{ProjectVersionArn}",),
    "DeleteStreamProcessor": ("streamprocessor/{Name}",),
    "DeleteUser": ("collection/{CollectionId}",),
    "DescribeCollection": ("collection/{CollectionId}",),
    "DescribeDataset": ("{DatasetArn}",),
    "DescribeProjectVersions": ("{ProjectArn}",),
    "DescribeProjects": (),
    "DescribeStreamProcessor": ("streamprocessor/{Name}",),
    "DetectCustomLabels": ("{ProjectVersionArn}",),
    "DetectFaces": (),
    "DetectLabels": (),
    "DetectModerationLabels": ("{ProjectVersion}?",),
    "DetectProtectiveEquipment": (),
    "DetectText": (),
    "DisassociateFaces": ("collection/{CollectionId}",),
    "DistributeDatasetEntries": ("{Datasets.Arn}",),
    "GetCelebrityInfo": (),
    "GetCelebrityRecognition": (),
    "GetContentModeration": (),
    "GetFaceDetection": (),
    "GetFaceLivenessSessionResults": (),
    "GetFaceSearch": (),
    "GetLabelDetection": (),
    "GetMediaAnalysisJob": (),
    "GetPersonTracking": (),
    "GetSegmentDetection": (),
    "GetTextDetection": (),
    "IndexFaces": ("collection/{CollectionId}",),
    "ListCollections": (),
    "ListDatasetEntries": ("{DatasetArn}",),
    "ListDatasetLabels": ("{DatasetArn}",),
    "ListFaces": ("collection/{CollectionId}",),
    "ListMediaAnalysisJobs": (),
    "ListProjectPolicies": ("{ProjectArn}",),
    "ListStreamProcessors": (),
    "ListTagsForResource": ("{ResourceArn}",),
    "ListUsers": ("collection/{CollectionId}",),
    "PutProjectPolicy": ("{ProjectArn}",),
    "RecognizeCelebrities": (),
    "SearchFaces": ("collection/{CollectionId}",),
    "SearchFacesByImage": ("collection/{CollectionId}",),
    "SearchUsers": ("collection/{CollectionId}",),
    "SearchUsersByImage": ("collection/{CollectionId}",),
    "StartCelebrityRecognition": (),
    "StartContentModeration": (),
    "StartFaceDetection": (),
    "StartFaceSearch": ("collection/{CollectionId}",),
    "StartLabelDetection": (),
    "StartMediaAnalysisJob": ("{OperationsConfig.DetectModerationLabels.ProjectVersion}?",),
    "StartPersonTracking": (),
    "StartProjectVersion": ("{ProjectVersionArn}",),
    "StartSegmentDetection": (),
    "StartStreamProcessor": ("streamprocessor/{Name}",),
    "StartTextDetection": (),
    "StopProjectVersion": ("{ProjectVersionArn}",),
    "StopStreamProcessor": ("streamprocessor/{Name}",),
    "TagResource": ("{ResourceArn}",),
    "UntagResource": ("{ResourceArn}",),
    "UpdateDatasetEntries": ("{DatasetArn}",),
    "UpdateStreamProcessor": ("streamprocessor/{Name}",),
}
"""Operation: the resources that it needs permission for, by the Service Authorization Reference.

Braces hold the member of the input that names the resource; what does not begin with them is the end of an
ARN. `?` follows what need not be there. Without any resource, permission is needed for `*`.
"""

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
    context: Context = field(default_factory=dict[str, ContextValue])


def read_action(service: str, region: str, environ: WSGIEnvironment, body: bytes) -> Action | None:
    """Tell what a request to a region asks for; None when it needs no permission.

    Raises:
        UnknownActionError: nobody can be authorized for this.
        UnreadableRequestError: the body cannot be read, or two readers could read it differently.
    """
    if service not in _READERS:
        raise UnknownActionError
    return _READERS[service](region, environ, body)


def _rekognition(region: str, environ: WSGIEnvironment, body: bytes) -> Action:
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
    prefix = f"arn:{PARTITION}:rekognition:{region}:{ACCOUNT_ID}:"
    resources = [
        resource
        for template in _REKOGNITION_RESOURCES[operation]
        for resource in _resources(template, members, prefix)
    ]
    return Action(f"rekognition:{operation}", tuple(resources) or ("*",), _tags_in(members))


def _resources(template: str, members: dict[str, Any], prefix: str) -> list[str]:
    kind, _, member = template.partition("{")
    named = _values_at(members, member.rstrip("}?").split("."))
    if not named and not member.endswith("?"):
        named = [""]
    return [f"{prefix}{kind}{name}" if kind else name for name in named]


def _values_at(value: Any, path: list[str]) -> list[str]:  # noqa: ANN401 - JSON
    """What stands at the end of a path of members, in all elements of a list on its way."""
    if not path:
        return [] if value is None else [str(value)]
    if isinstance(value, list):
        return [found for element in cast("list[Any]", value) for found in _values_at(element, path)]
    return _values_at(cast("dict[str, Any]", value).get(path[0]), path[1:]) if isinstance(value, dict) else []


def _tags_in(members: dict[str, Any]) -> dict[str, ContextValue]:
    """The condition keys of the tags that a request gives or takes away."""
    given, keys = members.get("Tags"), members.get("TagKeys")
    tags = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
    names = [*tags, *(str(key) for key in (cast("list[Any]", keys) if isinstance(keys, list) else []))]
    return {
        **({"aws:TagKeys": names} if names else {}),
        **{f"aws:RequestTag/{name}": str(value) for name, value in tags.items()},
    }


def _s3(region: str, environ: WSGIEnvironment, body: bytes) -> Action:
    del region, body
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
    context: dict[str, ContextValue] = {
        f"s3:{name}": parameters[name] for name in ("delimiter", "max-keys", "prefix") if name in parameters
    }
    return Action("s3:ListBucket", (f"arn:aws:s3:::{bucket}",), context)


def _cloudwatch(region: str, environ: WSGIEnvironment, body: bytes) -> Action:
    del region
    target = environ.get("HTTP_X_AMZ_TARGET")
    if environ["RAW_URI"] != "/" or target != "GraniteServiceVersion20100801.GetMetricData":
        raise UnknownActionError
    if not body.startswith(b"{") or b"&" in body:  # moto would look for another operation in a form
        raise UnreadableRequestError("The request's body must be a JSON object without an ampersand.")
    return Action("cloudwatch:GetMetricData", ("*",))


def _sns(region: str, environ: WSGIEnvironment, body: bytes) -> Action:
    del region
    pairs = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
    given = dict(pairs)
    if len(given) != len(pairs):
        raise UnreadableRequestError("The request's body gives a parameter twice.")
    if environ["RAW_URI"] != "/" or given.get("Action") != "Publish" or "TopicArn" not in given:
        raise UnknownActionError
    return Action("sns:Publish", (given["TopicArn"],))


def _sts(region: str, environ: WSGIEnvironment, body: bytes) -> None:
    del region
    if environ["RAW_URI"] != "/" or dict(parse_qsl(body.decode(errors="replace"))) != {
        "Action": "GetCallerIdentity",
        "Version": "2011-06-15",
    }:
        raise UnknownActionError


_READERS: dict[str, Callable[[str, WSGIEnvironment, bytes], Action | None]] = {
    "monitoring": _cloudwatch,
    "rekognition": _rekognition,
    "s3": _s3,
    "sns": _sns,
    "sts": _sts,
}
