"""Shows a preview or an update as text for a terminal."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from local.engine.state import UNKNOWN, Archive, Asset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.engine import Result
    from local.engine.deployment import Op, Step

_SIGNS: dict[Op, str] = {"same": " ", "create": "+", "update": "~", "replace": "+-", "delete": "-"}
_WIDTH = 72
"""Characters of a value that are shown."""


def render(result: Result) -> str:
    """Show a result as a tree of components with what changes, the outputs and the number of each operation.

    Values that only an update will tell are shown as `[unknown]`, secret ones as `[secret]`.
    """
    steps = {step.urn: step for step in result.steps}
    roots = [step for step in result.steps if step.resource.parent not in steps]
    lines = [line for root in roots for line in _tree(root, result.steps, 0)]
    if result.outputs:
        lines += ["", "Outputs:"]
        lines += [
            f"    {name}: {'[secret]' if name in result.secret_outputs else _shown(value)}"
            for name, value in sorted(result.outputs.items())
        ]
    count = Counter(step.op for step in result.steps)
    counted = [f"{_SIGNS[op]} {count[op]} to {op}" for op in _SIGNS if op != "same" and count[op]]
    return "\n".join([*lines, "", *(counted or ["No changes"]), f"  {count['same']} unchanged"])


def _tree(step: Step, steps: tuple[Step, ...], depth: int) -> Iterator[str]:
    indent = "    " * depth
    yield f"{_SIGNS[step.op]:2} {indent}{step.type} {step.name}"
    resource = step.resource
    names = {"create": sorted(resource.inputs), "update": step.changed, "replace": step.changed}.get(
        step.op, ()
    )
    for name in names:
        if not name.startswith("__"):
            value = "[secret]" if name in resource.secrets else _shown(resource.inputs.get(name, "(removed)"))
            yield f"   {indent}    {name}: {value}"
    for child in steps:
        if child.resource.parent == step.urn:
            yield from _tree(child, steps, depth + 1)


def _shown(value: object) -> str:
    readable = _readable(value)
    text = readable if isinstance(readable, str) else json.dumps(readable, ensure_ascii=False)
    line = " ".join(text.replace(UNKNOWN, "[unknown]").split())
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"


def _readable(value: Any) -> Any:  # noqa: ANN401 - any property value
    if isinstance(value, Asset):
        return f"asset {value.sha256[:7]}"
    if isinstance(value, Archive):
        return f"archive {value.sha256[:7]}"
    if isinstance(value, dict):
        return {key: _readable(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_readable(item) for item in cast("list[Any]", value)]
    return value
