"""Who may do what: credentials of roles that identity pools and services gave out, and S3 without credentials, are held to the policies.

Requests signed with any other key are the deployer's, who may do everything; their signatures are not
checked, because the emulator knows no secret of theirs.
"""

import hmac
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from botocore.exceptions import UnknownServiceError
from moto.core.utils import get_service_model
from moto.sts.models import sts_backends

from local.aws.account import ACCOUNT_ID, PARTITION, find_role, role_policies
from local.aws.actions import UnknownActionError, UnreadableRequestError, read_action
from local.aws.faults import json_error, xml_error
from local.aws.iam import Decision, Principal, Request, evaluate
from local.aws.policy import Context, ContextValue, MalformedPolicyError, Policy
from local.aws.s3 import evaluate_on_bucket, find_bucket
from local.aws.sessions import Session, find_session
from local.aws.signature import Authorization, SignatureError, parse_authorization, verify

_UNSIGNED_SERVICES = {
    "AWSCognitoIdentityService": "cognito-identity",
    "AWSCognitoIdentityProviderService": "cognito-idp",
}
_PUBLISHED = re.compile(r"/[a-z0-9-]+_[A-Za-z0-9]+/\.well-known/[a-z.-]+")
"""Address of what a user pool publishes; no bucket's name has an underscore."""
_INVALID_TOKEN = "The security token included in the request is invalid."  # noqa: S105 - a sentence


