"""Builds what a step gets to see: its arguments with look-ups filled in, its sites, its facts, its jobs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from migrator.commands.shell import Command
from migrator.engine.processes.hold import Hold
from migrator.errors import WrongUse
from migrator.events import Observers, StepProgress, StepSaid
from migrator.journal.attempts import Key
from migrator.journal.journal import Journal
from migrator.model.plan import Plan, PlannedStep
from migrator.model.states import AttemptState, Direction
from migrator.playbook.lookups import scope
from migrator.playbook.steps import bind
from migrator.site import Site
from migrator.step import Step, StepContext, kinds
from migrator.text import _
from migrator.transport.base import OnLine
from migrator.transport.fence import Fence
from migrator.transport.jobs import JobResult, Jobs

DAY = 86400.0
PREVIEW = "plan-"
"""Begins the id under which a plan is looked at before any run of it exists."""


@dataclass(frozen=True)
class Desk:
    """Where a run works on this machine, and the doors that it may use."""

    journal: Journal
    observers: Observers
    site: Callable[[str], Site]
    """Opens an environment by its name in the inventory."""
    folder: Callable[[str], Path]
    """The folder of a run on this machine, by the run's id."""
    vault: Callable[[str], Path]
    """The folder for backup sets of an environment."""
    close: Callable[[str], None] = lambda environment: None
    """Gives back the connections to an environment, which are opened anew when somebody asks again."""

    @cached_property
    def hold(self) -> Hold:
        """What this process holds; jobs are begun under it."""
        return Hold(self.journal, self.site)


class Facts(Mapping[str, Mapping[str, Any]]):
    """Facts of steps that passed: this run's by `step`, any stage's newest of the same digest by `stage.step`."""

    def __init__(self, journal: Journal, run: str, plan: Plan) -> None:
        self._journal = journal
        self._run = run
        self._digest = plan.digest
        self._environments = sorted(set(plan.environments.values()))

    @cached_property
    def _own(self) -> dict[str, dict[str, Any]]:
        rows = map(dict, self._journal.attempts.of_run(self._run))
        return {row["step"]: _facts(row) for row in rows if _counts(row)}

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        found = self._own.get(name) or self._elsewhere(name)
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        passed = [row for row in self._journal.attempts.passed(self._digest) if row["environment"] in
                  self._environments]
        return iter({**{f"{row['stage']}.{row['step']}": None for row in passed}, **self._own})

    def __len__(self) -> int:
        return len(list(iter(self)))

    def _elsewhere(self, name: str) -> dict[str, Any] | None:
        """The newest success of a step of any stage where this plan works; only its row is read.

        Thousands of runs may share a plan: what another site of a fleet has found out is no fact of this one.
        """
        stage, _dot, step = name.partition(".")
        row = self._journal.attempts.newest(self._digest, stage, step, on=self._environments) if step else None
        return _facts(dict(row)) if row else None


class Before(Mapping[str, Any]):
    """What `before` wrote for a unit, read from the journal when it is asked for."""

    def __init__(self, journal: Journal, key: Key) -> None:
        self._journal = journal
        self._key = key

    @cached_property
    def _record(self) -> dict[str, Any]:
        return self._journal.attempts.record(self._key)

    def __getitem__(self, name: str) -> Any:
        return self._record[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._record)

    def __len__(self) -> int:
        return len(self._record)


