"""The rows of the access table about what runs the guard, what it uses besides models, and whom it tells."""

from collections.abc import Iterator

from local.aws.policy import Context
from tests.policies.callers import OTHER_ACCOUNT, PEOPLE
from tests.policies.documents import ACCOUNT_ID, FUNCTION_ARN, LOG_GROUP_ARN, QUEUE_ARN, REGION, TOPIC_ARN
from tests.policies.row import ALERTS, ALL, TWO, Row
from tests.policies.service_reference import resource_types

LOG_STREAM_ARN = f"{LOG_GROUP_ARN}:log-stream:2026/11/22/[$LATEST]0a1b2c3d"
SAMPLES = {
    "log-group": LOG_GROUP_ARN,
    "log-stream": LOG_STREAM_ARN,
    "queue": QUEUE_ARN,
    "topic": TOPIC_ARN,
    "function": FUNCTION_ARN,
}
"""A resource of each type that the guard or its schedule act on, besides those of Rekognition."""

MAY: dict[str, tuple[tuple[str, str], ...]] = {
    "cloudwatch:GetMetricData": ((ALL, "guard"), (TWO, "guard")),
    "logs:CreateLogStream": ((ALL, "guard"), (TWO, "guard")),
    "logs:PutLogEvents": ((ALL, "guard"), (TWO, "guard")),
    "sqs:SendMessage": ((ALL, "guard"), (TWO, "guard")),
    "sns:Publish": ((TWO, "guard"),),
    "lambda:InvokeFunction": ((ALL, "schedule"), (TWO, "schedule")),
}
"""Where each may what; the guard has a topic with two projects only."""

STRANGERS = (
    "an alarm of another region",
    "an alarm of another partition",
    "a stranger's alarm",
    "an alarm in a stranger's name",
    "a stranger's alarm in our name",
    "no alarm of CloudWatch",
    "an alarm in a near account's name",
    "CloudWatch without an alarm",
    "an alarm of no account",
    "another service for an alarm",
    "budgets",
    "another service",
    "anonymous",
    "stranger",
)
PLAIN_HTTP: Context = {"aws:SecureTransport": "false"}


def _every_action() -> Iterator[Row]:
    for service in ("cloudwatch", "logs", "lambda", "sns", "sqs"):
        for action, kinds in resource_types(service).items():
            for resource in [SAMPLES[kind] for kind in kinds if kind in SAMPLES] or ([] if kinds else ["*"]):
                for where in (ALL, TWO):
                    for who in PEOPLE:
                        yield Row(
                            where=where,
                            who=who,
                            action=action,
                            resource=resource,
                            allowed=(where, who) in MAY.get(action, ()),
                        )


def _elsewhere() -> Iterator[Row]:
    for action, people in MAY.items():
        for where, who in people:
            for kind in resource_types(action.partition(":")[0])[action]:
                for resource in _near(SAMPLES[kind]):
                    yield Row(where=where, who=who, action=action, resource=resource, allowed=False)
    for where in (ALL, TWO):
        for region in ("us-east-1", "eu-west-2", "eu-west-11"):
            yield Row(
                where=where,
                who="guard",
                action="cloudwatch:GetMetricData",
                resource="*",
                allowed=False,
                context={"aws:RequestedRegion": region},
            )


def _near(arn: str) -> Iterator[str]:
    """Return ARNs that look like this one."""
    yield arn.replace(REGION, "us-east-1")
    yield arn.replace(REGION, "eu-west-11")
    yield arn.replace(ACCOUNT_ID, OTHER_ACCOUNT)
    yield arn.replace(":aws:", ":aws-cn:")
    *start, name = arn.split(":")[:7] if ":log-group:" in arn or ":function:" in arn else arn.split(":")
    rest = arn.removeprefix(":".join([*start, name]))
    for other in (f"{name}-2", f"my-{name}", f"{name[:-1]}x", name.upper(), "other"):
        yield ":".join([*start, other]) + rest


def _topic() -> Iterator[Row]:
    for who in ("an alarm", *STRANGERS):
        for action, kinds in resource_types("sns").items():
            if "topic" in kinds:
                yield Row(
                    where=ALERTS,
                    who=who,
                    action=action,
                    resource=TOPIC_ARN,
                    allowed=who == "an alarm" and action == "sns:Publish",
                )
    for resource in _near(TOPIC_ARN):
        yield Row(where=ALERTS, who="an alarm", action="sns:Publish", resource=resource, allowed=False)
    for who, allowed in (("owner", True), ("guest", False), ("operator", False), ("schedule", False)):
        yield Row(where=ALERTS, who=who, action="sns:Publish", resource=TOPIC_ARN, allowed=allowed)
    yield Row(where=ALERTS, who="owner", action="sns:SetTopicAttributes", resource=TOPIC_ARN, allowed=True)
    for who in ("owner", "an alarm", "anonymous", "stranger"):
        yield Row(
            where=ALERTS,
            who=who,
            action="sns:Publish",
            resource=TOPIC_ARN,
            allowed=False,
            context=PLAIN_HTTP,
        )
    yield Row(
        where=ALERTS,
        who="owner",
        action="sns:GetTopicAttributes",
        resource=TOPIC_ARN,
        allowed=True,
        context=PLAIN_HTTP,
    )


def guard_rows() -> Iterator[Row]:
    """Return the rows."""
    yield from _every_action()
    yield from _elsewhere()
    yield from _topic()
