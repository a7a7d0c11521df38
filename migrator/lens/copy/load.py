"""What a chunk of a pair brings: rows of its tables, then their links, then what memory must keep of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Select, Text

from migrator.lens.copy.keys import WAY
from migrator.lens.lens import Lens, Narrow, rows_for
from migrator.lens.memory import Memory
from migrator.lens.pair import Pair
from migrator.lens.put.remember import pairs_worth
from migrator.lens.satellites import satellite_rows
from migrator.lens.schema import Table
from migrator.lens.scope import Tables
from migrator.lens.types import Family, Type

_TEXT = Type(Family.TEXT, str(Text()))


@dataclass(frozen=True)
class Load:
    """Rows for one table of the target: which columns it gets, and the query over the source that makes them."""

    table: str
    columns: Mapping[str, Type]
    rows: Callable[[Narrow | None], Select[Any]]


def loads(lens: Lens, pair: Pair, tables: Tables, forgo: Collection[str], *, trusting: bool) -> Iterator[Load]:
    """Everything that a chunk of the pair brings, in the order in which it must be written.

    forgo: names of memories that would stay empty.
    trusting: the server that is asked refuses what is no value of a type, and a census has found none.
    """
    for table in pair.faces[WAY.target].tables:
        yield _written(table, partial(_rows_of, pair, table, tables, trusting))
    for group in pair.groups:
        for satellite in group.satellites:
            if satellite.side is WAY.target and satellite.owner:
                links = lens.schemas[WAY.target].tables[satellite.table]
                yield _written(links, partial(satellite_rows, pair, group, satellite, WAY, tables))
    for memory in lens.memories_of(pair).values():
        if not first(memory) and memory.name not in forgo:
            yield of_memory(memory, tables)


def first(memory: Memory) -> bool:
    """Whether a memory must be whole before the rows are made: it says what their new keys are."""
    return WAY in memory.group.fresh


def _rows_of(pair: Pair, table: Table, tables: Tables, trusting: bool, narrow: Narrow | None) -> Select[Any]:
    return rows_for(pair, WAY, table, tables, narrow=narrow, trusting=trusting)


def _written(table: Table, rows: Callable[[Narrow | None], Select[Any]]) -> Load:
    """A load without the columns that the target's server computes itself."""
    names = [name for name in (column.name for column in rows(None).selected_columns)
             if not table.columns[name].generated]

    def wanted(narrow: Narrow | None) -> Select[Any]:
        query = rows(narrow)
        return query.with_only_columns(*(query.selected_columns[name] for name in names))

    return Load(table.name, {name: table.columns[name].type for name in names}, wanted)


def of_memory(memory: Memory, tables: Tables) -> Load:
    """The rows that a memory must keep of its pair."""
    names = pairs_worth(memory, WAY, tables, fresh=True).selected_columns.keys()
    return Load(memory.name, dict.fromkeys(names, _TEXT),
                lambda narrow: pairs_worth(memory, WAY, tables, narrow, fresh=True))
