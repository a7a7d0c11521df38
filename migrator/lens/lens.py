"""A compiled lens: a mapping file met with two real schemas. What it says is data and expressions; it runs nothing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, false, null, or_

from migrator.lens.constant import constant
from migrator.lens.memory import Memory
from migrator.lens.pair import Face, Pair
from migrator.lens.rows import constants, matches
from migrator.lens.schema import Schema, Table
from migrator.lens.scope import Cell, Row, Tables, Values
from migrator.lens.side import Side, Way

Narrow = Callable[[Row], ColumnElement[bool]]
"""Which rows of a pair's side are meant: a range of keys, a few keys."""


@dataclass(frozen=True)
class Lens:
    """All pairs of a mapping. `only` are the tables that a side has for itself.

    Every statement that comes out names its tables in the schemas `old` and `new` (see `Side`); who runs it says where
    these lie.
    """

    schemas: Mapping[Side, Schema]
    pairs: tuple[Pair, ...]
    only: Mapping[Side, frozenset[str]]
    digest: str
    """SHA-256 over what is declared and both schemas."""

    @cached_property
    def memories(self) -> tuple[Memory, ...]:
        """One memory for each group that may need it."""
        return tuple(Memory(pair, group) for pair in self.pairs for group in pair.groups if len(group.faithful) < 2)

    @cached_property
    def derived(self) -> dict[Hashable, Any]:
        """What others have worked out of it once and for all, by names of theirs."""
        return {}

    def memories_of(self, pair: Pair) -> dict[str, Memory]:
        """The memories of one pair, by the names of their groups."""
        return {memory.group.name: memory for memory in self.memories if memory.pair is pair}

    def tables(self, side: Side, name: str) -> FromClause:
        """What stands for a table when nothing is carried: the table itself."""
        memory = self._memories_by_name.get(name)
        return memory.clause if memory else self.schemas[side].tables[name].clause(side)

    @cached_property
    def _memories_by_name(self) -> dict[str, Memory]:
        return {memory.name: memory for memory in self.memories}

    def pairs_of(self, side: Side, table: str) -> list[Pair]:
        """The pairs that a table takes part in."""
        return [pair for pair in self.pairs if table in {t.name for t in pair.faces[side].tables}]


def source_row(pair: Pair, way: Way, tables: Tables, *, lenient: bool = False, trusting: bool = False,
               main: FromClause | None = None) -> Row:
    """A row of the pair's source side, to be selected from; `main` stands for a part of its main table."""
    return pair.faces[way.source].read(tables, lenient=lenient, trusting=trusting, main=main)


def in_pair(pair: Pair, side: Side, row: Row) -> ColumnElement[bool]:
    """Whether a row of a side belongs to the pair."""
    face = pair.faces[side]
    return matches(row, face.rows, {name: face.type(name) for name in face.rows})


def made(pair: Pair, way: Way, row: Row, memories: Mapping[str, Memory] | None = None) -> dict[str, Cell]:
    """The target's columns, by the names of its face, made from a row of the source.

    memories: the memories of groups that remember, by the name of the group; left out when nothing is remembered yet.
    """
    written = {}
    for group in pair.groups:
        memory = (memories or {}).get(group.name)
        values = memory.over(way, row) if memory else group.over(way, row)
        written[group.name] = group.ends[way.target].written(values, row.scope)
    return filled_by(pair, way, written)


def filled_by(pair: Pair, way: Way, written: Mapping[str, Mapping[str, Cell]]) -> dict[str, Cell]:
    """The target's columns, made of what each group writes: row conditions, and defaults of columns of its own, too.

    written: columns of the target's row, by the names of the groups.
    """
    face = pair.faces[way.target]
    cells: dict[str, Cell] = {name: constant(value, face.type(name)) for name, value in constants(face.rows).items()}
    for columns in written.values():
        cells.update(columns)
    for private in pair.private:
        if private.side is way.target and private.default is not None:
            cells[private.column] = private.default
    return cells


def key_made(pair: Pair, way: Way, row: Row, known: Mapping[str, Cell] | None = None) -> Values:
    """The key that a row of the source has on the target's side.

    known: columns of the target that are made otherwise than the lens makes them.
    """
    face = pair.faces[way.target]
    cells: dict[str, Cell] = {name: constant(value, face.type(name)) for name, value in constants(face.rows).items()}
    cells |= known or {}
    for group in pair.groups:
        if set(group.ends[way.target].columns) & set(face.key) - cells.keys():
            cells.update(group.written(way, row))
    return tuple(cells[name] for name in face.key)


def rows_for(pair: Pair, way: Way, target: Table, tables: Tables, *, narrow: Narrow | None = None,
             memories: Mapping[str, Memory] | None = None, lenient: bool = False, trusting: bool = False
             ) -> Select[tuple[object, ...]]:
    """The rows of one target table as a query over the source, labelled with the columns that it fills.

    target: one of the tables of the pair's target face.
    narrow: which rows of the source; all that belong to the pair if left out.
    lenient: what cannot be said is NULL, instead of an error of the server.
    trusting: a census has just found that types have a place for everything (see `Scope`).
    """
    row = source_row(pair, way, tables, lenient=lenient, trusting=trusting)
    cells = made(pair, way, row, memories)
    face = pair.faces[way.target]
    columns = {column: cells[name] for column, name in face.columns_of(target).items() if name in cells}
    query = row.scope.select(*(value.label(column) for column, value in columns.items()))
    query = query.where(in_pair(pair, way.source, row))
    if target.name in face.optional:
        query = query.where(filled(face, target, cells))
    return query.where(narrow(row)) if narrow else query


def filled(face: Face, target: Table, cells: Mapping[str, Cell]) -> ColumnElement[bool]:
    """Whether a row has a row in one of the target's optional tables: one of its columns is not empty."""
    own = [name for column, name in face.columns_of(target).items() if column not in target.key and name in cells]
    return or_(false(), *(cells[name].is_not(null()) for name in own))
