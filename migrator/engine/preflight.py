"""All steps are checked before the first one acts, and their changes are planned."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from migrator.engine.context import Contexts, Desk
from migrator.engine.unit import show_findings
from migrator.errors import FindingsBlock, HostKeyUnknown, MigratorError
from migrator.model.finding import Finding, blocking, blocks
from migrator.model.outcome import Change
from migrator.model.plan import Plan, PlannedStep
from migrator.model.states import Touches


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


def preflight(desk: Desk, run: str, plan: Plan, *, changes: bool = True) -> Preflight:
    """Ask every step whether it could work, and what it would change; reads only.

    An error of one step becomes a blocking finding of that step, so that all are asked and all are shown.
    """
    result = Preflight()
    contexts = Contexts(desk, run, plan)
    acted = False
    for step in plan.steps:
        for target in step.targets:
            findings = _findings(result, contexts, step, target, ahead=acted)
            result.findings[step.id] += findings
            show_findings(desk.observers, run, step, target, findings)
            if changes and not blocking(findings):
                result.changes[step.id] += _changes(contexts, step, target, acted)
        acted = acted or contexts.kind(step).touches is not Touches.NOTHING
    return result


def _findings(result: Preflight, contexts: Contexts, step: PlannedStep, target: str, *, ahead: bool) -> list[Finding]:
    try:
        return contexts.kind(step).check(contexts.reading(step, target, ahead=ahead))
    except MigratorError as error:
        if isinstance(error, HostKeyUnknown):
            result.refusal = HostKeyUnknown
        return [blocks("check.failed", str(error), error.hint or "")]


def _changes(contexts: Contexts, step: PlannedStep, target: str, ahead: bool) -> list[Change]:
    try:
        return contexts.kind(step).plan(contexts.reading(step, target, ahead=ahead))
    except MigratorError:
        if ahead:  # what an earlier step will make cannot be shown yet; the plan is asked again before the act
            return []
        raise
