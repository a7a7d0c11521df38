"""Takes up the runs of processes that are dead, and wakes parked runs whose question has been answered.

Who is dead, liveness says. One process at a time does this for all, so that no run is taken up twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import RowMapping

from migrator.engine.processes.alive import Alive
from migrator.engine.processes.durable import Durable
from migrator.engine.run import people
from migrator.journal.journal import Journal
from migrator.model.states import RunState
from migrator.text import _

TURN = "adoption"
"""Whoever takes runs up has this turn."""


@dataclass(frozen=True)
class TakenUp:
    """A run that goes on; `was` is the executor that drove it last."""

    run: str
    environment: str
    parked: bool
    was: str

    def told(self) -> str:
        """In words."""
        if self.parked:
            return _("run {run} on {environment} goes on: what it waited for is there").format(
                run=self.run, environment=self.environment)
        return _("run {run} on {environment} is taken up: its process {was} is gone").format(
            run=self.run, environment=self.environment, was=self.was)


class Adoption:
    """Finds runs that nobody drives and that can go on, and has their stories told again."""

    def __init__(self, journal: Journal, alive: Alive, durable: Durable) -> None:
        self._journal = journal
        self._alive = alive
        self._durable = durable

    def take_up(self, *, queue: Callable[[RowMapping], str | None] = lambda row: None) -> list[TakenUp] | None:
        """Take up all that is due, each on the queue that is named for it, else here; None when others just do so.

        A run that a person has stopped is left to people.
        """
        with self._alive.turn(TURN) as mine:
            return [self._taken(row, queue(row)) for row in [*self._due()]] if mine else None

    def _due(self) -> Iterator[RowMapping]:
        dead = _Dead(self._alive)
        for row in self._journal.runs.standing(RunState.RUNNING, RunState.GOING_BACK):
            if dead(row["executor"]):
                yield row
        for row in self._journal.runs.standing(RunState.WAITING):
            left = dead(row["executor"]) or row["executor"] == self._alive.executor
            if left and not self._durable.tells(row["id"]) and people.answered(
                    self._journal, self._journal.runs.plan_for(row), row):
                yield row
        queued = {row["id"]: row for row in self._journal.runs.standing(RunState.QUEUED)}
        for run, story in self._durable.stories(list(queued)).items():
            if story.begun and dead(story.executor):
                yield queued[run]

    def _taken(self, row: RowMapping, queue: str | None) -> TakenUp:
        if row["state"] != RunState.QUEUED:  # one that has not begun begins where it is told
            state = RunState.GOING_BACK if row["state"] == RunState.GOING_BACK else RunState.RUNNING
            self._journal.runs.move(row["id"], state, actor=self._alive.executor, executor=self._alive.executor)
        self._durable.resume(row["id"], queue=queue)
        return TakenUp(row["id"], row["environment"], row["state"] == RunState.WAITING, row["executor"] or "")


class _Dead:
    """Asks after each executor once."""

    def __init__(self, alive: Alive) -> None:
        self._alive = alive
        self._known: dict[str, bool] = {}

    def __call__(self, executor: str | None) -> bool:
        if not executor:
            return False
        if executor not in self._known:
            self._known[executor] = not self._alive.alive(executor)
        return self._known[executor]
