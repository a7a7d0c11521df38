"""One pair of a copy: the tables that it fills, how many rows it has, and how they are brought."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from migrator.lens.copy.crossing import Crossing
from migrator.lens.copy.keys import WAY, Keys
from migrator.lens.copy.ledger import Ledger, Reached
from migrator.lens.copy.load import loads
from migrator.lens.copy.paths.choose import choose
from migrator.lens.copy.progress import UNIT, CopiedPair, Progress
from migrator.lens.copy.records import bring, needed, prepare
from migrator.lens.copy.session import Session
from migrator.lens.lens import Lens
from migrator.lens.pair import Pair
from migrator.lens.places.carry import Carried
from migrator.lens.places.meeting import Meeting
from migrator.lens.schema import Table
from migrator.lens.scope import Tables


class Tally:
    """Rows that are done and rows in all, for whoever watches."""

    def __init__(self, totals: Sequence[int], progress: Progress | None) -> None:
        self._total = sum(totals)
        self._done = 0
        self._progress = progress

    def add(self, pair: str, rows: int) -> None:
        """So many more rows of a pair have arrived."""
        self._done += rows
        if self._progress:
            self._progress(self._done, self._total, UNIT, pair)


class Unit:
    """A pair of the lens, by its place among them."""

    def __init__(self, lens: Lens, meeting: Meeting, place: int, aim: float) -> None:
        self.pair: Pair = lens.pairs[place]
        self.name = f"{place} {self.pair.name}"[:200]
        self._lens = lens
        self._meeting = meeting
        self._aim = aim

    @property
    def tables(self) -> list[Table]:
        """The tables of the target that it fills."""
        links = {s.table for g in self.pair.groups for s in g.satellites if s.side is WAY.target}
        known = self._lens.schemas[WAY.target].tables
        return [*self.pair.faces[WAY.target].tables, *(known[name] for name in sorted(links))]

    def count(self) -> int:
        """Rows of the source."""
        with self._meeting.connect(WAY.source) as connection:
            source = Session(self._meeting.end(WAY.source), connection)
            return int(source.ask(Keys(self.pair, self._lens.tables, source.make).all()).scalar_one())

    def prepare(self, target: Session, ledger: Ledger) -> None:
        """Bring what rows will refer to, also those of other pairs, as a chunk of its own; nothing if it is there."""
        if ledger.reached(self.name).chunks or not needed(self._lens, self.pair):
            return
        began = time.monotonic()
        with self._source(target) as source:
            with target.connection.begin():
                path = choose(source, target)
            tables = self._tables(source)
            with target.connection.begin():
                prepare(self._lens, self.pair, path, tables)
                bring(self._lens, self.pair, source, target, tables)
                ledger.add(self.name, Reached(), None, 0, time.monotonic() - began)

    def copy(self, target: Session, ledger: Ledger, forgo: Collection[str], tally: Tally) -> CopiedPair:
        """Bring what has not arrived yet; `forgo` are memories that would stay empty."""
        before = reached = ledger.reached(self.name)
        tally.add(self.pair.name, before.rows)
        with self._source(target) as source:
            with target.connection.begin():
                path = choose(source, target)
            tables = self._tables(source)
            work = list(loads(self._lens, self.pair, tables, forgo, trusting=self._refuses(source.make)))
            crossing = Crossing(self.name, source, target, path, ledger)
            for step in crossing.chunks(work, Keys(self.pair, tables, source.make), self._aim):
                tally.add(self.pair.name, step.rows - reached.rows)
                reached = step
        return CopiedPair(self.pair.name, path.name, reached.rows, reached.chunks, reached.seconds, before.rows)

    def arrived(self, ledger: Ledger) -> CopiedPair:
        """What an earlier copy has brought."""
        reached = ledger.reached(self.name)
        return CopiedPair(self.pair.name, "", reached.rows, reached.chunks, reached.seconds, resumed=reached.rows)

    def _refuses(self, make: str) -> bool:
        """Whether the source's server ends a statement at what is no value of a type. MariaDB does so only when it
        writes: a query alone takes `abc` for the number 0.
        """
        return make == "postgresql" or (make == "mariadb" and self._meeting.shared)

    @contextmanager
    def _source(self, target: Session) -> Iterator[Session]:
        """A session that reads the old side: the target's own where that sees it, else one for this pair alone."""
        if self._meeting.shared:
            yield target
            return
        with self._meeting.connect(WAY.source) as connection:
            yield Session(self._meeting.end(WAY.source), connection)

    def _tables(self, source: Session) -> Tables:
        if self._meeting.shared:
            return self._lens.tables
        return Carried(self._lens, self._meeting, WAY.source, source.connection)
