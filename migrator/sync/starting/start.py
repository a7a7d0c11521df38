"""Start: capture on both sides first, then every row that is there, then what has been written meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from sqlalchemy import inspect

from migrator.lens.copy.keys import Key
from migrator.lens.copy.pace import Pace
from migrator.lens.copy.session import Session
from migrator.lens.lens import Lens
from migrator.lens.pair import Pair
from migrator.lens.places.endpoint import AT_ONCE
from migrator.lens.places.meeting import Meeting
from migrator.lens.put.remember import create_memories
from migrator.lens.side import Side, Way
from migrator.model.finding import Finding
from migrator.sync.across.heavy import heavy
from migrator.sync.agreed import Agreed, create_halves
from migrator.sync.applier import open_carrier
from migrator.sync.batch.carrier import Carrier
from migrator.sync.batch.outcome import Outcome
from migrator.sync.capture import CaptureBroken, Watch, install
from migrator.sync.capture.unseen import mark_all
from migrator.sync.conflicts.skew import skew
from migrator.sync.conflicts.table import create_conflicts
from migrator.sync.numbers.apart import keep_apart
from migrator.sync.quarantine.table import create_quarantine
from migrator.sync.starting.strays import Strays, settle
from migrator.sync.state import Lease, Phase
from migrator.sync.watch.watched import watched

AIM = 0.5
"""Seconds that a chunk of the baseline takes: so long may a writer have to wait for a row."""
Progress = Callable[[float, float | None, str, str], None]
"""Told rows done, rows in all as far as they can be foretold, the unit, and the pair."""


@dataclass(frozen=True)
class Started:
    """What the baseline has found: rows of the old side, and how many were made or changed on the new one."""

    rows: int = 0
    inserted: int = 0
    updated: int = 0
    already: bool = False
    findings: tuple[Finding, ...] = ()
    """What people should know of before they use both sides."""

    def and_(self, done: Outcome) -> Started:
        """This, and one more chunk."""
        return Started(self.rows + done.keys, self.inserted + done.inserted, self.updated + done.updated)

    def as_json(self) -> dict[str, Any]:
        return {"rows": self.rows, "inserted": self.inserted, "updated": self.updated, "already": self.already,
                "findings": [finding.as_json() for finding in self.findings]}


def start(lens: Lens, meeting: Meeting, *, holder: str = "start", progress: Progress | None = None,
          patience: float = 0.0, strays: Strays = Strays.REFUSE) -> Started:
    """Have both sides say the same and note every change from now on; a start that was cut off goes on where it was.

    The old side is the truth until every row of it has been looked at once: the new side may be empty, or may have been
    made by a clone and somebody else's upgrade. Both may be in use meanwhile. Where capture was broken since an earlier
    start it is mended, and every row that it may have missed counts as written.
    strays: what becomes of rows that only the new side has.
    Raises Locked while somebody else acts; Busy when writers do not let a trigger be made; FindingsBlock, about strays;
    DatabaseError.
    """
    with Lease.take(meeting, lens, holder, patience=patience, renew=True) as lease, ExitStack() as stack:
        if lease.state.phase is Phase.FINISHED:
            lease.tell(phase=Phase.BASELINE, settings={})
        for side in Side:
            _watch(lens, meeting, side)
        with meeting.connect(Side.NEW) as connection, connection.execution_options(**AT_ONCE).begin():
            create_memories(connection, lens)
        apart = keep_apart(lens, meeting, lease.state.settings.get("numbers", {}),
                           lambda ranges: lease.tell(settings={**lease.state.settings, "numbers": dict(ranges)}))
        findings = (*apart.findings, *heavy(lens, meeting))
        if lease.state.phase is not Phase.BASELINE:
            return Started(already=True, findings=findings)
        lease.tell(settings={**lease.state.settings, "skew": skew(meeting), "numbers": dict(apart.ranges)})
        carrier = open_carrier(stack, lens, meeting, Way.FORWARD, lease, baseline=True)
        found = _Baseline(lens, lease, carrier, progress).run()
        settle(lens, meeting, strays)
        lease.tell(phase=Phase.LIVE)
        return replace(found, findings=findings)


def _watch(lens: Lens, meeting: Meeting, side: Side) -> None:
    """Capture on a side, and the tables of ours that it needs."""
    end = meeting.end(side)
    broken = _broken(lens, meeting, side)
    install(end, lens, side)
    with meeting.connect(side) as connection, connection.execution_options(**AT_ONCE).begin():
        create_halves(connection, lens, side)
        create_conflicts(connection, side)
        create_quarantine(connection, side)
        if broken:
            every = watched(lens, side)
            mark_all(Session(end, connection), every, every)


def _broken(lens: Lens, meeting: Meeting, side: Side) -> bool:
    """Whether capture was there before, and something of it is not as it was made."""
    with meeting.connect(side) as connection, connection.begin():
        space = connection.get_execution_options()["schema_translate_map"][side]
        there = set(inspect(connection).get_table_names(schema=space))
        if Agreed(lens.pairs[0], side).name not in there:
            return False
        try:
            Watch(meeting.end(side), lens, side).require_whole(Session(meeting.end(side), connection))
        except CaptureBroken:
            return True
    return False


class _Baseline:
    """Looks at every row of the old side once, pair by pair, those first that others refer to."""

    def __init__(self, lens: Lens, lease: Lease, carrier: Carrier, progress: Progress | None) -> None:
        self._lens = lens
        self._lease = lease
        self._carrier = carrier
        self._progress = progress
        self._pace = Pace(AIM)
        self._found = Started()

    def run(self) -> Started:
        for pair in self._carrier.pairs:
            name = f"{self._lens.pairs.index(pair)} {pair.name}"
            if name in self._done:
                continue
            self._sweep(pair)
            self._lease.tell(settings={**self._lease.state.settings, "swept": [*self._done, name]})
        return self._found

    @property
    def _done(self) -> list[str]:
        return list(self._lease.state.settings.get("swept", []))

    def _sweep(self, pair: Pair) -> None:
        above: Key | None = None
        for chunk in count(1):
            done, above = self._carrier.sweep(pair, above, self._pace.rows)
            if above is None:
                return
            if chunk.bit_count() == 1:  # the first, second, fourth ...: as they grow
                self._carrier.weigh(pair)
            self._pace.took(done.keys, done.seconds)
            self._found = self._found.and_(done)
            if self._progress:
                self._progress(self._found.rows, None, "rows", pair.name)
