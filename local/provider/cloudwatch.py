"""CloudWatch: log groups and alarms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import ClientError

from local.engine import UNKNOWN, ProviderError
from local.provider.clients import request
from local.provider.handler import AutoName, Handler, changed_tags, outputs_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.provider.clients import Clients
    from local.provider.handler import Inputs, Outputs

_RETENTION_DAYS = (
    *(0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827),
    *(2192, 2557, 2922, 3288, 3653),
)
"""What CloudWatch Logs accepts; 0 keeps everything."""


class LogGroup(Handler):
    """A log group."""

    type = "aws:cloudwatch/logGroup:LogGroup"
    properties = frozenset({"name", "retentionInDays"})
    defaults: ClassVar[Mapping[str, Any]] = {"retentionInDays": 0}
    replace_on = frozenset({"name"})
    auto_name = AutoName(512)
    regional = True
    tagged = True

    def check(self, inputs: Inputs) -> None:
        """Check how long events are kept."""
        days = inputs["retentionInDays"]
        if days != UNKNOWN and days not in _RETENTION_DAYS:
            allowed = ", ".join(map(str, _RETENTION_DAYS))
            raise ProviderError(f"retentionInDays is {days}, but must be one of {allowed}.")

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Create the group, or leave nothing of it."""
        client, name = clients.get("logs", inputs["region"]), inputs["name"]
        client.create_log_group(
            logGroupName=name, **({"tags": inputs["tagsAll"]} if inputs["tagsAll"] else {})
        )
        try:
            _set_retention(client, inputs)
        except ClientError:
            client.delete_log_group(logGroupName=name)
            raise
        return name, _log_group_outputs(clients, inputs)

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:  # noqa: ARG002 - the inputs name it
        """Change the retention and the tags."""
        client = clients.get("logs", new["region"])
        _set_retention(client, new)
        outputs = _log_group_outputs(clients, new)
        tags, removed = changed_tags(old, new)
        if tags:
            client.tag_resource(resourceArn=outputs["arn"], tags={one["Key"]: one["Value"] for one in tags})
        if removed:
            client.untag_resource(resourceArn=outputs["arn"], tagKeys=removed)
        return outputs

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:
        """Delete the group with its events."""
        clients.get("logs", inputs["region"]).delete_log_group(logGroupName=id_)


class MetricAlarm(Handler):
    """An alarm on one metric."""

    type = "aws:cloudwatch/metricAlarm:MetricAlarm"
    _settings = (
        "actionsEnabled",
        "alarmActions",
        "alarmDescription",
        "comparisonOperator",
        "evaluationPeriods",
        "metricName",
        "namespace",
        "period",
        "statistic",
        "threshold",
        "treatMissingData",
    )
    properties = frozenset({"dimensions", "name", *_settings})
    defaults: ClassVar[Mapping[str, Any]] = {"actionsEnabled": True, "treatMissingData": "missing"}
    replace_on = frozenset({"name"})
    auto_name = AutoName(255)
    regional = True
    tagged = True

    def check(self, inputs: Inputs) -> None:
        """Check what is done about missing data, which the service model leaves open."""
        allowed = ("breaching", "notBreaching", "ignore", "missing")
        if inputs["treatMissingData"] not in (UNKNOWN, *allowed):
            raise ProviderError(
                f"treatMissingData is {inputs['treatMissingData']!r}, but must be one of {', '.join(allowed)}."
            )

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Create the alarm."""
        client = clients.get("cloudwatch", inputs["region"])
        values = self._values(inputs) | ({"tags": inputs["tagsAll"]} if inputs["tagsAll"] else {})
        client.put_metric_alarm(**request(client, "PutMetricAlarm", values))
        return inputs["name"], _alarm_outputs(clients, inputs)

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:  # noqa: ARG002 - the inputs name it
        """Set everything anew."""
        client = clients.get("cloudwatch", new["region"])
        client.put_metric_alarm(**request(client, "PutMetricAlarm", self._values(new)))
        outputs = _alarm_outputs(clients, new)
        tags, removed = changed_tags(old, new)
        if tags:
            client.tag_resource(ResourceARN=outputs["arn"], Tags=tags)
        if removed:
            client.untag_resource(ResourceARN=outputs["arn"], TagKeys=removed)
        return outputs

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:
        """Delete the alarm."""
        clients.get("cloudwatch", inputs["region"]).delete_alarms(AlarmNames=[id_])

    def _values(self, inputs: Inputs) -> Inputs:
        values = {name: inputs[name] for name in self._settings if name in inputs}
        dimensions = sorted(inputs.get("dimensions", {}).items())
        values["dimensions"] = [{"name": name, "value": value} for name, value in dimensions]
        return values | {"alarmName": inputs["name"]}


def _set_retention(client: Any, inputs: Inputs) -> None:  # noqa: ANN401 - see Clients.get
    name, days = inputs["name"], inputs["retentionInDays"]
    if days:
        client.put_retention_policy(logGroupName=name, retentionInDays=days)
    else:
        client.delete_retention_policy(logGroupName=name)


def _log_group_outputs(clients: Clients, inputs: Inputs) -> Outputs:
    arn = f"arn:aws:logs:{inputs['region']}:{clients.account}:log-group:{inputs['name']}"
    return {**outputs_of(inputs), "arn": arn}


def _alarm_outputs(clients: Clients, inputs: Inputs) -> Outputs:
    arn = f"arn:aws:cloudwatch:{inputs['region']}:{clients.account}:alarm:{inputs['name']}"
    return {**outputs_of(inputs), "arn": arn}


HANDLERS = (LogGroup(), MetricAlarm())
