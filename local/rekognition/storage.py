"""The emulated S3 of one account and region, read and written in this process."""

from moto.s3.exceptions import MissingBucket
from moto.s3.models import FakeKey, S3Backend, s3_backends
from moto.utilities.utils import get_partition


class ObjectError(Exception):
    """A bucket or an object that cannot be used, with a sentence that says why."""


class ObjectTooLargeError(ObjectError):
    """An object that is larger than the caller takes."""


class Storage:
    """The buckets of an account that are in one region: the service uses no others.

    Args:
        account_id: The caller's account.
        region: The region of the call.
    """

    def __init__(self, account_id: str, region: str) -> None:
        self._account_id = account_id
        self._region = region

    def require_bucket(self, name: str) -> None:
        """Check that a bucket can be used.

        Raises:
            ObjectError: There is none of that name, or it is in another region.
        """
        try:
            bucket = self._s3().get_bucket(name)
        except MissingBucket:
            raise ObjectError(f"There is no bucket {name}.") from None
        if bucket.region_name != self._region:
            raise ObjectError(f"Bucket {name} is in {bucket.region_name}: it must be in {self._region}.")

    def require_object(self, bucket: str, key: str, version_id: str | None = None) -> FakeKey:
        """Return an object.

        Raises:
            ObjectError: There is no such object, or its bucket cannot be used.
        """
        self.require_bucket(bucket)
        found = self._s3().get_object(bucket, key, version_id)
        if found is None:
            raise ObjectError(f"There is no object {key} in bucket {bucket}.")
        return found

    def read(self, bucket: str, key: str, version_id: str | None = None, *, limit: int) -> bytes:
        """Return the content of an object of at most *limit* bytes.

        Raises:
            ObjectError: There is no such object, or its bucket cannot be used.
            ObjectTooLargeError: It is larger.
        """
        found = self.require_object(bucket, key, version_id)
        if found.size > limit:
            raise ObjectTooLargeError(
                f"Object {key} in bucket {bucket} has {found.size} bytes: {limit} is the most."
            )
        return found.value

    def write(self, bucket: str, key: str, content: bytes) -> None:
        """Write an object.

        Raises:
            ObjectError: The bucket cannot be used.
        """
        self.require_bucket(bucket)
        self._s3().put_object(bucket, key, content)

    def _s3(self) -> S3Backend:
        return s3_backends[self._account_id][get_partition(self._region)]
