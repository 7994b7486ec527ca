"""Tells somebody by e-mail what models were stopped, what failed, and what it all costs."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.policies import render_policy


@dataclass(frozen=True, kw_only=True)
class AlertsArgs:
    """What `Alerts` needs to know."""

    partition: str
    region: str
    account_id: str
    email: str
    """Who is told; has to confirm the subscription once, by the e-mail that SNS sends."""
    monthly_budget_usd: int
    """What Rekognition may cost a month, in US dollars."""


class Alerts(pulumi.ComponentResource):
    """E-mail about models and their costs.

    Creates:
        - ``{name}``: the topic that takes the guard's notices and the alarms.
        - ``{name}-policy``: lets the account's alarms publish, and nobody over plain http, from
          `policies/alerts_topic.json.j2`.
        - ``{name}-email``: the address as the topic's subscriber.
        - ``{name}-budget-{region}``: a monthly budget of Rekognition in the whole account, all regions together.
    """

    topic_arn: Output[str]
    """ARN of the topic, known once its policy is in place."""

    def __init__(self, name: str, args: AlertsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("customlabels:alerts:Alerts", name, {}, opts)
        child = ResourceOptions(parent=self)
        topic = aws.sns.Topic(name, aws.sns.TopicArgs(display_name="Custom Labels"), opts=child)
        policy = aws.sns.TopicPolicy(
            f"{name}-policy",
            aws.sns.TopicPolicyArgs(
                arn=topic.arn,
                policy=topic.arn.apply(
                    lambda arn: render_policy(
                        "alerts_topic.json.j2",
                        partition=args.partition,
                        region=args.region,
                        account_id=args.account_id,
                        topic_arn=arn,
                    )
                ),
            ),
            opts=child,
        )
        aws.sns.TopicSubscription(
            f"{name}-email",
            aws.sns.TopicSubscriptionArgs(topic=topic.arn, protocol="email", endpoint=args.email),
            opts=child,
        )
        aws.budgets.Budget(f"{name}-budget-{args.region}", _budget(args), opts=child)
        self.topic_arn = policy.arn
        self.register_outputs({"topicArn": self.topic_arn})


def _budget(args: AlertsArgs) -> aws.budgets.BudgetArgs:
    return aws.budgets.BudgetArgs(
        budget_type="COST",
        time_unit="MONTHLY",
        limit_amount=str(args.monthly_budget_usd),
        limit_unit="USD",
        cost_filters=[aws.budgets.BudgetCostFilterArgs(name="Service", values=["Amazon Rekognition"])],
        # Straight to the address: a budget's e-mail needs no confirmation, and the topic no other publisher.
        notifications=[
            aws.budgets.BudgetNotificationArgs(
                notification_type=kind,
                comparison_operator="GREATER_THAN",
                threshold=percent,
                threshold_type="PERCENTAGE",
                subscriber_email_addresses=[args.email],
            )
            for kind, percent in (("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))
        ],
    )
