"""A worker: takes runs from the queue that all machines share, leads fleets on, and takes up what others have left."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import RowMapping

from migrator.engine.fleet.advance import Advance
from migrator.engine.processes.adoption import Adoption
from migrator.engine.processes.alive import WORKER, Alive
from migrator.engine.processes.durable import FLEET, Durable
from migrator.engine.processes.interrupts import Interrupts
from migrator.errors import Exit, Fenced, MigratorError
from migrator.journal.journal import Journal
from migrator.model.states import RunState
from migrator.text import _

PERIOD = 0.5
"""Seconds between two looks at what others have left and at what fleets need."""
POLL = 0.05
UNDER_WAY = (RunState.RUNNING, RunState.GOING_BACK, RunState.WAITING)


class Worker:
    """Works until it is asked to leave; the process should end by `os._exit` afterwards."""

    def __init__(self, journal: Journal, alive: Alive, durable: Durable, adoption: Adoption, advance: Advance,
                 tell: Callable[[str], None]) -> None:
        self._journal = journal
        self._alive = alive
        self._durable = durable
        self._adoption = adoption
        self._advance = advance
        self._tell = tell

    def work(self, *, at_once: int) -> int:
        """Take as many runs at a time until the first Ctrl-C or SIGTERM, then let present steps end; the exit code.

        What has not ended then is taken up by other workers.
        """
        self._durable.launch(fleet=at_once)
        self._alive.serve(WORKER)
        Interrupts(self._durable.drain)
        looked = 0.0
        while not self._durable.drained():
            self._stop_broken()
            if not self._durable.draining() and time.monotonic() - looked >= PERIOD:
                self._look()
                looked = time.monotonic()
            time.sleep(POLL)
        return Exit.DONE

    def _stop_broken(self) -> None:
        """A run whose story broke off is stopped as it stands, and left to people."""
        for run in [*self._durable.failures]:
            error = self._durable.failures.pop(run)
            self._tell(_("run {run} has stopped: {why}").format(run=run, why=error))
            if not isinstance(error, Fenced) and self._journal.runs.get(run)["state"] in UNDER_WAY:
                self._journal.runs.move(run, RunState.STOPPED, actor=self._alive.executor, message=str(error))

    def _look(self) -> None:
        try:
            for run in self._adoption.take_up(queue=_queue) or ():
                self._tell(run.told())
            for told in self._advance():
                self._tell(told)
        except MigratorError as error:  # a server that restarts, a host that is away: the next look may find it back
            self._tell(_("cannot look after runs now: {why}").format(why=error))


def _queue(row: RowMapping) -> str | None:
    """A fleet's run stays in the queue of all workers, where its environment has one run at a time."""
    return FLEET if row["fleet"] else None
