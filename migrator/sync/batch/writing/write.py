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
    not_,
    null,
    or_,
    select,
    update,
)
from sqlalchemy import Table as SqlTable

from migrator.lens.schema import ForeignKey, Table
from migrator.lens.scope import Cell
from migrator.sync.batch.decide import Act
from migrator.sync.batch.order.ties import Ties
from migrator.sync.batch.shape import Shape
from migrator.sync.batch.writing.deleting import delete_keyed
from migrator.sync.batch.writing.staged import Staged


class Writing:
    """What is written into one of the target's tables of a pair; `ties` says what cannot be written at once."""

    def __init__(self, shape: Shape, table: Table) -> None:
        self.table = table
        self.ties = Ties()
        self.staged = Staged(shape, table)
        self._side = shape.way.target
        self._optional = table.name in shape.target.optional
        self._alone = not any(table.name in {other.name for other in pair.faces[self._side].tables}
                              for pair in shape.lens.pairs if pair is not shape.pair)

    @property
    def columns(self) -> list[str]:
        """The columns of a row that is new."""
        return self.staged.columns

    @property
    def added(self) -> tuple[Act, ...]:
        """What must be planned for this table to get rows."""
        return (Act.INSERT, Act.UPDATE) if self._optional else (Act.INSERT,)

    @property
    def removed(self) -> tuple[Act, ...]:
        """What must be planned for this table to lose rows."""
        return (Act.DELETE, Act.CEDE, Act.UPDATE) if self._optional else (Act.DELETE, Act.CEDE)

    def rows(self, *, ready: bool = False) -> Select[tuple[object, ...]]:
        """The rows that are new, in the order of `columns`; what is tied to later rows is empty at first.

        ready: only rows whose parents within the table are there.
        """
        staged, there = self.staged, self._rows.alias("there")
        missing = not_(exists().where(staged.at(there)))
        wanted = [staged.acts(Act.INSERT)]
        if self._optional:
            wanted = [staged.acts(Act.INSERT, Act.UPDATE), self._filled, missing]
        if self.ties.levels:
            wanted += [missing, *(map(self._ready, self.ties.levels) if ready else ())]
        cells = [null() if column in self.ties.inserted else staged[column] for column in self.columns]
        return select(*(cell.label(column) for column, cell in zip(self.columns, cells, strict=True))).select_from(
            staged.rows).where(*wanted)

    @property
    def changes(self) -> list[str]:
        """The columns that an update changes at once."""
        return [column for column in self.staged.changes if column not in self.ties.changed]

    def change(self) -> Update:
        """The statement that changes rows that are there: groups that the plan takes, and nothing else."""
        return self._update(self.changes, self.staged.acts(Act.UPDATE))

    @property
    def completed(self) -> list[str]:
        """The columns that are written when all rows are there."""
        return [column for column in self.columns if column in self.ties.inserted
                or (column in self.ties.changed and column in self.staged.changes)]

    def complete(self) -> Update:
        """The statement that writes what is tied to rows that were not there before."""
        staged, columns = self.staged, self.completed
        filled = or_(*(staged[column].is_not(null()) for column in columns))
        new = and_(staged.acts(Act.INSERT), filled) if self.ties.inserted else false()
        return self._update(columns, or_(staged.acts(Act.UPDATE), new))

    def untie(self) -> Update:
        """The statement that has rows which are about to be deleted name no others any more."""
        return update(self._rows).values({self._rows.c[column]: null() for column in sorted(self.ties.inserted)}).where(
            self.staged.at(self._rows), self.staged.stage.c.id == self.staged.plan.c.stage,
            self.staged.acts(Act.DELETE))

    def remove(self, make: str, *, free: bool = False) -> Delete:
        """The statement that deletes rows that are gone at the source, and those of optional tables that say nothing
        any more. A row that goes to another pair stays, but for what that pair does not have.

        free: only rows that no other row of the table names.
        """
        staged = self.staged
        gone: ColumnElement[bool] = staged.acts(Act.DELETE, Act.CEDE) if self._alone else staged.acts(Act.DELETE)
        if self._optional:
            gone = or_(gone, and_(staged.acts(Act.UPDATE), not_(self._filled)))
        keys = select(*(staged[column] for column in self.table.key)).select_from(staged.rows).where(
            gone, *(map(self._free, self.ties.levels) if free else ()))
        return delete_keyed(self._rows, list(self.table.key), keys, make)

    def _update(self, columns: list[str], rows: ColumnElement[bool]) -> Update:
        staged = self.staged
        cells = {self._rows.c[column]: self._cell(column) for column in columns}
        taken = or_(staged.acts(Act.INSERT), staged.takes(*columns))
        return update(self._rows).values(cells).where(
            staged.at(self._rows), staged.plan.c.stage == staged.stage.c.id, rows, taken)

    def _cell(self, column: str) -> Cell:
        staged = self.staged
        return case((or_(staged.acts(Act.INSERT), staged.takes(column)), staged[column]), else_=self._rows.c[column])

    @cached_property
    def _rows(self) -> SqlTable:
        return self.table.clause(self._side)

    @property
    def _filled(self) -> ColumnElement[bool]:
        own = (column for column in self.columns if column not in self.table.key)
        return or_(false(), *(self.staged[column].is_not(null()) for column in own))

    def _ready(self, foreign: ForeignKey) -> ColumnElement[bool]:
        parent, named = self._rows.alias("parent"), [self.staged[column] for column in foreign.columns]
        itself = and_(*(self.staged[theirs] == cell for theirs, cell in zip(foreign.refers, named, strict=True)))
        return or_(itself, exists().where(*(parent.c[theirs] == cell for theirs, cell
                                            in zip(foreign.refers, named, strict=True))))

    def _free(self, foreign: ForeignKey) -> ColumnElement[bool]:
        """Whether nobody but the row itself names it."""
        child, row = self._rows.alias("child"), self._rows.alias("parent")
        itself = and_(*(child.c[column] == row.c[column] for column in self.table.key))
        named = and_(*(child.c[ours] == row.c[theirs]
                       for ours, theirs in zip(foreign.columns, foreign.refers, strict=True)))
        joined: FromClause = row.join(child, and_(named, not_(itself)))
        return not_(exists().select_from(joined).where(self.staged.at(row)))


def writings(shape: Shape) -> Iterator[Writing]:
    """The tables of the pair's target, the one with the key first."""
    for table in shape.target.tables:
        yield Writing(shape, table)
