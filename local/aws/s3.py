"""S3 with bucket policies and public-access blocks that mean what they mean at AWS."""

from dataclasses import replace
from typing import Any, cast
from urllib.parse import unquote

import xmltodict
from moto.core.request import Request as MotoRequest
from moto.iam.access_control import PermissionResult
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeBucket, PublicAccessBlock, s3_backends
from moto.s3.responses import S3Response as MotoS3Response

from local.aws.account import ACCOUNT_ID, PARTITION
from local.aws.iam import Decision, Request, evaluate, is_public
from local.aws.policy import MalformedPolicyError, Policy, listed, parse_policy


class BlockedByPublicAccessBlockError(S3ClientError):
    """The bucket's public-access block refuses a public policy."""

    code = "AccessDenied"

    def __init__(self, bucket: str) -> None:
        super().__init__(
            f"s3:PutBucketPolicy on arn:aws:s3:::{bucket} is refused because public policies are prevented by "
            "the BlockPublicPolicy setting in S3 Block Public Access."
        )


class PolicyIsMalformedError(S3ClientError):
    """The bucket policy is not a policy."""

    code = "MalformedPolicy"


class AclNotSupportedError(S3ClientError):
    """The bucket has its access control lists switched off."""

    code = "AccessControlListNotSupported"
    message = "The bucket does not allow ACLs"


def bucket_and_key(raw_path: str) -> tuple[str, str]:
    """Split a request's path, still percent-encoded, into bucket and key; either may be empty."""
    bucket, _, key = raw_path.removeprefix("/").partition("/")
    return unquote(bucket), unquote(key)


def find_bucket(name: str) -> FakeBucket | None:
    """Return the bucket with this name, or None."""
    return s3_backends[ACCOUNT_ID][PARTITION].buckets.get(name)


def evaluate_on_bucket(
    bucket: FakeBucket, request: Request, *, identity: list[Policy], session: Policy | None = None
) -> Decision:
    """Decide a request by the bucket's policy, its public-access block and the caller's own policies.

    Access control lists give nothing: they are off on every bucket created since April 2023. That a key
    does not exist is told only to those who may list the bucket.
    """
    policy = parse_policy(_text(bucket.policy)) if bucket.policy else None
    block = bucket.public_access_block
    if (
        policy is not None
        and request.principal.kind == "Anonymous"
        and block is not None
        and block.restrict_public_buckets
        and is_public(policy)
    ):
        return Decision(allowed=False, reason="because the bucket's public-access block restricts it")
    decision = evaluate(request, identity=identity, resource=policy, session=session)
    bucket_arn, _, key = request.resource.partition("/")
    if decision.allowed and request.action == "s3:GetObject" and key not in bucket.keys:
        listing = replace(request, action="s3:ListBucket", resource=bucket_arn)
        return evaluate(listing, identity=identity, resource=policy, session=session)
    return decision


class S3Response(MotoS3Response):
    """moto's S3, for requests that have already been authorized.

    Buckets are born as AWS makes them since April 2023: public access blocked, ACLs off.
    """

    @classmethod
    def dispatch(cls, request: MotoRequest) -> tuple[int, dict[str, Any], str | bytes]:  # pyright: ignore[reportIncompatibleMethodOverride] - S3's operations have no common entry in moto
        """Answer a request with a path-style address."""
        _, key = bucket_and_key(request.raw_path)
        respond = cls().key_response if key else cls().bucket_response
        return respond(request, request.raw_url, dict(request.headers))

    def parse_bucket_name_from_url(self, request: MotoRequest, url: str) -> str:
        """Read the bucket from the path, as the authorizer does."""
        del url
        return bucket_and_key(request.raw_path)[0]

    def parse_key_name(self) -> str:
        """Read the key from the path, as the authorizer does."""
        return bucket_and_key(self.raw_path)[1]

    def _bucket_response_put(
        self, request: MotoRequest, bucket_name: str, querystring: dict[str, Any]
    ) -> Any:  # noqa: ANN401 - moto's type
        bucket = find_bucket(bucket_name)
        if "policy" in querystring and bucket is not None:
            _check_policy(bucket, _text(self.body))
        if bucket is not None:
            self._refuse_acl(bucket, querystring)
        answer = super()._bucket_response_put(request, bucket_name, querystring)
        created = find_bucket(bucket_name)
        if bucket is None and created is not None:
            self._equip(created)
        return answer

    def _key_response_put(self, query: dict[str, Any], key_name: str) -> Any:  # noqa: ANN401 - moto's type
        bucket = find_bucket(self.bucket_name)
        if bucket is not None:
            self._refuse_acl(bucket, query)
        return super()._key_response_put(query, key_name)

    def _refuse_acl(self, bucket: FakeBucket, query: dict[str, Any]) -> None:
        given = self.headers.get("x-amz-acl", "bucket-owner-full-control")
        off = cast("str | None", bucket.ownership_rule) == "BucketOwnerEnforced"
        if off and ("acl" in query or given != "bucket-owner-full-control"):
            raise AclNotSupportedError

    def _equip(self, bucket: FakeBucket) -> None:
        """Give a new bucket its tags, which moto drops, and AWS's defaults."""
        if self.body:
            given = xmltodict.parse(self.body, force_list=("Tag",)).get("CreateBucketConfiguration")
            tags: list[dict[str, str]] = given["Tags"]["Tag"] if given and given.get("Tags") else []
            if tags:
                self.backend.put_bucket_tagging(bucket.name, {tag["Key"]: tag["Value"] or "" for tag in tags})
        if bucket.ownership_rule is None:
            cast("Any", bucket).ownership_rule = "BucketOwnerEnforced"
        cast("Any", bucket).public_access_block = PublicAccessBlock(*["true"] * 4)
        # moto asks the bucket itself whether its policy permits a request, and ignores Principal and
        # Condition; the authorizer has decided before.
        cast("Any", bucket).get_permission = _permit


def _permit(_action: str, _resource: str) -> PermissionResult:
    return PermissionResult.PERMITTED


def _check_policy(bucket: FakeBucket, document: str) -> None:
    try:
        policy = parse_policy(document)
    except MalformedPolicyError as error:
        raise PolicyIsMalformedError(str(error)) from error
    for statement in policy.statements:
        if "Principal" not in statement and "NotPrincipal" not in statement:
            raise PolicyIsMalformedError("Missing required field Principal")
        for arn in listed(statement.get("Resource")):
            if arn.partition("/")[0] != f"arn:{PARTITION}:s3:::{bucket.name}":
                raise PolicyIsMalformedError(f"Policy has invalid resource: {arn}")
    block = bucket.public_access_block
    if block is not None and block.block_public_policy and is_public(policy):
        raise BlockedByPublicAccessBlockError(bucket.name)


def _text(document: str | bytes) -> str:
    return document.decode(errors="replace") if isinstance(document, bytes) else document
