"""Unique keys of the new side: which rows would clash there, as its own server compares."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, FromClause, Select, and_, cast, func, null, select, union_all
from sqlalchemy.types import Text

from migrator.lens.census.alphabet import Alphabet
from migrator.lens.census.finding import Finding, Verdict
from migrator.lens.census.judge import carried
from migrator.lens.census.kept import kept_from
from migrator.lens.census.question import as_text
from migrator.lens.lens import Lens, filled, in_pair, made, source_row
from migrator.lens.pair import Pair
from migrator.lens.places.meeting import Meeting
from migrator.lens.schema import Table
from migrator.lens.scope import Cell, Tables
from migrator.lens.side import Side, Way
from migrator.lens.sql.canonical import canonical
from migrator.lens.sql.letters import Collated
from migrator.lens.types import Family, Type
from migrator.text import _

log = logging.getLogger(__name__)
TEXT = Type(Family.TEXT, "text")


@dataclass(frozen=True)
class Unique:
    """A unique key of a new table, and the rows that the old side will give it: a query over the old side.

    Its columns are the values, as the new side compares them where the old side's server can tell (`here`), else as
    canonical texts; then the old key, as canonical texts.
    """

    table: Table
    columns: tuple[str, ...]
    rows: Select[tuple[object, ...]]
    here: bool
    alphabet: Alphabet

    def take(self, connection: Connection, meeting: Meeting, samples: int) -> Finding | None:
        """What clashes; the old side's connection is at hand, the new side's server is asked where it alone knows."""
        if self.here:
            return self._ask(connection, self.rows.subquery("rows"), samples)
        log.info("the unique key %s of %s is judged by the new side's server: the old side's has not its collation",
                 self.columns, self.table.name)
        with carried(connection, meeting, self.rows) as (there, held):
            values = list(zip(held.columns, self.columns, strict=False))
            compared = (self._compared(cell, column).label(cell.name) for cell, column in values)
            return self._ask(there, select(*compared, *list(held.columns)[len(values):]).subquery("rows"), samples)

    def _ask(self, connection: Connection, rows: FromClause, samples: int) -> Finding | None:
        values = list(rows.columns)[:len(self.columns)]
        groups = select(*values, func.count().label("n")).where(*(value.is_not(None) for value in values)
                                                                ).group_by(*values).having(func.count() > 1)
        # MariaDB sorts then: its temporary table with a key would leave memory and take twenty times as long.
        clashing = groups.prefix_with("SQL_BIG_RESULT", dialect="mysql").subquery("clashing")
        count = connection.execute(select(func.coalesce(func.sum(clashing.c.n), 0))).scalar_one()
        if not count:
            return None
        same = and_(*(value == clashing.c[value.name] for value in values))
        keys = select(*list(rows.columns)[len(values):]).select_from(rows.join(clashing, same)).order_by(*values)
        found = connection.execute(keys.limit(samples))
        return Finding("not-unique", Verdict.REFUSED, self.table.name, *self._told, ", ".join(self.columns), int(count),
                       tuple(tuple(as_text(cell) for cell in key if cell is not None) for key in found))

    @property
    def _told(self) -> tuple[str, str]:
        """What is wrong, and what to do about it."""
        if self.table.assumed and self.columns == self.table.key:
            return (_("the key that the mapping gives does not tell these rows apart"),
                    _("name further columns under key, or remove the doubles from the old data"))
        return (_("rows that differ on the old side are the same in a unique key of the new side"),
                _("make the old values differ by more than case, accents or trailing spaces, or let the new key "
                  "compare more strictly"))

    def _compared(self, cell: Cell, column: str) -> Cell:
        letters = self.alphabet.of(self.table.name, column)
        return Collated(cell, letters) if letters.collation else canonical(cell, TEXT)


def uniques(lens: Lens, alphabet: Alphabet, tables: Tables) -> Iterator[Unique]:
    """The unique keys of the new side that rows of the old side might clash in."""
    for table in lens.schemas[Side.NEW].tables.values():
        pairs = lens.pairs_of(Side.NEW, table.name)
        for columns in dict.fromkeys((table.key, *table.uniques)):
            if columns and pairs and not (len(pairs) == 1 and _unique_already(pairs[0], table, columns, alphabet)):
                here = alphabet.known or not any(alphabet.of(table.name, column).collation for column in columns)
                rows = [_rows(pair, table, columns, tables, alphabet, here) for pair in pairs]
                known = [query for query in rows if query is not None]
                if len(known) == len(pairs):
                    yield Unique(table, columns, _together(known), here, alphabet)


def _rows(pair: Pair, table: Table, columns: tuple[str, ...], tables: Tables, alphabet: Alphabet, here: bool
          ) -> Select[tuple[object, ...]] | None:
    row = source_row(pair, Way.FORWARD, tables, lenient=True)
    face, old = pair.faces[Side.NEW], pair.faces[Side.OLD]
    cells, names = made(pair, Way.FORWARD, row), face.columns_of(table)
    if any(names[column] not in cells for column in columns):
        return None
    said = [(column, cells[names[column]], table.columns[column].type) for column in columns]
    values = [alphabet.alike(cell, table.name, column, type_) if here else canonical(cell, type_)
              for column, cell, type_ in said]
    shown = [canonical(row[name], old.type(name)) for name in old.key]
    query = row.scope.select(*(cell.label(f"value_{n}") for n, cell in enumerate(values)),
                             *(cell.label(f"key_{n}") for n, cell in enumerate(shown)))
    query = query.where(in_pair(pair, Side.OLD, row))
    return query.where(filled(face, table, cells)) if table.name in face.optional else query


def _together(queries: Sequence[Select[tuple[object, ...]]]) -> Select[tuple[object, ...]]:
    """The rows of all pairs that fill one table; a shorter key is filled up with nothing."""
    if len(queries) == 1:
        return queries[0]
    names = list(dict.fromkeys(column.name for query in queries for column in query.selected_columns))
    padded = []
    for query in queries:
        found = query.subquery()
        padded.append(select(*(found.c[name] if name in found.c else cast(null(), Text()).label(name)
                               for name in names)))
    every = union_all(*padded).subquery()
    return select(*every.c)


def _unique_already(pair: Pair, table: Table, columns: tuple[str, ...], alphabet: Alphabet) -> bool:
    """Whether the old side's own keys, and values that all stay different, leave nothing to clash."""
    names = {column: pair.faces[Side.NEW].columns_of(table)[column] for column in columns}
    groups = [group for group in pair.groups if set(names.values()) & set(group.ends[Side.NEW].columns)]
    if not all(Side.OLD in group.faithful and set(group.ends[Side.NEW].columns) <= set(names.values())
               and not group.ends[Side.OLD].read for group in groups):
        return False
    read = {column for group in groups for column in group.ends[Side.OLD].columns}
    main = pair.faces[Side.OLD].main
    proven = main.uniques if main.assumed else (main.key, *main.uniques)
    return any(set(key) <= read for key in proven if key) and all(
        _no_coarser(pair, name, alphabet.of(table.name, column).collation) for column, name in names.items())


def _no_coarser(pair: Pair, name: str, collation: str | None) -> bool:
    """Whether the new side's collation of a column tells everything apart that the old side's does."""
    old = kept_from(pair, name)
    return collation is None or (old is not None and pair.faces[Side.OLD].type(old).collation == collation)
