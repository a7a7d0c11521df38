"""The way back of a run: what has begun is undone, newest first, and what cannot be undone stops nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrator.engine.run.context import Desk
from migrator.engine.run.row import Row
from migrator.events import GoingBack
from migrator.journal.journal import Journal
from migrator.model.plan import Plan
from migrator.model.states import AttemptState, Direction

WHOLE = "-"
"""The target of steps that act on the environment as a whole."""


class Homeward:
    """Walks back over one run; walking again after a crash goes on where it was. `mark` is that of `Row`."""

    def __init__(self, desk: Desk, plan: Plan, run: str, executor: str, mark: int) -> None:
        self._desk = desk
        self._plan = plan
        self._run = run
        self._executor = executor
        self._mark = mark

    def walk(self, why: str, to: str | None, leaving: Callable[[], bool]) -> set[str] | None:
        """Undo every row since the step `to` (all, without one); the targets that could not be undone.

        None when the process is `leaving` meanwhile. A target whose undo failed is left as it is, others go on.
        """
        units = begun(self._desk.journal, self._run, self._plan, to)
        self._tell(why, units)
        failed: set[str] = set()
        for step in reversed(self._plan.steps):
            targets = [target for name, target in units if name == step.id]
            if targets and leaving():
                return None
            if targets:
                row = Row(self._desk, self._plan, self._run, step, self._executor, self._mark)
                failed |= set(row.undo(targets, frozenset(t for t in targets if _stuck(t, failed))))
        return failed

    def measured(self) -> dict[str, Any]:
        """The seconds that this way back has taken, whole and by step."""
        rows = [row for row in self._desk.journal.attempts.of_run(self._run)
                if row["direction"] == Direction.UNDO and row["id"] > self._mark]
        return {"seconds": round(sum(row["seconds"] or 0 for row in rows), 3),
                "steps": [{key: row[key] for key in ("step", "target", "seconds")} for row in rows]}

    def _tell(self, why: str, units: list[tuple[str, str]]) -> None:
        estimates = [self._plan.step(step).way_back_estimate for step in dict(units)]
        known = None if None in estimates else sum(e for e in estimates if e is not None)
        self._desk.observers(GoingBack(run=self._run, why=why, steps=len(units), estimate=known))


def begun(journal: Journal, run: str, plan: Plan, to: str | None) -> list[tuple[str, str]]:
    """Steps with their targets that have something to undo: since `to`, behind the last point of no return passed."""
    steps = plan.steps[plan.place(to):]
    done = {row["step"] for row in journal.attempts.of_run(run)
            if (row["direction"], row["state"]) == (Direction.FORWARD, AttemptState.OK)}
    passed = [place for place, step in enumerate(steps, 1) if step.point_of_no_return and step.id in done]
    within = {step.id for step in steps[passed[-1] if passed else 0:] if step.way_back != "none"}
    return [(row["step"], row["target"]) for row in journal.attempts.to_undo(run) if row["step"] in within]


def _stuck(target: str, failed: set[str]) -> bool:
    """Whether a target has to be left as it is because a later step on it could not be undone."""
    return bool(failed) and (target == WHOLE or WHOLE in failed or target in failed)
