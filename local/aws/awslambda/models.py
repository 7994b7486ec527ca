"""Lambda functions as moto keeps them, with the settings that it drops."""

from typing import Any

from moto.awslambda.models import EventInvokeConfig, LambdaBackend, LambdaFunction
from moto.core.base_backend import BackendDict


class Function(LambdaFunction):
    """A function that knows where it logs to."""

    def __init__(self, account_id: str, spec: dict[str, Any], region: str) -> None:
        super().__init__(account_id, spec, region, version="$LATEST")
        self.event_invoke_config: list[EventInvokeConfig] = []
        self._set_logging(spec.get("LoggingConfig", {}))

    def _set_logging(self, given: dict[str, Any]) -> None:
        self.logging_config = {
            "LogFormat": given.get("LogFormat", "Text"),
            "LogGroup": given.get("LogGroup", f"/aws/lambda/{self.function_name}"),
        }

    @property
    def log_group(self) -> str:
        """Name of the log group that its output goes to."""
        return self.logging_config["LogGroup"]

    @property
    def failure_destination(self) -> str | None:
        """ARN of what is told of asynchronous invocations that failed."""
        config: dict[str, Any] = self.event_invoke_config[-1].config if self.event_invoke_config else {}
        return config.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")

    @property
    def attempts(self) -> int:
        """How often an asynchronous invocation is tried."""
        config: dict[str, Any] = self.event_invoke_config[-1].config if self.event_invoke_config else {}
        return 1 + config.get("MaximumRetryAttempts", 2)

    def get_configuration(self, on_create: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 - moto's signature
        """Return the configuration in the form of the API."""
        return {**super().get_configuration(on_create), "LoggingConfig": self.logging_config}

    def update_configuration(self, config_updates: dict[str, Any]) -> dict[str, Any]:
        """Change what is given."""
        if "LoggingConfig" in config_updates:
            self._set_logging(config_updates["LoggingConfig"])
        return super().update_configuration(config_updates)


class FunctionsBackend(LambdaBackend):
    """The functions of one region."""

    def create_function(self, spec: dict[str, Any]) -> Function:
        """Create a function, without a published version."""
        if spec.get("Publish"):
            raise NotImplementedError("The emulator publishes no versions of functions.")
        # moto's models hide their class from type checkers when they are made.
        function: Any = Function(self.account_id, spec, self.region_name)
        self._lambdas.put_function(function)
        return function

    def put_function_event_invoke_config(self, function_name: str, config: dict[str, Any]) -> dict[str, Any]:
        """Set what becomes of asynchronous invocations, in place of what was set before."""
        self.function(function_name).event_invoke_config.clear()
        return super().put_function_event_invoke_config(function_name, config)

    def function(self, name_or_arn: str) -> Function:
        """Return a function.

        Raises:
            UnknownFunctionException: there is none of that name.
        """
        found: Any = self.get_function(name_or_arn)
        return found


functions_backends = BackendDict(FunctionsBackend, "lambda")
