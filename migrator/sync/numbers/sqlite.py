"""SQLite: the next number is above the highest of all rows; with AUTOINCREMENT, of all that ever were."""

from __future__ import annotations

from sqlalchemy import Integer, String, func, insert, select, text, update

from migrator.lens.copy.session import Session
from migrator.lens.schema import named
from migrator.lens.side import Side


class SqliteCounter:
    """The counter of a table."""

    def __init__(self, session: Session, side: Side, table: str, column: str) -> None:
        self._connection = session.connection
        self._table = table
        self._rows = named(table, {column: Integer()}, side)
        self._column = self._rows.c[column]
        self._kept = named("sqlite_sequence", {"name": String(), "seq": Integer()}, side)

    def next(self) -> int:
        """One above."""
        highest = self._connection.scalar(select(func.coalesce(func.max(self._column), 0))) or 0
        return max(int(highest), self._last() or 0) + 1

    def raise_to(self, number: int) -> bool:
        """Only with AUTOINCREMENT."""
        if not self._remembers():
            return False
        if self.next() < number:
            row = {"name": self._table, "seq": number - 1}
            known = self._last() is not None
            self._connection.execute(update(self._kept).where(self._kept.c.name == self._table).values(**row) if known
                                     else insert(self._kept).values(**row))
        return True

    def every_other(self, remainder: int, *, again: bool) -> bool:
        """Never."""
        return False

    def every(self) -> None:
        """As always."""

    def _last(self) -> int | None:
        if not self._remembers():
            return None
        last: int | None = self._connection.scalar(select(self._kept.c.seq).where(self._kept.c.name == self._table))
        return last

    def _remembers(self) -> bool:
        return bool(self._connection.scalar(_REMEMBERS, {"table": self._table}))


_REMEMBERS = text("""
    select 1 from sqlite_master where type = 'table' and name = :table and lower(sql) like '%autoincrement%'""")
