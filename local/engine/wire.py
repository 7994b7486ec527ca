"""Translates between the SDK's wire format (protobuf structs with signed maps) and plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from google.protobuf import json_format, struct_pb2
from pulumi.runtime import rpc

from local.engine.state import Archive, Asset

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

# Constants of Pulumi's wire format; the SDK has them only under private names.
_SIGNATURE: str = rpc._special_sig_key  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
_SECRET: str = rpc._special_secret_sig  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
_ASSET: str = rpc._special_asset_sig  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
_ARCHIVE: str = rpc._special_archive_sig  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]


class WireError(Exception):
    """A value that the engine cannot take; the message is one sentence."""


def from_struct(struct: struct_pb2.Struct, root: Path) -> tuple[dict[str, Any], set[str]]:
    """Read the properties of a request.

    Args:
        struct: The properties.
        root: Folder that relative paths of assets start from.

    Returns:
        The properties without those that are None, and the names of those that are or hold secrets.

    Raises:
        WireError: A file of an asset or archive cannot be read, or it is of a kind that is not supported.
    """
    secrets: set[str] = set()
    # The order of a map's keys on the wire is random.
    message = sorted(json_format.MessageToDict(struct).items())
    values = {name: _decode(value, name, name, root, secrets) for name, value in message}
    return {name: value for name, value in values.items() if value is not None}, secrets


def to_struct(values: Mapping[str, Any], secrets: Collection[str] = ()) -> struct_pb2.Struct:
    """Write properties for the SDK, those named in `secrets` marked as such."""
    encoded = {name: _encode(value) for name, value in values.items() if value is not None}
    marked = {
        name: {_SIGNATURE: _SECRET, "value": value} if name in secrets else value
        for name, value in encoded.items()
    }
    struct = struct_pb2.Struct()
    struct.update(marked)
    return struct


def _decode(value: Any, path: str, name: str, root: Path, secrets: set[str]) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        signed = cast("dict[str, Any]", value)
        match signed.get(_SIGNATURE):
            case None:
                return {
                    key: _decode(item, f"{path}.{key}", name, root, secrets)
                    for key, item in sorted(signed.items())
                    if item is not None
                }
            case signature if signature == _SECRET:
                secrets.add(name)
                return _decode(signed["value"], path, name, root, secrets)
            case signature if signature == _ASSET:
                return _asset(signed, path, root)
            case signature if signature == _ARCHIVE:
                return _archive(signed, path, root)
            case signature:
                raise WireError(f"{path} is of the kind {signature}, which this engine does not support.")
    if isinstance(value, list):
        return [
            _decode(item, f"{path}[{i}]", name, root, secrets)
            for i, item in enumerate(cast("list[Any]", value))
        ]
    # Every number travels as a double.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _asset(signed: Mapping[str, Any], path: str, root: Path) -> Asset:
    if "text" in signed:
        return Asset.of_text(signed["text"])
    if "path" not in signed:
        raise WireError(f"{path} is a remote asset ({signed.get('uri')}); give a file or text.")
    try:
        return Asset.of_file(root / signed["path"])
    except OSError as error:
        raise WireError(
            f"{path} names the file {signed['path']}, which cannot be read: {error.strerror}."
        ) from error


def _archive(signed: Mapping[str, Any], path: str, root: Path) -> Archive:
    if "assets" in signed:
        return Archive.of_files(_files(signed["assets"], path, root))
    if "path" not in signed:
        raise WireError(f"{path} is a remote archive ({signed.get('uri')}); give a folder or assets.")
    try:
        return Archive.of_folder(root / signed["path"])
    except OSError as error:
        raise WireError(
            f"{path} names the archive {signed['path']}, which must be a folder that can be read: {error.strerror}."
        ) from error


def _files(assets: Mapping[str, Mapping[str, Any]], path: str, root: Path) -> dict[str, Asset]:
    """The files of an archive's assets, those of the archives among them below their names."""
    files: dict[str, Asset] = {}
    for name, signed in assets.items():
        if signed[_SIGNATURE] == _ARCHIVE:
            inner = _archive(signed, f"{path}.{name}", root)
            files |= {f"{name}/{inside}": asset for inside, asset in inner.files.items()}
        else:
            files[name] = _asset(signed, f"{path}.{name}", root)
    return files


def _encode(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, Asset):
        content = {"path": str(value.path)} if value.path else {"text": value.text}
        return {_SIGNATURE: _ASSET} | content
    if isinstance(value, Archive):
        return {
            _SIGNATURE: _ARCHIVE,
            "assets": {name: _encode(asset) for name, asset in value.files.items()},
        }
    if isinstance(value, dict):
        return {key: _encode(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_encode(item) for item in cast("list[Any]", value)]
    return value
