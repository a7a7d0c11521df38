"""A table that says one thing by another: a row's number by its code, a label by its code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import FromClause, case, func, select

from migrator.lens.constant import Constant, constant
from migrator.lens.schema import Table
from migrator.lens.scope import Cell, Scope
from migrator.lens.side import Side
from migrator.lens.sql.canonical import canonical, same, typed
from migrator.lens.types import Family


@dataclass(frozen=True)
class CodeTable:
    """Rows of a table that have certain constants; values are compared to the last byte, whatever its collation."""

    side: Side
    table: Table
    where: Mapping[str, Constant]

    def identifies(self, column: str) -> bool:
        """Whether the table's own keys allow no two of these rows with the same value in the column."""
        known = {column, *self.where}
        return any(unique and set(unique) <= known for unique in (self.table.key, *self.table.uniques))

    def found(self, by: str, value: Cell, tells: str, scope: Scope) -> tuple[Cell, Cell]:
        """What the row with the value in the column `by` has in the column `tells`, and how many such rows there are.

        Both are NULL where there is none; where there are several, the first is what any one of them has.
        """
        if self._by_number(by):
            place = (self.side, self.table.name)
            row = scope.join(place, {by: value}, lambda: scope.tables(*place))
            return row.c[tells], case((row.c[by].is_not(None), 1))
        where = (f"{name}={value!r}" for name, value in self.where.items())
        rows = scope.join((self.side, self.table.name, by, tells, *where),
                          {"said": canonical(value, self.table.columns[by].type)},
                          lambda: self._grouped(by, tells, scope))
        return rows.c.told, rows.c.times

    def _by_number(self, column: str) -> bool:
        """Whether the server finds a row by an index of its own: numbers have no collation."""
        return not self.where and self.identifies(column) and self.table.columns[column].type.family is Family.INTEGER

    def _grouped(self, by: str, tells: str, scope: Scope) -> FromClause:
        # In groups each value is there once, so that no row is doubled; and MariaDB gives such a query an index.
        rows, types = scope.tables(self.side, self.table.name), {c.name: c.type for c in self.table.columns.values()}
        said = canonical(rows.c[by], types[by])
        told = typed(func.min(canonical(rows.c[tells], types[tells])), types[tells])
        return select(said.label("said"), told.label("told"), func.count().label("times")).where(
            rows.c[by].is_not(None), *(same(rows.c[name], constant(value, types[name]), types[name])
                                       for name, value in self.where.items())).group_by(said).subquery()
