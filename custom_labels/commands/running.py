"""`custom-labels start`, `stop` and `cost`: models that cost money."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

import click
from botocore.exceptions import BotoCoreError, ClientError

from custom_labels import models
from custom_labels.aws import Aws
from custom_labels.commands.projects import describe
from custom_labels.costs import UNIT_HOUR_USD, cost_usd, in_dollars, in_hours, minutes_between
from custom_labels.errors import CustomLabelsError, explain
from custom_labels.leases import in_utc, parse_length
from custom_labels.models import Running, follow, list_running
from custom_labels.projects import Model, find_model, list_all_models
from custom_labels.terminal import (
    Ticker,
    agree,
    examples,
    output_option,
    pass_aws,
    show,
    status_text,
    table,
    without_nothing,
    yes_option,
)


class _Length(click.ParamType[timedelta]):
    name = "TIME"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        try:
            return parse_length(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _Price(click.ParamType[Decimal]):
    name = "USD"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        try:
            price = Decimal(str(value))
        except InvalidOperation:
            price = Decimal("nan")
        if not (price.is_finite() and 0 <= price <= 1000):  # noqa: PLR2004  # whoever pays more has mistyped
            self.fail(f"{value!r} is not a price: write US dollars such as 4.0.", param, ctx)
        return price


_unit_hour_option = click.option(
    "--unit-hour-usd",
    type=_Price(),
    default=str(UNIT_HOUR_USD),
    show_default=True,
    envvar="CUSTOM_LABELS_UNIT_HOUR_USD",
    show_envvar=True,
    help="Price of an inference unit hour, for the estimates.",
)


@click.command(
    epilog=examples(
        "custom-labels start parts/v1",
        "custom-labels start parts --for 8h --units 2 --max-units 4",
        "custom-labels start parts/v1 --for 30m --yes",
    )
)
@click.argument("model")
@click.option("--for", "length", type=_Length(), default="2h", show_default=True, help="How long it may run.")
@click.option("--units", type=click.IntRange(min=1), default=1, show_default=True, help="Inference units.")
@click.option("--max-units", type=click.IntRange(min=1), help="Inference units to which it may grow.")
@_unit_hour_option
@yes_option
@output_option
@pass_aws
def start(  # noqa: PLR0913  # one parameter an option
    aws: Aws,
    *,
    model: str,
    length: timedelta,
    units: int,
    max_units: int | None,
    unit_hour_usd: Decimal,
    output: str,
    yes: bool,
) -> None:
    """Start MODEL and wait until it runs. It costs money from now until it is stopped.

    MODEL is an ARN, PROJECT/VERSION, or PROJECT when it has one model. The time for which it may run is kept in the
    tags started-at and stop-at of the model; the deployed cost guard stops it then.
    """
    if max_units is not None and max_units < units:
        raise click.UsageError(f"--max-units is {max_units}: it must be at least --units, {units}.")
    found = find_model(aws.rekognition, model)
    models.require_startable(found)
    agree(_price_question(found, length, units, max_units, unit_hour_usd), yes=yes)
    lease = models.start(aws.rekognition, found, units, max_units, length)
    try:
        found = _wait(aws, find_model(aws.rekognition, found.arn), "runs")
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"{found.name} starts nevertheless: see `custom-labels cost`, or `custom-labels stop {found.name}`."
        ) from None
    if found.status != "RUNNING":
        raise CustomLabelsError(f"Model {found.name} is {found.status}: {found.message}")
    stop_at = lease.stop_at and in_utc(lease.stop_at)
    show(
        output,
        describe(found) | {"stopAt": stop_at},
        f"{found.name} runs. It may run until {stop_at}; `custom-labels stop {found.name}` stops it before.",
    )


@click.command(
    epilog=examples(
        "custom-labels stop parts/v1", "custom-labels stop parts/v1 bolts/v3", "custom-labels stop --all"
    )
)
@click.argument("references", metavar="[MODEL]...", nargs=-1)
@click.option("--all", "all_", is_flag=True, help="Stop every model of the region.")
@output_option
@pass_aws
def stop(aws: Aws, *, references: Sequence[str], output: str, all_: bool) -> None:
    """Stop models and wait until they are stopped.

    Do this before `pulumi destroy`: a destroyed stack has no cost guard any more.
    """
    if all_ == bool(references):
        raise click.UsageError("Name the models to stop, or say --all.")
    found = (
        [model for model in list_all_models(aws.rekognition) if model.status in models.CHARGED]
        if all_
        else [find_model(aws.rekognition, reference) for reference in references]
    )
    stopped: list[Model] = []
    problems: list[str] = []
    for model in found:
        try:
            models.stop(aws.rekognition, model)
            stopped.append(model)
        except (BotoCoreError, ClientError) as error:
            problems.append(f"{model.name}: {explain(error)}")
        except CustomLabelsError as error:
            problems.append(str(error))
    stopped = [_wait(aws, find_model(aws.rekognition, model.arn), "is stopped") for model in stopped]
    show(
        output,
        {"models": [describe(model) for model in stopped]},
        "\n".join(f"{model.name} is {status_text(model.status)}." for model in stopped)
        or "Nothing was stopped.",
    )
    if problems:
        raise CustomLabelsError("\n".join(problems))


@click.command(epilog=examples("custom-labels cost", "custom-labels cost --output json"))
@_unit_hour_option
@output_option
@pass_aws
def cost(aws: Aws, unit_hour_usd: Decimal, output: str) -> None:
    """Show which models of the region cost money, since when, how much, and when they stop.

    Amounts are estimates from the tags of the models; AWS's bill decides.
    """
    now = datetime.now(UTC)
    running = list_running(aws.rekognition, unit_hour_usd, now)
    document = {
        "now": in_utc(now),
        "inferenceUnitHourUsd": float(unit_hour_usd),
        "models": [_describe_cost(each) for each in running],
        "usdPerHour": float(sum((each.usd_per_hour for each in running), Decimal(0))),
    }
    show(output, document, _cost_text(running, now) if running else f"No model costs money in {aws.region}.")


def _price_question(
    model: Model, length: timedelta, units: int, max_units: int | None, unit_hour_usd: Decimal
) -> str:
    minutes = int(length.total_seconds() // 60)
    hourly, most = (_range(part, units, max_units, unit_hour_usd) for part in (60, minutes))
    return f"Starting {model.name} costs about {hourly} an hour (an estimate), {most} in {in_hours(minutes)}. Start it?"


def _range(minutes: int, units: int, max_units: int | None, unit_hour_usd: Decimal) -> str:
    least = in_dollars(cost_usd(minutes, units, unit_hour_usd))
    if max_units is None or max_units == units:
        return least
    return f"{least} to {in_dollars(cost_usd(minutes, max_units, unit_hour_usd))}"


def _wait(aws: Aws, model: Model, what: str) -> Model:
    """Follow a model until its status no longer passes, and return it."""
    began = time.monotonic()
    with Ticker() as ticker:
        for current in follow(aws.rekognition, model, time.sleep):
            model = current
            seconds = int(time.monotonic() - began)
            ticker.say(f"{model.name} is {model.status}, {seconds} s: waiting until it {what} …")
    return model


def _describe_cost(running: Running) -> dict[str, object]:
    lease = running.lease
    return describe(running.model) | without_nothing(
        {
            "startedAt": in_utc(lease.started_at) if lease.started_at else None,
            "stopAt": in_utc(lease.stop_at) if lease.stop_at else None,
            "minutes": running.minutes,
            "usd": None if running.usd is None else float(running.usd),
            "usdPerHour": float(running.usd_per_hour),
        }
    )


def _cost_text(running: Sequence[Running], now: datetime) -> str:
    rows = [
        [
            each.model.name,
            status_text(each.model.status),
            in_utc(each.lease.started_at) if each.lease.started_at else "unknown",
            "unknown" if each.minutes is None else in_hours(each.minutes),
            "unknown" if each.usd is None else _at_least(each, in_dollars(each.usd)),
            _at_least(each, in_dollars(each.usd_per_hour)),
            _stop_text(each, now),
        ]
        for each in running
    ]
    heads = ["MODEL", "STATUS", "SINCE", "RUNS FOR", "COST SO FAR", "AN HOUR", "STOPS"]
    return table(heads, rows, right=["RUNS FOR", "COST SO FAR", "AN HOUR"])


def _at_least(running: Running, amount: str) -> str:
    return f"{amount} or more" if (running.model.max_units or 0) > running.model.units else amount


def _stop_text(running: Running, now: datetime) -> str:
    stop_at = running.lease.stop_at
    if stop_at is None:
        return "nobody said when"
    if stop_at <= now:
        return f"since {in_utc(stop_at)} overdue"
    return f"{in_utc(stop_at)}, in {in_hours(minutes_between(now, stop_at))}"
