"""What a database itself says of its masking: begun with which rules and key, which columns are done, ended."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import BigInteger, Column, Connection, MetaData, String, Table, Text, inspect, select
from sqlalchemy.dialects.mysql import LONGTEXT

from migrator import clock
from migrator.database.base import OURS
from migrator.mask.errors import AlreadyMasked
from migrator.text import _

NAME = f"{OURS}masked"
ALL = "*"
TRIGGER = "trigger"
"""The kind of a row that keeps a trigger's text while the trigger is away."""
_TABLE = Table(
    NAME, MetaData(),
    Column("table_name", String(128), primary_key=True), Column("column_name", String(128), primary_key=True),
    Column("kind", String(128), nullable=False), Column("rows_masked", BigInteger, nullable=False),
    Column("values_masked", BigInteger, nullable=False), Column("at", String(40), nullable=False),
    Column("rules", String(64), nullable=False), Column("key_mark", String(16), nullable=False),
    Column("text", Text().with_variant(LONGTEXT(), "mysql", "mariadb")))


class Marks:
    """The table of marks in one database; each mark commits with what it speaks of."""

    def __init__(self, connection: Connection, rules: str, key_mark: str) -> None:
        self._connection = connection
        self._rules, self._key_mark = rules, key_mark

    def begin(self, name: str) -> None:
        """Make the table, or go on where the same rules and key were at work.

        Raises AlreadyMasked where masking has ended, or was begun with other rules or another key.
        """
        with self._connection.begin():
            _TABLE.create(self._connection, checkfirst=True)
            others = self._connection.execute(select(_TABLE.c.rules, _TABLE.c.key_mark).distinct()).all()
        if any(tuple(other) != (self._rules, self._key_mark) for other in others):
            raise AlreadyMasked(_("masking was begun here with other rules or another key"), where=name,
                                hint=_("make the copy anew and mask that"))
        if (ALL, ALL) in self.done():
            raise AlreadyMasked(_("this database is masked already"), where=name,
                                hint=_("make the copy anew if it should be masked by other rules"))

    def done(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Rows and distinct values of every column that is masked."""
        query = select(_TABLE).where(_TABLE.c.kind != TRIGGER)
        with self._connection.begin():
            return {(row.table_name, row.column_name): (row.rows_masked, row.values_masked)
                    for row in self._connection.execute(query)}

    def add(self, table: str, column: str, kind: str, rows: int = 0, values: int = 0, text: str | None = None) -> None:
        """Mark a column, in the transaction that masks it."""
        self._connection.execute(_TABLE.insert().values(
            table_name=table, column_name=column, kind=kind, rows_masked=rows, values_masked=values, at=clock.stamp(),
            rules=self._rules, key_mark=self._key_mark, text=text))

    def end(self) -> None:
        """Mark that all is masked."""
        with self._connection.begin():
            self.add(ALL, ALL, "")

    def triggers(self) -> Mapping[tuple[str, str], str]:
        """Texts of the triggers that are away, by table and name."""
        rows = self._connection.execute(select(_TABLE).where(_TABLE.c.kind == TRIGGER)).all()
        return {(row.table_name, row.column_name): row.text for row in rows}

    def forget_trigger(self, table: str, name: str) -> None:
        """Take out a trigger that is back."""
        self._connection.execute(_TABLE.delete().where(_TABLE.c.table_name == table, _TABLE.c.column_name == name,
                                                       _TABLE.c.kind == TRIGGER))


def is_masked(connection: Connection) -> bool:
    """Whether masking has ended in this database."""
    with connection.begin():
        there = inspect(connection).has_table(NAME)
        return there and connection.scalar(select(_TABLE.c.at).where(_TABLE.c.table_name == ALL)) is not None
