"""A pair: rows of one or a few old tables and of one or a few new ones that are the same thing, key by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import FromClause

from migrator.errors import Position
from migrator.lens.group import Group
from migrator.lens.policy import Policy
from migrator.lens.rows import Condition
from migrator.lens.schema import Table
from migrator.lens.scope import Cell, Row, Scope, Tables
from migrator.lens.side import Side
from migrator.lens.sql.column import taken
from migrator.lens.types import Type

MAIN = "r"
"""Alias of a pair's first table in statements."""


@dataclass(frozen=True)
class Private:
    """A column that only one side knows: it stays as it is there; `default` is for rows that come from the other."""

    side: Side
    column: str
    default: Cell | None = None


@dataclass(frozen=True)
class Face:
    """A pair as one side sees it: its main table, and tables that hold more columns of the same row.

    Columns go by bare names; those of the further tables by `table.column` where the bare name is not unique.
    `optional` are further tables that have a row only where one of its columns is not empty.
    """

    side: Side
    tables: tuple[Table, ...]
    optional: frozenset[str] = frozenset()
    rows: Mapping[str, Condition] = field(default_factory=dict)

    @property
    def main(self) -> Table:
        """The table whose key is the key of the row."""
        return self.tables[0]

    @property
    def key(self) -> tuple[str, ...]:
        """The columns of the row's key."""
        return self.main.key

    def find(self, name: str) -> tuple[Table, str] | None:
        """The table and the column that a name stands for, None for an unknown or an ambiguous one."""
        if name in self.main.columns:
            return self.main, name
        owners = [(table, column) for table in self.tables[1:] for column in table.columns
                  if name in (column, f"{table.name}.{column}") and column not in table.key]
        return owners[0] if len(owners) == 1 else None

    def names(self) -> list[str]:
        """Every column of the row, keys of further tables left out."""
        bare = [*self.main.columns, *(c for t in self.tables[1:] for c in t.columns if c not in t.key)]
        further = [name if bare.count(name) == 1 else f"{table.name}.{name}" for table in self.tables[1:]
                   for name in table.columns if name not in table.key]
        return [*self.main.columns, *further]

    def type(self, name: str) -> Type:
        """The type of a column of the row. Raises KeyError for an unknown name."""
        found = self.find(name)
        if found is None:
            raise KeyError(name)
        return found[0].columns[found[1]].type

    def columns_of(self, table: Table) -> dict[str, str]:
        """The columns of one of the tables, with the names that they have in the row; its key is the row's."""
        if table is self.main:
            return {name: name for name in table.columns}
        keys = dict(zip(table.key, self.key, strict=True))
        return {**keys, **{found[1]: name for name in self.names()
                           if (found := self.find(name)) is not None and found[0] is table}}

    def read(self, tables: Tables, *, lenient: bool = False, trusting: bool = False, main: FromClause | None = None
             ) -> Row:
        """A row of this side, ready to be selected from; `main` stands for a narrower source of the main table."""
        base = (tables(self.side, self.main.name) if main is None else main).alias(MAIN)
        scope = Scope(base, tables, lenient=lenient, trusting=trusting)

        def cell(name: str) -> Cell:
            found = self.find(name)
            if found is None:
                raise KeyError(name)
            table, column = found
            type_ = table.columns[column].type
            if table is self.main:
                return taken(base.c[column], type_)
            on = {theirs: base.c[ours] for theirs, ours in zip(table.key, self.key, strict=True)}
            joined = scope.join((self.side, table.name), on, lambda: tables(self.side, table.name))
            return taken(joined.c[column], type_)

        return Row(cell, scope)


@dataclass(frozen=True)
class Pair:
    """What is declared of two tables (or two bunches of them): which groups make their rows the same thing."""

    faces: Mapping[Side, Face]
    groups: tuple[Group, ...]
    private: tuple[Private, ...] = ()
    where: Position | None = None
    conflict: Policy | None = None
    """What is said of rows that both sides have changed; see `policy`."""
    of_columns: Mapping[str, Policy] = field(default_factory=dict)
    """What is said of groups instead, by a column of either side."""

    @property
    def policy(self) -> Policy:
        """Who is right when both sides have changed the same."""
        return self.conflict or Policy.PILOT

    def policy_of(self, group: Group) -> Policy:
        """Who is right when both sides have changed the same group."""
        named = (self.of_columns.get(column) for side in Side for column in group.ends[side].columns)
        return next((policy for policy in named if policy), self.policy)

    def is_stamp(self, group: Group) -> bool:
        """Whether a group only says when or by whom a row was written, so that it is no quarrel when both changed it.
        """
        return any(self.of_columns.get(column) is Policy.NEWEST for side in Side for column in group.ends[side].columns)

    @property
    def name(self) -> str:
        """`task -> work_item`, or the one name that both sides have."""
        old, new = (" + ".join(table.name for table in self.faces[side].tables) for side in Side)
        return old if old == new else f"{old} -> {new}"

    @property
    def key_groups(self) -> tuple[Group, ...]:
        """The groups that make one side's key from the other's."""
        key = self.faces[Side.NEW].key
        return tuple(group for group in self.groups if set(group.ends[Side.NEW].columns) & set(key))
