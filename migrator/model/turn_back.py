"""The turn-back line: the last moment at which a step may begin so that going back after it still fits the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from migrator import clock
from migrator.model.plan import Plan, PlannedStep
from migrator.model.states import AttemptState, Direction
from migrator.model.way_back import ways_back
from migrator.units import seconds


@dataclass(frozen=True)
class Line:
    """The line before one step: when it must have begun, and what the time until the end is made of, in seconds."""

    step: str
    moment: datetime
    end: datetime
    takes: float
    back: float
    reserve: float

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "moment": clock.stamp(self.moment), "end": clock.stamp(self.end)}


def line_before(plan: Plan, run: Mapping[str, Any], attempts: Sequence[Mapping[Any, Any]], place: int) -> Line | None:
    """The line before the step at `place` (from 0); `run` and `attempts` are rows of the journal.

    None when nothing limits the run's time, when no way back is open any more, and when the window's work is done and
    users are back. What was never measured counts as no time at all: the gate asks for a rehearsal, the line works with
    what it has.
    """
    end = _end(plan, run)
    if end is None or place >= len(within_window(plan)):
        return None
    begun = _begun(attempts)
    done = [step for step in plan.steps[:place] if step.id in begun]
    if any(step.point_of_no_return for step in done):
        return None
    next_ = plan.steps[place]
    takes, back = next_.estimate or 0.0, _known([*done, next_])
    reserve = seconds(plan.budget.get("reserve") or 0)
    return Line(next_.id, end - timedelta(seconds=takes + back + reserve), end, takes, back, reserve)


def earliest_line(plan: Plan, run: Mapping[str, Any], place: int) -> Line | None:
    """The line before the step at `place` if all before it had to be taken back: none can lie earlier, whatever was
    done. None when there is no line, whatever was done.
    """
    done = [{"step": step.id, "direction": Direction.FORWARD, "undone": False, "state": AttemptState.OK}
            for step in plan.steps[:place] if not step.point_of_no_return]
    return line_before(plan, run, done, place)


def next_line(plan: Plan, run: Mapping[str, Any], attempts: Sequence[Mapping[Any, Any]]) -> Line | None:
    """The line before the step that is to begin next; None when there is none, or no such line."""
    begun = _begun(attempts) | {a["step"] for a in attempts if a["state"] == AttemptState.SKIPPED}
    place = next((number for number, step in enumerate(plan.steps) if step.id not in begun), None)
    return None if place is None else line_before(plan, run, attempts, place)


def within_window(plan: Plan) -> Sequence[PlannedStep]:
    """The steps before the first one that only watches what the window has left behind."""
    return plan.steps[:next((place for place, step in enumerate(plan.steps) if not step.in_window), len(plan.steps))]


def _end(plan: Plan, run: Mapping[str, Any]) -> datetime | None:
    """When the run must be over: the end of its window or of the downtime that is allowed, whichever comes first.

    None when nothing limits it.
    """
    ends = []
    if window := run.get("window"):
        ends.append(clock.parse(window["end"]))
    if (downtime := plan.budget.get("downtime")) and run["started"]:
        ends.append(clock.parse(run["started"]) + timedelta(seconds=seconds(downtime)))
    return min(ends, default=None)


def _begun(attempts: Sequence[Mapping[Any, Any]]) -> set[str]:
    """Steps that have left something to undo."""
    return {row["step"] for row in attempts if row["direction"] == Direction.FORWARD
            and not row["undone"] and row["state"] != AttemptState.SKIPPED}


def _known(steps: Sequence[PlannedStep]) -> float:
    """Seconds of the way back over the steps that were measured."""
    measured = [step for step in steps if step.way_back == "none" or step.way_back_estimate is not None]
    return (ways_back(measured) or [0.0])[-1] or 0.0
