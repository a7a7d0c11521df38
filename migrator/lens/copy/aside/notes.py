"""The notes of what is set aside: a table of ours in the target's database, which every reader of its structure asks.

While an index or a foreign key is set aside the structure still has it, as far as mappings are concerned: a copy that
was cut off goes on with the same lens.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Boolean, Column, Connection, Integer, MetaData, String, Text, func, inspect, select
from sqlalchemy import Table as SqlTable
from sqlalchemy.dialects.mysql import LONGTEXT

from migrator.database.base import OURS
from migrator.lens.copy.aside.definition import FOREIGN, Definition
from migrator.lens.schema import ForeignKey, Table
from migrator.lens.side import Side

_LONG = Text().with_variant(LONGTEXT(), "mysql", "mariadb")
NOTES = SqlTable(
    f"{OURS}deferred", MetaData(), Column("number", Integer, primary_key=True, autoincrement=False),
    Column("of", String(200), nullable=False), Column("kind", String(20), nullable=False),
    Column("name", String(200), nullable=False), Column("sole", Boolean, nullable=False),
    Column("columns", _LONG, nullable=False), Column("parent", String(200)), Column("refers", _LONG, nullable=False),
    Column("made", _LONG, nullable=False), schema=Side.NEW)


def read_notes(connection: Connection) -> list[tuple[int, Definition]]:
    """Everything that is set aside, with the number of its note: indexes first, then foreign keys."""
    rows = connection.execute(select(NOTES).order_by(NOTES.c.kind == FOREIGN, NOTES.c.number))
    return [(row.number, Definition(row.of, row.kind, row.name, "", row.made, tuple(json.loads(row.columns)),
                                    row.sole, row.parent, tuple(json.loads(row.refers)))) for row in rows]


def write_notes(connection: Connection, found: Sequence[Definition]) -> None:
    """Note what is not noted yet."""
    last = connection.scalar(select(func.coalesce(func.max(NOTES.c.number), 0))) or 0
    known = {(d.table, d.kind, d.name) for _number, d in read_notes(connection)}
    fresh = [d for d in found if (d.table, d.kind, d.name) not in known]
    for number, d in enumerate(fresh, last + 1):
        connection.execute(NOTES.insert().values(
            number=number, of=d.table, kind=d.kind, name=d.name, sole=d.unique, columns=json.dumps(d.columns),
            parent=d.parent, refers=json.dumps(d.refers), made=d.make))


class Kept:
    """The notes of a database whose structure is read."""

    def __init__(self, connection: Connection, space: str | None) -> None:
        there = inspect(connection).has_table(NOTES.name, schema=space)
        options = {"schema_translate_map": {Side.NEW: space}}
        self._found = [d for _number, d in read_notes(connection.execution_options(**options))] if there else []

    def on(self, table: Table) -> Table:
        """The table with what is set aside of it."""
        mine = [d for d in self._found if d.table == table.name]
        foreign = {ForeignKey(d.columns, d.parent, d.refers) for d in mine if d.parent is not None}
        uniques = {d.columns for d in mine if d.unique}
        return replace(table, foreign=tuple(sorted({*table.foreign, *foreign}, key=repr)),
                       uniques=tuple(sorted({*table.uniques, *uniques})))
