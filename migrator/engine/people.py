"""What a parked run asks people, and what they have answered so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrator.journal.approvals import Standing
from migrator.journal.journal import Journal
from migrator.model.plan import Plan
from migrator.model.states import RunState


def answer(journal: Journal, plan: Plan, row: Mapping[str, Any], step: str, what: str) -> str:
    """What the run's row and the approvals say: granted, refused, retry, rollback, or waiting.

    `what` is asked: an `approval` of the step's groups, or a `decision` after the step has failed.
    """
    order = (row["order"] or {}).get("act")
    if order == "rollback":
        return "rollback"
    if what == "decision":
        return "retry" if order == "retry" else "waiting"
    standings = _standings(journal, plan, row, step)
    if any(s.reason == "rejected" for s in standings):
        return "refused"
    return "granted" if all(s.granted for s in standings) else "waiting"


def question(journal: Journal, plan: Plan, row: Mapping[str, Any], step: str, what: str) -> str:
    """What the run waits for, as the journal keeps it: `decision:STEP`, or `approval:GROUP,GROUP`."""
    if what == "decision":
        return f"decision:{step}"
    missing = [s.group for s in _standings(journal, plan, row, step) if not s.granted]
    return "approval:" + ",".join(missing)


def own_run(journal: Journal, plan: Plan, person: str) -> str | None:
    """The run of this plan that the person started and so may not approve, while it has not ended."""
    if plan.rules.get("approver_may_operate"):
        return None
    return next((str(row["id"]) for row in journal.runs.list(environment=plan.environment)
                 if (row["plan"], row["started_by"]) == (plan.id, person) and not RunState(row["state"]).ended), None)


def _standings(journal: Journal, plan: Plan, row: Mapping[str, Any], step: str) -> list[Standing]:
    not_by = None if plan.rules.get("approver_may_operate") else row["started_by"]
    by = plan.step(step).args.get("by", [])
    groups = [by] if isinstance(by, str) else by
    return [journal.approvals.standing(plan, group, not_by=not_by) for group in groups]
