"""Cognito: identity pools and the roles that their identities get."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from local.engine import UNKNOWN, ProviderError
from local.provider.clients import request
from local.provider.handler import Handler, outputs_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.provider.clients import Clients
    from local.provider.handler import Inputs, Outputs


class IdentityPool(Handler):
    """An identity pool. Its name is not made from the logical name: it must be given, and need not be unique."""

    type = "aws:cognito/identityPool:IdentityPool"
    _settings = (
        "allowClassicFlow",
        "allowUnauthenticatedIdentities",
        "cognitoIdentityProviders",
        "developerProviderName",
        "identityPoolName",
        "openidConnectProviderArns",
        "samlProviderArns",
        "supportedLoginProviders",
    )
    properties = frozenset(_settings)
    defaults: ClassVar[Mapping[str, Any]] = {
        "allowClassicFlow": False,
        "allowUnauthenticatedIdentities": False,
    }
    replace_on = frozenset({"developerProviderName"})
    regional = True
    tagged = True

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Create the pool."""
        client = clients.get("cognito-identity", inputs["region"])
        values = {**self._values(inputs), "identityPoolTags": inputs["tagsAll"]}
        pool = client.create_identity_pool(**request(client, "CreateIdentityPool", values))
        return pool["IdentityPoolId"], self._outputs(clients, pool["IdentityPoolId"], inputs)

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:  # noqa: ARG002 - all of it is set anew
        """Set everything anew."""
        client = clients.get("cognito-identity", new["region"])
        values = {**self._values(new), "identityPoolId": id_, "identityPoolTags": new["tagsAll"]}
        client.update_identity_pool(**request(client, "UpdateIdentityPool", values))
        return self._outputs(clients, id_, new)

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:
        """Delete the pool."""
        clients.get("cognito-identity", inputs["region"]).delete_identity_pool(IdentityPoolId=id_)

    def _values(self, inputs: Inputs) -> Inputs:
        return {name: inputs[name] for name in self._settings if name in inputs}

    def _outputs(self, clients: Clients, id_: str, inputs: Inputs) -> Outputs:
        arn = f"arn:aws:cognito-identity:{inputs['region']}:{clients.account}:identitypool/{id_}"
        return {**outputs_of(inputs), "arn": arn}


class IdentityPoolRoleAttachment(Handler):
    """Which role the identities of a pool get."""

    type = "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment"
    properties = frozenset({"identityPoolId", "roleMappings", "roles"})
    replace_on = frozenset({"identityPoolId"})
    regional = True

    def check(self, inputs: Inputs) -> None:
        """Check the keys of `roles`."""
        roles = inputs["roles"]
        if roles != UNKNOWN and not set(roles) <= {"authenticated", "unauthenticated"}:
            raise ProviderError(
                f"roles has the keys {', '.join(sorted(roles))}; allowed are authenticated and unauthenticated."
            )

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Set the roles of the pool."""
        client = clients.get("cognito-identity", inputs["region"])
        values = {
            "identityPoolId": inputs["identityPoolId"],
            "roles": inputs["roles"],
            "roleMappings": {
                one["identityProvider"]: _mapping(one) for one in inputs.get("roleMappings", ())
            },
        }
        client.set_identity_pool_roles(**request(client, "SetIdentityPoolRoles", values))
        return inputs["identityPoolId"], outputs_of(inputs)

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:  # noqa: ARG002 - they are set anew
        """Set the roles again."""
        return self.create(clients, new)[1]

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:
        """Leave the pool without roles: there is no operation that deletes them."""
        clients.get("cognito-identity", inputs["region"]).set_identity_pool_roles(
            IdentityPoolId=id_, Roles={}
        )


def _mapping(given: Mapping[str, Any]) -> dict[str, Any]:
    mapping = {
        name: value for name, value in given.items() if name not in ("identityProvider", "mappingRules")
    }
    return mapping | (
        {"rulesConfiguration": {"rules": given["mappingRules"]}} if "mappingRules" in given else {}
    )


HANDLERS = (IdentityPool(), IdentityPoolRoleAttachment())
