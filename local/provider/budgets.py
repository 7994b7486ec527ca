"""Budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.provider.clients import request
from local.provider.handler import AutoName, Handler, changed_tags, outputs_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.provider.clients import Clients
    from local.provider.handler import Inputs, Outputs


class Budget(Handler):
    """A budget with those who are told when costs come near it."""

    type = "aws:budgets/budget:Budget"
    _settings = ("budgetType", "timeUnit")
    properties = frozenset({"costFilters", "limitAmount", "limitUnit", "name", "notifications", *_settings})
    replace_on = frozenset({"name"})
    auto_name = AutoName(100)
    tagged = True

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Create the budget with its notifications."""
        client = clients.get("budgets")
        values = {
            "accountId": clients.account,
            "budget": self._values(inputs),
            "notificationsWithSubscribers": [_notification(one) for one in inputs.get("notifications", [])],
            "resourceTags": inputs["tagsAll"],
        }
        client.create_budget(**request(client, "CreateBudget", values))
        return f"{clients.account}:{inputs['name']}", _outputs(clients, inputs)

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:  # noqa: ARG002 - the inputs name it
        """Change the budget; notifications are made anew when they differ, since they have no names."""
        client, outputs = clients.get("budgets"), _outputs(clients, new)
        values = {"accountId": clients.account, "newBudget": self._values(new)}
        client.update_budget(**request(client, "UpdateBudget", values))
        budget = {"accountId": clients.account, "budgetName": new["name"]}
        if old.get("notifications") != new.get("notifications"):
            for one in old.get("notifications", []):
                values = budget | {"notification": _notification(one)["notification"]}
                client.delete_notification(**request(client, "DeleteNotification", values))
            for one in new.get("notifications", []):
                client.create_notification(
                    **request(client, "CreateNotification", budget | _notification(one))
                )
        tags, removed = changed_tags(old, new)
        if tags:
            client.tag_resource(ResourceARN=outputs["arn"], ResourceTags=tags)
        if removed:
            client.untag_resource(ResourceARN=outputs["arn"], ResourceTagKeys=removed)
        return outputs

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:  # noqa: ARG002 - the inputs name it
        """Delete the budget with its notifications."""
        clients.get("budgets").delete_budget(AccountId=clients.account, BudgetName=inputs["name"])

    def _values(self, inputs: Inputs) -> Inputs:
        return {
            **{name: inputs[name] for name in self._settings},
            "budgetName": inputs["name"],
            "budgetLimit": {"amount": inputs["limitAmount"], "unit": inputs["limitUnit"]},
            "costFilters": {one["name"]: one["values"] for one in inputs.get("costFilters", [])},
        }


def _notification(given: Mapping[str, Any]) -> dict[str, Any]:
    notification = {name: value for name, value in given.items() if not name.startswith("subscriber")}
    kinds = (("EMAIL", "subscriberEmailAddresses"), ("SNS", "subscriberSnsTopicArns"))
    return {
        "notification": notification,
        "subscribers": [
            {"subscriptionType": kind, "address": address}
            for kind, name in kinds
            for address in given.get(name, [])
        ],
    }


def _outputs(clients: Clients, inputs: Inputs) -> Outputs:
    arn = f"arn:aws:budgets::{clients.account}:budget/{inputs['name']}"
    return {**outputs_of(inputs), "arn": arn}


HANDLERS = (Budget(),)
