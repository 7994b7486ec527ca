"""IAM: roles and the policies inside them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from local.engine import ProviderError
from local.provider.clients import request
from local.provider.handler import AutoName, Handler, changed_tags, normal_policy, outputs_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.provider.clients import Clients
    from local.provider.handler import Inputs, Outputs

_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)


class Role(Handler):
    """A role."""

    type = "aws:iam/role:Role"
    _settings = ("description", "maxSessionDuration", "path", "permissionsBoundary")
    properties = frozenset({"assumeRolePolicy", "forceDetachPolicies", "name", *_settings})
    defaults: ClassVar[Mapping[str, Any]] = {
        "description": "",
        "forceDetachPolicies": False,
        "maxSessionDuration": 3600,
        "path": "/",
    }
    replace_on = frozenset({"name", "path"})
    auto_name = AutoName(64)
    tagged = True

    def check(self, inputs: Inputs) -> None:
        """Check the name and the trust policy."""
        _check_name(inputs["name"], 64)
        inputs["assumeRolePolicy"] = normal_policy(
            inputs["assumeRolePolicy"], "assumeRolePolicy", principal=True, resource=False
        )

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Create the role."""
        client = clients.get("iam")
        values = {name: inputs[name] for name in self._settings if inputs.get(name)}
        values |= {"roleName": inputs["name"], "assumeRolePolicyDocument": inputs["assumeRolePolicy"]}
        values |= {"tags": inputs["tagsAll"]} if inputs["tagsAll"] else {}
        role = client.create_role(**request(client, "CreateRole", values))["Role"]
        return inputs["name"], _role_outputs(inputs, role)

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:
        """Change the trust policy, the settings, the boundary and the tags."""
        client = clients.get("iam")
        client.update_assume_role_policy(RoleName=id_, PolicyDocument=new["assumeRolePolicy"])
        client.update_role(
            RoleName=id_, Description=new["description"], MaxSessionDuration=new["maxSessionDuration"]
        )
        if "permissionsBoundary" in new:
            client.put_role_permissions_boundary(RoleName=id_, PermissionsBoundary=new["permissionsBoundary"])
        elif "permissionsBoundary" in old:
            client.delete_role_permissions_boundary(RoleName=id_)
        tags, removed = changed_tags(old, new)
        if tags:
            client.tag_role(RoleName=id_, Tags=tags)
        if removed:
            client.untag_role(RoleName=id_, TagKeys=removed)
        return _role_outputs(new, client.get_role(RoleName=id_)["Role"])

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:
        """Delete the role, with `forceDetachPolicies` after whatever policies others gave it."""
        client = clients.get("iam")
        if inputs["forceDetachPolicies"]:
            for name in client.list_role_policies(RoleName=id_)["PolicyNames"]:
                client.delete_role_policy(RoleName=id_, PolicyName=name)
            for policy in client.list_attached_role_policies(RoleName=id_)["AttachedPolicies"]:
                client.detach_role_policy(RoleName=id_, PolicyArn=policy["PolicyArn"])
        client.delete_role(RoleName=id_)


class RolePolicy(Handler):
    """A policy inside a role."""

    type = "aws:iam/rolePolicy:RolePolicy"
    properties = frozenset({"name", "policy", "role"})
    replace_on = frozenset({"name", "role"})
    auto_name = AutoName(128)

    def check(self, inputs: Inputs) -> None:
        """Check the name and the document."""
        _check_name(inputs["name"], 128)
        inputs["policy"] = normal_policy(inputs["policy"], "policy", principal=False, resource=True)

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Put the policy into its role."""
        role, name = inputs["role"], inputs["name"]
        clients.get("iam").put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=inputs["policy"])
        return f"{role}:{name}", outputs_of(inputs)

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:  # noqa: ARG002 - it is put anew
        """Put the policy again."""
        return self.create(clients, new)[1]

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:  # noqa: ARG002 - the inputs name it
        """Take the policy out of its role."""
        clients.get("iam").delete_role_policy(RoleName=inputs["role"], PolicyName=inputs["name"])


def _check_name(name: str, max_length: int) -> None:
    if not _NAME.fullmatch(name) or len(name) > max_length:
        raise ProviderError(
            f"name is {name!r}, but must have 1 to {max_length} letters, digits and characters of _+=,.@-."
        )


def _role_outputs(inputs: Inputs, role: Mapping[str, Any]) -> Outputs:
    return {
        **outputs_of(inputs),
        "arn": role["Arn"],
        "createDate": role["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        "uniqueId": role["RoleId"],
    }


HANDLERS = (Role(), RolePolicy())
