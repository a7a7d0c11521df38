"""Drives a run in this process until it ends, parks, or the process is asked to leave."""

from __future__ import annotations

import contextlib
import time

from migrator import clock
from migrator.engine.processes.alive import Alive
from migrator.engine.processes.arrival import Arrivals
from migrator.engine.processes.durable import Durable
from migrator.engine.processes.interrupts import Heading, Interrupts
from migrator.errors import Exit, Fenced, JournalError, MigratorError, WrongUse
from migrator.events import LeavingAsked, Observers, WayBackAsked
from migrator.here import from_here
from migrator.journal.journal import Journal
from migrator.model import labels
from migrator.model.states import AttemptState, Direction, RunState
from migrator.text import _

POLL = 0.05
LOOK = 0.5
"""Seconds between two looks at the journal while this process itself drives the run."""
BACK = (RunState.BROUGHT_BACK, RunState.HANDS_NEEDED, RunState.FAILED)
LAST_WORDS = 10.0
"""Seconds that a run which has ended is given to say so."""


class Driver:
    """Starts, resumes and brings back runs; the process should leave by `os._exit` afterwards."""

    def __init__(self, journal: Journal, observers: Observers, alive: Alive, durable: Durable,
                 arrivals: Arrivals) -> None:
        self._journal = journal
        self._observers = observers
        self._heading = Heading()
        observers.add(self._heading)
        self._alive = alive
        self._durable = durable
        self._arrivals = arrivals

    def start(self, run: str) -> int:
        """Drive a new run; gives the exit code. Raises Locked when another run holds the environment."""
        self._durable.launch()
        self._arrivals.first(run)
        self._durable.start(run)
        return self._watch(run, run)

    def resume(self, run: str) -> int:
        """Go on with a run that was stopped, parked or lost its process; gives the exit code."""
        self.require_idle(run)
        self._retry_what_failed(run)
        self._durable.launch()
        self._arrivals.again(run)
        workflow = self._durable.resume(run)
        return self._watch(run, workflow)

    def roll_back(self, run: str, *, to: str | None, actor: str) -> int:
        """Bring a run's target back, wholly or so that the step `to` is the next one again; gives the exit code.

        A run that lives in another process is asked to turn round and then watched; one without a process is taken up;
        one that has ended goes back by a story of its own.
        """
        self.require_way_back(run, to)
        self._journal.runs.order(run, {"act": "rollback", "to": to, "who": actor}, actor=actor)
        if self._lives(run):
            self._observers(WayBackAsked(run=run, process=self._journal.runs.get(run)["executor"]))
        while not self._state(run).ended:
            if not self._lives(run):
                return self.resume(run)
            code = self._watch(run, None)
            if self._lives(run) or self._state(run) in BACK:
                return code
        self._durable.launch()
        self._arrivals.again(run)
        return self._watch(run, self._durable.start_back(run))

    def require_idle(self, run: str) -> None:
        """Raise WrongUse unless the run is on its way and no process drives it."""
        state = self._state(run)
        if state.ended:
            raise WrongUse(_("run {run} has ended: {state}").format(run=run, state=labels.run_state(state)),
                           hint=f"inv report --run {run}")
        if self._lives(run):
            raise WrongUse(_("run {run} is alive in another process").format(run=run), hint=f"inv status --run {run}")

    def require_way_back(self, run: str, to: str | None) -> None:
        """Raise WrongUse unless something can be undone: done, not yet taken back, not closed for good."""
        row, plan = self._journal.runs.get(run), self._journal.runs.plan_of(run)
        state = RunState(row["state"])
        steps = [step.id for step in plan.steps]
        if to is not None and to not in steps:
            raise WrongUse(_("run {run} has no step {step}").format(run=run, step=to),
                           hint=_("it has: {names}").format(names=", ".join(steps)))
        undoable = any(plan.step(unit["step"]).way_back != "none" for unit in self._journal.attempts.to_undo(run))
        if state is RunState.BROUGHT_BACK and not undoable:
            raise WrongUse(_("run {run} has nothing to bring back: it was brought back on {at}; a way back is not "
                             "undone, a new run goes forward again").format(run=run, at=clock.local(row["ended"])),
                           hint=f"inv plan --playbook {from_here(plan.playbook)} --stage {plan.stage}")
        if state.ended and not undoable:
            raise WrongUse(_("run {run} has nothing to bring back: {state}").format(
                run=run, state=labels.run_state(state)), hint=f"inv report --run {run}")
        if closed := row["finalized"]:
            raise WrongUse(_("the way back of run {run} was closed on {at}, when it was finalized").format(
                run=run, at=clock.local(closed)), hint="inv run.list")

    def _retry_what_failed(self, run: str) -> None:
        """Who resumes a run that waits for a decision has decided: the failed step is tried again."""
        row = self._journal.runs.get(run)
        if (row["waiting_for"] or "").startswith("decision:") and not row["order"]:
            self._journal.runs.order(run, {"act": "retry"}, actor=self._alive.executor)

    def _state(self, run: str) -> RunState:
        return RunState(self._journal.runs.get(run)["state"])

    def _lives(self, run: str) -> bool:
        """Whether a process drives the run now."""
        executor = self._journal.runs.get(run)["executor"]
        return bool(executor) and self._alive.alive(executor)

    def _watch(self, run: str, workflow: str | None) -> int:
        """Wait for the end, for people, or for Ctrl-C; `workflow` is None when another process drives."""
        interrupts = Interrupts(self._durable.drain, self._heading) if workflow else Interrupts(None)
        while True:
            row = self._journal.runs.get(run)
            state = RunState(row["state"])
            if interrupts.question():
                self._ask_before_leaving(run)
            if state.ended:
                self._let_it_end(workflow)
                return int(row["exit_code"] or 0)
            if state is RunState.WAITING:
                return Exit.WAITING
            if workflow is None and (interrupts.count or not self._lives(run)):
                return Exit.CANCELLED
            if workflow and (failure := self._durable.failures.get(run)):
                return self._broken(run, failure)
            if interrupts.count and self._durable.drained():
                return self._stopped(run, Exit.STOPPED, _("stopped on the way back, as asked; resume goes on with it")
                                     if state is RunState.GOING_BACK else _("stopped between two steps, as asked"))
            self._pause(run, interrupts)

    def _pause(self, run: str, interrupts: Interrupts) -> None:
        """Until something may have happened. While the story is told here, the journal is left to those who tell it."""
        seen, deadline = interrupts.count, time.monotonic() + LOOK
        time.sleep(POLL)
        while self._durable.tells(run) and interrupts.count == seen and time.monotonic() < deadline:
            time.sleep(POLL)

    def _ask_before_leaving(self, run: str) -> None:
        """Say what is being undone and what leaving would mean; the answer is another Ctrl-C, or none."""
        undone = [row for row in self._journal.attempts.of_run(run) if row["direction"] == Direction.UNDO]
        now = [row["step"] for row in undone if row["state"] == AttemptState.STARTED]
        self._observers(LeavingAsked(run=run, undoing=list(dict.fromkeys(now)),
                                     left=len(self._journal.attempts.to_undo(run))))

    def _let_it_end(self, workflow: str | None) -> None:
        """Wait until the story of an ended run is told to its last word: who watches hears of it, its lock is free."""
        deadline = time.monotonic() + LAST_WORDS
        while workflow and self._durable.status(workflow) == "PENDING" and time.monotonic() < deadline:
            time.sleep(POLL)

    def _broken(self, run: str, error: Exception) -> int:
        """A story that broke off is stopped as it stands; raises what it broke off with when people can mend that."""
        if isinstance(error, Fenced):  # another process drives the run now, and says how it stands
            raise error
        known = isinstance(error, MigratorError)
        with contextlib.suppress(JournalError):  # the journal itself may be what broke
            code = self._stopped(run, error.code if isinstance(error, MigratorError) else Exit.UNEXPECTED,
                                 str(error) if known else _("the engine stopped with an error; see the log"))
            if not known:
                return code
        raise error

    def _stopped(self, run: str, code: Exit, why: str) -> int:
        self._journal.runs.move(run, RunState.STOPPED, actor=self._alive.executor, message=why)
        return code
