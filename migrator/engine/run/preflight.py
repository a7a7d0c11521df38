"""All steps are checked before the first one acts, and their changes are planned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from migrator.engine.run.asking import answers, at_once, knowing, probes
from migrator.engine.run.context import Contexts, Desk
from migrator.engine.run.unit import show_findings
from migrator.errors import FindingsBlock, HostKeyUnknown, MigratorError
from migrator.model.finding import Finding, blocking, blocks
from migrator.model.outcome import Change
from migrator.model.plan import Plan, PlannedStep
from migrator.model.states import Touches
from migrator.step import Probes, Step, StepContext
from migrator.transport.asked import Known, Question


@dataclass
class Preflight:
    """Findings and planned changes by step id."""

    findings: dict[str, list[Finding]] = field(default_factory=lambda: defaultdict(list))
    changes: dict[str, list[Change]] = field(default_factory=lambda: defaultdict(list))
    refusal: type[MigratorError] = FindingsBlock
    """What is raised for the problems; a host of whom nobody knows who it is outweighs all other findings."""

    @property
    def problems(self) -> list[Finding]:
        """What forbids to start."""
        return blocking(f for findings in self.findings.values() for f in findings)


@dataclass
class Look:
    """A step on a target, looked at: what it finds, what it would change, and the error that it met."""

    kind: Step[Any]
    target: str
    context: StepContext[Any] | None
    findings: list[Finding] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    error: MigratorError | None = None

    def refused(self, error: MigratorError) -> None:
        """An error becomes a blocking finding, so that all are asked and all is shown."""
        self.error = error
        self.findings = [blocks("check.failed", str(error), error.hint or "")]


def preflight(desk: Desk, run: str, plan: Plan, *, changes: bool = True) -> Preflight:
    """Ask every step whether it could work, and what it would change; reads only.

    Every host is asked in one script what all steps have said that they want to know, all hosts at the same time.
    """
    result = Preflight()
    rows = list(_rows(Contexts(desk, run, plan), plan))
    known = answers(desk.site(plan.environment), _questions(rows, changes))
    for step, looks in rows:
        at_once(lambda look: _look(look, known, changes), looks, step.id)
        for look in looks:
            if isinstance(look.error, HostKeyUnknown):
                result.refusal = HostKeyUnknown
            result.findings[step.id] += look.findings
            result.changes[step.id] += look.changes
            show_findings(desk.observers, run, step, look.target, look.findings)
    return result


def _rows(contexts: Contexts, plan: Plan) -> Iterator[tuple[PlannedStep, list[Look]]]:
    acted = False
    for step in plan.steps:
        kind = contexts.kind(step)
        looks = [Look(kind, target, None) for target in step.targets]
        for look in looks:
            try:
                look.context = contexts.reading(step, look.target, ahead=acted)
            except MigratorError as error:
                look.refused(error)
        yield step, looks
        acted = acted or kind.touches is not Touches.NOTHING


def _questions(rows: Iterable[tuple[PlannedStep, list[Look]]], changes: bool) -> Iterator[Question]:
    for look in (look for _step, looks in rows for look in looks):
        asked = probes(look.kind, look.context) if look.context else Probes()
        yield from asked.check
        yield from asked.before if changes else ()


def _look(look: Look, known: Known, changes: bool) -> None:
    if look.context is None:
        return
    context = knowing(look.context, known)
    try:
        look.findings = look.kind.check(context)
    except MigratorError as error:
        look.refused(error)
    if changes and not blocking(look.findings):
        look.changes = _changes(look.kind, context)


def _changes(kind: Step[Any], context: StepContext[Any]) -> list[Change]:
    try:
        return kind.plan(context)
    except MigratorError:
        if context.ahead:  # what an earlier step will make cannot be shown yet; the plan is asked again before the act
            return []
        raise
