"""Take: which entries of a side's dirty tables a batch is about, and which rows of which pairs they speak of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Select, bindparam, delete, insert, select, union

from migrator.lens.copy.session import Session
from migrator.lens.side import Side
from migrator.sync.batch.shape import Shape
from migrator.sync.batch.temporary import Kind, Temporary
from migrator.sync.dirty import dirty_table, noted
from migrator.sync.watched import Watched

LEAST = 50
"""Entries of each table that a batch has room for, so that no table waits for the others to be still."""


@dataclass(frozen=True)
class Entries:
    """The entries of one dirty table that a batch has taken."""

    watched: Watched
    number: int

    @cached_property
    def taken(self) -> Temporary:
        """A copy of them: what is deleted at the end are these and no others, by their numbers."""
        columns = {name: (self.watched.table, self.watched.table.columns[column])
                   for when in ("was", "now")
                   for name, column in zip(noted(when, self.watched), self.watched.columns, strict=True)}
        return Temporary(f"migrator_taken_{self.watched.side}_{self.number}", self.watched.side,
                         {"n": Kind.NUMBER, "tries": Kind.FLAG}, columns)

    def take(self, session: Session, most: int) -> int:
        """Note the oldest entries; how many."""
        dirty, taken = dirty_table(self.watched), self.taken
        taken.empty(session)
        names = ["n", "tries", *noted("was", self.watched), *noted("now", self.watched)]
        oldest = select(*(dirty.c[name] for name in names)).order_by(dirty.c.n).limit(bindparam("most", most))
        with session.refusals():
            return session.connection.execute(insert(taken.clause).from_select(names, oldest),
                                              execution_options={"preserve_rowcount": True}).rowcount

    def forget(self, session: Session) -> None:
        """Delete from the dirty table what was taken."""
        dirty = dirty_table(self.watched)
        with session.refusals():
            session.connection.execute(delete(dirty).where(dirty.c.n.in_(select(self.taken.clause.c.n))))


class Queue:
    """All dirty tables of a side."""

    def __init__(self, side: Side, tables: Iterable[Watched]) -> None:
        self.side = side
        self.entries = [Entries(watched, number) for number, watched in enumerate(tables, 1)]

    def create(self, session: Session) -> None:
        """Make the temporary tables on a connection."""
        for entries in self.entries:
            entries.taken.create(session)

    def take(self, session: Session, most: int) -> list[Entries]:
        """Note the oldest entries of every dirty table that has any, a share of `most` from each."""
        waiting = self.waiting(session)
        share = max(LEAST, most // max(1, len(waiting)))
        return [entries for entries in waiting if entries.take(session, share)]

    def waiting(self, session: Session) -> list[Entries]:
        """The dirty tables that hold anything."""
        with session.refusals():
            asked = [select(dirty_table(entries.watched).c.n).exists().label(f"q_{entries.number}")
                     for entries in self.entries]
            if not asked:
                return []
            found = session.connection.execute(select(*asked)).one()
        return [entries for entries, there in zip(self.entries, found, strict=True) if there]


def keys_of(shape: Shape, entries: Iterable[Entries]) -> Select[tuple[object, ...]] | None:
    """The keys of a pair's rows that entries speak of, each once; None where they speak of none."""
    found = [reached(one.taken.clause) for one in entries for pair, reached in one.watched.reaches
             if pair is shape.pair]
    if not found:
        return None
    keys = union(*found).subquery()
    return select(*keys.c)