class Contexts:
    """Makes the context of a unit of one run."""

    def __init__(self, desk: Desk, run: str, plan: Plan) -> None:
        self._desk = desk
        self._run = run
        self._plan = plan
        self._bound: dict[str, Any] = {}

    def kind(self, step: PlannedStep) -> Step[Any]:
        """The code of a step; raises WrongUse when its kind is not installed."""
        try:
            return kinds()[step.kind]()
        except KeyError:
            raise WrongUse(_("the step kind {kind} is not installed").format(kind=step.kind),
                           hint="inv step.list") from None

    def reading(self, step: PlannedStep, target: str, *, ahead: bool = False) -> StepContext[Any]:
        """For check, plan, before and verify: its sites cannot change anything."""
        return self._context(step, target, key=None, read_only=True, ahead=ahead)

    def acting(self, step: PlannedStep, key: Key, *, resumed: bool = False) -> StepContext[Any]:
        """For apply and undo: with the record of `before`, and jobs named after the attempt.

        resumed: an earlier process began the attempt, so it may have begun its jobs.
        """
        return self._context(step, key.target, key=key, read_only=False, resumed=resumed)

    def _context(self, step: PlannedStep, target: str, *, key: Key | None, read_only: bool,
                 ahead: bool = False, resumed: bool = False) -> StepContext[Any]:
        plan, journal = self._plan, self._desk.journal
        site = self._desk.site(plan.environment)
        deadline = time.monotonic() + (step.timeout or DAY)
        return StepContext(
            run=self._run, step=step.id, stage=plan.stage, target=target,
            args=self._arguments(step, site), hop=step.hop, path=plan.path,
            site=site.reading() if read_only else site,
            elsewhere=lambda alias: self._desk.site(_alias(plan, alias)).reading(),
            folder=self._desk.folder(self._run) / "playbook", vault=self._desk.vault(plan.environment),
            work=self._desk.folder(self._run), facts=Facts(journal, self._run, plan),
            remaining=lambda: max(0.0, deadline - time.monotonic()),
            progress=self._progress(step, target), say=self._say(step, target),
            run_job=self._job_runner(site, key, deadline, resumed), ahead=ahead,
            record=Before(journal, key) if key else {}, journal=self._so_far,
        )

    def _arguments(self, step: PlannedStep, site: Site) -> Any:
        """The step's arguments with look-ups filled in; the same on all its targets."""
        if step.id not in self._bound:
            known = scope(path=self._plan.path, hop=step.hop, name=site.name, environment=site.environment,
                          run=self._run)
            self._bound[step.id] = bind(step.args, kinds()[step.kind].Args, known, step.id)
        return self._bound[step.id]

    def _so_far(self) -> dict[str, Any]:
        """The record of the run; of a plan that is only looked at, what it says."""
        if self._run.startswith(PREVIEW):
            return {"people": self._plan.people, "steps": self._plan.as_json()["steps"], "attempts": []}
        return self._desk.journal.record(self._run)

    def _progress(self, step: PlannedStep, target: str) -> Callable[[float, float | None, str], None]:
        return lambda done, total, unit: self._desk.observers(
            StepProgress(run=self._run, step=step.id, target=target, done=done, total=total, unit=unit))

    def _say(self, step: PlannedStep, target: str) -> OnLine:
        return lambda text: self._desk.observers(StepSaid(run=self._run, step=step.id, target=target, text=text))

    def _job_runner(self, site: Site, key: Key | None, deadline: float, resumed: bool) -> Callable[..., JobResult]:
        def run_job(host: str, label: str, command: Command, *, stdin: bytes, timeout: float | None,
                    on_line: OnLine | None) -> JobResult:
            if key is None:
                raise WrongUse("a job was started by a step that may only read")
            left = max(1.0, deadline - time.monotonic())
            fence = self._desk.hold.fence(self._run, self._plan, site, host, resumed=resumed)
            return jobs_on(site, host, fence).run(f"{key.job}.{label}", command, stdin=stdin,
                                                  timeout=min(timeout or left, left), on_line=on_line)
        return run_job


def jobs_on(site: Site, host: str, fence: Fence | None = None) -> Jobs:
    """The jobs of a host, in our one folder there; begun only while the fence holds."""
    return Jobs(site.host(host), f"{site.environment.hosts[host].work}/jobs", fence)


def _alias(plan: Plan, alias: str) -> str:
    if alias not in plan.environments:
        raise WrongUse(_("the playbook names no environment {alias}").format(alias=alias))
    return plan.environments[alias]


def _counts(row: Mapping[str, Any]) -> bool:
    return bool(row["direction"] == Direction.FORWARD and row["state"] == AttemptState.OK and not row["undone"])


def _facts(row: Mapping[str, Any]) -> dict[str, Any]:
    return dict((row["outcome"] or {}).get("facts") or {})
