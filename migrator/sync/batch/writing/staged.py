"""Staged: the planned rows of one of the target's tables, as a query sees them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, FromClause, and_, exists, false, or_

from migrator.lens.schema import Table
from migrator.lens.scope import Cell
from migrator.sync.batch.decide import Act
from migrator.sync.batch.flags import flagged
from migrator.sync.batch.shape import Shape


class Staged:
    """What a batch has for one table of a pair's target: values, and what is done about each row.

    alias: what tells it from others within one query.
    """

    def __init__(self, shape: Shape, table: Table, alias: str = "") -> None:
        self.shape = shape
        self.table = table
        self.stage: FromClause = shape.stage.clause.alias(f"{alias}_stage") if alias else shape.stage.clause
        self.plan: FromClause = shape.plan.clause.alias(f"{alias}_plan") if alias else shape.plan.clause
        self._names = {column: name for column, name in shape.target.columns_of(table).items()
                       if name in shape.made and not table.columns[column].generated}

    @property
    def columns(self) -> list[str]:
        """The table's columns that are made."""
        return list(self._names)

    @property
    def changes(self) -> list[str]:
        """The columns that an update may change."""
        return [column for column, name in self._names.items() if name in self.shape.written]

    @property
    def rows(self) -> FromClause:
        """Stage and plan, row by row."""
        return self.stage.join(self.plan, self.plan.c.stage == self.stage.c.id)

    def __getitem__(self, column: str) -> Cell:
        return self.stage.c[self.shape.made[self._names[column]]]

    def at(self, rows: FromClause) -> ColumnElement[bool]:
        """Whether a row of the table is the one that is meant."""
        return and_(*(rows.c[column] == self[column] for column in self.table.key))

    def acts(self, *acts: Act) -> ColumnElement[bool]:
        """Whether one of these things is done."""
        return or_(*(self.plan.c.act == act.said for act in acts))

    def takes(self, *columns: str) -> ColumnElement[bool]:
        """Whether an update gets a group that writes one of these columns; what row conditions fix is always got."""
        return or_(false(), *(self._takes(column) for column in columns if column in self.changes))

    def writes(self, *columns: str) -> ColumnElement[bool]:
        """Whether one of these columns is written: the row is new, or an update takes it."""
        return or_(self.acts(Act.INSERT), and_(self.acts(Act.UPDATE), self.takes(*columns)))

    def holds(self, columns: Iterable[str], values: Iterable[Cell]) -> ColumnElement[bool]:
        """Whether these values are staged for these columns."""
        return and_(*(self[column] == value for column, value in zip(columns, values, strict=True)))

    def any(self, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        """Whether there is such a row; to be asked about rows of other queries."""
        return exists().select_from(self.rows).where(*conditions)

    def _takes(self, column: str) -> ColumnElement[bool]:
        name = self._names[column]
        places = [place for place, group in enumerate(self.shape.groups)
                  if name in group.ends[self.shape.way.target].columns]
        return or_(*(flagged(self.plan.c.take, place) for place in places)) if places else self.plan.c.act.is_not(None)
