"""Wards: the source's quarantine at the end of a batch, for all pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, and_, exists, or_, select

from migrator.lens.scope import Cell
from migrator.sync.agreed import mark_of
from migrator.sync.batch.part import Part
from migrator.sync.batch.road import Confirm, Road
from migrator.sync.batch.script import Script
from migrator.sync.quarantine.again import mark
from migrator.sync.quarantine.table import quarantine
from migrator.sync.quarantine.ward import SOME
from migrator.sync.state.row import Moment
from migrator.sync.watch.watched import Watched

PAUSES: tuple[float, ...] = (1.0, 5.0, 25.0)
"""Seconds after which a row is tried again by itself: after it was refused once, twice, three times."""


class Wards:
    """`watched` are the source's tables by their names."""

    def __init__(self, road: Road, confirm: Confirm, parts: Sequence[Part], watched: Mapping[str, Watched]) -> None:
        self._road = road
        self._confirm = confirm
        self._parts = parts
        self._watched = watched
        self._script = Script()

    def learn(self, parts: Sequence[Part], inserted: int) -> None:
        """Let go of what the batch has settled. Where that, or rows that came, may be what others wait for, have these
        tried again.
        """
        if not self._occupied():
            return
        freed = sum(part.ward.free() for part in parts)
        if freed or inserted:
            for part in self._parts:
                part.ward.again(self._watched[part.shape.source.main.name])

    def again(self) -> None:
        """Have those tried again that were refused a while ago, when nothing else is to be done: what they look for may
        have been on its way.
        """
        with self._road.looking(self._road.way.source):
            due = [tuple(row) for row in self._road.source.ask(self._due())] if PAUSES and self._occupied() else []
        if not due:
            return
        with self._road.at_source(self._confirm):
            for part in self._parts:
                numbers = [n for of, n in due if of == mark_of(part.pair)]
                if numbers:
                    mark(self._road.source, part.pair, self._watched[part.shape.source.main.name], numbers)

    def _due(self) -> Select[Any]:
        table = quarantine(self._road.way.source)
        waited = or_(*(and_(table.c.tries == tries, table.c.last <= Moment() - pause)
                       for tries, pause in enumerate(PAUSES, 1)))
        cells: list[Cell] = [table.c.pair, table.c.n]
        return select(*cells).where(table.c.again == 0, waited).order_by(table.c.n).limit(SOME)

    def _occupied(self) -> bool:
        table = quarantine(self._road.way.source)
        return bool(self._script.ask("occupied", self._road.source, lambda: select(
            exists(select(table.c.n)).label("occupied")))[0])
