"""The only place that turns a template of `policies/` into a policy document."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from jinja2.meta import find_undeclared_variables

POLICIES = Path(__file__).parent.parent / "policies"

_LOADER = FileSystemLoader(POLICIES)
_ENVIRONMENT = Environment(
    loader=_LOADER,
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701  # JSON is not HTML; every value goes through |tojson
)


class PolicyError(ValueError):
    """A policy template that cannot be rendered with the values given."""


def render_policy(template: str, /, **values: str | Sequence[str]) -> str:
    """Render one template of `policies/` as a compact JSON policy document.

    Args:
        template: File name, such as `viewer.json.j2`.
        **values: What the template names; each is a string or a list of strings.

    Raises:
        PolicyError: The template does not exist, names a value that was not given,
            or renders to something that is not JSON or repeats a key.
    """
    try:
        _refuse_missing_values(template, values)
        text = _ENVIRONMENT.get_template(template).render(values)
        document = json.loads(text, object_pairs_hook=_without_repeats)
    except TemplateError as error:
        raise PolicyError(f"policies/{template} cannot be rendered: {error}.") from error
    except json.JSONDecodeError as error:
        raise PolicyError(f"policies/{template} does not render to JSON: {error}.") from error
    except _RepeatedKeyError as error:
        raise PolicyError(f"policies/{template} gives the key {error} twice.") from error
    return json.dumps(document)


def _refuse_missing_values(template: str, values: Mapping[str, object]) -> None:
    # StrictUndefined alone would let |tojson complain about an object without naming it.
    source, _, _ = _LOADER.get_source(_ENVIRONMENT, template)
    missing = sorted(find_undeclared_variables(_ENVIRONMENT.parse(source)) - values.keys())
    if missing:
        raise PolicyError(f"policies/{template} cannot be rendered without a value for {', '.join(missing)}.")


class _RepeatedKeyError(Exception):
    pass


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for key, value in pairs:
        if key in document:
            raise _RepeatedKeyError(repr(key))
        document[key] = value
    return document
