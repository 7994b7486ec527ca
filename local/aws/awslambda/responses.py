"""Lambda's operations."""

import json
import threading
from typing import Any

from moto.awslambda.responses import LambdaResponse as MotoLambdaResponse

from local.aws.awslambda.models import FunctionsBackend, functions_backends
from local.aws.awslambda.runtime import Runtime


class LambdaResponse(MotoLambdaResponse):
    """Reads requests and writes answers; the methods carry the names of the operations."""

    @property
    def backend(self) -> FunctionsBackend:
        """The region's functions."""
        return functions_backends[self.current_account][self.region]

    def invoke(self) -> tuple[int, dict[str, str], bytes]:
        """Invoke, which waits for the function unless the invocation type is Event."""
        function = self.backend.function(self._get_param("FunctionName"))
        event: Any = json.loads(self.body or "{}")
        runtime = Runtime(f"http://{self.headers['Host']}", self.region)
        kind = self.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        if kind == "DryRun":
            return 204, {}, b""
        if kind == "Event":
            threading.Thread(target=runtime.invoke_later, args=(function, event), daemon=True).start()
            return 202, {}, b""
        invocation = runtime.invoke(function, event)
        headers = {"Content-Type": "application/json"}
        if invocation.failed:
            headers["X-Amz-Function-Error"] = "Unhandled"
        return 200, headers, json.dumps(invocation.payload).encode()
