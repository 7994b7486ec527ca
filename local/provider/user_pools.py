"""Cognito: user pools, the clients that sign people in, the people and their groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import ClientError

from local.engine import ProviderError
from local.provider.clients import request
from local.provider.handler import AutoName, Handler, outputs_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from local.provider.clients import Clients
    from local.provider.handler import Inputs, Outputs

_MAX_NAME_LENGTH = 128
"""Characters of a pool's, a client's and a group's name."""


class UserPool(Handler):
    """A user pool."""

    type = "aws:cognito/userPool:UserPool"
    _settings = ("accountRecoverySetting", "adminCreateUserConfig", "autoVerifiedAttributes")
    _settings_at_creation = ("usernameAttributes", "usernameConfiguration")
    properties = frozenset(
        {
            "mfaConfiguration",
            "name",
            "passwordPolicy",
            "softwareTokenMfaConfiguration",
            *_settings,
            *_settings_at_creation,
        }
    )
    defaults: ClassVar[Mapping[str, Any]] = {"mfaConfiguration": "OFF"}
    replace_on = frozenset(_settings_at_creation)
    auto_name = AutoName(_MAX_NAME_LENGTH)
    regional = True
    tagged = True

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Create the pool, or leave nothing of it."""
        client = _client(clients, inputs)
        values = self._values(inputs) | _given(inputs, self._settings_at_creation)
        id_ = client.create_user_pool(**request(client, "CreateUserPool", values))["UserPool"]["Id"]
        try:
            _set_mfa(client, id_, inputs)
        except ClientError:
            client.delete_user_pool(UserPoolId=id_)
            raise
        return id_, _pool_outputs(client, id_, inputs)

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:  # noqa: ARG002 - all of it is set anew
        """Set everything anew: what Cognito is not told it resets."""
        client = _client(clients, new)
        values = self._values(new) | {"userPoolId": id_}
        client.update_user_pool(**request(client, "UpdateUserPool", values))
        _set_mfa(client, id_, new)
        return _pool_outputs(client, id_, new)

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:
        """Delete the pool with everybody in it."""
        _client(clients, inputs).delete_user_pool(UserPoolId=id_)

    def _values(self, inputs: Inputs) -> Inputs:
        values = _given(inputs, self._settings)
        values |= {"poolName": inputs["name"], "userPoolTags": inputs["tagsAll"]}
        return values | (
            {"policies": {"passwordPolicy": inputs["passwordPolicy"]}} if "passwordPolicy" in inputs else {}
        )


class UserPoolClient(Handler):
    """A client of a user pool."""

    type = "aws:cognito/userPoolClient:UserPoolClient"
    _settings = (
        "accessTokenValidity",
        "authSessionValidity",
        "enableTokenRevocation",
        "explicitAuthFlows",
        "idTokenValidity",
        "preventUserExistenceErrors",
        "refreshTokenValidity",
        "tokenValidityUnits",
        "userPoolId",
    )
    properties = frozenset({"generateSecret", "name", *_settings})
    replace_on = frozenset({"generateSecret", "userPoolId"})
    auto_name = AutoName(_MAX_NAME_LENGTH)
    regional = True

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Create the client."""
        client = _client(clients, inputs)
        values = self._values(inputs) | _given(inputs, ("generateSecret",))
        made = client.create_user_pool_client(**request(client, "CreateUserPoolClient", values))
        return made["UserPoolClient"]["ClientId"], _client_outputs(inputs, made)

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:  # noqa: ARG002 - all of it is set anew
        """Set everything anew: what Cognito is not told it resets."""
        client = _client(clients, new)
        values = self._values(new) | {"clientId": id_}
        made = client.update_user_pool_client(**request(client, "UpdateUserPoolClient", values))
        return _client_outputs(new, made)

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:
        """Delete the client; whoever signed in with it is signed out."""
        _client(clients, inputs).delete_user_pool_client(UserPoolId=inputs["userPoolId"], ClientId=id_)

    def _values(self, inputs: Inputs) -> Inputs:
        return _given(inputs, self._settings) | {"clientName": inputs["name"]}


