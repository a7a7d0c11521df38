"""AUTO_INCREMENT of InnoDB: every higher number moves it, whether a row was inserted with it or updated to it.

So no range can be kept below numbers that come from the other side. What can be kept is every other number: a trigger
says so to each session that inserts, and the server gives the number as it always does, LAST_INSERT_ID() included.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import text

from migrator.database.base import OURS
from migrator.lens.copy.session import Session
from migrator.lens.side import Side


class MariadbCounter:
    """The counter of a table."""

    def __init__(self, session: Session, side: Side, table: str, column: str) -> None:
        self._session = session
        self._table = session.table(side, table)
        self._where = {"space": session.endpoint.namespace, "table": table}
        self._trigger = session.table(side, f"{OURS}numbers_{hashlib.sha256(table.encode()).hexdigest()[:16]}")

    def next(self) -> int:
        """As the catalogue says."""
        return int(self._session.connection.scalar(_NEXT, self._where) or 1)

    def raise_to(self, number: int) -> bool:
        """Always possible; rows with lower numbers do not move it back."""
        if self.next() < number:
            self._session.run(f"ALTER TABLE {self._table} AUTO_INCREMENT = {number}")
        return True

    def every_other(self, remainder: int, *, again: bool) -> bool:
        """Where the server itself goes by one: else others share its numbers already."""
        if self._session.connection.scalar(_STEP) != 1:
            return False
        offset = remainder or 2
        self._session.run_as_told(
            f"CREATE TRIGGER IF NOT EXISTS {self._trigger} BEFORE INSERT ON {self._table} FOR EACH ROW "
            f"IF @@auto_increment_increment <> 2 OR @@auto_increment_offset <> {offset} THEN "
            f"SET SESSION auto_increment_increment = 2, SESSION auto_increment_offset = {offset}; END IF")
        return True

    def every(self) -> None:
        """Sessions that are open leave gaps until they end."""
        self._session.run_as_told(f"DROP TRIGGER IF EXISTS {self._trigger}")


_NEXT = text("""
    select auto_increment from information_schema.tables where table_schema = :space and table_name = :table""")
_STEP = text("select @@global.auto_increment_increment")
