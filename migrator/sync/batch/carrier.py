"""The carrier of one way: takes what is dirty at the source and makes the target say the same, batch by batch.

State-based: entries only say where to look; what is written is what the source says now, compared with what the target
says now. So a batch that is repeated writes nothing, and what it writes for us comes to rest when it comes back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from migrator.errors import DatabaseError
from migrator.lens.copy.keys import Key
from migrator.lens.copy.session import Session
from migrator.lens.lens import Lens
from migrator.lens.pair import Pair
from migrator.lens.side import Side
from migrator.sync.batch.order.layers import Layers
from migrator.sync.batch.order.order import Order
from migrator.sync.batch.outcome import Outcome
from migrator.sync.batch.part import Part
from migrator.sync.batch.renamed.rekeying import Rekeying
from migrator.sync.batch.road import Confirm, Road
from migrator.sync.batch.shape import Shape
from migrator.sync.batch.take import Entries, Queue
from migrator.sync.conflicts.terms import Terms
from migrator.sync.quarantine.pieces import Pieces
from migrator.sync.quarantine.reasons import reason_of
from migrator.sync.quarantine.wards import Wards
from migrator.sync.watch.watched import watched

_QUICK = ("SET jit = off", "SET enable_mergejoin = off", "SET random_page_cost = 1.1")
"""A batch is small beside the tables: PostgreSQL is to look its rows up, not to sort whole tables for it, and takes
longer to compile such statements than to run them.
"""
WIDE = 5_000
"""Rows of a pair that a batch may have at most when fewer than half as many entries led to them."""
Heed = Callable[[Shape, Session], None]
"""Sees what is planned about a pair, at the target, before it is done."""


class Carrier:
    """Carries one way over a road."""

    def __init__(self, lens: Lens, road: Road, terms: Terms, confirm: Confirm) -> None:
        self._road = road
        self._confirm = confirm
        self.heed: Heed | None = None
        self._watched = {side: {one.table.name: one for one in watched(lens, side)} for side in Side}
        self.queue = Queue(road.way.source, self._watched[road.way.source].values(), road.source.make)
        self._parts = [Part(lens, pair, road, terms) for pair in _parents_first(lens, road)]
        self._order = Order(road, self._parts)
        self._ready: set[Part] = set()
        self._in_company: set[Part] = set()
        """Those whose neighbours are ready too."""
        self._takes: set[int] = set()
        self._layers = Layers(self._parts)
        self._rekeying = Rekeying(road, self._parts, confirm)
        self._wards = Wards(road, confirm, self._parts, self._watched[road.way.source])
        self._pieces = Pieces(road, confirm, partial(self._apply, last=False))

    @property
    def pairs(self) -> list[Pair]:
        """The pairs in the order in which their rows are written."""
        return [part.pair for part in self._parts]

    def create(self) -> None:
        """Prepare both connections; temporary tables are made for those pairs that turn up."""
        with self._road.making():
            for session in (self._road.source, self._road.target):
                for setting in _QUICK if session.make == "postgresql" else ():
                    session.run(setting)
            self._road.create()
        self._order.create()
        self._catch_up()

    def carry(self, most: int) -> Outcome:
        """Carry the oldest entries, at most about so many; nothing happens when there are none."""
        self._catch_up()
        began = time.monotonic()
        source = self._road.source
        with self._road.looking(self._road.way.source):
            waiting = self.queue.waiting(source)
        if not waiting.entries:
            self._wards.again()
            return Outcome()
        self._make_ready([part for part in self._parts if any(map(part.is_reached_by, waiting.entries))],
                         waiting.entries)
        with self._road.looking(self._road.way.source):
            entries = self.queue.take(source, waiting.entries, most)
            parts = [part for part in self._parts if part.take(entries)]
        parts = self._spread(parts, sum(one.count for one in entries))
        self._rekeying.run(entries)
        outcome = self._carry(parts, entries)
        seconds = time.monotonic() - began
        return replace(outcome, entries=sum(one.count for one in entries), keys=sum(part.count for part in parts),
                       seconds=seconds, lag=waiting.lag + seconds)

    def sweep(self, pair: Pair, above: Key | None, most: int) -> tuple[Outcome, Key | None]:
        """Carry the next rows of a pair above a key of the source, dirty or not; up to which key, None at the end."""
        part = self._part_of(pair)
        self._make_ready([part])
        began = time.monotonic()
        with self._road.looking(self._road.way.source):
            reached = part.range(above, most)
        if reached is None:
            return Outcome(), None
        outcome = self._carry([part], [])
        return replace(outcome, keys=part.count, seconds=time.monotonic() - began), reached

    def weigh(self, pair: Pair) -> None:
        """Have PostgreSQL see how large our tables about a pair have become; it would look by itself minutes later."""
        part = self._part_of(pair)
        for side in Side:
            session = self._road.at(side)
            if session.make == "postgresql":
                with session.refusals(), session.connection.begin():
                    session.run_as_told(f"ANALYZE {session.table(side, part.shape.half(side).name)}")

    def _part_of(self, pair: Pair) -> Part:
        return next(part for part in self._parts if part.pair is pair)

    def _carry(self, parts: list[Part], entries: Sequence[Entries]) -> Outcome:
        """Carry what has been taken at once, or piece by piece where the target's server refuses a row, and still does
        when it is looked at again: it may have been written while it was read.
        """
        for _ in range(2):
            try:
                return self._apply(parts, entries)
            except DatabaseError as error:
                if reason_of(error) is None:
                    raise
        return self._pieces.carry(parts, entries)

    def _make_ready(self, parts: Iterable[Part], entries: Iterable[Entries] = ()) -> None:
        """Make the temporary tables of pairs, and of those whose rows theirs name or are named by, once."""
        parts = set(parts) - self._in_company
        wanted = {other for part in parts for other in self._order.around(part)} - self._ready
        fresh = {one.number: one for one in entries if one.number not in self._takes}
        if wanted or fresh:
            with self._road.making():
                for one in fresh.values():
                    one.taken.create(self._road.source)
                for part in wanted:
                    part.create()
                    self._order.admit(part)
            self._ready |= wanted
            self._takes |= fresh.keys()
        self._in_company |= parts

    def _spread(self, parts: list[Part], entries: int) -> list[Part]:
        """The parts of a batch but for those in which a few entries speak of very many rows, such as a word that all of
        them are looked up by: these rows become dirty one by one, for batches of the usual size.
        """
        wide = [part for part in parts if part.count > max(WIDE, 2 * entries)]
        if wide:
            there = self._watched[self._road.way.source]
            with self._road.at_source(self._confirm):
                for part in wide:
                    part.spread(there[part.shape.source.main.name])
        return [part for part in parts if part not in wide]

    def _catch_up(self) -> None:
        """Have the source learn what the target committed last, where the two were cut off in between."""
        if self._road.behind:
            self._make_ready(self._parts)
            with self._road.at_source(self._confirm), self._road.looking(self._road.way.target):
                for part in self._parts:
                    part.hear()
                    part.learn()
                    part.remember(self._road.way.source)

    def _apply(self, parts: list[Part], entries: Sequence[Entries], *, last: bool = True) -> Outcome:
        """Two transactions where there are two servers: what is cut off between them is repeated, and changes nothing.

        last: the entries speak of nothing else, and are done.
        """
        self._catch_up()
        if self._road.numbers_first:
            with self._road.at_source(self._confirm), self._road.looking(self._road.way.target):
                for part in parts:
                    part.preparing.number()
        with self._road.at_source(self._confirm):
            with self._road.at_target(self._confirm):
                written = self._write(parts)
            held = self._learn(parts, entries, written)
            for one in entries if last else ():
                one.forget(self._road.source)
        return written + held

    def _write(self, parts: list[Part]) -> Outcome:
        """What happens at the target."""
        if not self._road.numbers_first:
            for part in parts:
                part.preparing.number()
        for part in parts:
            part.preparing.make()
        return sum((self._write_layer(layer) for layer in self._layers.of(parts)), Outcome())

    def _write_layer(self, parts: list[Part]) -> Outcome:
        for part in parts:
            part.make()
        self._order.move(parts)
        for part in parts:
            part.decide()
        self._order.settle(parts)
        if self.heed:
            for part in parts:
                self.heed(part.shape, self._road.target)
        met = sum(part.telling.here() for part in parts)
        inserted, updated, deleted = self._order.write(parts)
        here = self._watched[self._road.way.target]
        for part in parts:
            part.agree()
            part.remember(self._road.way.target)
        marked = sum(part.mark(here[part.shape.target.main.name]) for part in parts)
        return Outcome(inserted=inserted, updated=updated, deleted=deleted, marked=marked, conflicts=met)

    def _learn(self, parts: list[Part], entries: Sequence[Entries], written: Outcome) -> Outcome:
        """What happens at the source. Rows are given up only when all that is dirty was looked at, and nothing could be
        done about any of it.
        """
        there = self._watched[self._road.way.source]
        for part in parts:
            part.learn()
            part.telling.there()
            part.remember(self._road.way.source)
        give_up = bool(entries) and self.queue.whole and not written.written
        held = [part.hold(there[part.shape.source.main.name], entries, give_up=give_up) for part in parts]
        self._wards.learn(parts, written.inserted)
        return Outcome(held=sum(waits for waits, _ in held), quarantined=sum(gone for _, gone in held))


def _parents_first(lens: Lens, road: Road) -> list[Pair]:
    order = {table.name: n for n, table in enumerate(lens.schemas[road.way.target].parents_first())}
    return sorted(lens.pairs, key=lambda pair: order[pair.faces[road.way.target].main.name])
