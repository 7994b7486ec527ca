"""Budgets' operations that moto lacks; budgets are account-wide."""

import json
from typing import Any

from moto.budgets.exceptions import NotFoundException
from moto.budgets.models import Budget, Notification
from moto.budgets.responses import BudgetsResponse as MotoBudgetsResponse

_TAGS = "ResourceTags"


class BudgetsResponse(MotoBudgetsResponse):
    """Reads requests and writes answers; the methods carry the names of the operations."""

    def create_budget(self) -> str:
        """CreateBudget, with tags."""
        answer = super().create_budget()
        self._budget().budget[_TAGS] = self._get_param(_TAGS, [])
        return answer

    def describe_budget(self) -> str:
        """DescribeBudget."""
        described = self._budget().to_dict()
        described.pop(_TAGS)
        return json.dumps({"Budget": described})

    def update_budget(self) -> str:
        """UpdateBudget; notifications and tags stay."""
        new: dict[str, Any] = self._get_param("NewBudget")
        kept = self._named(new["BudgetName"])
        # moto's models hide their class from type checkers when they are made.
        changed: Any = Budget({**new, _TAGS: kept.budget[_TAGS]}, [])
        changed.notifications = kept.notifications
        self._budgets()[new["BudgetName"]] = changed
        return "{}"

    def describe_subscribers_for_notification(self) -> str:
        """DescribeSubscribersForNotification."""
        return json.dumps({"Subscribers": self._notification(self._get_param("Notification")).subscribers})

    def update_notification(self) -> str:
        """UpdateNotification; who is told stays."""
        self._notification(self._get_param("OldNotification")).details = self._get_param("NewNotification")
        return "{}"

    def list_tags_for_resource(self) -> str:
        """ListTagsForResource."""
        return json.dumps({_TAGS: self._of_arn().budget[_TAGS]})

    def tag_resource(self) -> str:
        """TagResource."""
        self._set_tags(self._tags() | {tag["Key"]: tag["Value"] for tag in self._get_param(_TAGS)})
        return "{}"

    def untag_resource(self) -> str:
        """UntagResource."""
        removed = self._get_param("ResourceTagKeys")
        self._set_tags({key: value for key, value in self._tags().items() if key not in removed})
        return "{}"

    def _tags(self) -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in self._of_arn().budget[_TAGS]}

    def _set_tags(self, tags: dict[str, str]) -> None:
        self._of_arn().budget[_TAGS] = [{"Key": key, "Value": value} for key, value in tags.items()]

    def _budgets(self) -> dict[str, Budget]:
        return self.backend.budgets[self._get_param("AccountId") or self.current_account]

    def _budget(self) -> Budget:
        given = self._get_param("Budget")
        return self._named(given["BudgetName"] if given else self._get_param("BudgetName"))

    def _of_arn(self) -> Budget:
        return self._named(self._get_param("ResourceARN").rpartition(":budget/")[2])

    def _named(self, name: str) -> Budget:
        budget = self._budgets().get(name)
        if budget is None:
            raise NotFoundException(f"Unable to get budget: {name} - the budget doesn't exist.")
        return budget

    def _notification(self, details: dict[str, Any]) -> Notification:
        notifications: list[Any] = list(self._budget().notifications)
        found: list[Notification] = [one for one in notifications if one.details == details]
        if not found:
            raise NotFoundException("Unable to get notification - the notification doesn't exist.")
        return found[0]
