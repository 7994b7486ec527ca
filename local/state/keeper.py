"""What of the emulator is kept, when, and how it comes back."""

import re
import sys
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from moto.s3.models import FakeBucket, s3_backends

from local.aws.s3 import bucket_and_key
from local.state.file import StateError, StateFile, damaged
from local.state.pickles import Pickler, Unpickler, backends_of, find_backends

if TYPE_CHECKING:
    from local.rekognition.store import Store

_KEPT = (
    "local.aws.awslambda.models",
    "local.aws.cloudfront.models",
    "local.aws.cognitoidentity.models",
    "local.aws.cognitoidp.models",
    "local.aws.sessions",
    "moto.budgets.models",
    "moto.cloudwatch.models",
    "moto.iam.models",
    "moto.logs.models",
    "moto.scheduler.models",
    "moto.sns.models",
    "moto.sts.models",
)
"""Services by the module of their backends, besides S3 and Custom Labels; those of moto's that are not listed are not
kept."""
_S3 = "moto.s3.models"
_OBJECT = "object/"
"""Before bucket and key in the name of the document that holds the versions of one object."""
_CUSTOM_LABELS = "custom-labels"
_NOTE = "note/"
_READS = re.compile(r".*\.(Describe|Detect|List|Get(?!Id$|Credentials)).*")
"""Operations of JSON services that change nothing."""


class Keeper:
    """WSGI middleware that writes what a request changed before it is answered, one such request at a time.

    Args:
        application: What answers requests.
        folder: Where the state is; what is there comes back at once.

    Raises:
        StateError: The state cannot be used.
    """

    def __init__(self, application: WSGIApplication, folder: Path) -> None:
        self._application = application
        self._lock = threading.RLock()
        self._file = StateFile(folder)
        try:
            self._kept = self._file.documents()
            self._restore()
        except BaseException:
            self._file.close()
            raise
        self._outcomes = _outcomes()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        published = (
            "/.well-known/" in environ["PATH_INFO"]
        )  # a user pool makes its key when it is asked for it
        if _READS.fullmatch(target) or (environ["REQUEST_METHOD"] in {"GET", "HEAD"} and not published):
            answer = self._application(environ, start_response)
            self._write_outcomes()
            return answer
        with self._lock:
            answer = self._application(environ, start_response)
            self._write(self._changed_by(environ, target))
        return answer

    def note(self, name: str, text: str) -> None:
        """Keep a text beside the services."""
        with self._lock:
            self._write({f"{_NOTE}{name}": text.encode()})

    def noted(self, name: str) -> str | None:
        """Return the text that was kept under a name, or None."""
        content = self._kept.get(f"{_NOTE}{name}")
        return None if content is None else content.decode()

    def close(self) -> None:
        """Write what went on unasked, and let others open the state."""
        with self._lock:
            self._write_outcomes()
            self._file.close()

    def _write_outcomes(self) -> None:
        """Write what trainings have come to that ended meanwhile."""
        if _outcomes() != self._outcomes:
            with self._lock:
                self._write(self._custom_labels())

    def _changed_by(self, environ: WSGIEnvironment, target: str) -> dict[str, Any]:
        """Return the documents, not yet pickled, that a request may have changed."""
        scope = environ.get("HTTP_AUTHORIZATION", "").split("/")
        service = scope[3] if len(scope) > 3 else ""  # noqa: PLR2004 - key/date/region/service
        if target or service not in {"", "s3"}:
            documents: dict[str, Any] = {name: _of(name) for name in _KEPT if find_backends(name)}
            return documents | (self._custom_labels() if service == "rekognition" else {})
        bucket, key = bucket_and_key(environ["RAW_URI"].partition("?")[0])
        return {_S3: _of(_S3), **(_object(bucket, key) if key else self._objects(bucket))}

    def _custom_labels(self) -> dict[str, Any]:
        """Return the documents of Custom Labels and, when a model was trained or copied, of the results in S3."""
        from local.rekognition.snapshots import snapshot  # noqa: PLC0415 - imports OpenCV, which others need not

        documents: dict[str, Any] = {_CUSTOM_LABELS: snapshot()}
        outcomes = _outcomes()  # after the snapshot: the results of each that is in it are in S3
        if outcomes != self._outcomes:
            self._outcomes = outcomes
            for bucket in list(s3_backends.bucket_accounts):
                documents |= self._objects(bucket)
        return documents

    def _objects(self, bucket: str) -> dict[str, Any]:
        """Return the documents of all objects in a bucket, None for those that are gone."""
        prefix = f"{_OBJECT}{bucket}/"
        gone: dict[str, Any] = {name: None for name in self._kept if name.startswith(prefix)}
        found = _find_bucket(bucket)
        for key in cast("list[str]", list(found.keys)) if found else []:
            gone |= _object(bucket, key)
        return gone

    def _write(self, documents: Mapping[str, Any]) -> None:
        large: dict[str, bytes] = {}
        pickled = {
            name: value if value is None or isinstance(value, bytes) else Pickler(large).pickled(value)
            for name, value in documents.items()
        }
        changed = {name: value for name, value in pickled.items() if value != self._kept.get(name)}
        if changed:
            self._file.write(changed, large)
            for name, value in changed.items():
                if value is None:
                    del self._kept[name]
                else:
                    self._kept[name] = value

    def _restore(self) -> None:
        needed: set[str] = set()

        def large(sha256: str) -> bytes:
            needed.add(sha256)
            return self._file.blob(sha256)

        objects: dict[str, Any] = {}
        for name, content in self._kept.items():
            try:
                if name == _CUSTOM_LABELS or name.startswith(_NOTE):
                    continue
                value = Unpickler(content, large).load()
                if name.startswith(_OBJECT):
                    objects[name.removeprefix(_OBJECT)] = value
                else:
                    _put(name, value)
            except StateError:
                raise
            except Exception as error:  # bytes that are no pickle can raise anything
                raise damaged(self._file.path, f"'{name}' cannot be read: {error}") from error
        for name, versions in objects.items():
            bucket, _, key = name.partition("/")
            found = _find_bucket(bucket)
            if found is None:
                raise damaged(self._file.path, f"'{name}' is in no bucket")
            found.keys.setlist(key, versions)
        if _CUSTOM_LABELS in self._kept:
            self._restore_custom_labels(self._kept[_CUSTOM_LABELS])
        self._file.keep_only(needed)

    def _restore_custom_labels(self, content: bytes) -> None:
        from local.rekognition.snapshots import SnapshotError, restore  # noqa: PLC0415 - see _custom_labels

        try:
            restore(content)
        except SnapshotError as error:
            raise damaged(self._file.path, str(error)) from error


