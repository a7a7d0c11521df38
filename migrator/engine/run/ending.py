"""How a run ends: passed, refused, brought back, or left for hands; and what it leaves behind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from migrator.engine.run.context import Desk
from migrator.engine.run.last_word import end_of
from migrator.engine.run.people import refusal
from migrator.engine.run.tidy import tidy
from migrator.errors import Exit
from migrator.model.states import AttemptState, Direction, RunState
from migrator.text import _


class Ending:
    """Moves a run to its last state; every method converges when it is called again after a crash."""

    def __init__(self, desk: Desk, executor: str) -> None:
        self._desk = desk
        self._journal = desk.journal
        self._executor = executor

    def refuse(self, run: str, refusal: dict[str, Any]) -> int:
        """End a run that may not start; nothing was changed."""
        return self._end(run, RunState.FAILED, Exit(refusal["code"]), refusal["message"], advice=refusal["hint"])

    def finish(self, run: str) -> int:
        """End a run that has passed; one with a point of no return closes the way back of all before it."""
        plan = self._journal.runs.plan_of(run)
        if any(step.point_of_no_return for step in plan.steps):
            for closed_run in self._journal.runs.finalize(plan, actor=self._executor):
                self._tidy(closed_run)
        return self._end(run, RunState.PASSED, Exit.DONE, "")

    def finish_back(self, run: str, why: str, *, late: bool = False) -> int:
        """End a run that went back: brought back (because it was `late`), left for hands, or failed before it acted."""
        by_hand = self._by_hand(run)
        if by_hand:
            return self._end(run, RunState.HANDS_NEEDED, Exit.HANDS_NEEDED, why, by_hand=by_hand)
        undone = [row for row in self._journal.attempts.of_run(run) if row["direction"] == Direction.UNDO]
        if undone:
            self._tidy(run)
            return self._end(run, RunState.BROUGHT_BACK, Exit.OUT_OF_TIME if late else Exit.BROUGHT_BACK, why)
        return self._end(run, RunState.FAILED, self._failure_code(run, why), why)

    def _tidy(self, run: str) -> None:
        if left := tidy(self._desk, run, self._journal.runs.plan_of(run)):
            self._journal.evidence.keep(run, "-", "-", "left over", left)

    def _by_hand(self, run: str) -> list[str]:
        """What people have to bring back, newest step first, each line with its steps; the same words are said once."""
        plan = self._journal.runs.plan_of(run)
        undone = [row for row in self._journal.attempts.of_run(run) if row["direction"] == Direction.UNDO]
        newest = {(row["step"], row["target"]): row for row in undone}
        hands: dict[str, list[str]] = {}
        for (step, target), row in sorted(newest.items(), key=lambda item: -plan.place(item[0][0])):
            if row["state"] != AttemptState.OK:
                for line in (row["outcome"] or {}).get("by_hand") or [row["message"] or _("undo did not end")]:
                    hands.setdefault(line, []).append(step if target == "-" else f"{step} @ {target}")
        return [f"{', '.join(steps)}: {line}" for line, steps in hands.items()]

    def _failure_code(self, run: str, why: str) -> Exit:
        """What kept the run from going on: people who refuse, a finding, or something else."""
        if refusal(self._journal, self._journal.runs.plan_of(run), dict(self._journal.runs.get(run)), why):
            return Exit.APPROVAL_MISSING
        failed = [row for row in self._journal.attempts.of_run(run) if row["state"] == AttemptState.FAILED]
        blocked = bool(failed) and any(f["severity"] == "blocks" for f in failed[-1]["findings"] or [])
        return Exit.FINDINGS_BLOCK if blocked else Exit.STOPPED

    def _end(self, run: str, state: RunState, code: Exit, message: str, *, by_hand: list[str] | None = None,
             advice: str = "") -> int:
        """Write the end, free the environment, and tell of it with `advice`, else with the next command."""
        self._journal.runs.move(run, state, actor=self._executor, exit_code=int(code), message=message,
                                by_hand=by_hand or [])
        self._desk.hold.free(run, self._journal.runs.plan_of(run))
        told = end_of(self._journal, run)
        self._desk.observers(replace(told, next=advice or told.next))
        return int(code)
