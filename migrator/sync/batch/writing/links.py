"""Links: rows of a link table that belong to rows of the batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import ColumnElement, Delete, FromClause, Select, and_, delete, exists, not_, or_, select, tuple_

from migrator.lens.group import Group, Satellite
from migrator.lens.satellites import satellite_rows
from migrator.lens.schema import Table
from migrator.lens.scope import Tables
from migrator.sync.batch.decide import Act
from migrator.sync.batch.flags import flagged
from migrator.sync.batch.make import dirty_rows
from migrator.sync.batch.shape import Shape
from migrator.sync.batch.temporary import Temporary


@dataclass(frozen=True)
class Links:
    """The links that one group has at the target."""

    shape: Shape
    group: Group
    satellite: Satellite
    number: int

    @property
    def table(self) -> Table:
        """The link table."""
        return self.shape.lens.schemas[self.satellite.side].tables[self.satellite.table]

    @cached_property
    def wanted(self) -> Temporary:
        """The links that the rows of the batch should have."""
        return Temporary(f"migrator_links_{self.shape.number}_{self.number}", self.satellite.side, {},
                         {name: (self.table, self.table.columns[name]) for name in self.columns}, self.satellite.owner)

    @cached_property
    def columns(self) -> list[str]:
        """The columns that are filled."""
        return [column.name for column in self._made(self.shape.lens.tables).selected_columns]

    def made(self, tables: Tables) -> Select[tuple[object, ...]]:
        """The links of all rows of the batch that the source has."""
        return self._made(tables)

    def remove(self) -> Delete:
        """The statement that deletes links of rows that are gone, and links that are not wanted any more."""
        rows = self.table.clause(self.satellite.side)
        return delete(rows).where(self.unwanted(rows))

    def unwanted(self, rows: FromClause) -> ColumnElement[bool]:
        """Whether a link is about to be deleted."""
        wanted = self.wanted.clause
        kept = exists().where(and_(*(rows.c[name].is_not_distinct_from(wanted.c[name])
                                     for name in self._identity))).correlate(rows)
        return or_(self._of(rows, self._gone), and_(self._of(rows, self._changed), not_(kept)))

    def owners(self) -> Select[tuple[object, ...]]:
        """The links that the rows of the batch should have and whose rows are written, to be narrowed further: the
        numbers of these rows in the stage.
        """
        stage, plan, wanted = self.shape.stage.clause, self.shape.plan.clause, self.wanted.clause
        on = and_(*(wanted.c[name] == stage.c[cell]
                    for name, cell in zip(self.satellite.owner, self.shape.key_made, strict=True)))
        return select(stage.c.id.label("stage")).select_from(
            wanted.join(stage, on).join(plan, plan.c.stage == stage.c.id)).where(or_(self._new, self._changed))

    def rows(self) -> Select[tuple[object, ...]]:
        """The links that are missing, in the order of `columns`."""
        wanted, there = self.wanted.clause, self.table.clause(self.satellite.side).alias("there")
        known = exists().where(and_(*(there.c[name].is_not_distinct_from(wanted.c[name])
                                      for name in self._identity))).correlate(wanted)
        return select(*(wanted.c[name] for name in self.columns)).where(
            self._of(wanted, or_(self._changed, self._new)), not_(known))

    def _made(self, tables: Tables) -> Select[tuple[object, ...]]:
        memory = self.shape.lens.memories_of(self.shape.pair).get(self.group.name)
        return satellite_rows(self.shape.pair, self.group, self.satellite, self.shape.way, tables, memory=memory,
                              main=dirty_rows(self.shape))

    @property
    def _identity(self) -> tuple[str, ...]:
        return (*self.satellite.owner, *self.satellite.natural)

    @property
    def _gone(self) -> ColumnElement[bool]:
        return self.shape.plan.clause.c.act.in_([Act.DELETE, Act.CEDE])

    @property
    def _new(self) -> ColumnElement[bool]:
        return self.shape.plan.clause.c.act == Act.INSERT

    @property
    def _changed(self) -> ColumnElement[bool]:
        plan = self.shape.plan.clause
        place = self.shape.groups.index(self.group)
        return and_(plan.c.act == Act.UPDATE, flagged(plan.c.take, place))

    def _of(self, rows: FromClause, which: ColumnElement[bool]) -> ColumnElement[bool]:
        """Whether a link belongs to one of some rows of the plan."""
        stage, plan = self.shape.stage.clause, self.shape.plan.clause
        owners = select(*(stage.c[cell] for cell in self.shape.key_made)).select_from(
            stage.join(plan, plan.c.stage == stage.c.id)).where(which)
        mine = [rows.c[name] for name in self.satellite.owner]
        return mine[0].in_(owners) if len(mine) == 1 else tuple_(*mine).in_(owners)


def links(shape: Shape) -> Iterator[Links]:
    """The links of all groups of the pair at the target."""
    number = 0
    for group in shape.pair.groups:
        for satellite in group.satellites:
            if satellite.side is shape.way.target and satellite.owner:
                number += 1
                yield Links(shape, group, satellite, number)
