"""A page that nothing records: a browser that is driven keeps the body of every request, a megabyte for each photo."""

import itertools
import json
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser


class UnwatchedPage:
    """A tab of its own, driven by the Chrome DevTools Protocol without its network and page domains."""

    def __init__(self, browser: Browser, url: str) -> None:
        """Open *url* in a new browser context."""
        self._session: Any = browser.new_browser_cdp_session()  # its messages are JSON
        self._session.on("Target.receivedMessageFromTarget", self._receive)
        self._replies: dict[int, dict[str, Any]] = {}
        self._ids = itertools.count(1)
        context = self._session.send("Target.createBrowserContext")["browserContextId"]
        target = self._session.send("Target.createTarget", {"url": url, "browserContextId": context})
        attached = self._session.send(
            "Target.attachToTarget", {"targetId": target["targetId"], "flatten": False}
        )
        self._target = attached["sessionId"]

    def _receive(self, event: dict[str, Any]) -> None:
        message = json.loads(event["message"])
        if "id" in message:
            self._replies[message["id"]] = message

    def _send(self, method: str, **parameters: Any) -> Any:  # noqa: ANN401 - replies are JSON
        number = next(self._ids)
        message = json.dumps({"id": number, "method": method, "params": parameters})
        self._session.send("Target.sendMessageToTarget", {"sessionId": self._target, "message": message})
        while number not in self._replies:
            self._session.send("Browser.getVersion")  # events arrive while something is waited for
        reply = self._replies.pop(number)
        if "error" in reply:
            raise RuntimeError(f"{method}: {reply['error']['message']}")
        return reply["result"]

    def value(self, expression: str) -> Any:  # noqa: ANN401 - whatever the expression is
        """Evaluate JavaScript in the page."""
        return self._send("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get(
            "value"
        )

    def wait_until(self, expression: str, seconds: float = 30) -> None:
        """Wait until JavaScript in the page says yes.

        Raises:
            TimeoutError: It did not in time.
        """
        until = time.monotonic() + seconds
        while not self.value(expression):
            if time.monotonic() > until:
                raise TimeoutError(f"After {seconds} s the page still does not say yes to {expression}")
            time.sleep(0.1)

    def choose(self, files: Sequence[Path]) -> None:
        """Choose files in the page's first file control."""
        root = self._send("DOM.getDocument")["root"]["nodeId"]
        control = self._send("DOM.querySelector", nodeId=root, selector="input[type=file]")["nodeId"]
        self._send("DOM.setFileInputFiles", nodeId=control, files=[str(file) for file in files])

    def megabytes(self) -> float:
        """Return the memory of the largest renderer: the page with its worker.

        It is the proportional set size, in which what several processes share counts for each in part.
        """
        processes = self._session.send("SystemInfo.getProcessInfo")["processInfo"]
        return max(_megabytes(one["id"]) for one in processes if one["type"] == "renderer")


def _megabytes(process: int) -> float:
    found = re.search(r"^Pss: +(\d+) kB", Path(f"/proc/{process}/smaps_rollup").read_text(), re.MULTILINE)
    assert found is not None  # noqa: S101  # Linux always says it
    return int(found[1]) * 1024 / 1e6
