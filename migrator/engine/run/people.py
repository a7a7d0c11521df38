"""What a parked run asks people, or the clock, and what has been answered so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from migrator import clock
from migrator.journal.approvals import Standing
from migrator.journal.journal import Journal
from migrator.model.plan import Plan
from migrator.model.states import RunState
from migrator.text import _

APPROVAL, DECISION, LINE, TIME = "approval", "decision", "line", "time"
"""What can be waited for: signatures, what becomes of a failed step, whether to go on although late, a moment."""
ANSWERS = {DECISION: ("retry", "skip", "done"), LINE: ("go on",)}
"""Orders of people that let a parked run go on; the order to go back is heard always."""


@dataclass(frozen=True)
class Answer:
    """`what` is waiting, on or back; then `why`, and the step `to` which it goes back."""

    what: str
    why: str = ""
    to: str | None = None


def answer(journal: Journal, plan: Plan, row: Mapping[str, Any], step: str, about: str) -> Answer:
    """What the run's row, the approvals and the clock say to what is asked.

    `about` is one of the words above; a moment follows `time:` and, as the last for an answer, `line:`.
    """
    order = row["order"] or {}
    if order.get("act") == "rollback":
        return back(order)
    what, _colon, moment = about.partition(":")
    if what == TIME:
        return Answer("on" if clock.now() >= clock.parse(moment) else "waiting")
    if what == APPROVAL:
        return _approved(_standings(journal, plan, row, step))
    if order.get("act") in ANSWERS[what]:
        return Answer("on")
    if what == LINE and clock.now() >= clock.parse(moment):
        return Answer("back", _("nobody has decided in time, and the way back has to begin"))
    return Answer("waiting")


def answered(journal: Journal, plan: Plan, row: Mapping[Any, Any]) -> bool:
    """Whether a parked run would go on now, forward or back, if it were taken up: asked without taking it up."""
    what, _colon, which = (row["waiting_for"] or "").partition(":")
    if what == TIME:
        return bool(row["order"]) or clock.now() >= clock.parse(which)
    if what == APPROVAL:
        missing = [_standing(journal, plan, row, group) for group in which.split(",")]
        return bool(row["order"]) or _approved(missing).what != "waiting"
    return bool(row["order"]) or (bool(row["wake"]) and clock.now() >= clock.parse(row["wake"]))


def back(order: Mapping[str, Any]) -> Answer:
    """The answer that an order to go back gives to everything."""
    asked = _("{who} asked to go back").format(who=order["who"]) if order.get("who") else _("somebody asked to go back")
    return Answer("back", ": ".join(filter(None, (asked, order.get("reason")))), order.get("to"))


def question(journal: Journal, plan: Plan, row: Mapping[str, Any], step: str, about: str) -> str:
    """What the run waits for, as the journal keeps it: `decision:STEP`, `line:STEP`, `time:ISO`, `approval:GROUPS`."""
    if about == APPROVAL:
        missing = [s.group for s in _standings(journal, plan, row, step) if not s.granted]
        return f"{APPROVAL}:{','.join(missing)}"
    return about if about.startswith(TIME) else f"{about.partition(':')[0]}:{step}"


def own_run(journal: Journal, plan: Plan, person: str) -> str | None:
    """The run of this plan that the person started and so may not approve, while it has not ended."""
    if plan.rules.get("approver_may_operate"):
        return None
    return next((str(row["id"]) for row in journal.runs.list(environment=plan.environment)
                 if (row["plan"], row["started_by"]) == (plan.id, person) and not RunState(row["state"]).ended), None)


def refusal(journal: Journal, plan: Plan, row: Mapping[str, Any], why: str) -> bool:
    """Whether this is why a run goes back: people refuse what a step of the plan asks them."""
    steps = [step.id for step in plan.steps if step.kind == APPROVAL]
    return bool(why) and any(why == _refused(_standings(journal, plan, row, step)) for step in steps)


def _approved(standings: list[Standing]) -> Answer:
    if why := _refused(standings):
        return Answer("back", why)
    return Answer("on" if all(s.granted for s in standings) else "waiting")


def _refused(standings: list[Standing]) -> str:
    """Everybody who refuses, each with the reason; nothing when nobody does."""
    voices = [voice for standing in standings for voice in standing.voices if voice.decision == "reject"]
    return "; ".join(": ".join(filter(None, (_("{who} refuses").format(who=voice.who), voice.reason)))
                     for voice in voices)


def _standings(journal: Journal, plan: Plan, row: Mapping[str, Any], step: str) -> list[Standing]:
    by = plan.step(step).args.get("by", [])
    return [_standing(journal, plan, row, group) for group in ([by] if isinstance(by, str) else by)]


def _standing(journal: Journal, plan: Plan, row: Mapping[Any, Any], group: str) -> Standing:
    not_by = None if plan.rules.get("approver_may_operate") else row["started_by"]
    return journal.approvals.standing(plan, group, not_by=not_by)