class UserGroup(Handler):
    """A group of a user pool."""

    type = "aws:cognito/userGroup:UserGroup"
    _settings = ("description", "precedence", "roleArn", "userPoolId")
    properties = frozenset({"name", *_settings})
    replace_on = frozenset({"name", "userPoolId"})
    auto_name = AutoName(_MAX_NAME_LENGTH)
    regional = True

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Create the group."""
        client = _client(clients, inputs)
        client.create_group(**request(client, "CreateGroup", self._values(inputs)))
        return f"{inputs['userPoolId']}/{inputs['name']}", outputs_of(inputs)

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:  # noqa: ARG002 - the inputs name it
        """Change description, precedence and role."""
        client = _client(clients, new)
        client.update_group(**request(client, "UpdateGroup", self._values(new)))
        return outputs_of(new)

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:  # noqa: ARG002 - the inputs name it
        """Delete the group; who was in it stays in the pool."""
        _client(clients, inputs).delete_group(UserPoolId=inputs["userPoolId"], GroupName=inputs["name"])

    def _values(self, inputs: Inputs) -> Inputs:
        return _given(inputs, self._settings) | {"groupName": inputs["name"]}


class User(Handler):
    """A person in a user pool, invited when created."""

    type = "aws:cognito/user:User"
    properties = frozenset({"attributes", "desiredDeliveryMediums", "userPoolId", "username"})
    replace_on = frozenset({"userPoolId", "username"})
    regional = True

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Create the person and send the invitation."""
        client = _client(clients, inputs)
        values = _given(inputs, ("desiredDeliveryMediums", "userPoolId", "username"))
        values["userAttributes"] = _attributes(inputs.get("attributes", {}))
        client.admin_create_user(**request(client, "AdminCreateUser", values))
        return f"{inputs['userPoolId']}/{inputs['username']}", _user_outputs(client, inputs)

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:  # noqa: ARG002 - the inputs name it
        """Change the attributes; nobody is invited again."""
        client = _client(clients, new)
        before, after = old.get("attributes", {}), new.get("attributes", {})
        if removed := sorted(set(before) - set(after)):
            raise ProviderError(
                f"the attribute {removed[0]} cannot be removed by this provider of a local AWS."
            )
        values = _person(new) | {"userAttributes": _attributes(after)}
        client.admin_update_user_attributes(**request(client, "AdminUpdateUserAttributes", values))
        return _user_outputs(client, new)

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:  # noqa: ARG002 - the inputs name it
        """Delete the person."""
        client = _client(clients, inputs)
        client.admin_delete_user(**request(client, "AdminDeleteUser", _person(inputs)))


class UserInGroup(Handler):
    """That a person is in a group; nothing of it can be updated."""

    type = "aws:cognito/userInGroup:UserInGroup"
    properties = frozenset({"groupName", "userPoolId", "username"})
    replace_on = properties
    regional = True

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Put the person into the group."""
        client = _client(clients, inputs)
        values = _given(inputs, self.properties)
        client.admin_add_user_to_group(**request(client, "AdminAddUserToGroup", values))
        id_ = ",".join((inputs["userPoolId"], inputs["groupName"], inputs["username"]))
        return id_, outputs_of(inputs)

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:  # noqa: ARG002 - there is nothing to do
        """Leave it as it is."""
        return outputs_of(new)

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:  # noqa: ARG002 - the inputs name it
        """Take the person out of the group."""
        client = _client(clients, inputs)
        values = _given(inputs, self.properties)
        client.admin_remove_user_from_group(**request(client, "AdminRemoveUserFromGroup", values))


def _client(clients: Clients, inputs: Inputs) -> Any:  # noqa: ANN401 - see Clients.get
    return clients.get("cognito-idp", inputs["region"])


def _given(inputs: Inputs, names: frozenset[str] | tuple[str, ...]) -> Inputs:
    return {name: inputs[name] for name in names if name in inputs}


def _set_mfa(client: Any, id_: str, inputs: Inputs) -> None:  # noqa: ANN401 - see Clients.get
    values = _given(inputs, ("mfaConfiguration", "softwareTokenMfaConfiguration")) | {"userPoolId": id_}
    client.set_user_pool_mfa_config(**request(client, "SetUserPoolMfaConfig", values))


def _pool_outputs(client: Any, id_: str, inputs: Inputs) -> Outputs:  # noqa: ANN401 - see Clients.get
    pool = client.describe_user_pool(UserPoolId=id_)["UserPool"]
    return {
        **outputs_of(inputs),
        "arn": pool["Arn"],
        "creationDate": _time(pool["CreationDate"]),
        "customDomain": pool.get("CustomDomain", ""),
        "domain": pool.get("Domain", ""),
        "endpoint": f"cognito-idp.{inputs['region']}.amazonaws.com/{id_}",
        "estimatedNumberOfUsers": pool.get("EstimatedNumberOfUsers", 0),
        "lastModifiedDate": _time(pool["LastModifiedDate"]),
    }


def _client_outputs(inputs: Inputs, made: Mapping[str, Any]) -> Outputs:
    return {**outputs_of(inputs), "clientSecret": made["UserPoolClient"].get("ClientSecret", "")}


def _person(inputs: Inputs) -> Inputs:
    return _given(inputs, ("userPoolId", "username"))


def _attributes(given: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": given[name]} for name in sorted(given)]


def _user_outputs(client: Any, inputs: Inputs) -> Outputs:  # noqa: ANN401 - see Clients.get
    user = client.admin_get_user(UserPoolId=inputs["userPoolId"], Username=inputs["username"])
    attributes = {one["Name"]: one["Value"] for one in user["UserAttributes"]}
    return {
        **outputs_of(inputs),
        "creationDate": _time(user["UserCreateDate"]),
        "lastModifiedDate": _time(user["UserLastModifiedDate"]),
        "mfaSettingLists": user.get("UserMFASettingList", []),
        "preferredMfaSetting": user.get("PreferredMfaSetting", ""),
        "status": user["UserStatus"],
        "sub": attributes["sub"],
    }


def _time(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")


HANDLERS = (UserPool(), UserPoolClient(), UserGroup(), User(), UserInGroup())
