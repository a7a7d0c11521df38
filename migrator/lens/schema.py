"""The structure of one side's database, as far as data has to fit into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column as SqlColumn
from sqlalchemy import MetaData
from sqlalchemy import Table as SqlTable
from sqlalchemy.sql.elements import quoted_name
from sqlalchemy.types import TypeEngine

from migrator.lens.side import Side
from migrator.lens.types import Type


@dataclass(frozen=True)
class Column:
    """One column. `generated` is computed by the server and never written; `counted` gives its own next number."""

    name: str
    type: Type
    nullable: bool = True
    generated: bool = False
    counted: bool = False
    default: str | None = None


@dataclass(frozen=True)
class ForeignKey:
    """Columns that name a row of another table (or of the same), in the order of the columns they refer to."""

    columns: tuple[str, ...]
    table: str
    refers: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One table; `key` is its primary key, or its first unique key without empty columns, or () when it has none."""

    name: str
    columns: Mapping[str, Column]
    key: tuple[str, ...] = ()
    uniques: tuple[tuple[str, ...], ...] = ()
    foreign: tuple[ForeignKey, ...] = ()
    triggers: tuple[str, ...] = ()
    assumed: bool = False
    """Whether the key is only what a mapping says, and no server watches over it."""

    def clause(self, side: Side) -> SqlTable:
        """The table as statements name it; where its side really lies is said when they are run."""
        return named(self.name, {c.name: c.type.in_statements for c in self.columns.values()}, side)


def named(name: str, columns: Mapping[str, TypeEngine[Any]], side: Side) -> SqlTable:
    """A table of a side, for statements only: its names are quoted, its schema is filled in when they are run."""
    shown = [SqlColumn(quoted_name(column, quote=True), type_) for column, type_ in columns.items()]
    return SqlTable(quoted_name(name, quote=True), MetaData(), *shown, schema=side)


@dataclass(frozen=True)
class Schema:
    """All tables of one side, ours left out. `make` is sqlite, postgresql or mariadb."""

    make: str
    tables: Mapping[str, Table]

    def parents_first(self) -> Iterator[Table]:
        """Every table after those that its foreign keys name; within a cycle in the order of names."""
        done: set[str] = set()
        waiting = dict(sorted(self.tables.items()))
        while waiting:
            free = [t for t in waiting.values() if all(f.table in done or f.table == t.name or f.table not in waiting
                                                       for f in t.foreign)]
            for found in free or [next(iter(waiting.values()))]:
                done.add(found.name)
                del waiting[found.name]
                yield found
