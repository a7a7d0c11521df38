"""Tell: one pair's steps of a batch that have to do with conflicts."""

from __future__ import annotations

from functools import partial

from migrator.lens.copy.session import Session
from migrator.lens.policy import Policy
from migrator.lens.side import Side
from migrator.sync.batch.road import Road
from migrator.sync.batch.script import Script
from migrator.sync.batch.shape import Shape
from migrator.sync.conflicts.newest import moments
from migrator.sync.conflicts.record import Record
from migrator.sync.conflicts.terms import Terms


class Telling:
    """The steps are called in the order in which they stand here."""

    def __init__(self, shape: Shape, road: Road, script: Script, terms: Terms) -> None:
        self._shape = shape
        self._road = road
        self._script = script
        self._record = Record(shape)
        self._by_clock = Policy.NEWEST in shape.policies and not terms.baseline
        self._terms = terms
        way = road.way
        self._source_moments = road.carriage(lambda _tables: moments(shape, way.source), shape.last_written[way.source],
                                             way.target) if self._by_clock else None
        self._asks = False

    def create(self) -> None:
        """Make the temporary tables."""
        for session in {id(one.connection): one for one in (self._road.source, self._road.target)}.values():
            self._record.told.create(session)
        if self._by_clock:
            for side in Side:
                self._shape.last_written[side].create(self._road.target)
        if self._source_moments:
            self._source_moments.create()

    def clocks(self) -> None:
        """Find out when rows were last written, where that decides."""
        if self._source_moments:
            shape, road, way = self._shape, self._road, self._road.way
            self._source_moments.run()
            self._script.fill(shape.last_written[way.target], road.target, partial(moments, shape, way.target))

    def here(self) -> int:
        """Enter at the target what the plan has met, before it is carried out; how many rows have met a conflict."""
        self._asks = False
        if self._terms.baseline:
            return 0
        target, record = self._road.target, self._record
        met, asks = tuple(self._script.ask("met", target, record.met))
        if met:
            self._asks = asks > 0
            self._script.fill(record.told, target, lambda: record.here(self._shape.lens.tables), "here")
            self._enter(target, self._road.way.target)
            self._script.run("close", target, record.close)
        return int(met)

    def there(self) -> None:
        """Enter at the source what waits for a person, with the row as the source has it."""
        if self._asks:
            source, record = self._road.source, self._record
            self._script.fill(record.told, source, lambda: record.there(self._shape.lens.tables), "there")
            self._enter(source, self._road.way.source)

    def _enter(self, session: Session, side: Side) -> None:
        self._script.run(f"refresh {side}", session, partial(self._record.refresh, side))
        self._script.run(f"add {side}", session, partial(self._record.add, side))
