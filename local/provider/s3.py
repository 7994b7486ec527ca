"""S3: buckets, what is set on them, and objects."""

from __future__ import annotations

import base64
import binascii
import re
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from botocore import xform_name

from local.engine import UNKNOWN, ProviderError
from local.provider.clients import request
from local.provider.handler import AutoName, Handler, normal_policy, outputs_of, policy_resources

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.provider.clients import Clients
    from local.provider.handler import Inputs, Outputs

_BUCKET_NAME = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]")
_RESERVED_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")

# Route 53's hosted zones of S3's website endpoints, from AWS's table of S3 endpoints.
_HOSTED_ZONES = {
    "us-east-1": "Z3AQBSTGFYJSTF",
    "us-east-2": "Z2O1EMRO9K5GLX",
    "us-west-2": "Z3BJ6K6RIION7M",
    "eu-west-1": "Z1BKCTXD74EZPE",
    "eu-west-2": "Z3GKZC51ZF0DB4",
    "eu-central-1": "Z21DNDUVLTQW6Q",
    "ap-south-1": "Z11RGJOFQNVJUP",
    "ap-southeast-1": "Z3O0J2DXBE1FTB",
    "ap-southeast-2": "Z1WCIGYICN2BYD",
    "ap-northeast-1": "Z2M4EHUR26P7ZW",
    "ap-northeast-2": "Z3W03O7B5YMIYP",
}


