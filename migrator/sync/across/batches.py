"""Which batch of a way each server has committed last: where the target is ahead, the source has not learned of it.

The target commits first. What it says from then on is what both have agreed on, and a change of it would look like a
conflict to a source that does not know. So the numbers are committed with the batches, and what a source has missed is
told to it again before anything else is done: the transactional outbox of the microservices literature (C. Richardson,
"Microservices Patterns", 2018), with the receiver's own number to tell what it has had.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, MetaData, String, Table, insert, select, update

from migrator.database.base import OURS
from migrator.lens.copy.session import Session
from migrator.lens.side import Side, Way


@dataclass
class Batches:
    """The numbers of one way, as both servers have committed them."""

    way: Way
    source: Session
    target: Session
    sent: int = 0
    learned: int = 0

    def create(self) -> None:
        """Make the tables, in open transactions, and read them."""
        self.sent = _read(self.target, self.way, self.way.target)
        self.learned = _read(self.source, self.way, self.way.source)

    @property
    def behind(self) -> bool:
        """Whether the source has missed what the target committed last."""
        return self.sent > self.learned

    def enter(self, session: Session, side: Side, number: int) -> None:
        """Have an open transaction commit a number."""
        table = _table(side)
        with session.refusals():
            session.connection.execute(update(table).where(table.c.way == self.way.value).values(n=number))


def _read(session: Session, way: Way, side: Side) -> int:
    table = _table(side)
    with session.refusals():
        table.create(session.connection, checkfirst=True)
        found = session.connection.scalar(select(table.c.n).where(table.c.way == way.value))
        if found is None:
            session.connection.execute(insert(table).values(way=way.value, n=0))
    return int(found or 0)


def _table(side: Side) -> Table:
    return Table(f"{OURS}batches", MetaData(), Column("way", String(10), primary_key=True),
                 Column("n", BigInteger, nullable=False), schema=side)
