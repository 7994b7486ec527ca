"""What a deployment has created, and the order in which it can be taken away."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, cast

from pulumi.runtime import rpc

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

UNKNOWN: str = rpc.UNKNOWN
"""Stands, in a preview, for a value that only a deployment will tell."""

_ASSET_HASH = "pulumi:asset:sha256"
_ARCHIVE_HASH = "pulumi:archive:sha256"
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def has_unknown(value: object) -> bool:
    """Whether a value is, or holds somewhere inside, `UNKNOWN`."""
    if isinstance(value, dict):
        return any(has_unknown(item) for item in cast("dict[str, object]", value).values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in cast("list[object]", value))
    return value == UNKNOWN


@dataclass(frozen=True)
class Asset:
    """The content of a `pulumi.FileAsset` or `pulumi.StringAsset`; equal when the content is."""

    sha256: str
    """Hash of the content, in hexadecimal."""
    path: Path | None = field(default=None, compare=False)
    """The file, or None when the content is `text` (or when this was read back from a stored state)."""
    text: str = field(default="", compare=False)
    """The content, when it is not a file's."""

    @classmethod
    def of_file(cls, path: Path) -> Asset:
        """The content of a file.

        Raises:
            OSError: The file cannot be read.
        """
        return cls(hashlib.sha256(path.read_bytes()).hexdigest(), path=path)

    @classmethod
    def of_text(cls, text: str) -> Asset:
        """The content of a string, in UTF-8."""
        return cls(hashlib.sha256(text.encode()).hexdigest(), text=text)

    def read(self) -> bytes:
        """The content."""
        return self.path.read_bytes() if self.path else self.text.encode()


@dataclass(frozen=True)
class Archive:
    """The files of a `pulumi.AssetArchive` or `pulumi.FileArchive`; equal when their names and contents are."""

    sha256: str
    """Hash of names and contents, in hexadecimal."""
    files: Mapping[str, Asset] = field(default_factory=dict[str, Asset], compare=False)
    """By their path in the archive; none when this was read back from a stored state."""

    @classmethod
    def of_files(cls, files: Mapping[str, Asset]) -> Archive:
        """An archive of assets, by their path in it."""
        ordered = dict(sorted(files.items()))
        listing = json.dumps([[name, asset.sha256] for name, asset in ordered.items()])
        return cls(hashlib.sha256(listing.encode()).hexdigest(), ordered)

    @classmethod
    def of_folder(cls, folder: Path) -> Archive:
        """An archive of everything below a folder.

        Raises:
            OSError: It is no folder, or a file in it cannot be read.
        """
        if not folder.is_dir():
            raise NotADirectoryError(0, "it is not a folder")
        files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        return cls.of_files({name: Asset.of_file(path) for name, path in files.items()})

    def zipped(self) -> bytes:
        """The archive as a zip file, the same for the same files at any time."""
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, asset in self.files.items():
                entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, asset.read(), zipfile.ZIP_DEFLATED)
        return content.getvalue()


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource as it was deployed, or as a preview expects it to be."""

    urn: str
    custom: bool = True
    """False for a component, which exists only as a parent of others."""
    id: str = ""
    parent: str = ""
    """URN of the parent; empty for the stack."""
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Checked inputs, defaults included, by the names of the wire (camelCase)."""
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    dependencies: tuple[str, ...] = ()
    """URNs that must outlive this resource, besides the parent."""
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """URNs that each input was computed from."""
    secrets: tuple[str, ...] = ()
    """Names of properties that are secret. Their values are stored in clear."""
    protect: bool = False
    retain_on_delete: bool = False
    pending_delete: bool = False
    """Already replaced by another resource of the same URN, but not yet deleted."""

    @property
    def type(self) -> str:
        """The resource's type token, such as `aws:s3/bucket:Bucket`."""
        return self.urn.split("::")[2].rsplit("$", 1)[-1]

    @property
    def name(self) -> str:
        """The logical name that the program gave it."""
        return self.urn.split("::", 3)[3]

    def needs(self, urn: str) -> bool:
        """Whether the resource of that URN must be deleted after this one."""
        return urn == self.parent or urn in self.dependencies


@dataclass(frozen=True)
class State:
    """Everything that exists after a deployment, in the order of its creation."""

    resources: tuple[Resource, ...] = ()

    def to_json(self) -> str:
        """The state as text for a file; an asset or archive is kept as its hash, a secret in clear."""
        return json.dumps({"resources": [asdict(one) for one in self._without_assets()]}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> State:
        """The state that `to_json` wrote.

        Raises:
            ValueError: The text is not a stored state.
        """
        try:
            stored: list[dict[str, Any]] = json.loads(text, object_hook=_restored)["resources"]
            return cls(tuple(Resource(**_tuples(values)) for values in stored))
        except (TypeError, AttributeError, KeyError, json.JSONDecodeError) as error:
            raise ValueError(f"The text is not a stored state: {error}.") from error

    def _without_assets(self) -> Iterable[Resource]:
        for resource in self.resources:
            plain = {one.name: _stored(getattr(resource, one.name)) for one in fields(resource)}
            yield Resource(**plain)


def delete_order(resources: Iterable[Resource]) -> list[Resource]:
    """Sort resources so that children and dependents come before what they need."""
    left = list(reversed(list(resources)))
    order: list[Resource] = []
    while left:
        free = next(
            (one for one in left if not any(other.needs(one.urn) for other in left if other is not one)),
            left[0],  # what was replaced may need what came to need its successor
        )
        order.append(free)
        left.remove(free)
    return order


def _stored(value: Any) -> Any:  # noqa: ANN401 - walks JSON of any shape
    if isinstance(value, Asset):
        return {_ASSET_HASH: value.sha256}
    if isinstance(value, Archive):
        return {_ARCHIVE_HASH: value.sha256}
    if isinstance(value, dict):
        return {key: _stored(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_stored(item) for item in cast("list[Any]", value)]
    return value


def _restored(value: dict[str, Any]) -> Any:  # noqa: ANN401 - an asset, an archive or the map itself
    if set(value) == {_ARCHIVE_HASH}:
        return Archive(value[_ARCHIVE_HASH])
    return Asset(value[_ASSET_HASH]) if set(value) == {_ASSET_HASH} else value


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    for name in ("dependencies", "secrets"):
        values[name] = tuple(values[name])
    values["property_dependencies"] = {
        key: tuple(urns) for key, urns in values["property_dependencies"].items()
    }
    return values
