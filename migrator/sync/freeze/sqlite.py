"""The gate of SQLite is made of triggers that refuse: one transaction makes them all, and another removes them.

There is one writer at a time, so that whoever was writing is done when that transaction has begun.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import text

from migrator.lens.copy.session import Session
from migrator.lens.side import Side
from migrator.sync.freeze.gate import EVENTS, FREEZE, refusal, trigger_of
from migrator.sync.guard import GUARD


class SqliteGate:
    """The gate in a file."""

    def __init__(self, session: Session, side: Side) -> None:
        self._session = session
        self._side = side

    def writing_through(self, tables: Collection[str]) -> set[str]:
        """None: cascades fire triggers here."""
        return set()

    def needed(self, table: str) -> set[str]:
        """Nothing is needed before."""
        return set()

    def found(self) -> Mapping[str, str]:
        """Nothing that stays when the gate is open."""
        return {}

    def arm(self, table: str) -> None:
        """Nothing to do."""

    def is_closed(self, tables: Collection[str]) -> bool:
        """Whether all triggers are there."""
        return {trigger_of(event, table) for event in EVENTS for table in tables} <= self._triggers()

    def close(self, tables: Collection[str], seconds: float) -> None:
        """All triggers."""
        self._session.run(f"CREATE TABLE IF NOT EXISTS {GUARD} (n INTEGER PRIMARY KEY)")
        for table in tables:
            for event in EVENTS:
                self._session.run_as_told(
                    f"CREATE TRIGGER IF NOT EXISTS {trigger_of(event, table)} BEFORE {event.upper()} "  # noqa: S608
                    f"ON {self._session.quoted([table])} WHEN NOT EXISTS (SELECT 1 FROM {GUARD}) "
                    f"BEGIN SELECT RAISE(ABORT, {refusal()}); END")

    def open(self) -> None:
        """All triggers, those of tables that the lens no longer speaks of too."""
        for trigger in self._triggers():
            self.drop(trigger, "")

    def drop(self, trigger: str, table: str) -> None:
        """By its name."""
        self._session.run_as_told(f"DROP TRIGGER IF EXISTS {self._session.quoted([trigger])}")

    def _triggers(self) -> set[str]:
        return set(self._session.connection.scalars(_FOUND, {"like": f"{FREEZE}_"}))


_FOUND = text("select name from sqlite_master where type = 'trigger' and substr(name, 1, length(:like)) = :like")
