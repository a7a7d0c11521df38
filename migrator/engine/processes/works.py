"""Puts the engine of one process together: who tells the stories of runs, on what, and who may take them up."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from sqlalchemy import URL

from migrator.engine.fleet.advance import Advance
from migrator.engine.processes.admission import Admission
from migrator.engine.processes.adoption import Adoption
from migrator.engine.processes.alive import Alive
from migrator.engine.processes.arrival import Arrivals
from migrator.engine.processes.driver import Driver
from migrator.engine.processes.durable import BACK, FORWARD, Durable
from migrator.engine.processes.tick import Tick
from migrator.engine.processes.worker import Worker
from migrator.engine.run.context import Desk
from migrator.engine.run.performer import Performer
from migrator.engine.run.story import Telling


class Works:
    """The parts of one process's engine.

    `url` is that of the durable engine's database, `shelf` the folder for playbooks that come from other machines.
    """

    def __init__(self, desk: Desk, alive: Alive, url: URL, shelf: Path) -> None:
        self._desk = desk
        self._alive = alive
        self._url = url
        self._shelf = shelf

    @cached_property
    def arrivals(self) -> Arrivals:
        """Takes runs up for this process."""
        return Arrivals(self._desk.journal, self._desk.hold, self._alive.executor)

    @cached_property
    def durable(self) -> Durable:
        """Tells stories, and goes on with them after a crash."""
        work = Performer(self._desk, self._alive.executor, lambda: self.durable.draining())
        return Durable(self._url, self._alive, {
            FORWARD: lambda teller, run: Telling(teller, work, run).forward(),
            BACK: lambda teller, run: Telling(teller, work, run).homeward(),
        }, Admission(self._desk, self.arrivals, self._shelf).visit)

    @cached_property
    def driver(self) -> Driver:
        """Drives one run before the eyes of a person."""
        return Driver(self._desk.journal, self._desk.observers, self._alive, self.durable, self.arrivals)

    def worker(self, tell: Callable[[str], None]) -> Worker:
        """Takes runs from the queue of all machines; what it does is told line by line."""
        advance = Advance(self._desk.journal, self._alive, self.durable, self._desk.folder)
        return Worker(self._desk.journal, self._alive, self.durable, self._adoption, advance, tell)

    def tick(self, tell: Callable[[str], None]) -> Tick:
        """Takes up what is due, once."""
        return Tick(self._desk.journal, self.durable, self._adoption, tell)

    @cached_property
    def _adoption(self) -> Adoption:
        return Adoption(self._desk.journal, self._alive, self.durable)
