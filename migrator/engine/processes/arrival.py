"""A run arrives in this process: it holds the run's environment before anything acts, and says that it drives it."""

from __future__ import annotations

from migrator.engine.processes.hold import Hold
from migrator.errors import MigratorError
from migrator.journal.journal import Journal
from migrator.model.states import RunState


class Arrivals:
    """Takes up runs for one executor."""

    def __init__(self, journal: Journal, hold: Hold, executor: str) -> None:
        self._journal = journal
        self._hold = hold
        self._executor = executor

    def first(self, run: str) -> None:
        """Take up a new run; one that may not hold its environment has failed before it began. Raises Locked."""
        try:
            self._take_up(run, begun=False)
        except MigratorError as error:
            self.refuse(run, error)
            raise

    def refuse(self, run: str, error: MigratorError) -> None:
        """A run that cannot begin has failed, and nothing was changed."""
        self._journal.runs.move(run, RunState.FAILED, actor=self._executor, exit_code=int(error.code),
                                message=str(error))

    def again(self, run: str) -> None:
        """Take up a run, also one that another process has left; nothing happens when it is here. Raises Locked."""
        self._take_up(run, begun=True)

    def _take_up(self, run: str, *, begun: bool) -> None:
        if self._hold.take(run, self._journal.runs.plan_of(run), owner=self._executor, begun=begun):
            self._journal.runs.move(run, RunState.RUNNING, actor=self._executor, executor=self._executor)
