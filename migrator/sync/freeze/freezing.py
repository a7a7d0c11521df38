"""Close a side for its writers all at once, and open it again.

First every table is armed, one after the other, so that no more than one is locked at any moment: triggers that ask
whether the gate is closed. Then the gate is closed in one act, which waits for those who are writing and lets those who
come later wait for it. So writes are refused only from that moment on, however many tables there are, and either all
tables are frozen or none. SQLite knows one writer at a time, so there triggers that refuse are made in one transaction.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

from migrator.lens.copy.session import Session
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import Endpoint
from migrator.lens.side import Side
from migrator.sync.bounded import Busy, bounded, busy_told
from migrator.sync.freeze.gate import Gate
from migrator.sync.freeze.mariadb import MariadbGate
from migrator.sync.freeze.postgresql import PostgresqlGate
from migrator.sync.freeze.sqlite import SqliteGate
from migrator.sync.watch.watched import watched

log = logging.getLogger(__name__)
WAIT = 3.0
"""Seconds that writers are waited for, while those who come later wait behind us."""
TRIES = 4
PAUSE = 0.5
"""Seconds after the first time that it was in vain; they double each time."""
_GATES: dict[str, Callable[[Session, Side], Gate]] = {
    "postgresql": PostgresqlGate, "mariadb": MariadbGate, "sqlite": SqliteGate}
_Transaction = Callable[[], AbstractContextManager[None]]


def freeze(end: Endpoint, lens: Lens, side: Side, *, wait: float = WAIT, tries: int = TRIES) -> None:
    """Have every write of a side refused that is not ours; all writes that had begun are over when this returns.

    Readers never wait for longer than `wait` seconds. Nothing happens where the side is frozen already.
    Raises Busy when its writers did not end in time; the side is as before then.
    """
    arm(end, lens, side, wait=wait, tries=tries)
    shut(end, lens, side, wait=wait, tries=tries)


def shut(end: Endpoint, lens: Lens, side: Side, *, wait: float = WAIT, tries: int = TRIES) -> None:
    """The second half of a freeze, for a side that has been armed."""
    with _gate(end, side, wait) as (gate, transaction):
        with transaction():
            tables = _tables(gate, lens, side)
            if gate.is_closed(tables):
                return

        def close(number: int) -> None:
            # Every other time so short that no server looks for a deadlock, and finds somebody else in it, before we
            # have let go.
            with transaction():
                gate.close(tables, wait / 4 if number % 2 else wait)

        try:
            _again(tries, close)
        except BaseException:
            _disarm(gate, transaction)
            raise


def arm(end: Endpoint, lens: Lens, side: Side, *, wait: float = WAIT, tries: int = TRIES) -> None:
    """The first half of a freeze, so that the second takes no time when it is wanted; no write is refused yet.

    Raises Busy when a table's writers did not end in time; the side is as before then.
    """
    with _gate(end, side, wait) as (gate, transaction):
        with transaction():
            tables = _tables(gate, lens, side)
            closed, unarmed = gate.is_closed(tables), _unarmed(gate, tables)

        def arm_one(_number: int) -> None:
            with transaction():
                gate.arm(unarmed[0])

        try:
            while unarmed:
                _again(tries, arm_one)
                unarmed.pop(0)
        except BaseException:
            if not closed:
                _disarm(gate, transaction)
            raise


def reopen(end: Endpoint, side: Side) -> None:
    """Let everybody write again, at once and without waiting for anybody; nothing happens where nothing is frozen."""
    with _gate(end, side, WAIT) as (gate, transaction), transaction():
        gate.open()


def thaw(end: Endpoint, side: Side, *, wait: float = WAIT) -> None:
    """The same, and have nothing of ours fire any more.

    Triggers that cannot be removed because their table is in use refuse nothing; the next thaw removes them.
    """
    reopen(end, side)
    with _gate(end, side, wait) as (gate, transaction):
        _disarm(gate, transaction)


def is_frozen(end: Endpoint, lens: Lens, side: Side) -> bool:
    """Whether every write of a side is refused that is not ours."""
    with _gate(end, side, WAIT) as (gate, transaction), transaction():
        tables = _tables(gate, lens, side)
        return gate.is_closed(tables) and not _unarmed(gate, tables)


@contextmanager
def _gate(end: Endpoint, side: Side, wait: float) -> Iterator[tuple[Gate, _Transaction]]:
    with bounded(end, side, wait) as session:
        @contextmanager
        def transaction() -> Iterator[None]:
            with busy_told(session), session.connection.begin():
                yield

        yield _GATES[end.make](session, side), transaction


def _tables(gate: Gate, lens: Lens, side: Side) -> list[str]:
    """All that the lens speaks of, links and what is looked up included."""
    own = {one.table.name for one in watched(lens, side)}
    own |= {satellite.table for pair in lens.pairs for group in pair.groups for satellite in group.satellites
            if satellite.side is side}
    return sorted(own | gate.writing_through(own))


def _unarmed(gate: Gate, tables: Iterable[str]) -> list[str]:
    there = gate.found().keys()
    return [table for table in tables if not gate.needed(table) <= there]


def _disarm(gate: Gate, transaction: _Transaction) -> None:
    """Remove what can be removed of an open gate's triggers."""
    with transaction():
        found = gate.found()
    for table in sorted(set(found.values())):
        try:
            for trigger in (name for name, of in found.items() if of == table):
                with transaction():
                    gate.drop(trigger, table)
        except Busy:
            log.warning("the open gate of %s stays, because the table is in use", table)


def _again(tries: int, act: Callable[[int], None]) -> None:
    """Act, and again after a pause when it was in vain. Raises Busy after the last time."""
    for number in range(1, tries):
        with suppress(Busy):
            act(number)
            return
        time.sleep(PAUSE * 2 ** (number - 1))
    act(tries)
