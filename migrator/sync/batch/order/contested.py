"""Contested: unique values that rows of a batch take while other rows still have them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, false, not_, or_, select

from migrator.lens.scope import Cell
from migrator.sync.batch.decide import Act
from migrator.sync.batch.order.check import Check
from migrator.sync.batch.order.company import Company
from migrator.sync.batch.order.spots import has_spots
from migrator.sync.batch.writing.staged import Staged
from migrator.sync.batch.writing.write import Writing


@dataclass(frozen=True)
class Contested:
    """One unique key of a table that a pair writes."""

    company: Company
    writing: Writing
    unique: tuple[str, ...]

    @property
    def check(self) -> Check:
        """Rows that take a value which nobody gives up in this batch, or nobody can."""
        stage = self.writing.staged.stage.c.id.label("stage")
        return Check("unique", self._told, self._taking(stage).where(not_(self._given_up())))

    @property
    def looked_at(self) -> Check:
        """Rows that take a value which another row still has."""
        return Check("unique", self._told, self._taking(self.writing.staged.stage.c.id.label("stage")))

    def holders(self, column: str) -> Select[tuple[object, ...]]:
        """The keys of rows that give up a value which others take, and can be parked in this column."""
        return self._taking(*(self._holder.c[name] for name in self.writing.table.key)).where(
            self._given_up(column))

    @cached_property
    def spots(self) -> list[str]:
        """The columns in which a row can be parked, the easiest first."""
        table = self.writing.table
        named = {name for _child, foreign in self.company.referring(table.name) for name in foreign.refers}
        foreign = {name for key in table.foreign for name in key.columns}
        found = [name for name in self.unique if name in self.writing.staged.changes and name not in named
                 and (table.columns[name].nullable or (name not in foreign and has_spots(table.columns[name].type)))]
        return sorted(found, key=lambda name: not table.columns[name].nullable)

    def _taking(self, *cells: Cell) -> Select[tuple[object, ...]]:
        staged, holder = self.writing.staged, self._holder
        written = [name for name in self.unique if name in staged.columns]
        rows: FromClause = staged.rows
        if len(self.unique) > 1:
            rows = rows.outerjoin(self._itself, staged.at(self._itself))
        same = and_(*(holder.c[name] == self._final(name) for name in self.unique))
        return select(*cells).select_from(rows.join(holder, same)).where(
            staged.writes(*written), not_(staged.at(holder)))

    def _final(self, column: str) -> Cell:
        """What a row is going to have."""
        staged = self.writing.staged
        if column not in staged.columns:
            return self._itself.c[column]
        if len(self.unique) == 1:
            return staged[column]
        return case((or_(staged.acts(Act.INSERT), staged.takes(column)), staged[column]),
                    else_=self._itself.c[column])

    def _given_up(self, column: str | None = None) -> ColumnElement[bool]:
        """Whether the holder is deleted in this batch or gets another value, and can be parked (in this column)."""
        spots = self.spots if column is None else [column]
        return or_(false(), *(other.any(other.at(self._holder), self._gives(other, spots))
                              for other in self.company.staged(self.writing.table.name)) if spots else ())

    def _gives(self, other: Staged, spots: list[str]) -> ColumnElement[bool]:
        changed = or_(false(), *(and_(other.takes(name), other[name].is_distinct_from(self._holder.c[name]))
                                 for name in self.unique if name in other.changes))
        free = other.takes(*(name for name in spots))
        return or_(other.acts(Act.DELETE), and_(other.acts(Act.UPDATE), changed, free))

    @cached_property
    def _holder(self) -> FromClause:
        return self.company.rows(self.writing.table.name, "holder")

    @cached_property
    def _itself(self) -> FromClause:
        return self.company.rows(self.writing.table.name, "itself")

    @property
    def _told(self) -> str:
        return f"{self.writing.table.name}({', '.join(self.unique)})"


def contested(company: Company, writing: Writing) -> Iterator[Contested]:
    """The unique keys of a table that rows of a batch may take from each other."""
    table = writing.table
    for unique in dict.fromkeys(table.uniques):
        if not set(unique) <= set(table.key) and set(unique) & set(writing.staged.columns):
            yield Contested(company, writing, unique)
