"""Stops models that run for nothing: the function of `functions/idle_model_guard`, and what runs and watches it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.config import CostConfig
from infra.policies import render_policy

LOG_DAYS = 14
"""How long the function's log is kept."""

_MINUTES_BETWEEN_RUNS = 15
_TIMEOUT = 300  # seconds; throttled to five requests a second, hundreds of models take minutes
_SCHEDULE_GROUP = "default"  # of EventBridge Scheduler; exists in every account


@dataclass(frozen=True, kw_only=True)
class IdleModelGuardArgs:
    """What an `IdleModelGuard` needs to know."""

    partition: str
    region: str
    account_id: str
    code: pulumi.Archive
    """The function, as `guard_code` returns it."""
    costs: CostConfig
    """When models are stopped."""
    projects: Sequence[str] = ()
    """Names of the Custom Labels projects that are guarded; empty means all of account and region."""
    topic_arn: pulumi.Input[str] | None = None
    """The SNS topic that is told of stops and alarms, if there is one."""


class IdleModelGuard(pulumi.ComponentResource):
    """Looks at the running models every 15 minutes and stops those that run for nothing.

    Runs may overlap and no concurrency is reserved: new accounts have too little of it.

    Creates:
        - ``{name}``: the function.
        - ``{name}-logs``: its log group.
        - ``{name}-failures``: a queue that keeps, for 14 days, what became of runs that failed.
        - ``{name}-on-failure``: sends failed runs to the queue, without another attempt: the next run is one.
        - ``{name}-role``: the function's role.
        - ``{name}-policy``: what the guard asks of AWS, from `policies/guard.json.j2`.
        - ``{name}-schedule``: invokes the function every 15 minutes.
        - ``{name}-schedule-role``: the schedule's role.
        - ``{name}-schedule-policy``: invoke this function, from `policies/guard_schedule.json.j2`.
        - ``{name}-errors``: alarm on a run that failed.
        - ``{name}-missing``: alarm on an hour without a run.
    """

    function_name: Output[str]
    """Name of the function."""

    def __init__(self, name: str, args: IdleModelGuardArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("customlabels:idle_model_guard:IdleModelGuard", name, {}, opts)
        child = ResourceOptions(parent=self)
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs", aws.cloudwatch.LogGroupArgs(retention_in_days=LOG_DAYS), opts=child
        )
        failures = aws.sqs.Queue(
            f"{name}-failures",
            aws.sqs.QueueArgs(message_retention_seconds=14 * 24 * 60 * 60, sqs_managed_sse_enabled=True),
            opts=child,
        )
        role = aws.iam.Role(
            f"{name}-role",
            aws.iam.RoleArgs(
                description="Stops Custom Labels models that run for nothing",
                assume_role_policy=render_policy("guard_trust.json.j2", account_id=args.account_id),
            ),
            opts=child,
        )
        policy = aws.iam.RolePolicy(
            f"{name}-policy",
            aws.iam.RolePolicyArgs(role=role.name, policy=_policy(args, logs.arn, failures.arn)),
            opts=child,
        )
        function = aws.lambda_.Function(
            name,
            _function(args, role.arn, logs.name),
            opts=ResourceOptions(parent=self, depends_on=[policy]),
        )
        aws.lambda_.FunctionEventInvokeConfig(
            f"{name}-on-failure",
            aws.lambda_.FunctionEventInvokeConfigArgs(
                function_name=function.name,
                maximum_retry_attempts=0,
                maximum_event_age_in_seconds=_MINUTES_BETWEEN_RUNS * 60,
                destination_config=aws.lambda_.FunctionEventInvokeConfigDestinationConfigArgs(
                    on_failure=aws.lambda_.FunctionEventInvokeConfigDestinationConfigOnFailureArgs(
                        destination=failures.arn
                    )
                ),
            ),
            opts=child,
        )
        _schedule(f"{name}-schedule", args, function.arn, child)
        _alarms(name, function.name, args.topic_arn, child)
        self.function_name = function.name
        self.register_outputs({"functionName": self.function_name})


def guard_code(folder: Path) -> pulumi.AssetArchive:
    """Return the function's archive: the folder's Python files below the folder's name, and nothing else."""
    return pulumi.AssetArchive(
        {f"{folder.name}/{file.name}": pulumi.FileAsset(str(file)) for file in sorted(folder.glob("*.py"))}
    )


