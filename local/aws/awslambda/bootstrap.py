"""Runs one invocation in a process of its own: Python's own modules, boto3 and the deployed archive, nothing else.

Reads the invocation as JSON from standard input, writes what came of it to the file that it names. What the
function prints is its log.
"""

import importlib
import json
import sys
import time
import traceback
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Self


class Context:
    """What Lambda passes to a handler beside the event."""

    def __init__(self, invocation: dict[str, Any]) -> None:
        self.aws_request_id: str = invocation["request_id"]
        self.function_name: str = invocation["function_name"]
        self.invoked_function_arn: str = invocation["function_arn"]
        self._deadline = time.monotonic() + invocation["timeout"]

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the invocation is ended."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


def shift_clock(root: str, ahead: float) -> None:
    """Let the function's modules, and no others, see a time that is seconds ahead."""

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) + timedelta(seconds=ahead)

    for module in list(sys.modules.values()):
        if (getattr(module, "__file__", None) or "").startswith(root) and vars(module).get(
            "datetime"
        ) is datetime:
            vars(module)["datetime"] = Shifted


def main() -> int:
    """Run the invocation; return the exit status."""
    invocation: dict[str, Any] = json.load(sys.stdin)
    sys.path.insert(0, invocation["root"])
    context = Context(invocation)
    try:
        module, _, function = invocation["handler"].rpartition(".")
        handler: Any = getattr(importlib.import_module(module), function)
        shift_clock(invocation["root"], invocation["ahead"])
        answer = json.dumps({"payload": handler(invocation["event"], context)})
        failed = 0
    except Exception as error:  # noqa: BLE001  # whatever the function raises is its answer
        traceback.print_exc()
        told = {"errorMessage": str(error), "errorType": type(error).__name__}
        answer, failed = json.dumps({"payload": told}), 1
    Path(invocation["answer"]).write_text(answer)
    return failed


if __name__ == "__main__":
    sys.exit(main())