class Bucket(Handler):
    """A bucket."""

    type = "aws:s3/bucket:Bucket"
    properties = frozenset({"bucket", "forceDestroy"})
    defaults: ClassVar[Mapping[str, Any]] = {"forceDestroy": False}
    replace_on = frozenset({"bucket"})
    auto_name = AutoName(63, "bucket", lower=True)
    regional = True
    tagged = True

    def check(self, inputs: Inputs) -> None:
        """Check S3's rules for names."""
        name = inputs["bucket"]
        legal = _BUCKET_NAME.fullmatch(name) and not name.startswith(_RESERVED_STARTS)
        if name != UNKNOWN and (not legal or name.endswith(_RESERVED_ENDS)):
            raise ProviderError(
                f"bucket is {name!r}, but must have 3 to 63 lower-case letters, digits, hyphens and single dots, begin "
                "and end with a letter or digit, be no IP address and have none of S3's reserved prefixes and suffixes."
            )

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Create the bucket, then tag it."""
        client, name, region = _client(clients, inputs), inputs["bucket"], inputs["region"]
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        client.create_bucket(Bucket=name, **place)
        try:
            self._tag(client, inputs)
        except Exception:
            client.delete_bucket(Bucket=name)
            raise
        return name, self._outputs(inputs)

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:  # noqa: ARG002 - all tags are set anew
        """Set the tags; `forceDestroy` matters only when the bucket is deleted."""
        self._tag(_client(clients, new), new)
        return self._outputs(new)

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:
        """Delete the bucket, with `forceDestroy` after every version of every object in it."""
        client = _client(clients, inputs)
        while inputs["forceDestroy"] and (versions := _versions(client, id_)):
            failed = client.delete_objects(Bucket=id_, Delete={"Objects": versions, "Quiet": True}).get(
                "Errors"
            )
            if failed:
                raise ProviderError(
                    f"the object {failed[0]['Key']} cannot be deleted: {failed[0]['Message']}."
                )
        client.delete_bucket(Bucket=id_)

    def _tag(self, client: Any, inputs: Inputs) -> None:  # noqa: ANN401 - see Clients.get
        if inputs["tagsAll"]:
            tags = {"bucket": inputs["bucket"], "tagging": {"tagSet": inputs["tagsAll"]}}
            client.put_bucket_tagging(**request(client, "PutBucketTagging", tags))
        else:
            client.delete_bucket_tagging(Bucket=inputs["bucket"])

    def _outputs(self, inputs: Inputs) -> Outputs:
        name, region = inputs["bucket"], inputs["region"]
        return {
            **outputs_of(inputs),
            "arn": f"arn:aws:s3:::{name}",
            "bucketDomainName": f"{name}.s3.amazonaws.com",
            "bucketRegion": region,
            "bucketRegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
            "hostedZoneId": _HOSTED_ZONES.get(region, ""),
            "websiteDomain": None,
            "websiteEndpoint": None,
        }


class _BucketSetting(Handler):
    """Something that is put on a bucket as a whole, and of which a bucket has at most one."""

    operation: ClassVar[str]
    """The operation that puts it; its counterpart starts with `Delete`."""
    replace_on = frozenset({"bucket"})
    regional = True

    @abstractmethod
    def values(self, inputs: Inputs) -> Inputs:
        """The operation's parameters besides the bucket, by the names of the inputs."""

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Put it on the bucket."""
        client, bucket = _client(clients, inputs), inputs["bucket"]
        values = {"bucket": bucket, **self.values(inputs)}
        getattr(client, xform_name(self.operation))(**request(client, self.operation, values))
        return bucket, outputs_of(inputs)

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:  # noqa: ARG002 - it is put anew
        """Put it on the bucket again."""
        return self.create(clients, new)[1]

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:
        """Take it off the bucket."""
        operation = self.operation.replace("Put", "Delete").removesuffix("Configuration")
        getattr(_client(clients, inputs), xform_name(operation))(Bucket=id_)


class BucketOwnershipControls(_BucketSetting):
    """Who owns what others upload, and whether ACLs work."""

    type = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
    properties = frozenset({"bucket", "rule"})
    operation = "PutBucketOwnershipControls"

    def values(self, inputs: Inputs) -> Inputs:
        """The one rule."""
        return {"ownershipControls": {"rules": [inputs["rule"]]}}


class BucketPublicAccessBlock(_BucketSetting):
    """The four blocks."""

    type = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
    _blocks = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    properties = frozenset({"bucket", *_blocks})
    defaults: ClassVar[Mapping[str, Any]] = dict.fromkeys(_blocks, False)
    operation = "PutPublicAccessBlock"

    def values(self, inputs: Inputs) -> Inputs:
        """All four, on or off."""
        return {"publicAccessBlockConfiguration": {block: inputs[block] for block in self._blocks}}


class BucketPolicy(_BucketSetting):
    """A bucket's policy."""

    type = "aws:s3/bucketPolicy:BucketPolicy"
    properties = frozenset({"bucket", "policy"})
    operation = "PutBucketPolicy"

    def check(self, inputs: Inputs) -> None:
        """Check the document, and that it is about this bucket."""
        inputs["policy"] = normal_policy(inputs["policy"], "policy", principal=True, resource=True)
        if UNKNOWN in (inputs["policy"], inputs["bucket"]):
            return
        arn = f"arn:aws:s3:::{inputs['bucket']}"
        for resource in policy_resources(inputs["policy"]):
            if resource != arn and not resource.startswith(f"{arn}/"):
                raise ProviderError(
                    f"policy is about {resource!r}, but a policy of the bucket {inputs['bucket']} may only be about "
                    f"{arn} and {arn}/*."
                )

    def values(self, inputs: Inputs) -> Inputs:
        """The document."""
        return {"policy": inputs["policy"]}


class BucketServerSideEncryptionConfiguration(_BucketSetting):
    """How objects are encrypted at rest."""

    type = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    properties = frozenset({"bucket", "rules"})
    operation = "PutBucketEncryption"

    def values(self, inputs: Inputs) -> Inputs:
        """The rules."""
        return {"serverSideEncryptionConfiguration": {"rules": inputs["rules"]}}


class BucketVersioning(_BucketSetting):
    """Whether a bucket keeps what is overwritten or deleted."""

    type = "aws:s3/bucketVersioning:BucketVersioning"
    properties = frozenset({"bucket", "versioningConfiguration"})
    operation = "PutBucketVersioning"

    def values(self, inputs: Inputs) -> Inputs:
        """The status."""
        return {"versioningConfiguration": {"status": inputs["versioningConfiguration"]["status"]}}

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:
        """Suspend it: S3 has no operation that takes it off again."""
        _client(clients, inputs).put_bucket_versioning(
            Bucket=id_, VersioningConfiguration={"Status": "Suspended"}
        )