def _function(
    args: IdleModelGuardArgs, role_arn: Output[str], log_group: Output[str]
) -> aws.lambda_.FunctionArgs:
    variables: dict[str, pulumi.Input[str]] = {
        "IDLE_STOP_MINUTES": str(args.costs.idle_stop_minutes),
        "MAX_RUN_HOURS": str(args.costs.max_run_hours),
        "PROJECTS": json.dumps(list(args.projects)),
        "UNIT_HOUR_USD": str(args.costs.inference_unit_hour_usd),
    }
    if args.topic_arn is not None:
        variables["TOPIC_ARN"] = args.topic_arn
    return aws.lambda_.FunctionArgs(
        description="Stops Custom Labels models that run for nothing",
        runtime="python3.13",
        architectures=["arm64"],
        memory_size=256,
        timeout=_TIMEOUT,
        code=args.code,
        handler="idle_model_guard.handler.handler",
        role=role_arn,
        environment=aws.lambda_.FunctionEnvironmentArgs(variables=variables),
        logging_config=aws.lambda_.FunctionLoggingConfigArgs(log_format="Text", log_group=log_group),
    )


def _policy(args: IdleModelGuardArgs, log_group_arn: Output[str], queue_arn: Output[str]) -> Output[str]:
    return Output.all(log_group_arn, queue_arn, args.topic_arn).apply(
        lambda arns: render_policy(
            "guard.json.j2",
            partition=args.partition,
            region=args.region,
            account_id=args.account_id,
            projects=args.projects,
            log_group_arn=arns[0],
            queue_arn=arns[1],
            topic_arns=[arns[2]] if arns[2] else [],
        )
    )


def _schedule(name: str, args: IdleModelGuardArgs, function_arn: Output[str], opts: ResourceOptions) -> None:
    group_arn = (
        f"arn:{args.partition}:scheduler:{args.region}:{args.account_id}:schedule-group/{_SCHEDULE_GROUP}"
    )
    role = aws.iam.Role(
        f"{name}-role",
        aws.iam.RoleArgs(
            description="Runs the guard of Custom Labels models",
            assume_role_policy=render_policy(
                "guard_schedule_trust.json.j2", account_id=args.account_id, schedule_group_arn=group_arn
            ),
        ),
        opts=opts,
    )
    policy = aws.iam.RolePolicy(
        f"{name}-policy",
        aws.iam.RolePolicyArgs(
            role=role.name,
            policy=function_arn.apply(lambda arn: render_policy("guard_schedule.json.j2", function_arn=arn)),
        ),
        opts=opts,
    )
    aws.scheduler.Schedule(
        name,
        aws.scheduler.ScheduleArgs(
            description="Runs the guard of Custom Labels models",
            group_name=_SCHEDULE_GROUP,
            schedule_expression=f"rate({_MINUTES_BETWEEN_RUNS} minutes)",
            flexible_time_window=aws.scheduler.ScheduleFlexibleTimeWindowArgs(mode="OFF"),
            target=aws.scheduler.ScheduleTargetArgs(
                arn=function_arn,
                role_arn=role.arn,
                retry_policy=aws.scheduler.ScheduleTargetRetryPolicyArgs(
                    maximum_event_age_in_seconds=_MINUTES_BETWEEN_RUNS * 60, maximum_retry_attempts=3
                ),
            ),
        ),
        opts=ResourceOptions(parent=opts.parent, depends_on=[policy]),
    )


def _alarms(
    name: str, function_name: Output[str], topic_arn: pulumi.Input[str] | None, opts: ResourceOptions
) -> None:
    for what, description, metric, comparison, period, missing in (
        (
            "errors",
            "The guard of Custom Labels models failed: some may run on, at a cost. See docs/operations.md.",
            "Errors",
            "GreaterThanOrEqualToThreshold",
            5 * 60,
            "notBreaching",
        ),
        (
            "missing",
            "The guard of Custom Labels models has not run for an hour: none is stopped. See docs/operations.md.",
            "Invocations",
            "LessThanThreshold",
            60 * 60,
            "breaching",
        ),
    ):
        aws.cloudwatch.MetricAlarm(
            f"{name}-{what}",
            aws.cloudwatch.MetricAlarmArgs(
                alarm_description=description,
                namespace="AWS/Lambda",
                metric_name=metric,
                dimensions={"FunctionName": function_name},
                statistic="Sum",
                period=period,
                evaluation_periods=1,
                threshold=1,
                comparison_operator=comparison,
                treat_missing_data=missing,
                alarm_actions=None if topic_arn is None else [topic_arn],
            ),
            opts=opts,
        )
