"""Drives a run in this process until it ends, parks, or the process is asked to leave."""

from __future__ import annotations

import contextlib
import signal
import time
from typing import Any

from migrator import clock
from migrator.engine.context import Desk
from migrator.engine.durable import Durable
from migrator.engine.liveness import Liveness
from migrator.engine.performer import Performer
from migrator.engine.story import Telling
from migrator.errors import Exit, JournalError, MigratorError, WrongUse
from migrator.model import labels
from migrator.model.states import RunState
from migrator.text import _

POLL = 0.05
BACK = (RunState.BROUGHT_BACK, RunState.HANDS_NEEDED, RunState.FAILED)
LAST_WORDS = 10.0
"""Seconds that a run which has ended is given to say so."""


class Driver:
    """Starts, resumes and brings back runs; the process should leave by `os._exit` afterwards."""

    def __init__(self, desk: Desk, liveness: Liveness, database: Any) -> None:
        self._desk = desk
        self._journal = desk.journal
        self._liveness = liveness
        work = Performer(desk, liveness.executor)
        self._durable = Durable(database, liveness, {
            "run.v1": lambda teller, run: Telling(teller, work, run).forward(),
            "rollback.v1": lambda teller, run: Telling(teller, work, run).back(_("somebody asked to go back")),
        })

    def start(self, run: str) -> int:
        """Drive a new run; gives the exit code. Raises Locked when another run holds the environment."""
        self._durable.launch()
        try:
            self._take_up(run)
        except MigratorError as error:
            self._journal.runs.move(run, RunState.FAILED, actor=self._liveness.executor, exit_code=int(error.code),
                                    message=str(error))
            raise
        self._durable.start("run.v1", run, run)
        return self._watch(run, run)

    def resume(self, run: str) -> int:
        """Go on with a run that was stopped, parked or lost its process; gives the exit code."""
        if self._state(run).ended:
            raise WrongUse(_("run {run} has ended: {state}").format(
                run=run, state=labels.run_state(self._state(run))), hint=f"inv report --run {run}")
        if self._lives(run):
            raise WrongUse(_("run {run} is alive in another process").format(run=run), hint=f"inv status --run {run}")
        if self._state(run) is RunState.WAITING and not self._journal.runs.get(run)["order"]:
            self._journal.runs.order(run, {"act": "retry"}, actor=self._liveness.executor)
        self._durable.launch()
        self._take_up(run)
        for workflow in reversed([run, *self._ways_back(run)]):
            if self._durable.resume(workflow):
                return self._watch(run, workflow)
        self._durable.start("run.v1", run, run)
        return self._watch(run, run)

    def roll_back(self, run: str, *, actor: str) -> int:
        """Bring a run's target back; gives the exit code.

        A run that lives in another process is asked to turn round and then watched; one without a process is taken up;
        one that has ended goes back by a story of its own.
        """
        if self._state(run).ended and not self._undoable(run):
            raise WrongUse(_("run {run} has nothing to bring back: {state}").format(
                run=run, state=labels.run_state(self._state(run))), hint=f"inv report --run {run}")
        if closed := self._journal.runs.get(run)["finalized"]:
            raise WrongUse(_("the way back of run {run} was closed on {at}, when it was finalized").format(
                run=run, at=clock.local(closed)), hint="inv run.list")
        self._journal.runs.order(run, {"act": "rollback"}, actor=actor)
        while not self._state(run).ended:
            if not self._lives(run):
                return self.resume(run)
            code = self._watch(run, None)
            if self._lives(run) or self._state(run) in BACK:
                return code
        self._durable.launch()
        self._take_up(run)
        workflow = f"{run}.back.{len(self._ways_back(run)) + 1}"
        self._durable.start("rollback.v1", workflow, run)
        return self._watch(run, workflow)

    def _state(self, run: str) -> RunState:
        return RunState(self._journal.runs.get(run)["state"])

    def _lives(self, run: str) -> bool:
        """Whether a process drives the run now."""
        executor = self._journal.runs.get(run)["executor"]
        return bool(executor) and self._liveness.alive(executor)

    def _undoable(self, run: str) -> bool:
        plan = self._journal.runs.plan_of(run)
        return any(plan.step(row["step"]).way_back != "none" for row in self._journal.attempts.to_undo(run))

    def _take_up(self, run: str) -> None:
        """Hold the environment and say who drives the run now."""
        row, me = self._journal.runs.get(run), self._liveness.executor
        self._journal.locks.take(row["environment"], run=run, owner=me)
        self._journal.runs.move(run, RunState.RUNNING, actor=me, executor=me)

    def _ways_back(self, run: str) -> list[str]:
        names: list[str] = []
        while self._durable.status(name := f"{run}.back.{len(names) + 1}"):
            names.append(name)
        return names

    def _watch(self, run: str, workflow: str | None) -> int:
        """Wait for the end, for people, or for Ctrl-C; `workflow` is None when another process drives."""
        interrupts = _Interrupts(self._durable if workflow else None)
        while True:
            row = self._journal.runs.get(run)
            state = RunState(row["state"])
            if state.ended:
                self._let_it_end(workflow)
                return int(row["exit_code"] or 0)
            if state is RunState.WAITING:
                return Exit.WAITING
            if workflow is None and (interrupts.count or not self._lives(run)):
                return Exit.CANCELLED
            if workflow and self._durable.failure:
                return self._broken(run, self._durable.failure)
            if interrupts.count and self._durable.drained():
                return self._stopped(run, Exit.STOPPED, _("stopped between two steps, as asked"))
            time.sleep(POLL)

    def _let_it_end(self, workflow: str | None) -> None:
        """Wait until the story of an ended run is told to its last word: who watches hears of it, its lock is free."""
        deadline = time.monotonic() + LAST_WORDS
        while workflow and self._durable.status(workflow) == "PENDING" and time.monotonic() < deadline:
            time.sleep(POLL)

    def _broken(self, run: str, error: Exception) -> int:
        """A story that broke off is stopped as it stands; raises what it broke off with when people can mend that."""
        known = isinstance(error, MigratorError)
        with contextlib.suppress(JournalError):  # the journal itself may be what broke
            code = self._stopped(run, error.code if isinstance(error, MigratorError) else Exit.UNEXPECTED,
                                 str(error) if known else _("the engine stopped with an error; see the log"))
            if not known:
                return code
        raise error

    def _stopped(self, run: str, code: Exit, why: str) -> int:
        self._journal.runs.move(run, RunState.STOPPED, actor=self._liveness.executor, message=why)
        return code


class _Interrupts:
    """Counts Ctrl-C and SIGTERM: the first drains, the second leaves at once, which is as safe as a crash."""

    def __init__(self, durable: Durable | None) -> None:
        self.count = 0
        self._durable = durable
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._seen)

    def _seen(self, _number: int, _frame: Any) -> None:
        import os

        self.count += 1
        if self.count > 1:
            os._exit(Exit.CANCELLED)
        if self._durable:
            self._durable.drain()
