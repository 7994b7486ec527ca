"""Requests checked against the service model that botocore carries, with the messages of AWS's services."""

import base64
import binascii
import json
import re
from functools import cache
from typing import Any, NoReturn, cast

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from moto.core.utils import get_service_model

from local.rekognition.exceptions import RequestError

_BODY = "The request's body"
_SHOWN = 80  # characters of a refused value that its message repeats
_UNICODE_CLASSES = {
    r"\p{L}": r"\w",
    r"\p{N}": r"\d",
    r"\p{Z}": r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
}


def parse_input(operation: str, body: bytes) -> dict[str, Any]:
    """Check the JSON *body* of a request for *operation* and return its members.

    Blobs come back as bytes. As in the service, members that the model does not know and members that are null
    count as absent.

    Raises:
        RequestError: SerializationException for a body that has not the types of the model, else
            ValidationException; both name every member at fault.
    """
    try:
        document: object = json.loads(body or b"{}", parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise RequestError("SerializationException", "The request's body is not JSON.") from None
    walk = _Walk()
    members = walk.structure(_input_shape(operation), document, "")
    if walk.mistyped:
        raise RequestError("SerializationException", " ".join(walk.mistyped))
    if walk.broken:
        count = len(walk.broken)
        detected = f"{count} validation error{'s' if count > 1 else ''} detected: {'; '.join(walk.broken)}"
        raise RequestError("ValidationException", detected)
    return members


@cache
def _input_shape(operation: str) -> StructureShape:
    return cast("StructureShape", get_service_model("rekognition").operation_model(operation).input_shape)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of the model, which may use Unicode classes that Python does not have."""
    if r"\p" not in pattern:
        return re.compile(pattern, re.ASCII)
    for name, members in _UNICODE_CLASSES.items():
        pattern = pattern.replace(name, members)
    return re.compile(pattern)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and the infinities are not JSON, though Python reads them


class _Walk:
    """One walk over a request and its shape, collecting what is wrong."""

    def __init__(self) -> None:
        self.mistyped: list[str] = []
        self.broken: list[str] = []

    def structure(self, shape: StructureShape, value: object, path: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._mistype(path, value, "must be a JSON object")
            return {}
        given = cast("dict[str, object]", value)
        members: dict[str, Any] = {}
        for name, member in shape.members.items():
            where = f"{path}.{_camel(name)}" if path else _camel(name)
            if given.get(name) is not None:
                members[name] = self._any(member, given[name], where)
            elif name in shape.required_members:
                self.broken.append(_failure(None, where, "Member must not be null"))
        return members

    def _any(self, shape: Shape, value: object, path: str) -> object:
        if isinstance(shape, StructureShape):
            return self.structure(shape, value, path)
        if isinstance(shape, ListShape):
            return self._list(shape, value, path)
        if isinstance(shape, MapShape):
            return self._map(shape, value, path)
        if shape.type_name == "blob":
            return self._blob(shape, value, path)
        problem = type_problem(shape, value)
        if problem:
            self._mistype(path, value, problem)
        else:
            self.broken += [_failure(value, path, rule) for rule in broken_rules(shape, value)]
        return value

    def _list(self, shape: ListShape, value: object, path: str) -> list[Any]:
        if not isinstance(value, list):
            self._mistype(path, value, "must be a JSON array")
            return []
        items = cast("list[object]", value)
        self.broken += [_failure(items, path, rule) for rule in _broken_lengths(shape, len(items))]
        if isinstance(shape.member, StringShape):
            return self._strings(shape.member, items, items, path, "Member must satisfy constraint")
        return [
            self._any(shape.member, item, f"{path}.{number}.member") for number, item in enumerate(items, 1)
        ]

    def _map(self, shape: MapShape, value: object, path: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._mistype(path, value, "must be a JSON object")
            return {}
        entries = cast("dict[str, object]", value)
        self.broken += [_failure(entries, path, rule) for rule in _broken_lengths(shape, len(entries))]
        keys = self._strings(shape.key, list(entries), entries, path, "Map keys must satisfy constraint")
        values = self._strings(
            shape.value, list(entries.values()), entries, path, "Map value must satisfy constraint"
        )
        return dict(zip(keys, values, strict=True))

    def _strings(self, shape: Shape, items: list[object], whole: object, path: str, rule: str) -> list[Any]:
        """Check the strings of a list or map, about which AWS complains all at once, naming every rule for them."""
        for item in items:
            problem = type_problem(shape, item)
            if problem:
                self._mistype(path, item, problem)
            elif broken_rules(shape, item):
                self.broken.append(_failure(whole, path, f"{rule}: [{', '.join(_rules(shape))}]"))
                break
        return items

    def _blob(self, shape: Shape, value: object, path: str) -> bytes:
        if not isinstance(value, str):
            self._mistype(path, value, "must be a string in base64")
            return b""
        try:
            blob = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            self.mistyped.append(f"{path} is not base64.")
            return b""
        size = len(blob)
        shown = f"java.nio.HeapByteBuffer[pos=0 lim={size} cap={size}]"
        self.broken += [_failure(shown, path, rule) for rule in _broken_lengths(shape, size)]
        return blob

    def _mistype(self, path: str, value: object, rule: str) -> None:
        shown = "a JSON object" if isinstance(value, dict) else "a JSON array"
        if not isinstance(value, dict | list):
            shown = _cut(json.dumps(value))
        self.mistyped.append(f"{path or _BODY} is {shown}: it {rule}.")


def type_problem(shape: Shape, value: object) -> str | None:
    """Say of which type a value must be, if it is not; for strings, booleans and numbers."""
    if isinstance(shape, StringShape):
        return None if isinstance(value, str) else "must be a string"
    if shape.type_name == "boolean":
        return None if isinstance(value, bool) else "must be true or false"
    whole = shape.type_name != "float"
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        return "must be an integer" if whole else "must be a number"
    return None


def broken_rules(shape: Shape, value: Any) -> list[str]:  # noqa: ANN401 - JSON
    """Return the constraints of a string, boolean or number that a value of its type breaks."""
    if isinstance(shape, StringShape):
        if shape.enum:
            return [] if value in shape.enum else _rules(shape)
        pattern = cast("str | None", shape.metadata.get("pattern"))
        matches = pattern is None or _compiled(pattern).fullmatch(value)
        return _broken_lengths(shape, len(value)) + ([] if matches else [_pattern_rule(pattern)])
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    broken: list[str] = []
    if high is not None and value > high:
        broken.append(f"Member must have value less than or equal to {high}")
    if low is not None and value < low:
        broken.append(f"Member must have value greater than or equal to {low}")
    return broken


def _broken_lengths(shape: Shape, length: int) -> list[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    broken: list[str] = []
    if high is not None and length > high:
        broken.append(_most_rule(high))
    if low is not None and length < low:
        broken.append(_least_rule(low))
    return broken


def _rules(shape: Shape) -> list[str]:
    """Return all the constraints of a string."""
    if isinstance(shape, StringShape) and shape.enum:
        return [f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"]
    rules: list[str] = []
    for name, rule in (("max", _most_rule), ("min", _least_rule), ("pattern", _pattern_rule)):
        if name in shape.metadata:
            rules.append(rule(shape.metadata[name]))
    return rules


def _most_rule(length: object) -> str:
    return f"Member must have length less than or equal to {length}"


def _least_rule(length: object) -> str:
    return f"Member must have length greater than or equal to {length}"


def _pattern_rule(pattern: object) -> str:
    return f"Member must satisfy regular expression pattern: {pattern}"


def _failure(value: object, path: str, rule: str) -> str:
    if value is None:
        return f"Value null at '{path}' failed to satisfy constraint: {rule}"
    if isinstance(value, dict):
        entries = cast("dict[str, object]", value)
        value = "{" + ", ".join(f"{name}={item}" for name, item in entries.items()) + "}"
    elif isinstance(value, list):
        value = "[" + ", ".join(str(item) for item in cast("list[object]", value)) + "]"
    return f"Value '{_cut(str(value))}' at '{path}' failed to satisfy constraint: {rule}"


def _camel(name: str) -> str:
    return name[0].lower() + name[1:]


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
