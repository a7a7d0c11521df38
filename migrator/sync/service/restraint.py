"""Restraint: an applier goes slower while the servers have much to do for others."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import text

from migrator.lens.places.endpoint import Endpoint
from migrator.lens.places.meeting import Meeting

EVERY = 1.0
"""Seconds between two looks at the servers."""
PAUSE = 0.5
"""Seconds of rest after a batch while a server is busy: changes go on to arrive, only later."""
_BUSY = {
    "postgresql": text("select count(*) from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() "
                       "and application_name <> 'migrator'"),
    "mariadb": text("select count(*) from information_schema.processlist where command not in ('Sleep', 'Daemon', "
                    "'Binlog Dump') and id <> connection_id()"),
}


class Restraint:
    """Rests after a batch while more than `above` sessions of others are at work on a server.

    SQLite has no server; its writers wait for each other anyway.
    """

    def __init__(self, meeting: Meeting, above: int, rest: Callable[[float], object]) -> None:
        self._ends = [end for end in (meeting.old, meeting.new) if end.make in _BUSY]
        self._above = above
        self._rest = rest
        self._looked = float("-inf")
        self._busy = False

    def __call__(self) -> None:
        """After a batch."""
        now = time.monotonic()
        if now - self._looked >= EVERY:
            self._looked = now
            self._busy = any(at_work(end) > self._above for end in self._ends)
        if self._busy:
            self._rest(PAUSE)


def at_work(end: Endpoint) -> int:
    """Sessions of others that are being served now, as far as this login may see them."""
    with end.connect() as connection:
        return int(connection.execute(_BUSY[end.make]).scalar_one())