class BucketLifecycleConfiguration(_BucketSetting):
    """When objects expire or move."""

    type = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    properties = frozenset({"bucket", "rules"})
    operation = "PutBucketLifecycleConfiguration"

    def check(self, inputs: Inputs) -> None:
        """Check that there are rules."""
        if not inputs.get("rules"):
            raise ProviderError("rules is empty, but a lifecycle configuration needs at least one rule.")

    def values(self, inputs: Inputs) -> Inputs:
        """The rules, each with a filter: S3 takes one without for the deprecated form."""
        rules = [rule if "filter" in rule else {"filter": {"prefix": ""}, **rule} for rule in inputs["rules"]]
        return {"lifecycleConfiguration": {"rules": rules}}


class BucketObjectv2(Handler):
    """An object."""

    type = "aws:s3/bucketObjectv2:BucketObjectv2"
    _contents = ("content", "contentBase64", "source")
    _headers = (
        "contentType",
        "contentEncoding",
        "contentDisposition",
        "contentLanguage",
        "cacheControl",
        "metadata",
    )
    properties = frozenset({"bucket", "key", *_contents, *_headers})
    replace_on = frozenset({"bucket", "key"})
    defaults: ClassVar[Mapping[str, Any]] = {"contentType": "application/octet-stream"}
    regional = True
    tagged = True

    def complete(
        self, name: str, inputs: Inputs, previous: Inputs | None, region: str, tags: Inputs
    ) -> Inputs:
        """Fill in as for other resources; the key is the logical name as it is."""
        return super().complete(name, {"key": name, **inputs}, previous, region, tags)

    def check(self, inputs: Inputs) -> None:
        """Check that there is at most one content, and that it can be decoded."""
        given = [content for content in self._contents if content in inputs]
        if len(given) > 1:
            raise ProviderError(f"{' and '.join(given)} are both given, but an object has only one content.")
        if inputs.get("contentBase64", UNKNOWN) != UNKNOWN:
            _content(inputs)

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Put the object."""
        client = _client(clients, inputs)
        tagging = urlencode(inputs["tagsAll"])
        headers = {name: inputs[name] for name in ("bucket", "key", *self._headers) if name in inputs}
        values = headers | ({"tagging": tagging} if tagging else {})
        put = client.put_object(Body=_content(inputs), **request(client, "PutObject", values))
        outputs = {
            **outputs_of(inputs),
            "arn": f"arn:aws:s3:::{inputs['bucket']}/{inputs['key']}",
            "etag": put["ETag"].strip('"'),
            "versionId": put.get("VersionId", ""),
        }
        # S3 tells a checksum only of the algorithm that was asked for, and none was.
        outputs |= dict.fromkeys(_CHECKSUMS, "")
        return inputs["key"], outputs

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:  # noqa: ARG002 - it is put anew
        """Put the object again."""
        return self.create(clients, new)[1]

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:
        """Delete the object."""
        _client(clients, inputs).delete_object(Bucket=inputs["bucket"], Key=id_)


def _client(clients: Clients, inputs: Inputs) -> Any:  # noqa: ANN401 - see Clients.get
    return clients.get("s3", inputs["region"])


def _versions(client: Any, bucket: str) -> list[dict[str, str]]:  # noqa: ANN401 - see Clients.get
    """The first up to 1000 versions of objects, deletions included."""
    page = client.list_object_versions(Bucket=bucket)
    found = (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
    return [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]


def _content(inputs: Inputs) -> bytes:
    if "source" in inputs:
        return inputs["source"].read()
    if "contentBase64" not in inputs:
        return inputs.get("content", "").encode()
    try:
        return base64.b64decode(inputs["contentBase64"], validate=True)
    except binascii.Error as error:
        raise ProviderError(f"contentBase64 is not Base64: {error}.") from error


_CHECKSUMS = ("checksumCrc32", "checksumCrc32c", "checksumCrc64nvme", "checksumSha1", "checksumSha256")

HANDLERS = (
    Bucket(),
    BucketOwnershipControls(),
    BucketPublicAccessBlock(),
    BucketPolicy(),
    BucketServerSideEncryptionConfiguration(),
    BucketVersioning(),
    BucketLifecycleConfiguration(),
    BucketObjectv2(),
)
