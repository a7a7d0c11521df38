"""Ward: what one pair's batch enters into the source's quarantine, and takes out again."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    FromClause,
    Insert,
    Select,
    Text,
    Update,
    and_,
    case,
    delete,
    exists,
    insert,
    literal,
    not_,
    select,
    update,
)

from migrator.lens.scope import Cell
from migrator.sync.agreed import mark_of
from migrator.sync.batch.decide import Act
from migrator.sync.batch.held import held_rows, in_vain
from migrator.sync.batch.make import asked_keys
from migrator.sync.batch.road import Road
from migrator.sync.batch.script import Script
from migrator.sync.batch.shape import Shape
from migrator.sync.batch.take import Entries
from migrator.sync.batch.temporary import Kind, Temporary
from migrator.sync.conflicts.standing import row_key
from migrator.sync.quarantine.again import mark
from migrator.sync.quarantine.reasons import Reason, sentence
from migrator.sync.quarantine.table import quarantine
from migrator.sync.state.row import Moment
from migrator.sync.watch.watched import Watched

SOME = 100
"""Rows of a pair that are tried again at once."""


class Ward:
    """One pair's rows in quarantine at the source."""

    def __init__(self, shape: Shape, road: Road, script: Script) -> None:
        self._shape = shape
        self._source = road.source
        self._script = script
        self._table = quarantine(road.way.source)
        self._admitted = Temporary(f"migrator_ward_{shape.number}", road.way.source, {
            "row_key": Kind.KEY, "code": Kind.KEY, "said": Kind.TEXT, "waits": Kind.FLAG}, {}, ("row_key",))

    def create(self) -> None:
        """Make the temporary table."""
        self._admitted.create(self._source)

    def admit(self, reason: Reason, told: str) -> int:
        """Take in the keys of the batch, which the target's server has refused in the words `told`; how many."""
        self._admitted.empty(self._source)
        self._source.run(self._admitted.fill(self._source, self._refused(reason, sentence(reason, told))))
        return self._enter()

    def admit_stuck(self, taken: Entries | None) -> int:
        """Take in those that the plan of the batch holds, and that have waited in vain; how many."""
        self._script.fill(self._admitted, self._source, partial(self._stuck, taken), f"stuck {taken is not None}")
        return self._enter()

    def free(self) -> int:
        """Let go of keys of the batch that need not wait any more; how many."""
        return self._script.run("free", self._source, self._freed)

    def again(self, watched: Watched) -> None:
        """Have some of those that wait for others tried again."""
        chosen = list(self._source.ask(self._next()).scalars())
        if chosen:
            mark(self._source, self._shape.pair, watched, chosen)

    def _enter(self) -> int:
        known = self._script.run("again refused", self._source, self._again_refused)
        return known + self._script.run("admit", self._source, self._new)

    def _refused(self, reason: Reason, said: str) -> Select[Any]:
        keys = asked_keys(self._shape).subquery("asked")
        return self._told(keys, reason, literal(said, Text()))

    def _stuck(self, taken: Entries | None) -> Select[Any]:
        held = held_rows(self._shape, taken).subquery("held")
        opening = {reason: literal(sentence(reason, ""), Text()) for reason in (Reason.DUPLICATE, Reason.WAITS)}
        taken_there = held.c.why.startswith("unique: ")
        said = case((taken_there, opening[Reason.DUPLICATE]), else_=opening[Reason.WAITS]).concat(held.c.why)
        return self._told(held, Reason.WAITS, said).where(in_vain(held))

    def _told(self, texts: FromClause, reason: Reason, said: Cell) -> Select[Any]:
        cells: dict[str, Cell] = {
            "row_key": row_key(self._shape, self._shape.way.source, texts), "code": literal(reason.value, Text()),
            "said": said, "waits": literal(1 if reason is Reason.WAITS else 0)}
        return select(*(cell.label(name) for name, cell in cells.items()))

    def _again_refused(self) -> Update:
        table, admitted = self._table, self._admitted.clause
        return update(table).values(code=admitted.c.code, said=admitted.c.said, waits=admitted.c.waits, again=0,
                                    tries=table.c.tries + 1, last=Moment()).where(self._same(admitted))

    def _new(self) -> Insert:
        table, admitted, pair = self._table, self._admitted.clause, self._shape.pair
        cells = {"pair": literal(mark_of(pair), Text()), "tables": literal(pair.name, Text()),
                 "row_key": admitted.c.row_key, "code": admitted.c.code, "said": admitted.c.said,
                 "waits": admitted.c.waits, "tries": literal(1), "again": literal(0), "since": Moment(),
                 "last": Moment()}
        known = exists().where(self._same(admitted)).correlate(admitted)
        return insert(table).from_select(list(cells), select(*cells.values()).where(not_(known)))

    def _same(self, admitted: FromClause) -> ColumnElement[bool]:
        return and_(self._table.c.row_key == admitted.c.row_key, self._table.c.pair == mark_of(self._shape.pair))

    def _freed(self) -> Delete:
        shape, settled = self._shape, self._shape.settled.clause
        asked = asked_keys(shape).subquery("asked")
        held = exists().where(settled.c.act == Act.HOLD, *(
            settled.c[name] == asked.c[name] for name in shape.key_texts(shape.way.source))).correlate(asked)
        keys = select(row_key(shape, shape.way.source, asked)).where(not_(held))
        return delete(self._table).where(self._table.c.pair == mark_of(shape.pair), self._table.c.row_key.in_(keys))

    def _next(self) -> Select[Any]:
        table = self._table
        return select(table.c.n).where(table.c.pair == mark_of(self._shape.pair), table.c.waits == 1,
                                       table.c.again == 0).order_by(table.c.tries, table.c.n).limit(SOME)
