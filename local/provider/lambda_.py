"""Lambda: functions, and what becomes of their asynchronous invocations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from local.provider.clients import request
from local.provider.handler import AutoName, Handler, changed_tags, outputs_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.provider.clients import Clients
    from local.provider.handler import Inputs, Outputs


class Function(Handler):
    """A function."""

    type = "aws:lambda/function:Function"
    _configuration = (
        "description",
        "environment",
        "handler",
        "loggingConfig",
        "memorySize",
        "role",
        "runtime",
        "timeout",
    )
    properties = frozenset({"architectures", "code", "name", *_configuration})
    defaults: ClassVar[Mapping[str, Any]] = {"memorySize": 128, "timeout": 3}
    replace_on = frozenset({"name"})
    auto_name = AutoName(64)
    regional = True
    tagged = True

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Create the function."""
        client = clients.get("lambda", inputs["region"])
        values = _given(inputs, (*self._configuration, "architectures"))
        values |= {"functionName": inputs["name"], "tags": inputs["tagsAll"]}
        values |= {"code": {"zipFile": inputs["code"].zipped()}}
        client.create_function(**request(client, "CreateFunction", values))
        return inputs["name"], _function_outputs(client, inputs)

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:
        """Change code, configuration and tags, each when it differs."""
        client = clients.get("lambda", new["region"])
        if any(old.get(name) != new.get(name) for name in ("code", "architectures")):
            values = {"functionName": id_, "zipFile": new["code"].zipped(), **_given(new, ("architectures",))}
            client.update_function_code(**request(client, "UpdateFunctionCode", values))
        if any(old.get(name) != new.get(name) for name in self._configuration):
            unset: Inputs = {"description": "", "environment": {"variables": {}}}
            values = {**unset, **_given(new, self._configuration)}
            client.update_function_configuration(
                **request(client, "UpdateFunctionConfiguration", {"functionName": id_, **values})
            )
        tags, removed = changed_tags(old, new)
        outputs = _function_outputs(client, new)
        if tags:
            client.tag_resource(Resource=outputs["arn"], Tags={one["Key"]: one["Value"] for one in tags})
        if removed:
            client.untag_resource(Resource=outputs["arn"], TagKeys=removed)
        return outputs

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:
        """Delete the function."""
        clients.get("lambda", inputs["region"]).delete_function(FunctionName=id_)


class FunctionEventInvokeConfig(Handler):
    """What becomes of a function's asynchronous invocations."""

    type = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
    _settings = ("destinationConfig", "functionName", "maximumEventAgeInSeconds", "maximumRetryAttempts")
    properties = frozenset(_settings)
    defaults: ClassVar[Mapping[str, Any]] = {"maximumRetryAttempts": 2}
    replace_on = frozenset({"functionName"})
    regional = True

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Set it; Lambda knows one for each function."""
        client = clients.get("lambda", inputs["region"])
        values = request(client, "PutFunctionEventInvokeConfig", _given(inputs, self._settings))
        client.put_function_event_invoke_config(**values)
        return inputs["functionName"], outputs_of(inputs)

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:  # noqa: ARG002 - it is set anew
        """Set it again."""
        return self.create(clients, new)[1]

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:
        """Leave the function with Lambda's own settings."""
        clients.get("lambda", inputs["region"]).delete_function_event_invoke_config(FunctionName=id_)


def _given(inputs: Inputs, names: tuple[str, ...]) -> Inputs:
    return {name: inputs[name] for name in names if name in inputs}


def _function_outputs(client: Any, inputs: Inputs) -> Outputs:  # noqa: ANN401 - see Clients.get
    made = client.get_function_configuration(FunctionName=inputs["name"])
    arn, version = made["FunctionArn"], made["Version"]
    gateway = f"arn:aws:apigateway:{inputs['region']}:lambda:path"
    return {
        **outputs_of(inputs),
        "arn": arn,
        "invokeArn": f"{gateway}/2015-03-31/functions/{arn}/invocations",
        "lastModified": made["LastModified"],
        "qualifiedArn": f"{arn}:{version}",
        "qualifiedInvokeArn": f"{gateway}/2015-03-31/functions/{arn}:{version}/invocations",
        "responseStreamingInvokeArn": f"{gateway}/2021-11-15/functions/{arn}/response-streaming-invocations",
        "signingJobArn": "",
        "signingProfileVersionArn": "",
        "sourceCodeSize": made["CodeSize"],
        "version": version,
    }


HANDLERS = (Function(), FunctionEventInvokeConfig())
