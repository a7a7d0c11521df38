"""The road between two servers: the target commits first, and the source learns what has been done there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count

from migrator.lens.copy.session import Session
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import AT_ONCE
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side, Way
from migrator.sync.across.batches import Batches
from migrator.sync.across.crossed import Crossed
from migrator.sync.across.handing import Handing
from migrator.sync.across.journey import Journey
from migrator.sync.across.post import Post
from migrator.sync.across.stop import Stop
from migrator.sync.batch.road import Carriage, Confirm, Filled, Road, Rows, shared_road
from migrator.sync.batch.shape import Shape
from migrator.sync.batch.temporary import Temporary


@dataclass(frozen=True)
class CrossingRoad(Road):
    """Two connections that know nothing of each other."""

    batches: Batches
    _stops: list[Stop] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def create(self) -> None:
        """See `Road`."""
        self.batches.create()

    @property
    def behind(self) -> bool:
        """See `Road`."""
        return self.batches.behind

    def carriage(self, rows: Rows, into: Temporary, side: Side, *, numbering: bool = False) -> Carriage:
        """See `Road`."""
        tables = Crossed(self.lens, self.way, self._numbers, numbering=numbering)
        statement = tables.settled(rows(tables))
        self._stops.extend(tables.stops)
        last = (Filled(self.source, lambda: statement, into) if side is self.way.source
                else Post(self.source, self.target, lambda: statement, into))
        return Journey(self.source, self.target, tables.stops, last)

    def handing(self, shape: Shape) -> Handing:
        """See `Road`."""
        return Handing(shape, self.source, self.target, self.batches)

    @contextmanager
    def making(self) -> Iterator[None]:
        """See `Road`."""
        for session in (self.source, self.target):
            session.connection.execution_options(**AT_ONCE)
        with super().making():
            yield
        for session in (self.source, self.target):
            session.connection.execution_options(begins="BEGIN")

    @contextmanager
    def at_target(self, confirm: Confirm) -> Iterator[None]:
        """See `Road`."""
        number = self.batches.sent + 1
        with self._writing(self.target, (self.way.target,), confirm):
            self.batches.enter(self.target, self.way.target, number)
            yield
        self.batches.sent = number

    @contextmanager
    def at_source(self, confirm: Confirm) -> Iterator[None]:
        """See `Road`."""
        try:
            with super().at_source(confirm):
                yield
                self.batches.enter(self.source, self.way.source, self.batches.sent)
        except BaseException:
            for stop in self._stops:
                stop.fresh = False
            raise
        self.batches.learned = self.batches.sent


@contextmanager
def crossing_road(lens: Lens, meeting: Meeting, way: Way) -> Iterator[Road]:
    """The road between two servers, or two engines."""
    with ExitStack() as stack:
        source, target = (Session(meeting.end(side), stack.enter_context(meeting.connect(side)))
                          for side in (way.source, way.target))
        for session in (source, target):
            session.read_without_locks()
        yield CrossingRoad(lens, way, source, target, Batches(way, source, target))


@contextmanager
def open_road(lens: Lens, meeting: Meeting, way: Way) -> Iterator[Road]:
    """The road of a way, wherever both sides lie; connections end with it."""
    with (shared_road if meeting.shared else crossing_road)(lens, meeting, way) as road:
        yield road
