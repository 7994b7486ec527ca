"""EventBridge Scheduler: schedules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from local.engine import UNKNOWN, ProviderError
from local.provider.clients import request
from local.provider.handler import AutoName, Handler, outputs_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.provider.clients import Clients
    from local.provider.handler import Inputs, Outputs

_EXPRESSION = re.compile(
    r"rate\((1 (minute|hour|day)|[1-9][0-9]* (minutes|hours|days))\)|(cron|at)\([^()]+\)"
)


class Schedule(Handler):
    """A schedule."""

    type = "aws:scheduler/schedule:Schedule"
    _settings = (
        "description",
        "flexibleTimeWindow",
        "groupName",
        "name",
        "scheduleExpression",
        "scheduleExpressionTimezone",
        "state",
        "target",
    )
    properties = frozenset(_settings)
    defaults: ClassVar[Mapping[str, Any]] = {
        "groupName": "default",
        "scheduleExpressionTimezone": "UTC",
        "state": "ENABLED",
    }
    replace_on = frozenset({"groupName", "name"})
    auto_name = AutoName(64)
    regional = True

    def check(self, inputs: Inputs) -> None:
        """Check the expression, which the service model leaves open."""
        expression = inputs["scheduleExpression"]
        if expression != UNKNOWN and not _EXPRESSION.fullmatch(expression):
            raise ProviderError(
                f"scheduleExpression is {expression!r}, but must be rate(15 minutes) or the like, cron(…) or at(…)."
            )

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Create the schedule."""
        client = clients.get("scheduler", inputs["region"])
        made = client.create_schedule(**request(client, "CreateSchedule", self._values(inputs)))
        return f"{inputs['groupName']}/{inputs['name']}", outputs_of(inputs) | {"arn": made["ScheduleArn"]}

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:  # noqa: ARG002 - the inputs name it
        """Set everything anew."""
        client = clients.get("scheduler", new["region"])
        made = client.update_schedule(**request(client, "UpdateSchedule", self._values(new)))
        return outputs_of(new) | {"arn": made["ScheduleArn"]}

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:  # noqa: ARG002 - the inputs name it
        """Delete the schedule."""
        client = clients.get("scheduler", inputs["region"])
        client.delete_schedule(GroupName=inputs["groupName"], Name=inputs["name"])

    def _values(self, inputs: Inputs) -> Inputs:
        return {name: inputs[name] for name in self._settings if name in inputs}


HANDLERS = (Schedule(),)
