"""The engine's end of the protocol that a Pulumi program speaks: its requests, answered without a socket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, cast

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, provider_pb2, resource_pb2

from local.engine.deployment import Goal
from local.engine.provider import ProviderError
from local.engine.state import Resource
from local.engine.wire import WireError, from_struct, to_struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pulumi.runtime.proto import alias_pb2

    from local.engine.config import StackConfig
    from local.engine.deployment import Deployment

_STACK = "pulumi:pulumi:Stack"

# The SDK itself refuses what depends on a feature that is not listed here.
_FEATURES = (resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS, resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS)

_UNSUPPORTED_OPTIONS = {
    "remote": "remote components",
    "importId": "the option import_",
    "replaceOnChanges": "the option replace_on_changes",
    "replacement_trigger": "the option replacement_trigger",
    "envVarMappings": "the option env_var_mappings",
}


@dataclass(frozen=True)
class Log:
    """A message of the program or the SDK."""

    severity: str
    """`INFO`, `WARNING` or `ERROR`."""
    message: str


class _RefusedError(grpc.RpcError):
    """What the SDK takes for an error of the transport: it asks for a code and details."""

    def __init__(self, details: str) -> None:
        super().__init__(details)

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.INVALID_ARGUMENT

    def details(self) -> str:
        return str(self)


class Monitor:
    """Answers a program's `ResourceMonitor` requests from a deployment.

    Methods have the names of the protocol. Args as for `Deployment`.
    """

    def __init__(self, deployment: Deployment, config: StackConfig, root: Path) -> None:
        self.outputs: dict[str, Any] = {}
        """What the program exports."""
        self.secret_outputs: set[str] = set()
        self.stopped = False
        """Whether to refuse what is registered from now on, because the program failed."""
        self._deployment = deployment
        self._config = config
        self._root = root

    def __getattr__(self, name: str) -> Callable[..., NoReturn]:
        """Refuse every other request of the protocol."""

        def refuse(request: Any, **_: object) -> NoReturn:  # noqa: ANN401 - any message
            raise _RefusedError(
                f"This engine does not support {name} (of {getattr(request, 'type', 'anything')})."
            )

        return refuse

    def GetDeploymentInfo(self, _: empty_pb2.Empty) -> resource_pb2.DeploymentInfo:  # noqa: N802 - the protocol's name
        """Say what is deployed and what the engine can do."""
        return resource_pb2.DeploymentInfo(
            project=self._config.project,
            stack=self._config.stack,
            organization="organization",
            dryRun=self._deployment.dry_run,
            supportedFeatures=_FEATURES,
        )

    def RegisterResource(  # noqa: N802 - the protocol's name
        self, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        """Apply one resource; a failure is noted, and its outputs stay unknown to the program."""
        urn = self._urn(request.parent, request.type, request.name)
        registered = None
        if not self.stopped:
            try:
                registered = self._deployment.register(self._goal(urn, request))
            except (WireError, ProviderError) as error:
                self._deployment.fail(error, urn)
        if registered is None:
            return resource_pb2.RegisterResourceResponse(urn=urn, result=resource_pb2.FAIL)
        return resource_pb2.RegisterResourceResponse(
            urn=urn, id=registered.id, object=to_struct(registered.outputs, registered.secrets)
        )

    def RegisterResourceOutputs(  # noqa: N802 - the protocol's name
        self, request: resource_pb2.RegisterResourceOutputsRequest
    ) -> empty_pb2.Empty:
        """Take what the stack exports; outputs of other components are the program's own affair."""
        if request.urn.split("::")[2] == _STACK:
            self.outputs, self.secret_outputs = from_struct(request.outputs, self._root)
        return empty_pb2.Empty()

    def Invoke(  # noqa: N802 - the protocol's name
        self, request: resource_pb2.ResourceInvokeRequest
    ) -> resource_pb2.ResourceInvokeResponse:
        """Call a function of the provider."""
        args, _ = from_struct(request.args, self._root)
        try:
            returned = self._deployment.invoke(request.tok, args, _provider_urn(request.provider))
        except ProviderError as error:
            return resource_pb2.ResourceInvokeResponse(
                failures=[provider_pb2.CheckFailure(reason=str(error))]
            )
        response = resource_pb2.ResourceInvokeResponse()
        getattr(response, "return").CopyFrom(to_struct(returned))
        return response

    def SignalAndWaitForShutdown(self, _: empty_pb2.Empty) -> empty_pb2.Empty:  # noqa: N802 - the protocol's name
        """Let the program end: nothing that happens afterwards needs it."""
        return empty_pb2.Empty()

    def _urn(self, parent: str, type_: str, name: str) -> str:
        above = parent.split("::")[2] if parent else _STACK
        qualified = type_ if above == _STACK else f"{above}${type_}"
        return f"urn:pulumi:{self._config.stack}::{self._config.project}::{qualified}::{name}"

    def _goal(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> Goal:
        aliases = cast("Iterable[alias_pb2.Alias]", cast("Any", request).aliases)
        for option, _ in request.ListFields():
            if option.name in _UNSUPPORTED_OPTIONS:
                raise ProviderError(f"this engine does not support {_UNSUPPORTED_OPTIONS[option.name]}.")
        inputs, secrets = from_struct(request.object, self._root) if request.custom else ({}, set[str]())
        provider = _provider_urn(request.provider)
        return Goal(
            resource=Resource(
                urn=urn,
                custom=request.custom,
                parent=request.parent,
                inputs=inputs,
                dependencies=tuple(sorted({*request.dependencies, provider} - {"", request.parent})),
                property_dependencies={
                    key: tuple(origins.urns)
                    for key, origins in request.propertyDependencies.items()
                    if origins.urns
                },
                secrets=tuple(sorted({*secrets, *request.additionalSecretOutputs})),
                protect=request.protect,
                retain_on_delete=request.retainOnDelete,
            ),
            aliases=tuple(self._alias_urn(alias, request) for alias in aliases),
            provider=provider,
            ignore_changes=tuple(request.ignoreChanges),
            delete_before_replace=request.deleteBeforeReplace,
        )

    def _alias_urn(self, alias: alias_pb2.Alias, request: resource_pb2.RegisterResourceRequest) -> str:
        if alias.urn:
            return alias.urn
        spec = alias.spec
        parent = "" if spec.noParent else spec.parentUrn or request.parent
        return self._urn(parent, spec.type or request.type, spec.name or request.name)


class Engine:
    """Takes the log messages of a program."""

    def __init__(self, on_log: Callable[[str], None]) -> None:
        self.logs: list[Log] = []
        self._on_log = on_log

    def Log(self, request: engine_pb2.LogRequest) -> empty_pb2.Empty:  # noqa: N802 - the protocol's name
        """Keep a message, unless it is for debugging."""
        if request.severity > engine_pb2.DEBUG:
            self.logs.append(Log(engine_pb2.LogSeverity.Name(request.severity), request.message))
            self._on_log(request.message)
        return empty_pb2.Empty()

    def RequirePulumiVersion(self, _: engine_pb2.RequirePulumiVersionRequest) -> NoReturn:  # noqa: N802 - see Log
        """Refuse: there is no Pulumi CLI here that could have a version."""
        raise _RefusedError("This engine is not the Pulumi CLI and cannot check its version.")


def _provider_urn(reference: str) -> str:
    """The URN in a provider reference, which is `URN::id`."""
    return reference.rpartition("::")[0]
