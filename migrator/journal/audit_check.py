"""Walks the audit trail and finds the first row that was changed, removed, swapped or cut off."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, literal_column, select

from migrator.journal.audit import HOUSE, event_of, first, hash_of
from migrator.journal.tables import audit
from migrator.model.states import RunState

IN_HOUSE = audit.c.chain == literal_column("''")
"""Written as the index on anchors has it, so that the database uses that."""
ENDS = {event_of(state) for state in RunState if state.ended}
"""After these the house's chain must hold an anchor."""

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Break:
    """The place where the trail does not hold: event `seq` of `chain` (a run's id, empty for the house's own)."""

    chain: str
    seq: int


@dataclass(frozen=True)
class Trail:
    """`count` events; `head` is the newest hash of the house's chain, or of the run's when one run was asked for."""

    count: int
    head: str
    broken: Break | None

    @property
    def sound(self) -> bool:
        return self.broken is None


def verify(connection: Connection) -> Trail:
    """Recompute every chain from its first event and compare it with its anchors; reads row by row."""
    walk = _Walk()
    head, count = first(HOUSE), 0
    for chain, rows in groupby(_rows(connection), key=itemgetter("chain")):
        length, newest = walk.chain(chain, rows)
        head, count = newest if chain == HOUSE else head, count + length
    walk.missing()
    return Trail(count, head, walk.broken)


def verify_run(connection: Connection, run: str) -> Trail:
    """Recompute one run's chain and compare it with its anchors; what else the house's chain holds is not read."""
    walk = _Walk()
    for row in _rows(connection, IN_HOUSE & (audit.c.run == run)):
        walk.note(row)
    length, head = walk.chain(run, _rows(connection, audit.c.chain == run))
    walk.missing()
    return Trail(length, head, walk.broken)


@dataclass
class _Walk:
    """Collects anchors on its way through the house's chain, and holds every run's chain against them."""

    broken: Break | None = None
    begun: set[str] = field(default_factory=set)
    anchors: dict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))

    def note(self, row: Row) -> None:
        """Remember what an event of the house's chain says about a run's chain."""
        if row["event"] == "run.created":
            self.begun.add(row["run"])
        said = _said(row["payload"])
        if row["run"] and "length" in said:
            self.anchors[row["run"]][said["length"]] = said["head"]

    def chain(self, chain: str, rows: Iterable[Row]) -> tuple[int, str]:
        """Walk a chain from its first row; how many there are, and the newest hash."""
        if chain == HOUSE:
            return self._links(HOUSE, rows, self.note)
        anchors = self.anchors.pop(chain, {})

        def hold(row: Row) -> None:
            expected = anchors.pop(row["seq"], None)
            unanchored = expected is None and (row["event"] in ENDS or chain not in self.begun)
            if unanchored or (expected is not None and expected != row["hash"]):
                self._break(chain, row["seq"])

        length, head = self._links(chain, rows, hold)
        if anchors:
            self._break(chain, length + 1)
        return length, head

    def missing(self) -> None:
        """Whole chains that the house's chain speaks of and nobody has met."""
        for run in sorted(self.anchors):
            self._break(run, 1)

    def _links(self, chain: str, rows: Iterable[Row], look: Callable[[Row], None]) -> tuple[int, str]:
        length, previous, expected = 0, first(chain), 1
        for row in rows:
            if (row["seq"], row["previous"], row["hash"]) != (expected, previous, hash_of(row)):
                self._break(chain, min(row["seq"], expected))
            look(row)
            length, previous, expected = length + 1, row["hash"], row["seq"] + 1
        return length, previous

    def _break(self, chain: str, seq: int) -> None:
        self.broken = self.broken or Break(chain, seq)


def _said(payload: str) -> dict[str, Any]:
    try:
        said = json.loads(payload)
    except ValueError:  # somebody wrote into it, which its hash has shown already
        return {}
    return said if isinstance(said, dict) else {}


def _rows(connection: Connection, of: ColumnElement[bool] | None = None) -> Iterator[Row]:
    query = select(audit).order_by(audit.c.chain, audit.c.seq)
    query = query if of is None else query.where(of)
    yield from connection.execution_options(yield_per=1000).execute(query).mappings()
