"""Record: what a batch has met of conflicts goes into a side's conflict table, in the transaction that acts on it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    Select,
    Text,
    Update,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    not_,
    null,
    or_,
    select,
    update,
)

from migrator.lens.scope import Cell, Tables
from migrator.lens.side import Side
from migrator.sync.agreed import mark_of
from migrator.sync.batch.decide import Act
from migrator.sync.batch.flags import flagged, joined
from migrator.sync.batch.look import locked_rows
from migrator.sync.batch.make import canonical_key, dirty_rows
from migrator.sync.batch.shape import Shape
from migrator.sync.batch.temporary import Kind as Of
from migrator.sync.batch.temporary import Temporary
from migrator.sync.conflicts.standing import row_key
from migrator.sync.conflicts.table import STANDING, Kind, State, conflicts
from migrator.sync.conflicts.whole import whole_row
from migrator.sync.state.row import Moment

TOLD = (Act.ASK, Act.UPDATE, Act.INSERT, Act.KEPT)
"""What is done about rows of which there is something to tell."""


class Record:
    """What one pair's batch writes into the conflict table of a side."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape

    @cached_property
    def told(self) -> Temporary:
        """What there is to tell: keys as JSON, what has met, and the row that loses or waits."""
        return Temporary(f"migrator_told_{self._shape.number}", self._shape.way.target, {
            "s_key": Of.KEY, "t_key": Of.KEY, "kind": Of.KEY, "act": Of.KEY, "about": Of.TEXT, "whole": Of.TEXT}, {},
            ("s_key",))

    def met(self) -> Select[Any]:
        """How many rows of the batch have met a conflict or stand in one, and how many of them wait for a person."""
        plan = self._shape.plan.clause
        counts: list[Cell] = [func.count(), func.count(case((plan.c.act == Act.ASK, 1)))]
        return select(*counts).where(
            or_(plan.c.kind.is_not(None), plan.c.asked.is_not(None)))

    def here(self, tables: Tables) -> Select[tuple[object, ...]]:
        """What there is to tell at the target, before anything is written there."""
        shape = self._shape
        stage, plan = shape.stage.clause.alias("staged"), shape.plan.clause.alias("planned")
        row = shape.target.read(tables, main=locked_rows(shape))
        whole = row.scope.select(row.scope.base.c["migrator_stage"].label("stage"),
                                 whole_row(shape.pair, shape.way.target, row).label("whole")).subquery("there")
        rows = stage.join(plan, plan.c.stage == stage.c.id).outerjoin(whole, whole.c.stage == stage.c.id)
        lost = case((plan.c.kind != Kind.DELETED, whole.c.whole), else_=null())
        return select(
            row_key(shape, shape.way.source, stage).label("s_key"),
            row_key(shape, shape.way.target, stage).label("t_key"), plan.c.kind, plan.c.act,
            self._about(plan.c.clash).label("about"), lost.label("whole")).select_from(rows).where(
                plan.c.kind.is_not(None), plan.c.act.in_(TOLD))

    def there(self, tables: Tables) -> Select[tuple[object, ...]]:
        """What there is to tell at the source: its own rows of those that wait."""
        shape, settled = self._shape, self._shape.settled.clause
        row = shape.source.read(tables, main=dirty_rows(shape))
        key = canonical_key(shape, shape.way.source, row(*shape.source.key))
        on = and_(*(settled.c[name] == text for name, text in key.items()))
        return row.scope.select(
            row_key(shape, shape.way.source, settled).label("s_key"),
            row_key(shape, shape.way.target, settled).label("t_key"),
            settled.c.kind, settled.c.act, self._about(settled.c.clash).label("about"),
            whole_row(shape.pair, shape.way.source, row).label("whole")).join(settled, on).where(
                settled.c.act == Act.ASK)

    def refresh(self, side: Side) -> Update:
        """The statement that has rows which stand already say what they say now."""
        told, table = self.told.clause, conflicts(side)
        return update(table).values(whole=told.c.whole, about=told.c.about).where(
            self._same(side), told.c.act.in_([Act.ASK, Act.UPDATE]), told.c.kind != Kind.DELETED)

    def add(self, side: Side) -> Insert:
        """The statement that enters what is new."""
        told, shape, way = self.told.clause, self._shape, self._shape.way
        known = exists().where(self._same(side)).correlate(told)
        keys = {f"{way.source}_key": told.c.s_key, f"{way.target}_key": told.c.t_key}
        asks = told.c.act == Act.ASK
        cells: dict[str, Cell] = {
            "pair": literal(mark_of(shape.pair), Text()), "tables": literal(shape.pair.name, Text()), **keys,
            "about": told.c.about, "kind": told.c.kind, "policy": literal(shape.pair.policy.value, Text()),
            "winner": case((asks, null()), (told.c.act == Act.KEPT, way.target.value), else_=way.source.value),
            "whole": told.c.whole, "state": case((asks, State.OPEN.value), else_=State.SETTLED.value), "at": Moment(),
            "settled_at": case((asks, null()), else_=Moment())}
        rows = select(*(cell.label(name) for name, cell in cells.items())).where(
            or_(told.c.kind == Kind.DELETED, not_(known)))
        return insert(conflicts(side)).from_select(list(cells), rows)

    def close(self) -> Update:
        """The statement that closes at the target what does not stand any more: decided by a person, or by itself."""
        shape, table = self._shape, conflicts(self._shape.way.target)
        stage, plan = shape.stage.clause, shape.plan.clause
        keys = select(row_key(shape, shape.way.source, stage)).select_from(
            stage.join(plan, plan.c.stage == stage.c.id)).where(
                plan.c.asked.is_not(None), plan.c.act.not_in([Act.ASK, Act.HOLD]))
        return update(table).values(state=State.SETTLED.value, settled_at=Moment()).where(
            table.c.pair == mark_of(shape.pair), table.c.state.in_(STANDING),
            table.c[f"{shape.way.source}_key"].in_(keys))

    def _same(self, side: Side) -> ColumnElement[bool]:
        """Whether what is told is about a row that stands in the table already."""
        told, table = self.told.clause, conflicts(side)
        return and_(table.c[f"{self._shape.way.source}_key"] == told.c.s_key, table.c.pair == mark_of(
            self._shape.pair), table.c.state.in_(STANDING))

    def _about(self, clash: Cell) -> Cell:
        """The groups concerned, one on a line."""
        return joined([case((flagged(clash, place), literal(f"{group.name}\n", Text())), else_=literal("", Text()))
                       for place, group in enumerate(self._shape.groups)])
