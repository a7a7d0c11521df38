"""The heartbeat of a lease: a thread of its own, so that a long batch or comparison is not taken for a dead holder."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Event, Thread

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from migrator.errors import MigratorError
from migrator.lens.side import Side
from migrator.sync.state.row import control

log = logging.getLogger(__name__)
BEAT = 1.0
"""Seconds between two beats."""
STALE = 6.0
"""Seconds without a beat after which a holder is taken for dead or frozen."""


class Pulse:
    """Beats at both sides until it is stopped or somebody else holds the lease.

    at: a short transaction at a side's control row.
    beat: writes a beat there; False when the lease is lost.
    """

    def __init__(self, at: Callable[[Side], AbstractContextManager[Connection]],
                 beat: Callable[[Connection, Side], bool]) -> None:
        self._at = at
        self._beat = beat
        self._ended = Event()
        self._thread = Thread(target=self._run, name="sync lease", daemon=True)
        self.told: str | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Beat no more."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(BEAT):
            for side in Side:
                try:
                    self._once(side)
                except (DBAPIError, MigratorError) as error:  # the server may be away; whoever works there will say so
                    log.warning("no heartbeat at the %s side: %s", side, error)

    def _once(self, side: Side) -> None:
        table = control(side)
        with self._at(side) as connection:
            if not self._beat(connection, side):
                self._ended.set()
            elif side is Side.OLD:
                self.told = connection.scalar(select(table.c.wanted).where(table.c.side == side.value))
