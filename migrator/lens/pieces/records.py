"""Records that several rows name: found by what they say, to the last byte, and numbered when they are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import FromClause, Select, Text, and_, case, func, null, or_, select

from migrator.lens.schema import Table
from migrator.lens.scope import Cell, Scope, Values
from migrator.lens.side import Side
from migrator.lens.sql.canonical import canonical, typed
from migrator.lens.sql.lists import escaped
from migrator.lens.sql.refuse import only_if
from migrator.lens.types import Family, Type

NUMBER = Type(Family.INTEGER, "integer", bits=64)
"""A record's number, where it is told beside what the record says."""


@dataclass(frozen=True)
class Records:
    """The records of a table: `columns` say what each is, `key` is its number, `further` what new ones have beside."""

    side: Side
    table: Table
    columns: tuple[str, ...]
    key: str
    further: Mapping[str, Cell]

    @property
    def types(self) -> tuple[Type, ...]:
        """The types of the columns."""
        return tuple(self.table.columns[name].type for name in self.columns)

    @property
    def not_another(self) -> Values:
        """No number beside what a record says, once for tables where two records may say the same; else nothing."""
        single = any(set(unique) <= set(self.columns) for unique in self.table.uniques)
        filled = not all(self.table.columns[name].nullable for name in self.columns)
        return () if single and filled else (null(),)

    def told(self, number: Cell, scope: Scope) -> Values:
        """What the record of a number says, and the number where the same is said by one before it or by nothing."""
        record = scope.join((self.side, self.table.name, "record"), {self.key: number},
                            lambda: scope.tables(self.side, self.table.name))
        said = tuple(record.c[name] for name in self.columns)
        if not self.not_another:
            return said
        return *said, case((number.is_distinct_from(self._first(said, scope)), number))

    def named(self, values: Values, scope: Scope) -> Cell:
        """The number of the record that says so; a strict statement ends where there is none."""
        said, another = values[:len(self.columns)], values[len(self.columns):]
        found = self._first(said, scope)
        there = or_(found.is_not(None), and_(*(value.is_(None) for value in said)))
        first = only_if(there, found, NUMBER, scope)
        return case((another[0].is_not(None), another[0]), else_=first) if another else first

    def rows(self, scope: Scope, _key: Values, values: Values) -> Select[tuple[object, ...]]:
        """Each different record that the rows of a pair need, labelled with its columns."""
        said = [canonical(value, type_) for value, type_ in zip(values, self.types, strict=False)]
        cells = {name: typed(func.min(text, type_=Text()), type_)
                 for name, text, type_ in zip(self.columns, said, self.types, strict=True)}
        return scope.select(*(cell.label(name) for name, cell in {**cells, **self.further}.items())).where(
            or_(*(text.is_not(None) for text in said))).group_by(*said)

    def _first(self, said: Values, scope: Scope) -> Cell:
        """The lowest number of a record that says so, NULL where none does or nothing is said."""
        def firsts() -> FromClause:
            table = scope.tables(self.side, self.table.name)
            marks = [escaped(canonical(table.c[name], type_))
                     for name, type_ in zip(self.columns, self.types, strict=True)]
            return select(func.min(table.c[self.key]).label("first"),
                          *(mark.label(f"said{n}") for n, mark in enumerate(marks))).where(
                              or_(*(table.c[name].is_not(None) for name in self.columns))).group_by(*marks).subquery()

        on = {f"said{n}": escaped(canonical(value, type_))
              for n, (value, type_) in enumerate(zip(said, self.types, strict=True))}
        return scope.join((self.side, self.table.name, *self.columns), on, firsts).c.first
