"""Configuration of a stack, resolved from `Pulumi.yaml` and `Pulumi.<stack>.yaml` as the Pulumi CLI does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_ALLOWED = {
    "string": "a string",
    "integer": "an integer",
    "boolean": "true or false",
    "array": "a list",
    "object": "a map",
}


class ConfigError(Exception):
    """A setting that cannot be used; the message is one sentence with key, value and what is allowed."""


@dataclass(frozen=True, kw_only=True)
class StackConfig:
    """What a program is started with."""

    project: str
    """The project's name, from `Pulumi.yaml`."""
    stack: str
    """The stack's name."""
    values: Mapping[str, str]
    """Every value by its full key (`namespace:key`); anything but text is JSON."""
    secret_keys: frozenset[str] = frozenset()
    """Full keys whose values are secrets."""


def load_config(project_dir: Path, stack: str, overrides: Mapping[str, Any] | None = None) -> StackConfig:
    """Read the configuration of one stack.

    A stack without a settings file has only the project's defaults.

    Args:
        project_dir: Folder of `Pulumi.yaml`.
        stack: Name of the stack, as in `Pulumi.<stack>.yaml`.
        overrides: Values that win over the files, by key with or without the project's namespace.

    Raises:
        ConfigError: A value is missing or of the wrong type, or a file is not what it should be.
    """
    project = _read_map(project_dir / "Pulumi.yaml")
    name = project.get("name")
    if not isinstance(name, str) or not name:
        raise ConfigError(f"{project_dir / 'Pulumi.yaml'} has no 'name'; give the project one.")
    stack_file = project_dir / f"Pulumi.{stack}.yaml"
    settings = _read_map(stack_file) if stack_file.exists() else {}

    def full(key: str) -> str:
        return key if ":" in key else f"{name}:{key}"

    values = {full(key): value for key, value in _map(settings.get("config"), stack_file).items()}
    secret = {key for key, value in values.items() if _is_encrypted(value)}
    values |= {full(key): value for key, value in (overrides or {}).items()}

    for key, declaration in _map(project.get("config"), project_dir / "Pulumi.yaml").items():
        own = full(key).startswith(f"{name}:")
        declared = _declaration(key, declaration, own=own)
        if "default" in declared:
            values.setdefault(full(key), declared["default"])
        if declared.get("secret"):
            secret.add(full(key))
        if full(key) in values:
            _check_type(key, values[full(key)], declared, stack)
        elif own:
            raise ConfigError(
                f"Stack '{stack}' is missing the configuration value '{key}'; set it in Pulumi.{stack}.yaml."
            )

    for key, value in values.items():
        if _is_encrypted(value):
            raise ConfigError(
                f"Configuration key '{key}' of stack '{stack}' is encrypted, which only the Pulumi CLI can read; "
                "give its value as an override."
            )
    return StackConfig(
        project=name,
        stack=stack,
        values={key: _text(value) for key, value in values.items() if value is not None},
        secret_keys=frozenset(secret & set(values)),
    )


def _read_map(file: Path) -> dict[str, Any]:
    try:
        content: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{file} does not exist; name a folder that holds a Pulumi program.") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{file} is not YAML: {' '.join(str(error).split())}.") from error
    return _map(content, file)


def _map(value: object, file: Path) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ConfigError(f"{file} holds {value!r} where a map of keys and values is expected.")
    return {str(key): item for key, item in cast("dict[Any, Any]", value).items()}


def _declaration(key: str, given: object, *, own: bool) -> dict[str, Any]:
    """What `Pulumi.yaml` says of a key, its value always as `default`."""
    if not isinstance(given, dict):
        return {"default": given}
    declared = cast("dict[str, Any]", given)
    if not own and set(declared) - {"value", "description", "secret"}:
        raise ConfigError(
            f"Pulumi.yaml declares the key '{key}' of another namespace; there it may only have a 'value'."
        )
    return {"default" if name == "value" else name: value for name, value in declared.items()}


def _is_encrypted(value: object) -> bool:
    return isinstance(value, dict) and set(cast("dict[str, Any]", value)) == {"secure"}


def _check_type(key: str, value: object, declared: Mapping[str, Any], stack: str) -> None:
    kind = declared.get("type")
    if kind is None or _is_encrypted(value):
        return
    if kind not in _ALLOWED or (kind == "array" and "items" not in declared):
        raise ConfigError(
            f"Pulumi.yaml gives the key '{key}' the type {kind!r}; allowed are {', '.join(_ALLOWED)}, "
            "and an array needs 'items'."
        )
    if not _matches(value, declared):
        of = f" of {declared['items'].get('type')}s" if kind == "array" else ""
        raise ConfigError(
            f"Configuration key '{key}' of stack '{stack}' is {json.dumps(value, default=str)}, "
            f"but must be {_ALLOWED[kind]}{of} (type {kind})."
        )


def _matches(value: object, declared: Mapping[str, Any]) -> bool:
    match declared.get("type"):
        case "string":
            return isinstance(value, str)
        case "integer":
            # A value set with `pulumi config set` is text in the file.
            return (isinstance(value, int) and not isinstance(value, bool)) or (
                isinstance(value, str) and value.removeprefix("-").isdecimal()
            )
        case "boolean":
            return isinstance(value, bool) or value in ("true", "false")
        case "object":
            return isinstance(value, dict)
        case _:
            items = cast("list[object]", value) if isinstance(value, list) else None
            return items is not None and all(_matches(item, declared["items"]) for item in items)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else json.dumps(value)
