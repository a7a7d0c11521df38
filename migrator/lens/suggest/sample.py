"""Samples of both sides, taken in their servers: a bounded number of rows and values, and nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from migrator.lens.places.meeting import Meeting
from migrator.lens.schema import Column, Schema, Table
from migrator.lens.scope import Cell
from migrator.lens.side import Side
from migrator.lens.sql.canonical import canonical
from migrator.lens.sql.hash import row_hash
from migrator.lens.suggest.shortened import Shortened

READ = 200_000
"""Rows of a table, the first by its key, of which a sample is taken."""
KEPT = 24
"""Samples that are kept at a time, so that a thousand tables need no more memory than a few."""

Key = tuple[str | None, ...]
Record = Mapping[str, str | None]
"""A row: canonical texts by the names of its columns."""


@dataclass(frozen=True)
class Rows:
    """Sampled rows of a table by key; `whole` when the table has no others."""

    records: Mapping[Key, Record]
    whole: bool


class Samples:
    """Asks the servers for samples when they are first needed.

    Of each table the `most` rows are taken whose keys have the lowest digests, so two tables with the same keys give
    samples with the same keys wherever they lie (the bottom-k sketch of Cohen and Kaplan, PODC 2007).
    """

    def __init__(self, meeting: Meeting, schemas: Mapping[Side, Schema], most: int = 1_000) -> None:
        self._meeting = meeting
        self._schemas = schemas
        self._most = most
        self._rows: dict[tuple[Side, str], Rows] = {}
        self._values: dict[tuple[Side, str, str], Mapping[str, int] | None] = {}

    def rows(self, side: Side, table: str) -> Rows:
        """A sample of the rows of a table that has a key."""
        mark = (side, table)
        if mark not in self._rows:
            if len(self._rows) == KEPT:
                del self._rows[next(iter(self._rows))]
            self._rows[mark] = self._taken(side, self._schemas[side].tables[table])
        return self._rows[mark]

    def values(self, side: Side, table: str, column: str) -> Mapping[str, int] | None:
        """How many rows each value of a column has, NULL left out; None when it has more different values than fit."""
        mark = (side, table, column)
        if mark not in self._values:
            self._values[mark] = self._counted(side, self._schemas[side].tables[table], column)
        return self._values[mark]

    def _taken(self, side: Side, table: Table) -> Rows:
        clause = table.clause(side)
        cells = [clause.c[name].label(f"c{n}") for n, name in enumerate(table.columns)]
        read = select(*cells).order_by(*(clause.c[name] for name in table.key)).limit(READ).subquery("read")
        source = dict(zip(table.columns, read.columns, strict=True))
        rank = row_hash([canonical(source[name], table.columns[name].type) for name in table.key], alike=False)
        texts = [_text(source[name], column).label(f"t{n}") for n, (name, column) in enumerate(table.columns.items())]
        found = self._asked(side, select(*texts).order_by(rank).limit(self._most + 1))
        records = [dict(zip(table.columns, row, strict=True)) for row in found]
        kept = {tuple(record[name] for name in table.key): record for record in records[:self._most]}
        return Rows(kept, len(records) <= self._most)

    def _counted(self, side: Side, table: Table, column: str) -> Mapping[str, int] | None:
        clause = table.clause(side)
        text = _text(clause.c[column], table.columns[column])
        each = select(text.label("text")).where(clause.c[column].is_not(None)).subquery("each")
        found = self._asked(side, select(each.c.text, func.count()).group_by(each.c.text).limit(self._most + 1))
        return {str(text): int(str(count)) for text, count in found} if len(found) <= self._most else None

    def _asked(self, side: Side, query: Select[tuple[object, ...]]) -> list[tuple[str | None, ...]]:
        with self._meeting.connect(side) as connection:
            return [tuple(None if value is None else str(value) for value in row) for row in connection.execute(query)]


def _text(value: Cell, column: Column) -> Cell:
    return Shortened(canonical(value, column.type))
