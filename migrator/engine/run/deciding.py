"""What a person decides of a run that waits: possible or not, and left as an order for whoever goes on with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrator.engine.run import people
from migrator.errors import WrongUse
from migrator.journal.journal import Journal
from migrator.journal.next_command import next_command
from migrator.model import labels
from migrator.model.plan import Plan
from migrator.model.states import RunState
from migrator.text import _

ROLLBACK = "rollback"
REASONED = ("skip", "done", "go on")
"""Orders that go round something, so that the person says why."""


def decide(journal: Journal, run: str, act: str, *, who: str, reason: str | None, to: str | None = None) -> str:
    """Leave the order `act` (retry, skip, done, go on, rollback) of a named person; gives the step that it is about.

    Raises WrongUse when the run does not wait for such an order, or the plan forbids it.
    """
    row = dict(journal.runs.get(run))
    plan = journal.runs.plan(row["plan"])
    what, _colon, step = (row["waiting_for"] or "").partition(":")
    if RunState(row["state"]) is not RunState.WAITING or what not in people.ANSWERS:
        raise WrongUse(_("run {run} waits for no decision: {state}").format(
            run=run, state=labels.run_state(row["state"])), hint=next_command(row, plan))
    _require_possible(plan, row, act, what, step, to)
    if act in REASONED and not reason:
        raise WrongUse(_("--{flag} is missing").format(flag="reason"),
                       hint=_("whoever reads the report wants to know why: --reason TEXT"))
    journal.runs.order(run, {"act": act, "who": who, "reason": reason or "", "to": to, "step": step}, actor=who)
    return step


def _require_possible(plan: Plan, row: Mapping[str, Any], act: str, what: str, step: str, to: str | None) -> None:
    """Raise WrongUse unless this order answers what the run asks."""
    hint = next_command(row, plan)
    if act not in (ROLLBACK, *people.ANSWERS[what]):
        raise WrongUse(_("run {run} does not ask for that at {step}").format(run=row["id"], step=step), hint=hint)
    if act == "skip" and not plan.step(step).skippable:
        raise WrongUse(_("{step} may not be skipped: the playbook does not say `skippable: true`").format(step=step),
                       hint=hint)
    earlier = [each.id for each in plan.steps[:plan.place(step) + 1]]
    if to is not None and to not in earlier:
        raise WrongUse(_("run {run} cannot go back to {step}").format(run=row["id"], step=to),
                       hint=_("it can go back to: {names}").format(names=", ".join(earlier)))
