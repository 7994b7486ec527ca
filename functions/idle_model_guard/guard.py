"""One run of the guard."""

import json
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from .aws import MODELS_A_CALL, Account, project_name
from .decisions import FIRST_SEEN, Metrics, Model, decide, metrics_window, outdated_tags, timestamp
from .settings import Settings

_AT_REST = ("STARTING", "STOPPING", "STOPPED", "FAILED")
"""Statuses of models that do not run, but may have run before."""

Report = dict[str, Any]
"""What became of a running model: `model`, `decision`, `reason`, `cost` and `warnings`, as it is logged."""


class GuardError(Exception):
    """What a run could not do, one sentence for each failure; everything else has been done."""


def run(account: Account, settings: Settings, now: datetime) -> list[Report]:
    """Look at every model once, stop those that run for nothing, and tell the topic what was stopped.

    Args:
        account: Whose models.
        settings: When they are stopped.
        now: The time, in UTC.

    Returns:
        A report on each running model; `decision` is "stopped", "kept" or, when it does not run any more, "gone".

    Raises:
        GuardError: Something failed.
    """
    started = _Run(account, settings, now)
    models = list(started.models())
    running = [model for model in models if model.status == "RUNNING"]
    metrics = started.metrics(running) if settings.idle else {}
    for model in running:
        started.guard(replace(model, metrics=metrics.get(model.arn)))
    for model in models:
        if model.status in _AT_REST:
            started.tidy(model)
    started.tell()
    if started.failures:
        raise GuardError(" ".join(started.failures))
    return started.reports


@dataclass
class _Run:
    account: Account
    settings: Settings
    now: datetime
    reports: list[Report] = field(default_factory=list[Report])
    failures: list[str] = field(default_factory=list[str])

    @contextmanager
    def _noting(self, what: str) -> Generator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - no failure may keep the other models running
            why = f"{type(error).__name__}: {error}"
            self.failures.append(f"{what} failed: {why}")
            _log({"failure": what, "error": why})

    def models(self) -> Iterator[Model]:
        for arn in self._project_arns():
            with self._noting(f"Listing the models of {arn}"):
                yield from self.account.models(arn)

    def _project_arns(self) -> Iterator[str]:
        guarded = self.settings.projects
        with self._noting("Listing the projects"):
            for arn in self.account.project_arns():
                if not guarded or project_name(arn) in guarded:
                    yield arn

    def metrics(self, models: Sequence[Model]) -> dict[str, Metrics]:
        start, end = metrics_window(self.now)
        found: dict[str, Metrics] = {}
        for first in range(0, len(models), MODELS_A_CALL):
            with self._noting("Reading metrics"):
                found |= self.account.metrics(models[first : first + MODELS_A_CALL], start, end)
        return found

    def guard(self, model: Model) -> None:
        """Decide on a running model and do it; its tags are read last, so that a lease just renewed counts."""
        with self._noting(f"Guarding {model.arn}"):
            tags = self.account.tags(model)
            if tags is None:
                self._report(model, "gone", "It has been deleted.")
                return
            decision = decide(replace(model, tags=tags), self.now, self.settings)
            became = "kept"
            if decision.stop:
                became = "stopped" if self.account.stop(model) else "gone"
            self._report(model, became, decision.reason, decision.cost, decision.warnings)
            if became == "kept" and decision.since is None:
                self.account.tag(model, FIRST_SEEN, timestamp(self.now))

    def tidy(self, model: Model) -> None:
        """Remove what an earlier run has left on a model that does not run."""
        with self._noting(f"Tidying the tags of {model.arn}"):
            outdated = outdated_tags(self.account.tags(model) or {}, self.now)
            if outdated:
                self.account.untag(model, outdated)

    def tell(self) -> None:
        """Tell the topic, if there is one, what was stopped and what failed."""
        stopped = [report for report in self.reports if report["decision"] == "stopped"]
        if not self.settings.topic_arn or not (stopped or self.failures):
            return
        region = self.settings.topic_arn.split(":")[3]
        lines = [
            f"Custom Labels models in {region}, {timestamp(self.now)}.",
            *(f"Stopped {report['model']}. {report['reason']} {report['cost']}" for report in stopped),
            *self.failures,
        ]
        subject = f"Custom Labels in {region}: {len(stopped)} stopped, {len(self.failures)} failures"
        with self._noting("Sending the notice"):
            self.account.publish(self.settings.topic_arn, subject, "\n\n".join(lines))

    def _report(
        self, model: Model, became: str, reason: str, cost: str = "", warnings: Sequence[str] = ()
    ) -> None:
        report: Report = {
            "model": model.arn,
            "decision": became,
            "reason": reason,
            "cost": cost,
            "warnings": list(warnings),
        }
        _log(report)
        self.reports.append(report)


def _log(line: dict[str, Any]) -> None:
    print(json.dumps(line), flush=True)
