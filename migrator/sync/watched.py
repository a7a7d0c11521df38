"""What a side must watch, so that no change of a row that a pair speaks of goes unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Alias, ClauseElement, Column, FromClause, Select, and_, or_, select
from sqlalchemy import Table as SqlTable
from sqlalchemy.sql.visitors import iterate

from migrator.lens.lens import Lens, in_pair, source_row
from migrator.lens.pair import Pair
from migrator.lens.schema import Table
from migrator.lens.scope import Cell, Row
from migrator.lens.side import Side, Way

Reached = Callable[[FromClause], Select[tuple[object, ...]]]
"""The keys of a pair's rows, labelled `key_1`.., that entries of a dirty table (or of a part of it) speak of."""


@dataclass(frozen=True)
class Watched:
    """One table of a side, and the columns whose values are noted when a row of it changes: its key before all."""

    side: Side
    table: Table
    columns: tuple[str, ...]
    reaches: tuple[tuple[Pair, Reached], ...]
    """The pairs that the table says something of, and how to find the rows of theirs that a change of it touches."""


def watched(lens: Lens, side: Side) -> tuple[Watched, ...]:
    """The tables of a side that have to be watched, those that others refer to first."""
    uses: dict[str, list[_Use]] = {}
    for pair in lens.pairs:
        for use in _uses(lens, pair, side):
            uses.setdefault(use.table.name, []).append(use)
    return tuple(_watched(side, table, uses[table.name]) for table in lens.schemas[side].parents_first()
                 if table.name in uses)


@dataclass(frozen=True)
class _Use:
    """How a pair depends on a table: `columns` must be noted, and `reached` makes keys of what was noted."""

    pair: Pair
    table: Table
    columns: tuple[str, ...]
    reached: Callable[[tuple[str, ...]], Reached]
    """Takes all columns that are noted of the table."""


def _watched(side: Side, table: Table, uses: list[_Use]) -> Watched:
    columns = tuple(dict.fromkeys((*table.key, *(name for use in uses for name in use.columns))))
    return Watched(side, table, columns, tuple((use.pair, use.reached(columns)) for use in uses))


def _uses(lens: Lens, pair: Pair, side: Side) -> Iterator[_Use]:
    face = pair.faces[side]
    for table in face.tables:
        yield _Use(pair, table, table.key, _by_columns(table.key))
    own = {table.name for table in face.tables}
    for group in pair.groups:
        for satellite in group.satellites:
            if satellite.side is side and satellite.owner:
                own.add(satellite.table)
                yield _Use(pair, lens.schemas[side].tables[satellite.table], satellite.owner,
                           _by_columns(satellite.owner))
    yield from _looked_at(lens, pair, side, own)


def _by_columns(names: tuple[str, ...]) -> Callable[[tuple[str, ...]], Reached]:
    """The noted columns are the key of the pair's row themselves."""
    def of(noted: tuple[str, ...]) -> Reached:
        places = [noted.index(name) + 1 for name in names]

        def reached(entries: FromClause) -> Select[tuple[object, ...]]:
            keys = [select(*(entries.c[f"{when}_{place}"].label(f"key_{n}") for n, place in enumerate(places, 1)))
                    .where(entries.c[f"{when}_{places[0]}"].is_not(None)) for when in ("was", "now")]
            both = keys[0].union(keys[1]).subquery()
            return select(*both.c)

        return reached

    return of


def _looked_at(lens: Lens, pair: Pair, side: Side, own: set[str]) -> Iterator[_Use]:
    """Tables that rows of the pair are looked up in, when data goes out of this side."""
    way, tables = Way.out_of(side), lens.schemas[side].tables
    row = source_row(pair, way, lens.tables)
    said = [value for group in pair.groups for value in group.over(way, row)]
    found = [(on, joined, _tables_in(joined.element if isinstance(joined, Alias) else joined, side))
             for on, joined in row.scope.joins]
    found += [({}, row.scope.base, _tables_in(value, side)) for value in said]
    for on, joined, inside in found:
        for name, used in inside.items():
            if name in own or name not in tables:
                continue
            by = {column: cell for label, cell in on.items()
                  if (column := _origin(joined.c[label], name)) is not None}
            if on and len(by) == len(on):
                yield _Use(pair, tables[name], tuple(by), _along(pair, side, row, by))
            else:
                columns = tuple(sorted(used))
                yield _Use(pair, tables[name], columns, _all(lens, pair, side, columns))


def _tables_in(clause: ClauseElement, side: Side) -> dict[str, set[str]]:
    """The tables of a side that a clause reads, with the columns that it names of them."""
    found: dict[str, set[str]] = {}
    for element in iterate(clause):
        if isinstance(element, SqlTable) and element.schema == side:
            found.setdefault(element.name, set())
        if isinstance(element, Column) and isinstance(element.table, SqlTable) and element.table.schema == side:
            found.setdefault(element.table.name, set()).add(element.name)
    return found


def _origin(column: Cell, table: str) -> str | None:
    """The column of a table that a column of a subquery is, untouched."""
    for base in column.base_columns:
        if isinstance(base, Column) and isinstance(base.table, SqlTable) and base.table.name == table:
            return str(base.name)
    return None


def _along(pair: Pair, side: Side, row: Row, by: dict[str, Cell]) -> Callable[[tuple[str, ...]], Reached]:
    """Rows of the pair that look the changed row up."""
    def of(noted: tuple[str, ...]) -> Reached:
        def reached(entries: FromClause) -> Select[tuple[object, ...]]:
            hits = [and_(*(entries.c[f"{when}_{noted.index(name) + 1}"] == cell for name, cell in by.items()))
                    for when in ("was", "now")]
            return _keys(pair, side, row).distinct().join(entries, or_(*hits))

        return reached

    return of


def _all(lens: Lens, pair: Pair, side: Side, used: tuple[str, ...]) -> Callable[[tuple[str, ...]], Reached]:
    """Every row of the pair, as soon as a row is gone or says something else: who looked it up cannot be told.

    A row that is new makes nothing say something else that could be said before.
    """
    def of(noted: tuple[str, ...]) -> Reached:
        def reached(entries: FromClause) -> Select[tuple[object, ...]]:
            places = [noted.index(name) + 1 for name in used]
            changed = or_(*(entries.c[f"was_{n}"].is_distinct_from(entries.c[f"now_{n}"]) for n in places))
            there = select(entries.c.n).where(entries.c.was_1.is_not(None), changed).exists()
            return _keys(pair, side, source_row(pair, Way.out_of(side), lens.tables)).where(there)

        return reached

    return of


def _keys(pair: Pair, side: Side, row: Row) -> Select[tuple[object, ...]]:
    cells = (cell.label(f"key_{n}") for n, cell in enumerate(row(*pair.faces[side].key), 1))
    return row.scope.select(*cells).where(in_pair(pair, side, row))
