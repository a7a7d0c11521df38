"""A tick, for a timer: what nobody drives and what is due goes on, to its end or its next wait, and that is all."""

from __future__ import annotations

import time
from collections.abc import Callable

from migrator.engine.processes.adoption import Adoption, TakenUp
from migrator.engine.processes.durable import Durable
from migrator.engine.processes.interrupts import Interrupts
from migrator.journal.journal import Journal
from migrator.model.states import RunState
from migrator.text import _

POLL = 0.05


class Tick:
    """Takes up what is due, once; the process should end by `os._exit` afterwards."""

    def __init__(self, journal: Journal, durable: Durable, adoption: Adoption, tell: Callable[[str], None]) -> None:
        self._journal = journal
        self._durable = durable
        self._adoption = adoption
        self._tell = tell

    def __call__(self) -> list[TakenUp]:
        """Drive everything that is due until it has ended, waits again, or this process is asked to leave.

        Where another process takes runs up at this very moment, it says so and nothing else happens.
        """
        self._durable.launch()
        taken = self._adoption.take_up()
        if taken is None:
            self._tell(_("another process takes up what is due at this moment"))
            return []
        for run in taken:
            self._tell(run.told())
        Interrupts(self._durable.drain)
        while not self._durable.drained() and any(self._goes(run.run) for run in taken):
            time.sleep(POLL)
        return taken

    def _goes(self, run: str) -> bool:
        state = RunState(self._journal.runs.get(run)["state"])
        return self._durable.tells(run) or state in (RunState.QUEUED, RunState.RUNNING, RunState.GOING_BACK)
