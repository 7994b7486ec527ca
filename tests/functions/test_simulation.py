"""Thirty days with and without the guard."""

import contextlib
import io
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from functions.idle_model_guard.decisions import cost_usd
from functions.idle_model_guard.guard import GuardError, Report, run
from functions.idle_model_guard.settings import Settings
from tests.functions.simulation import HOUR, LONGEST_RUN, MINUTE, START, STEP, SimulatedModel, World

SETTINGS = Settings(
    idle=HOUR,
    max_run=LONGEST_RUN,
    projects=(),
    topic_arn="arn:aws:sns:eu-west-1:123456789012:guard",
    unit_hour_usd=Decimal("4.0"),
)


def one_run(world: World) -> tuple[list[Report], bool]:
    """Run the guard once; return its reports and whether it ended in an error."""
    world.faulted = world.garbled = False
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            return run(world.account(), SETTINGS, world.now), False
        except GuardError:
            return [], True


def test_in_thirty_days_every_model_that_should_be_is_stopped_and_none_that_should_not() -> None:
    """The world itself refuses a stop that is wrong; here nothing that is due may still run after a run."""
    world = World(seed=0)
    why: Counter[str] = Counter()
    while world.now < START + timedelta(days=30):
        world.step()
        if (world.now - START) % (3 * STEP) or world.random.random() < 0.01:
            continue  # not yet, or the scheduler did not come
        world.down = world.random.random() < 0.005
        running = [model for model in world.models if model.status == "RUNNING"]
        due = {model.name for model in running if world.must_be_stopped(model)}
        reports, failed = one_run(world)
        assert failed == world.faulted
        why.update(kind(report) for report in reports)
        if not world.faulted and not world.garbled:
            assert due <= {model.name for model in running if model.status == "STOPPING"}
            for model in running:
                model.seen = model.seen or world.now
            if world.random.random() < 0.05:
                again, _ = one_run(world)
                assert all(report["decision"] != "stopped" for report in again)
        why["error"] += failed
    bill = sum((cost(model, model.minutes) for model in world.models), Decimal(0))
    without = sum((cost(model, model.minutes_unguarded) for model in world.models), Decimal(0))
    print(f"${bill:,} with the guard, ${without:,} without it, ${without - bill:,} saved. {dict(why)}")
    assert without - bill > 0
    assert all(why[rule] for rule in ("lease", "longest run", "idle", "keep-running", "not known", "error"))
    assert world.notices


def kind(report: Report) -> str:
    """Which rule made the decision."""
    rules = {
        "Its lease ended": "lease",
        "It has run for": "longest run",
        "It served nothing": "idle",
        "It is tagged": "keep-running",
        "Whether it is idle": "not known",
    }
    return next((rule for start, rule in rules.items() if report["reason"].startswith(start)), "kept")


def cost(model: SimulatedModel, minutes: int) -> Decimal:
    return cost_usd(minutes, model.units, SETTINGS.unit_hour_usd)


def test_a_world_notices_a_stop_that_is_wrong() -> None:
    world = World(seed=0, faults=0.0)
    model = world.models[0]
    model.become("RUNNING", START - 2 * HOUR)
    model.begun = START - 2 * HOUR
    model.served.append(START - 20 * MINUTE)
    with pytest.raises(AssertionError, match="should not be stopped"):
        world.account()._rekognition.stop_project_version(ProjectVersionArn=model.arn)


def test_the_metrics_of_250_models_are_read_in_calls_that_cloudwatch_takes() -> None:
    world = World(seed=0, faults=0.0)
    world.models = [SimulatedModel("big", f"v{number}", 1, has_own_metrics=False) for number in range(250)]
    for model in world.models:
        model.become("RUNNING", START)
        model.begun = START
        model.tags["started-at"] = START.strftime("%Y-%m-%dT%H:%M:%SZ")
    world.random.random = lambda: 1.0  # nobody does anything
    for _ in range(15):
        world.step()
    reports, failed = one_run(world)
    assert not failed
    assert Counter(report["decision"] for report in reports) == {"stopped": 250}
