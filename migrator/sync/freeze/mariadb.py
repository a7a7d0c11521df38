"""The gate of MariaDB is one row that every writer of an armed table reads with a shared lock.

To close it is to write that row: whoever is writing is waited for, who comes later waits, and sees it closed whatever
his transaction's snapshot. To make triggers takes seconds where there are many tables, but nobody is refused meanwhile.
What other triggers of the same event have done is undone with the statement that is refused, so their order is nothing
to us. TRUNCATE fires no trigger here: it cannot be refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import SmallInteger, bindparam, insert, inspect, select, text, update

from migrator.lens.copy.session import Session
from migrator.lens.schema import named
from migrator.lens.side import Side
from migrator.sync.freeze.gate import EVENTS, FREEZE, refusal, trigger_of
from migrator.sync.guard import GUARD


class MariadbGate:
    """The gate in a database."""

    def __init__(self, session: Session, side: Side) -> None:
        self._session = session
        self._side = side
        self._name = session.table(side, FREEZE)
        self._row = named(FREEZE, {"n": SmallInteger(), "closed": SmallInteger()}, side)

    def writing_through(self, tables: Collection[str]) -> set[str]:
        """Those whose rows are referred to ON DELETE or ON UPDATE CASCADE (or SET NULL), and so on upwards."""
        found, fresh = set(tables), set(tables)
        while fresh:
            where = {"space": self._session.endpoint.namespace, "names": sorted(fresh)}
            fresh = set(self._session.connection.scalars(_PARENTS, where)) - found
            found |= fresh
        return found - set(tables)

    def needed(self, table: str) -> set[str]:
        """One for each event."""
        return {trigger_of(event, table) for event in EVENTS}

    def found(self) -> Mapping[str, str]:
        """By their names."""
        where = {"space": self._session.endpoint.namespace, "like": f"{FREEZE}_"}
        return {row[0]: row[1] for row in self._session.connection.execute(_FOUND, where)}

    def arm(self, table: str) -> None:
        """Three triggers; each definition commits, so that what was cut off leaves some."""
        if not self._there():
            self._session.run(f"CREATE TABLE IF NOT EXISTS {self._name} "
                              "(n smallint PRIMARY KEY, closed smallint NOT NULL) ENGINE = InnoDB")
        if self._closed() is None:
            self._session.connection.execute(insert(self._row).values(n=1, closed=0))
        for event in EVENTS:
            self._session.run_as_told(
                f"CREATE TRIGGER IF NOT EXISTS {self._session.table(self._side, trigger_of(event, table))} "  # noqa: S608
                f"BEFORE {event.upper()} ON {self._session.table(self._side, table)} FOR EACH ROW "
                f"IF @{GUARD} IS NULL AND (SELECT closed FROM {self._name} WHERE n = 1 LOCK IN SHARE MODE) "
                f"THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = {refusal()}; END IF")

    def is_closed(self, tables: Collection[str]) -> bool:
        """Whether the row says so."""
        return self._there() and bool(self._closed())

    def close(self, tables: Collection[str], seconds: float) -> None:
        """The row is written; how long that may take is said to the session."""
        self._session.connection.execute(update(self._row).values(closed=1))

    def open(self) -> None:
        """The row is written."""
        if self._there():
            self._session.connection.execute(update(self._row).values(closed=0))

    def drop(self, trigger: str, table: str) -> None:
        """By its name."""
        self._session.run_as_told(f"DROP TRIGGER IF EXISTS {self._session.table(self._side, trigger)}")

    def _there(self) -> bool:
        return inspect(self._session.connection).has_table(FREEZE, schema=self._session.endpoint.namespace)

    def _closed(self) -> int | None:
        closed: int | None = self._session.connection.scalar(select(self._row.c.closed))
        return closed


_PARENTS = text("""
    select distinct referenced_table_name from information_schema.referential_constraints
    where constraint_schema = :space and unique_constraint_schema = :space and table_name in :names
    and (delete_rule in ('CASCADE', 'SET NULL') or update_rule in ('CASCADE', 'SET NULL'))
    """).bindparams(bindparam("names", expanding=True))
_FOUND = text("""
    select trigger_name, event_object_table from information_schema.triggers
    where trigger_schema = :space and left(trigger_name, char_length(:like)) = :like""")
