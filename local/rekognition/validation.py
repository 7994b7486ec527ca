"""Requests checked against the service model that botocore carries."""

import base64
import binascii
import json
import re
from functools import cache
from typing import Any, NoReturn, cast

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from moto.core.utils import get_service_model

from local.rekognition.exceptions import RekognitionError

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
        RekognitionError: InvalidParameterException that names every member that broke a rule, its value and the rule.
    """
    try:
        document: object = json.loads(body or b"{}", parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise RekognitionError("InvalidParameterException", "The request's body is not JSON.") from None
    walk = _Walk()
    members = walk.structure(_input_shape(operation), document, "")
    if walk.broken:
        raise RekognitionError("InvalidParameterException", " ".join(walk.broken))
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
    """One walk over a request and its shape, collecting the rules that were broken."""

    def __init__(self) -> None:
        self.broken: list[str] = []

    def structure(self, shape: StructureShape, value: object, path: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._break(path or "The request's body", value, "must be a JSON object")
            return {}
        given = cast("dict[str, object]", value)
        members: dict[str, Any] = {}
        for name, member in shape.members.items():
            where = f"{path}.{name}" if path else name
            if given.get(name) is not None:
                members[name] = self._any(member, given[name], where)
            elif name in shape.required_members:
                self.broken.append(f"{where} is missing: it is required.")
        return members

    def _any(self, shape: Shape, value: object, path: str) -> object:
        if isinstance(shape, StructureShape):
            return self.structure(shape, value, path)
        if isinstance(shape, ListShape):
            return self._list(shape, value, path)
        if isinstance(shape, MapShape):
            return self._map(shape, value, path)
        return self._scalar(shape, value, path)

    def _scalar(self, shape: Shape, value: object, path: str) -> object:
        if shape.type_name == "blob":
            return self._blob(shape, value, path)
        if isinstance(shape, StringShape):
            return self._string(shape, value, path)
        if shape.type_name == "boolean":
            if not isinstance(value, bool):
                self._break(path, value, "must be true or false")
            return value
        return self._number(shape, value, path)

    def _list(self, shape: ListShape, value: object, path: str) -> list[Any]:
        if not isinstance(value, list):
            self._break(path, value, "must be a JSON array")
            return []
        items = cast("list[object]", value)
        self._size(shape, len(items), path, "items")
        return [self._any(shape.member, item, f"{path}[{index}]") for index, item in enumerate(items)]

    def _map(self, shape: MapShape, value: object, path: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._break(path, value, "must be a JSON object")
            return {}
        entries = cast("dict[str, object]", value)
        self._size(shape, len(entries), path, "entries")
        return {
            cast("str", self._any(shape.key, key, f"{path} key")): self._any(
                shape.value, item, f"{path}.{_shown(key)}"
            )
            for key, item in entries.items()
        }

    def _blob(self, shape: Shape, value: object, path: str) -> bytes:
        if not isinstance(value, str):
            self._break(path, value, "must be a string in base64")
            return b""
        try:
            blob = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            self.broken.append(f"{path} is not base64.")
            return b""
        self._size(shape, len(blob), path, "bytes")
        return blob

    def _string(self, shape: StringShape, value: object, path: str) -> object:
        if not isinstance(value, str):
            self._break(path, value, "must be a string")
            return value
        if shape.enum and value not in shape.enum:
            self._break(path, value, f"must be one of {', '.join(shape.enum)}")
            return value
        self._size(shape, len(value), f"{path} {_shown(value)}", "characters")
        pattern = cast("str | None", shape.metadata.get("pattern"))
        if pattern and not _compiled(pattern).fullmatch(value):
            self._break(path, value, f"must match {pattern}")
        return value

    def _number(self, shape: Shape, value: object, path: str) -> object:
        whole = shape.type_name != "float"
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            self._break(path, value, "must be an integer" if whole else "must be a number")
            return value
        low, high = shape.metadata.get("min"), shape.metadata.get("max")
        if low is not None and value < low:
            self._break(path, value, f"must be at least {low}")
        if high is not None and value > high:
            self._break(path, value, f"must be at most {high}")
        return value

    def _size(self, shape: Shape, size: int, subject: str, unit: str) -> None:
        low, high = shape.metadata.get("min"), shape.metadata.get("max")
        if low is not None and size < low:
            self.broken.append(f"{subject} has {size} {unit}: it must have at least {low}.")
        if high is not None and size > high:
            self.broken.append(f"{subject} has {size} {unit}: it must have at most {high}.")

    def _break(self, path: str, value: object, rule: str) -> None:
        self.broken.append(f"{path} is {_shown(value)}: it {rule}.")


def _shown(value: object) -> str:
    if isinstance(value, dict | list):
        return "a JSON object" if isinstance(value, dict) else "a JSON array"
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
