"""Rows that name one row by a foreign key, and what they say together."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import FromClause, func, literal, select

from migrator.lens.schema import Table
from migrator.lens.scope import Cell, Scope, Values
from migrator.lens.side import Side
from migrator.lens.sql.canonical import canonical, typed
from migrator.lens.types import Family, Type

ANY = Type(Family.INTEGER, "integer", bits=8)
"""1 where some row names this one, else 0."""


@dataclass(frozen=True)
class Namers:
    """The rows of a table that name another row by the columns `by`, and say something in a column."""

    side: Side
    table: Table
    by: tuple[str, ...]
    column: str

    def least(self, key: Values, scope: Scope) -> Cell:
        """What the first of them says, in the order of bytes; NULL where all are silent."""
        return typed(self._together(key, scope).c.least, self.table.columns[self.column].type)

    def greatest(self, key: Values, scope: Scope) -> Cell:
        """What the last of them says."""
        return typed(self._together(key, scope).c.greatest, self.table.columns[self.column].type)

    def any(self, key: Values, scope: Scope) -> Cell:
        """1 where there is one, else 0."""
        return func.coalesce(self._together(key, scope).c.there, 0)

    def _together(self, key: Values, scope: Scope) -> FromClause:
        def rows() -> FromClause:
            found = scope.tables(self.side, self.table.name)
            said = canonical(found.c[self.column], self.table.columns[self.column].type)
            by = [found.c[name] for name in self.by]
            return select(*by, func.min(said).label("least"), func.max(said).label("greatest"),
                          literal(1).label("there")).group_by(*by).subquery()

        return scope.join((self.side, self.table.name, self.column, "namers"),
                          dict(zip(self.by, key, strict=True)), rows)