class RefusedError(Exception):
    """The request goes no further.

    Args:
        code: AWS's name of the error.
        message: one sentence for a person.
        service: whose form the answer takes.
    """

    def __init__(self, code: str, message: str, service: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.service = service


@dataclass(frozen=True)
class _Caller:
    """A principal with the policies that it brings along and its condition keys."""

    principal: Principal
    identity: list[Policy]
    session: Policy | None
    context: Context


_ANONYMOUS = _Caller(Principal(kind="Anonymous"), [], None, {})


class Authorizer:
    """WSGI middleware: decides before anything is done.

    Args:
        application: where allowed requests go.
        s3: where allowed S3 requests go; directly, so that no name of a bucket or key, and nothing else
            in the request, can send them elsewhere.
        user_pools: where requests for what user pools publish go, as directly.
        now: the clock.
    """

    def __init__(
        self,
        application: WSGIApplication,
        s3: WSGIApplication,
        user_pools: WSGIApplication,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._application = application
        self._s3 = s3
        self._user_pools = user_pools
        self._now = now

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass an allowed request on, answer the others."""
        try:
            application = self._decide(environ)
        except RefusedError as refusal:
            return _answer(refusal, start_response)
        return application(environ, start_response)

    def _decide(self, environ: WSGIEnvironment) -> WSGIApplication:
        header = environ.get("HTTP_AUTHORIZATION")
        query = parse_qs(environ["QUERY_STRING"])
        presigned = query.get("X-Amz-Credential") or query.get("AWSAccessKeyId")
        if presigned is not None:
            _check_presigned(presigned[0], header)
            return self._s3
        if header is None:
            return self._decide_unsigned(environ)
        try:
            authorization = parse_authorization(header)
        except SignatureError as error:
            raise RefusedError(error.code, str(error)) from error
        session = find_session(authorization.access_key_id)
        if session is None:
            _check_deployer(authorization.access_key_id, authorization.service)
        else:
            body = _body(environ)
            caller = self._authenticate(environ, body, authorization, session)
            self._authorize(caller, authorization, environ, body)
        return self._s3 if authorization.service == "s3" else self._application

    def _decide_unsigned(self, environ: WSGIEnvironment) -> WSGIApplication:
        target = environ.get("HTTP_X_AMZ_TARGET")
        if target is None:
            if environ["REQUEST_METHOD"] == "GET" and _PUBLISHED.fullmatch(environ["RAW_URI"]):
                return self._user_pools
            self._authorize(_ANONYMOUS, Authorization("", "", "", "s3", (), ""), environ, b"")
            return self._s3
        if not _needs_no_signature(target):
            raise RefusedError("MissingAuthenticationTokenException", "Missing Authentication Token")
        return self._application

    def _authenticate(
        self, environ: WSGIEnvironment, body: bytes, authorization: Authorization, session: Session
    ) -> _Caller:
        """Make sure that the holder of a role's credentials signed this request."""
        now, service = self._now(), authorization.service
        token = environ.get("HTTP_X_AMZ_SECURITY_TOKEN", "")
        if not hmac.compare_digest(token.encode(), session.session_token.encode()):
            raise RefusedError("UnrecognizedClientException", _INVALID_TOKEN, service)
        if now >= session.expiration:
            raise RefusedError(
                "ExpiredTokenException", "The security token included in the request is expired", service
            )
        try:
            verify(environ, body, authorization, session.secret_key, now)
        except SignatureError as error:
            raise RefusedError(error.code, str(error), service) from error
        role = find_role(session.role_arn)
        if role is None:
            raise RefusedError("UnrecognizedClientException", _INVALID_TOKEN, service)
        try:
            policies = role_policies(role)
        except MalformedPolicyError as error:
            message = f"A policy of role {role.name} cannot be evaluated: {error}"
            raise RefusedError("AccessDeniedException", message, service) from error
        return _Caller(
            Principal(kind="AWS", name=session.arn, role_arn=session.role_arn),
            policies,
            session.session_policy,
            {
                "aws:PrincipalAccount": ACCOUNT_ID,
                "aws:PrincipalArn": session.role_arn,
                "aws:PrincipalType": "AssumedRole",
                "aws:userid": session.user_id,
                **session.context,
            },
        )

    def _authorize(
        self, caller: _Caller, authorization: Authorization, environ: WSGIEnvironment, body: bytes
    ) -> None:
        service, now = authorization.service, self._now()
        try:
            action = read_action(service, authorization.region, environ, body)
        except UnknownActionError as error:
            raise _denied(service, caller, "this operation", "*", "") from error
        except UnreadableRequestError as error:
            raise RefusedError("SerializationException", str(error), service) from error
        if action is None:
            return
        context: dict[str, ContextValue] = {
            "aws:CurrentTime": now.isoformat(),
            "aws:EpochTime": str(int(now.timestamp())),
            # The loopback endpoint stands for AWS's endpoint, which is TLS.
            "aws:SecureTransport": "true",
            "aws:SourceIp": "127.0.0.1",
            **({"aws:RequestedRegion": authorization.region} if authorization.region else {}),
            **caller.context,
            **action.context,
        }
        for resource in action.resources:
            request = Request(
                principal=caller.principal,
                action=action.name,
                resource=resource,
                context={**context, **_tags_of(service, resource)},
            )
            decide = _decide_s3 if service == "s3" else _decide
            decision = decide(caller, request)
            if not decision.allowed:
                raise _denied(service, caller, action.name, resource, decision.reason)


def _tags_of(service: str, resource: str) -> Context:
    """The condition keys of the tags that a resource has."""
    if service != "rekognition":
        return {}
    from local.rekognition.tags import resource_tags  # noqa: PLC0415 - imports OpenCV, which other requests need not

    return {f"aws:ResourceTag/{key}": value for key, value in resource_tags(resource).items()}


def _decide(caller: _Caller, request: Request) -> Decision:
    return evaluate(request, identity=caller.identity, session=caller.session)


def _decide_s3(caller: _Caller, request: Request) -> Decision:
    bucket = find_bucket(request.resource.partition(":::")[2].partition("/")[0])
    if bucket is None:
        raise RefusedError("NoSuchBucket", "The specified bucket does not exist", "s3")
    return evaluate_on_bucket(bucket, request, identity=caller.identity, session=caller.session)


def _denied(service: str, caller: _Caller, action: str, resource: str, reason: str) -> RefusedError:
    if service == "s3":
        return RefusedError("AccessDeniedException", "Access Denied", service)
    return RefusedError(
        "AccessDeniedException",
        f"User: {caller.principal.name} is not authorized to perform: {action} on resource: {resource} "
        f"{reason}".rstrip(),
        service,
    )


def _check_presigned(credential: str, header: str | None) -> None:
    """Let links to objects through that the deployer signed."""
    if header is not None:
        raise RefusedError(
            "InvalidArgument", "Only one auth mechanism allowed: the Authorization header or the query.", "s3"
        )
    access_key_id = credential.partition("/")[0]
    if find_session(access_key_id) is not None:
        raise RefusedError(
            "AccessDeniedException",
            "Credentials of a role sign in the Authorization header here.",
            "s3",
        )
    _check_deployer(access_key_id, "s3")


def _check_deployer(access_key_id: str, service: str) -> None:
    """Refuse temporary keys that were not issued here, such as those a page kept from an earlier start."""
    if access_key_id.startswith("ASIA") and not sts_backends[ACCOUNT_ID][
        PARTITION
    ].get_assumed_role_from_access_key(access_key_id):
        raise RefusedError("UnrecognizedClientException", _INVALID_TOKEN, service)


def _needs_no_signature(target: str) -> bool:
    prefix, _, operation = target.partition(".")
    if prefix not in _UNSIGNED_SERVICES:
        return False
    model = get_service_model(_UNSIGNED_SERVICES[prefix])
    return operation in model.operation_names and model.operation_model(operation).auth_type == "none"


def _body(environ: WSGIEnvironment) -> bytes:
    body = environ["wsgi.input"].read()
    environ["wsgi.input"] = io.BytesIO(body)
    return body


_XML_CODES = {
    "AccessDeniedException": ("AccessDenied", 403),
    "ExpiredTokenException": ("ExpiredToken", 400),
    "InvalidArgument": ("InvalidArgument", 400),
    "InvalidSignatureException": ("SignatureDoesNotMatch", 403),
    "NoSuchBucket": ("NoSuchBucket", 404),
    "UnrecognizedClientException": ("InvalidAccessKeyId", 403),
}
"""How services that speak XML call the errors."""


def _answer(refusal: RefusedError, start_response: StartResponse) -> Iterable[bytes]:
    if not _speaks_xml(refusal.service):
        return json_error(start_response, 400, refusal.code, str(refusal))
    code, status = _XML_CODES.get(refusal.code, ("AccessDenied", 403))
    return xml_error(start_response, status, code, str(refusal), bare=refusal.service == "s3")


def _speaks_xml(service: str) -> bool:
    try:
        return service != "" and get_service_model(service).protocol in {"ec2", "query", "rest-xml"}
    except UnknownServiceError:
        return False
