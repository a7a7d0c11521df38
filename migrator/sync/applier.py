"""The applier: carries what is dirty on either side to the other, for as long as it is asked to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from migrator.lens.copy.pace import Pace
from migrator.lens.copy.session import Session
from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side, Way
from migrator.sync.across.road import open_road
from migrator.sync.batch.carrier import Carrier, Heed
from migrator.sync.batch.outcome import Outcome
from migrator.sync.capture import Watch
from migrator.sync.conflicts.terms import Terms
from migrator.sync.state import Lease

IDLE = 0.05
"""Seconds between two looks at empty dirty tables."""
LOOK = 0.2
"""Seconds between two looks at capture, when batches are shorter than that."""
LARGER = 4
"""How many times as many entries are taken when all that were taken had to wait for others."""
Lookout = Callable[[], None]
"""Raises where changes may go unseen."""


@dataclass(frozen=True)
class Round:
    """One batch each way."""

    ways: Mapping[Way, Outcome]

    @property
    def taken(self) -> int:
        """Keys that were looked at."""
        return sum(outcome.keys for outcome in self.ways.values())

    @property
    def entries(self) -> int:
        """Entries of dirty tables that led to them."""
        return sum(outcome.entries for outcome in self.ways.values())

    @property
    def written(self) -> int:
        """Rows that were changed."""
        return sum(outcome.written for outcome in self.ways.values())

    @property
    def held(self) -> int:
        """Keys that have to wait for others."""
        return sum(outcome.held for outcome in self.ways.values())

    @property
    def seconds(self) -> float:
        """What it took."""
        return sum(outcome.seconds for outcome in self.ways.values())

    @property
    def lag(self) -> float | None:
        """Seconds that the oldest of these changes had waited when it was applied; None where there was none."""
        return max((outcome.lag for outcome in self.ways.values() if outcome.entries), default=None)


@dataclass(frozen=True)
class Drained:
    """A drain: rounds, keys looked at, rows changed, and seconds."""

    rounds: int
    taken: int
    written: int
    seconds: float


class Applier:
    """Works under a lease, one batch each way at a time. `aim` is the seconds that a batch should take at most."""

    def __init__(self, lease: Lease, carriers: Mapping[Way, Carrier], lookouts: Iterable[Lookout], batch: int,
                 aim: float) -> None:
        self.lease = lease
        self._carriers = carriers
        self._lookouts = list(lookouts)
        self._looked = float("-inf")
        self._most = batch
        self._paces = {way: Pace(aim) for way in Way}
        self._larger = dict.fromkeys(Way, 1)

    @property
    def wanted(self) -> str | None:
        """Who waits for the lease; None while nobody does."""
        return self.lease.wanted

    def heed(self, heed: Heed) -> None:
        """Have somebody see what is planned, before it is done."""
        for carrier in self._carriers.values():
            carrier.heed = heed

    def round(self) -> Round:
        """Carry one batch each way. Raises LostLease, DatabaseError, CaptureBroken when changes may go unseen; what was
        carried before stays.
        """
        if time.monotonic() - self._looked > LOOK:
            for look in self._lookouts:
                look()
            self._looked = time.monotonic()
        return Round({way: self._carry(way) for way in Way})

    def drain(self, told: Callable[[Round], None] | None = None, *, deadline: float | None = None) -> Drained:
        """Carry until neither side has anything dirty that can be carried.

        deadline: on the clock of `time.monotonic`, when to stop anyway.
        """
        began, rounds, taken, written = time.monotonic(), 0, 0, 0
        while deadline is None or time.monotonic() < deadline:
            done = self.round()
            if not done.entries:
                break
            rounds, taken, written = rounds + 1, taken + done.taken, written + done.written
            if told:
                told(done)
            if not done.written:  # what is left waits for somebody's transaction
                time.sleep(IDLE)
        return Drained(rounds, taken, written, time.monotonic() - began)

    def run(self, stop: Callable[[], bool], told: Callable[[Round], None] | None = None) -> None:
        """Carry until somebody says stop; a batch that has begun is finished."""
        while not stop():
            done = self.round()
            if told:
                told(done)
            if not done.written:
                time.sleep(IDLE)

    def _carry(self, way: Way) -> Outcome:
        pace = self._paces[way]
        outcome = self._carriers[way].carry(min(self._most, pace.rows) * self._larger[way])
        if outcome.entries:
            pace.took(outcome.entries, outcome.seconds)
            stuck = outcome.held and not outcome.written
            self._larger[way] = self._larger[way] * LARGER if stuck else 1
        return outcome


@contextmanager
def open_applier(lens: Lens, meeting: Meeting, *, holder: str, batch: int = 10_000, aim: float = 0.5,
                 patience: float = 0.0) -> Iterator[Applier]:
    """An applier of its own connections, under the lease of these databases.

    holder: who that is, for people.
    batch: entries that a batch takes at most.
    patience: seconds to wait for another holder of the lease.
    Raises Locked while somebody else holds it, FindingsBlock where both sides contradict each other.
    """
    with Lease.take(meeting, lens, holder, patience=patience) as lease, ExitStack() as stack:
        carriers = {way: open_carrier(stack, lens, meeting, way, lease) for way in Way}
        yield Applier(lease, carriers, [_lookout(stack, lens, meeting, side) for side in Side], batch, aim)


def _lookout(stack: ExitStack, lens: Lens, meeting: Meeting, side: Side) -> Lookout:
    """Looks whether capture on a side is whole, on a connection that ends with the stack."""
    session = Session(meeting.end(side), stack.enter_context(meeting.connect(side)))
    watch = Watch(meeting.end(side), lens, side)

    def look() -> None:
        with session.connection.begin():
            watch.confirm(session)

    return look


def open_carrier(stack: ExitStack, lens: Lens, meeting: Meeting, way: Way, lease: Lease, *, baseline: bool = False
                 ) -> Carrier:
    """A carrier of one way, with connections that end with the stack (see `Terms` about the baseline)."""
    road = stack.enter_context(open_road(lens, meeting, way))
    for connection in {id(one.connection): one.connection for one in (road.source, road.target)}.values():
        lease.bind(connection)
    carrier = Carrier(lens, road, Terms(baseline, lease.state.settings.get("skew", 0.0)), lease.confirm)
    carrier.create()
    return carrier
