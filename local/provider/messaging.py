"""SNS and SQS: topics, who may publish and who is told, and queues."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from local.engine import UNKNOWN, ProviderError
from local.provider.handler import (
    AutoName,
    Handler,
    changed_tags,
    normal_policy,
    outputs_of,
    policy_resources,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.provider.clients import Clients
    from local.provider.handler import Inputs, Outputs


class Topic(Handler):
    """A topic."""

    type = "aws:sns/topic:Topic"
    properties = frozenset({"displayName", "name"})
    replace_on = frozenset({"name"})
    auto_name = AutoName(256)
    regional = True
    tagged = True

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Create the topic."""
        tags = [{"Key": key, "Value": value} for key, value in sorted(inputs["tagsAll"].items())]
        attributes = {"DisplayName": inputs["displayName"]} if "displayName" in inputs else {}
        arn = clients.get("sns", inputs["region"]).create_topic(
            Name=inputs["name"], Attributes=attributes, Tags=tags
        )["TopicArn"]
        return arn, _topic_outputs(clients, arn, inputs)

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:
        """Change the display name and the tags."""
        client = clients.get("sns", new["region"])
        client.set_topic_attributes(
            TopicArn=id_, AttributeName="DisplayName", AttributeValue=new.get("displayName", "")
        )
        tags, removed = changed_tags(old, new)
        if tags:
            client.tag_resource(ResourceArn=id_, Tags=tags)
        if removed:
            client.untag_resource(ResourceArn=id_, TagKeys=removed)
        return _topic_outputs(clients, id_, new)

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:
        """Delete the topic with its subscriptions."""
        clients.get("sns", inputs["region"]).delete_topic(TopicArn=id_)


class TopicPolicy(Handler):
    """Who may use a topic."""

    type = "aws:sns/topicPolicy:TopicPolicy"
    properties = frozenset({"arn", "policy"})
    replace_on = frozenset({"arn"})
    regional = True

    def check(self, inputs: Inputs) -> None:
        """Check the document, and that it is about this topic."""
        inputs["policy"] = normal_policy(inputs["policy"], "policy", principal=True, resource=True)
        if UNKNOWN in (inputs["policy"], inputs["arn"]):
            return
        for resource in policy_resources(inputs["policy"]):
            if resource != inputs["arn"]:
                raise ProviderError(f"policy is about {resource}, but must be about {inputs['arn']}.")

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Set the topic's policy."""
        _set_policy(clients, inputs, inputs["policy"])
        return inputs["arn"], outputs_of(inputs) | {"owner": clients.account}

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:  # noqa: ARG002 - it is set anew
        """Set the policy again."""
        return self.create(clients, new)[1]

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:
        """Leave the topic to its account, as SNS creates it."""
        owner = {"StringEquals": {"AWS:SourceOwner": clients.account}}
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": ["SNS:Publish", "SNS:Subscribe", "SNS:GetTopicAttributes", "SNS:SetTopicAttributes"],
            "Resource": id_,
            "Condition": owner,
        }
        _set_policy(clients, inputs, json.dumps({"Version": "2008-10-17", "Statement": [statement]}))


class TopicSubscription(Handler):
    """Somebody who is told what is published to a topic."""

    type = "aws:sns/topicSubscription:TopicSubscription"
    properties = frozenset({"endpoint", "protocol", "topic"})
    replace_on = properties
    regional = True

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Subscribe; an address is sent a link to confirm it with."""
        client = clients.get("sns", inputs["region"])
        arn = client.subscribe(
            TopicArn=inputs["topic"],
            Protocol=inputs["protocol"],
            Endpoint=inputs["endpoint"],
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        return arn, _subscription_outputs(client, arn, inputs)

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:  # noqa: ARG002 - every change replaces it
        """Change nothing."""
        return _subscription_outputs(clients.get("sns", new["region"]), id_, new)

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:
        """Unsubscribe."""
        clients.get("sns", inputs["region"]).unsubscribe(SubscriptionArn=id_)


class Queue(Handler):
    """A queue."""

    type = "aws:sqs/queue:Queue"
    _attributes: ClassVar[Mapping[str, str]] = {
        "messageRetentionSeconds": "MessageRetentionPeriod",
        "sqsManagedSseEnabled": "SqsManagedSseEnabled",
        "visibilityTimeoutSeconds": "VisibilityTimeout",
    }
    properties = frozenset({"name", *_attributes})
    defaults: ClassVar[Mapping[str, Any]] = {
        "messageRetentionSeconds": 4 * 24 * 60 * 60,
        "visibilityTimeoutSeconds": 30,
    }
    replace_on = frozenset({"name"})
    auto_name = AutoName(80)
    regional = True
    tagged = True

    def create(self, clients: Clients, inputs: Inputs) -> tuple[str, Outputs]:
        """Create the queue."""
        url = clients.get("sqs", inputs["region"]).create_queue(
            QueueName=inputs["name"], Attributes=self._values(inputs), tags=inputs["tagsAll"]
        )["QueueUrl"]
        return url, _queue_outputs(clients, url, inputs)

    def update(self, clients: Clients, id_: str, old: Inputs, new: Inputs) -> Outputs:
        """Change attributes and tags."""
        client = clients.get("sqs", new["region"])
        client.set_queue_attributes(QueueUrl=id_, Attributes=self._values(new))
        tags, removed = changed_tags(old, new)
        if tags:
            client.tag_queue(QueueUrl=id_, Tags={one["Key"]: one["Value"] for one in tags})
        if removed:
            client.untag_queue(QueueUrl=id_, TagKeys=removed)
        return _queue_outputs(clients, id_, new)

    def delete(self, clients: Clients, id_: str, inputs: Inputs) -> None:
        """Delete the queue with its messages."""
        clients.get("sqs", inputs["region"]).delete_queue(QueueUrl=id_)

    def _values(self, inputs: Inputs) -> dict[str, str]:
        return {
            attribute: str(inputs[name]).lower()
            for name, attribute in self._attributes.items()
            if name in inputs
        }


def _topic_outputs(clients: Clients, arn: str, inputs: Inputs) -> Outputs:
    return {**outputs_of(inputs), "arn": arn, "beginningArchiveTime": "", "owner": clients.account}


def _set_policy(clients: Clients, inputs: Inputs, policy: str) -> None:
    clients.get("sns", inputs["region"]).set_topic_attributes(
        TopicArn=inputs["arn"], AttributeName="Policy", AttributeValue=policy
    )


def _subscription_outputs(client: Any, arn: str, inputs: Inputs) -> Outputs:  # noqa: ANN401 - see Clients.get
    attributes = client.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    return {
        **outputs_of(inputs),
        "arn": arn,
        "confirmationWasAuthenticated": False,
        "ownerId": attributes["Owner"],
        "pendingConfirmation": attributes["PendingConfirmation"] == "true",
    }


def _queue_outputs(clients: Clients, url: str, inputs: Inputs) -> Outputs:
    arn = f"arn:aws:sqs:{inputs['region']}:{clients.account}:{inputs['name']}"
    return {**outputs_of(inputs), "arn": arn, "url": url}


HANDLERS = (Topic(), TopicPolicy(), TopicSubscription(), Queue())
