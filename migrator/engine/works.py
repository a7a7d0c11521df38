"""Puts the engine of one process together: who tells the stories of runs, on what, and who may take them up."""

from __future__ import annotations

from functools import cached_property

from migrator.engine.arrival import Arrivals
from migrator.engine.context import Desk
from migrator.engine.driver import Driver
from migrator.engine.durable import BACK, FORWARD, Alive, Durable
from migrator.engine.performer import Performer
from migrator.engine.story import Telling


class Works:
    """The parts of one process's engine; `url` is that of the durable engine's database."""

    def __init__(self, desk: Desk, alive: Alive, url: str) -> None:
        self._desk = desk
        self._alive = alive
        self._url = url

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
        }, self.arrivals.again)

    @cached_property
    def driver(self) -> Driver:
        """Drives one run before the eyes of a person."""
        return Driver(self._desk.journal, self._alive, self.durable, self.arrivals)