def _of(module: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what the backends of a service hold, by account and region."""
    return {
        (account, region): vars(backend)
        for account, regions in list(backends_of(module).items())
        for region, backend in list(regions.items())
    }


def _put(module: str, values: dict[tuple[str, str], dict[str, Any]]) -> None:
    """Give the backends of a service what `_of` returned."""
    backends = backends_of(module)
    for (account, region), attributes in values.items():
        backend = backends[account][region]
        vars(backend).clear()
        vars(backend).update(attributes)
        if module == _S3:
            buckets: dict[str, FakeBucket] = attributes["buckets"]
            s3_backends.bucket_accounts |= dict.fromkeys(buckets, (region, account))


def _object(bucket: str, key: str) -> dict[str, Any]:
    """Return the document of one object: its versions, or None when it is gone."""
    found = _find_bucket(bucket)
    return {f"{_OBJECT}{bucket}/{key}": (found.keys.getlist(key) or None) if found else None}


def _find_bucket(name: str) -> FakeBucket | None:
    partition, account = s3_backends.bucket_accounts.get(name, ("", ""))
    return s3_backends[account][partition].buckets.get(name) if account else None


def _outcomes() -> set[str]:
    """Return the ARNs of the models whose training has ended, or that are copies."""
    models = sys.modules.get("local.rekognition.models")
    if models is None:
        return set()
    ended: set[str] = set()
    for regions in list(cast("Any", models).custom_labels_backends.values()):
        for backend in list(regions.values()):
            store: Store = backend.store
            with store.lock:
                ended |= {version.arn for version in store.versions() if version.outcome}
    return ended
