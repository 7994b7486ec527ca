"""Checks properties against the classes that a provider's Python package generates from its schema.

The packages carry no schema file, but their classes hold the whole of it: names on the wire, types, enumerations
and which properties are required.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
from collections import abc
from enum import Enum
from typing import TYPE_CHECKING, Any, Union, cast, get_args, get_origin

import pulumi
from pulumi import _types  # pyright: ignore[reportPrivateUsage] - the SDK has no public way to these types
from pulumi.runtime import rpc

from local.engine.state import UNKNOWN, Archive, Asset

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def check_inputs(type_: str, inputs: Mapping[str, Any]) -> list[str]:
    """Say what is wrong with a resource's inputs: missing, unknown or of the wrong type, nested ones too.

    Args:
        type_: Type token, such as `aws:s3/bucket:Bucket`; one that no imported package knows has no faults.
        inputs: Plain values by wire name; `UNKNOWN` fits every type.

    Returns:
        One clause for each fault, starting with the property's path.
    """
    classes = _classes(type_)
    return list(_object_faults(inputs, classes[1], "")) if classes else []


def missing_outputs(type_: str, outputs: Mapping[str, Any]) -> list[str]:
    """Name the properties that only the provider can fill in (no input has them) and that `outputs` lacks.

    Raises:
        KeyError: No imported package knows the type.
    """
    classes = _classes(type_)
    if classes is None:
        raise KeyError(type_)
    resource, args = classes
    computed = set(_types.resource_pulumi_to_py_names(resource)) - set(_shape(args)[0])
    return sorted(computed - set(outputs) - {"id", "urn"})


@functools.cache
def _classes(type_: str) -> tuple[type, type] | None:
    """The class of a resource type and the class of its arguments."""
    package, module, _ = type_.split(":")
    registered: Any = rpc.get_resource_module(package, module, "")
    if registered is None or type_ not in registered.mod_info["classes"]:
        return None
    resource = getattr(
        importlib.import_module(registered.mod_info["fqn"]), registered.mod_info["classes"][type_]
    )
    home = sys.modules[resource.__module__]
    # Where another class is already called <Name>Args, the arguments are <Name>InitArgs.
    args = getattr(home, f"{resource.__name__}InitArgs", None) or getattr(home, f"{resource.__name__}Args")
    return resource, args


@functools.cache
def _shape(class_: type) -> tuple[dict[str, Any], frozenset[str]]:
    """Types of an argument class's properties by wire name, and the names of the required ones."""
    names = _types.input_type_py_to_pulumi_names(class_)
    parameters = list(inspect.signature(class_.__init__).parameters.values())[1:]
    required = (names.get(one.name, one.name) for one in parameters if one.default is inspect.Parameter.empty)
    return cast("dict[str, Any]", _types.input_type_types(class_)), frozenset(required)


def _object_faults(value: Mapping[str, Any], class_: type, path: str) -> Iterator[str]:
    types, required = _shape(class_)
    for name in sorted(required - set(value)):
        yield f"{path}{name} is required"
    for name, item in value.items():
        if name in types:
            yield from _faults(item, types[name], f"{path}{name}")
        else:
            yield f"{path}{name} is not a property of {class_.__name__}"


def _faults(value: Any, type_: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - any value against any annotation
    wanted: Any = _types.unwrap_type(type_)
    origin = get_origin(wanted)
    if value == UNKNOWN or wanted is Any:
        return
    if origin is Union:
        yield from _union_faults(value, get_args(wanted), path)
    elif origin in (list, abc.Sequence):
        if isinstance(value, list):
            for i, item in enumerate(cast("list[Any]", value)):
                yield from _faults(item, get_args(wanted)[0], f"{path}[{i}]")
        else:
            yield _wrong(path, "a list", value)
    elif origin in (dict, abc.Mapping):
        if isinstance(value, dict):
            for key, item in cast("dict[str, Any]", value).items():
                yield from _faults(item, get_args(wanted)[1], f"{path}.{key}")
        else:
            yield _wrong(path, "a map", value)
    elif isinstance(wanted, type):
        yield from _class_faults(value, cast("type[object]", wanted), path)


def _union_faults(value: Any, alternatives: tuple[Any, ...], path: str) -> Iterator[str]:  # noqa: ANN401 - see above
    plumbing = (abc.Awaitable, pulumi.Output)
    plain = [
        one for one in alternatives if one is not type(None) and (get_origin(one) or one) not in plumbing
    ]
    faults = [list(_faults(value, one, path)) for one in plain]
    if faults and all(faults):
        # The alternative that is meant is the one whose faults lie deeper.
        yield from min(faults, key=lambda found: (found[0].startswith(f"{path} must be"), len(found)))


def _class_faults(value: Any, wanted: type[object], path: str) -> Iterator[str]:  # noqa: ANN401 - see above
    if _types.is_input_type(wanted):
        if isinstance(value, dict):
            yield from _object_faults(cast("dict[str, Any]", value), wanted, f"{path}.")
        else:
            yield _wrong(path, "an object", value)
    elif issubclass(wanted, Enum):
        allowed = [one.value for one in wanted]
        if value not in allowed:
            yield _wrong(path, f"one of {', '.join(map(str, allowed))}", value)
    elif issubclass(wanted, pulumi.Asset):
        if not isinstance(value, Asset):
            yield _wrong(path, "an asset", value)
    elif issubclass(wanted, pulumi.Archive):
        if not isinstance(value, Archive):
            yield _wrong(path, "an archive", value)
    elif not _is_plain(value, wanted):
        yield _wrong(path, _WORDS.get(wanted, wanted.__name__), value)


_WORDS: dict[type[object], str] = {
    str: "a string",
    bool: "true or false",
    int: "an integer",
    float: "a number",
}


def _is_plain(value: object, wanted: type) -> bool:
    if isinstance(value, bool):
        return wanted is bool
    return isinstance(value, (int, float) if wanted is float else wanted)


def _wrong(path: str, wanted: str, value: object) -> str:
    return f"{path} must be {wanted}, not {value!r}"
