"""The turn-back line: the last moment at which a step may begin so that going back after it still fits the time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from migrator import clock
from migrator.engine.windows import within_window
from migrator.journal.journal import Journal
from migrator.model.plan import Plan, PlannedStep
from migrator.model.states import AttemptState, Direction
from migrator.model.way_back import ways_back
from migrator.text import _
from migrator.units import seconds, show_seconds

ASK = "ask"


@dataclass(frozen=True)
class Line:
    """The line before one step: when it must have begun, and what the time until the end is made of, in seconds."""

    step: str
    moment: datetime
    end: datetime
    takes: float
    back: float
    reserve: float


@dataclass(frozen=True)
class Crossing:
    """The line lies behind: the sentence that says so, and whether people are asked before the run goes back."""

    message: str
    asks: bool


def crossed(journal: Journal, plan: Plan, run: Mapping[str, Any], place: int, *, now: datetime) -> Crossing | None:
    """Whether the step at `place` (from 0) would begin too late, None while going back after it still fits.

    `run` is the journal's row of the run, `now` has a zone.
    """
    ahead = line(journal, plan, run, place)
    if ahead is None or now <= ahead.moment:
        return None
    told = _("the turn-back line is crossed: {step} takes {takes}, the way back after it {back}, {reserve} are kept "
             "in reserve, and {left} are left until {end}").format(
        step=ahead.step, takes=show_seconds(ahead.takes), back=show_seconds(ahead.back),
        reserve=show_seconds(ahead.reserve), left=show_seconds(max(0.0, (ahead.end - now).total_seconds())),
        end=clock.local(clock.stamp(ahead.end)))
    return Crossing(told, asks=plan.budget.get("on_crossing") == ASK)


def line(journal: Journal, plan: Plan, run: Mapping[str, Any], place: int) -> Line | None:
    """The line before the step at `place`.

    None when nothing limits the run's time, when no way back is open any more, and when the window's work is done and
    users are back.

    What was never measured counts as no time at all: the gate asks for a rehearsal, the line works with what it has.
    """
    end = end_of(plan, run)
    if end is None or place >= len(within_window(plan)):
        return None
    undoable = _goes_back(plan, place, _begun(journal, str(run["id"])))
    if undoable is None:
        return None
    step = plan.steps[place]
    takes, back = step.estimate or 0.0, _known(undoable)
    reserve = seconds(plan.budget.get("reserve") or 0)
    return Line(step.id, end - timedelta(seconds=takes + back + reserve), end, takes, back, reserve)


def end_of(plan: Plan, run: Mapping[str, Any]) -> datetime | None:
    """When the run must be over: the end of its window or of the downtime that is allowed, whichever comes first."""
    ends = []
    if window := run.get("window"):
        ends.append(clock.parse(window["end"]))
    if (downtime := plan.budget.get("downtime")) and run["started"]:
        ends.append(clock.parse(run["started"]) + timedelta(seconds=seconds(downtime)))
    return min(ends, default=None)


def _goes_back(plan: Plan, place: int, begun: Collection[str]) -> Sequence[PlannedStep] | None:
    """The steps that would be undone after the one at `place`; None past a point of no return."""
    done = [step for step in plan.steps[:place] if step.id in begun]
    if any(step.point_of_no_return for step in done):
        return None
    return [*done, plan.steps[place]]


def _begun(journal: Journal, run: str) -> set[str]:
    """Steps that have left something to undo."""
    return {row["step"] for row in journal.attempts.of_run(run) if row["direction"] == Direction.FORWARD
            and not row["undone"] and row["state"] != AttemptState.SKIPPED}


def _known(steps: Sequence[PlannedStep]) -> float:
    """Seconds of the way back over the steps that were measured."""
    return (ways_back([step for step in steps if step.way_back == "none" or step.way_back_estimate is not None])
            or [0.0])[-1] or 0.0
