"""Take: which entries of a side's dirty tables a batch is about, and which rows of which pairs they speak of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import (
    Delete,
    Insert,
    Select,
    Table,
    Text,
    Update,
    bindparam,
    delete,
    exists,
    insert,
    literal,
    literal_column,
    select,
    union,
    update,
)

from migrator.lens.copy.keys import Key, Keys
from migrator.lens.copy.session import Session
from migrator.lens.scope import Cell
from migrator.lens.side import Side
from migrator.sync.batch.script import Script
from migrator.sync.batch.shape import Shape
from migrator.sync.batch.temporary import Kind, Temporary
from migrator.sync.batch.writing.deleting import delete_keyed
from migrator.sync.state.row import Moment
from migrator.sync.watch.dirty import dirty_table, noted
from migrator.sync.watch.watched import Watched

_PLACE = literal_column("ctid", Text())
"""A living row keeps it: entries are not changed by anybody between being taken and being deleted."""
OFTEN = 3
"""How often a row waits for what it names before it goes without."""
LEAST = 50
"""Entries of each table that a batch has room for, so that no table waits for the others to be still."""


@dataclass
class Entries:
    """The entries of one dirty table that a batch has taken."""

    watched: Watched
    number: int
    placed: bool
    """Whether their numbers are moments, which two of them may share, and their places in the file tell them apart:
    PostgreSQL.
    """
    script: Script
    count: int = 0

    @cached_property
    def taken(self) -> Temporary:
        """A copy of them: what is deleted at the end are these and no others, by their numbers."""
        columns = {name: (self.watched.table, self.watched.table.columns[column])
                   for when in ("was", "now")
                   for name, column in zip(noted(when, self.watched), self.watched.columns, strict=True)}
        ours = {"n": Kind.NUMBER, "tries": Kind.FLAG} | ({"place": Kind.PLACE} if self.placed else {})
        return Temporary(f"migrator_taken_{self.watched.side}_{self.number}", self.watched.side, ours, columns)

    def take(self, session: Session, most: int) -> int:
        """Note the oldest entries; how many."""
        dirty, taken = dirty_table(self.watched), self.taken
        taken.empty(session)
        cells: dict[str, Cell] = {name: dirty.c[name] for name in
                                  ("n", "tries", *noted("was", self.watched), *noted("now", self.watched))}
        cells |= {"place": _PLACE} if self.placed else {}
        oldest = select(*cells.values()).order_by(dirty.c.n).limit(bindparam("most", most))
        with session.refusals():
            self.count = session.connection.execute(insert(taken.clause).from_select(list(cells), oldest),
                                                    execution_options={"preserve_rowcount": True}).rowcount
        return self.count

    def forget(self, session: Session) -> None:
        """Delete from the dirty table what was taken."""
        self.script.run(f"forget {self.number}", session, lambda: self._forgotten(session.make))

    def _forgotten(self, make: str) -> Delete:
        dirty, taken = dirty_table(self.watched), self.taken.clause
        if not self.placed:
            return delete_keyed(dirty, ["n"], select(taken.c.n), make)
        gone = select(taken.c.n, taken.c.place).subquery("gone")
        return delete(dirty).where(dirty.c.n == gone.c.n, gone.c.place == _PLACE)


class Queue:
    """All dirty tables of a side."""

    def __init__(self, side: Side, tables: Iterable[Watched], make: str) -> None:
        self.side = side
        self._script = Script()
        self.entries = [Entries(watched, number, make == "postgresql", self._script)
                        for number, watched in enumerate(tables, 1)]
        self.whole = False
        """Whether all that was there has been taken."""

    def take(self, session: Session, waiting: Sequence[Entries], most: int) -> list[Entries]:
        """Note the oldest entries of the dirty tables that have any, a share of `most` from each."""
        share = max(LEAST, most // max(1, len(waiting)))
        found = [entries for entries in waiting if entries.take(session, share)]
        self.whole = all(entries.count < share for entries in found)
        return found

    def waiting(self, session: Session) -> Waiting:
        """The dirty tables that hold anything, and for how long the oldest entry has waited."""
        if not self.entries:
            return Waiting((), 0.0)
        now, *moments = tuple(self._script.ask("waiting", session, self._question))
        found = [(entries, at) for entries, at in zip(self.entries, moments, strict=True) if at is not None]
        return Waiting(tuple(entries for entries, _ in found),
                       max((now - _seconds(at) for _, at in found), default=0.0))

    def _question(self) -> Select[Any]:
        return select(Moment(), *(_oldest(dirty_table(entries.watched)) for entries in self.entries))


@dataclass(frozen=True)
class Waiting:
    """Dirty tables with entries, and seconds since the oldest of these was written, by their server's clock."""

    entries: tuple[Entries, ...]
    lag: float


def _oldest(dirty: Table) -> Cell:
    return select(dirty.c.at).order_by(dirty.c.n).limit(1).scalar_subquery().label(dirty.name)


def _seconds(at: datetime | str) -> float:
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.replace(tzinfo=UTC).timestamp()


def keys_taken(shape: Shape, entries: Iterable[Entries]) -> Insert:
    """The statement that notes the keys of a pair's rows that entries speak of, each once."""
    found = [reached(one.taken.clause) for one in entries for pair, reached in one.watched.reaches
             if pair is shape.pair]
    keys = union(*found).subquery()
    return insert(shape.keys.clause).from_select([column.name for column in keys.columns], select(*keys.c))


def waited(shape: Shape, one: Entries) -> Update:
    """The statement that marks the keys that have waited often enough; `one` are the entries of the main table."""
    keys, entries = shape.keys.clause, one.taken.clause
    mine = (entries.c[name] == keys.c[f"key_{n}"]
            for n, name in enumerate(noted("now", one.watched)[:len(shape.source.key)], 1))
    return update(keys).values(tries=literal(OFTEN)).where(exists().where(entries.c.tries >= OFTEN, *mine))


def keys_above(shape: Shape, make: str, above: Key | None, most: int) -> Insert:
    """The statement that notes the next keys of a pair's source in their order, whether dirty or not."""
    keys = Keys(shape.pair, shape.lens.tables, make, shape.way).next(above, most)
    return insert(shape.keys.clause).from_select([column.name for column in keys.selected_columns], keys)
