"""What every make's counter can be asked to do, and both sides' sessions to ask them in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Protocol

from migrator.lens.copy.session import Session
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.sync.bounded import bounded, busy_told
from migrator.sync.numbers.counted import Counted
from migrator.sync.numbers.mariadb import MariadbCounter
from migrator.sync.numbers.postgresql import PostgresqlCounter
from migrator.sync.numbers.sqlite import SqliteCounter


class Counter(Protocol):
    """A server's counter of one column; used within a transaction."""

    def next(self) -> int:
        """The number that the next row is given, if nothing happens before."""

    def raise_to(self, number: int) -> bool:
        """Give no number below this one from now on; False where the make cannot promise that."""

    def every_other(self, remainder: int, *, again: bool) -> bool:
        """Give only numbers with this remainder when divided by two, from now on; False where that cannot be had.

        again: it was said before, and may be so already.
        """

    def every(self) -> None:
        """Give every number again."""


Both = Mapping[Side, Session]
WAIT = 3.0
"""Seconds that writers of a table are waited for."""
_COUNTERS: dict[str, Callable[[Session, Side, str, str], Counter]] = {
    "postgresql": PostgresqlCounter, "mariadb": MariadbCounter, "sqlite": SqliteCounter}


def counter(session: Session, side: Side, number: Counted) -> Counter:
    """The counter of a number at a side."""
    return _COUNTERS[session.make](session, side, number.table(side).name, number.names[side])


def fresh(number: Counted, both: Both) -> int:
    """The lowest number that no row has on either side and no counter has given."""
    return max(max(counter(both[side], side, number).next(), number.highest(both[side], side) + 1)
               for side in Side if number.counts(side))


@contextmanager
def opened(meeting: Meeting) -> Iterator[Both]:
    """A session at each side."""
    with ExitStack() as stack:
        yield {side: stack.enter_context(bounded(meeting.end(side), side, WAIT)) for side in Side}


@contextmanager
def turn(both: Both) -> Iterator[None]:
    """A transaction at each side. Raises Busy when a table was in use for too long."""
    with ExitStack() as stack:
        for session in both.values():
            stack.enter_context(busy_told(session))
            stack.enter_context(session.connection.begin())
        yield
