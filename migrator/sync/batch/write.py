"""Write: the statements that bring a pair's planned rows into the target's tables."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from sqlalchemy import (
    ColumnElement,
    Delete,
    FromClause,
    Select,
    Update,
    and_,
    case,
    exists,
    false,
    null,
    or_,
    select,
    update,
)
from sqlalchemy import Table as SqlTable

from migrator.lens.schema import Table
from migrator.lens.scope import Cell
from migrator.sync.batch.decide import Act
from migrator.sync.batch.deleting import delete_keyed
from migrator.sync.batch.flags import flagged
from migrator.sync.batch.shape import Shape


class Writing:
    """What is written into one of the target's tables of a pair."""

    def __init__(self, shape: Shape, table: Table) -> None:
        self._shape = shape
        self.table = table
        self._columns = {column: name for column, name in shape.target.columns_of(table).items()
                         if name in shape.made and not table.columns[column].generated}
        self._key = dict(zip(table.key, shape.key_made, strict=True))

    @property
    def columns(self) -> list[str]:
        """The columns of a row that is new."""
        return list(self._columns)

    def rows(self) -> Select[tuple[object, ...]]:
        """The rows that are new, in the order of `columns`."""
        stage, plan = self._shape.stage.clause, self._shape.plan.clause
        cells = [stage.c[self._shape.made[name]].label(column) for column, name in self._columns.items()]
        wanted = [plan.c.act == Act.INSERT]
        if self.table.name in self._shape.target.optional:
            rows = self.table.clause(self._shape.way.target).alias("there")
            wanted = [plan.c.act.in_([Act.INSERT, Act.UPDATE]), self._filled(stage),
                      ~exists().where(self._at(rows, stage)).correlate(stage)]
        return select(*cells).select_from(stage.join(plan, plan.c.stage == stage.c.id)).where(*wanted)

    @property
    def changes(self) -> list[str]:
        """The columns that an update may change."""
        return [column for column, name in self._columns.items() if name in self._shape.written]

    def change(self) -> Update:
        """The statement that changes rows that are there: groups that the plan takes, and nothing else."""
        rows, stage, plan = self._rows, self._shape.stage.clause, self._shape.plan.clause
        touched = or_(*(self._taken(self._columns[column]) for column in self.changes))
        return update(rows).values({rows.c[column]: self._cell(column, self._columns[column])
                                    for column in self.changes}).where(
            self._at(rows, stage), plan.c.stage == stage.c.id, plan.c.act == Act.UPDATE, touched)

    def remove(self, make: str) -> Delete:
        """The statement that deletes rows that are gone at the source, and those of optional tables that say nothing
        any more.
        """
        rows, stage, plan = self._rows, self._shape.stage.clause, self._shape.plan.clause
        gone: ColumnElement[bool] = plan.c.act == Act.DELETE
        if self.table.name in self._shape.target.optional:
            empty = and_(plan.c.act == Act.UPDATE, ~self._filled(stage))
            gone = or_(gone, empty)
        keys = select(*(stage.c[cell] for cell in self._key.values())).select_from(
            stage.join(plan, plan.c.stage == stage.c.id)).where(gone)
        return delete_keyed(rows, list(self._key), keys, make)

    @cached_property
    def _rows(self) -> SqlTable:
        return self.table.clause(self._shape.way.target)

    def _at(self, rows: FromClause, stage: FromClause) -> ColumnElement[bool]:
        return and_(*(rows.c[column] == stage.c[cell] for column, cell in self._key.items()))

    def _filled(self, stage: FromClause) -> ColumnElement[bool]:
        own = (name for column, name in self._columns.items() if column not in self.table.key)
        return or_(false(), *(stage.c[self._shape.made[name]].is_not(null()) for name in own))

    def _cell(self, column: str, name: str) -> Cell:
        return case((self._taken(name), self._shape.stage.clause.c[self._shape.made[name]]),
                    else_=self._rows.c[column])

    def _taken(self, name: str) -> ColumnElement[bool]:
        """Whether the plan takes a group that writes this column; what row conditions fix is always taken."""
        places = [place for place, group in enumerate(self._shape.groups)
                  if name in group.ends[self._shape.way.target].columns]
        plan = self._shape.plan.clause
        return or_(*(flagged(plan.c.take, place) for place in places)) if places else plan.c.act.is_not(null())


def writings(shape: Shape) -> Iterator[Writing]:
    """The tables of the pair's target, the one with the key first."""
    for table in shape.target.tables:
        yield Writing(shape, table)
