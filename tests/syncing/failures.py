"""The ways in which two-way syncs are known to lose or invent data, each brought about and looked at.

Each function gets two versions in step and an applier, does what hurts others, and says what must be true afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text

from migrator.lens.copy.session import Session
from migrator.lens.declared.hops import compile_hops
from migrator.lens.places.reflect import read_schema
from migrator.lens.side import Side
from migrator.sync.applier import LOOK, Applier
from migrator.sync.blind import blind_spots
from migrator.sync.capture import CaptureBroken
from migrator.sync.guard import applying
from migrator.sync.state import LostLease
from migrator.sync.watch.dirty import dirty_table
from migrator.sync.watch.watched import watched
from tests.syncing.application import mapping
from tests.syncing.place import World

OLD, NEW = Side.OLD, Side.NEW
_NUMBERS = count(1000)


class Story:
    """Two versions in step, one customer, and the words to talk about them."""

    def __init__(self, world: World, applier: Applier) -> None:
        self.world = world
        self.applier = applier
        self.code = f"s{next(_NUMBERS)}"
        self.run(OLD, f"insert into customer values ('{self.code}', 'name {self.code}')")
        self.drain()

    def run(self, side: Side, *statements: str) -> None:
        """One transaction of an application."""
        self.world.run(side, *((statement, {}) for statement in statements))

    def task(self, title: str = "title", state: str = "O") -> int:
        """A task made on the old side."""
        n = next(_NUMBERS)
        self.run(OLD, f"insert into task values ({n}, null, '{self.code}', '{title}', '{state}', 'a', null)")
        return n

    def drain(self) -> int:
        """Carry what is dirty; rows that were changed by it."""
        return self.applier.drain().written

    def ask(self, side: Side, query: str) -> Any:
        """The only value of a query."""
        with self.world.engines[side].connect() as connection:
            return connection.execute(text(query)).scalar()

    def dirty(self, side: Side) -> int:
        """Entries that wait on a side."""
        with self.world.meeting.connect(side) as connection:
            return sum(len(connection.execute(dirty_table(one).select()).all())
                       for one in watched(self.world.lens, side))


def echo(story: Story) -> None:
    """1: what was carried over is not carried back, and would change nothing if it were."""
    n = story.task()
    assert story.drain() and not story.dirty(NEW)
    story.run(NEW, f"update job set id = id where id = {n}")
    assert story.dirty(NEW) and not story.drain() and not story.dirty(OLD)


def commit_holes(story: Story) -> None:
    """2: a transaction that began first and ends last is not passed over."""
    first, second = story.task(), story.task()
    story.drain()
    with story.world.slow(OLD) as slow:
        slow.execute(text(f"update task set title = 'slow' where id = {first}"))
        story.run(OLD, f"update task set title = 'fast' where id = {second}")
        story.drain()
        assert story.ask(NEW, f"select subject from job where id = {second}") == "fast"
        slow.commit()
    story.drain()
    assert story.ask(NEW, f"select subject from job where id = {first}") == "slow"


def unique_swap(story: Story) -> None:
    """3: two rows exchange a unique value, and nothing that hangs on them goes."""
    other, n = f"s{next(_NUMBERS)}", story.task()
    story.run(OLD, f"insert into customer values ('{other}', 'name {other}')")
    story.drain()
    story.run(OLD, f"update customer set name = '?' where code = '{other}'",
              f"update customer set name = 'name {other}' where code = '{story.code}'",
              f"update customer set name = 'name {story.code}' where code = '{other}'")
    story.drain()
    assert story.ask(NEW, f"select label from client where code = '{other}'") == f"name {story.code}"
    assert story.ask(NEW, f"select label from client where code = '{story.code}'") == f"name {other}"
    assert story.ask(NEW, f"select client_code from job where id = {n}") == story.code


def foreign_keys(story: Story) -> None:
    """4: rows that the server takes along by a foreign key go over too, and rows arrive in an order that it allows."""
    parent = story.task()
    child = next(_NUMBERS)
    story.run(OLD, f"insert into task values ({child}, {parent}, '{story.code}', 'child', 'O', 'a,b', null)")
    story.drain()
    now = f"t{next(_NUMBERS)}"
    story.run(OLD, f"update customer set code = '{now}' where code = '{story.code}'")
    story.drain()
    assert story.ask(NEW, f"select client_code from job where id = {child}") == now
    assert story.ask(NEW, f"select count(*) from client where code = '{story.code}'") == 0
    story.run(NEW, f"delete from job where id = {child}", f"delete from job where id = {parent}")
    story.drain()
    assert story.ask(OLD, f"select count(*) from task where id in ({child}, {parent})") == 0


def delete_against_update(story: Story) -> None:
    """6: a change that somebody made is kept against a deletion that somebody else made, whichever comes first."""
    for gone, changed in ((OLD, NEW), (NEW, OLD)):
        n = story.task()
        story.drain()
        tables = {OLD: ("task", "title"), NEW: ("job", "subject")}
        story.run(gone, f"delete from {tables[gone][0]} where id = {n}")
        story.run(changed, f"update {tables[changed][0]} set {tables[changed][1]} = 'kept' where id = {n}")
        story.drain()
        assert {story.ask(side, f"select {column} from {table} where id = {n}")
                for side, (table, column) in tables.items()} == {"kept"}


def clocks(story: Story) -> None:
    """7: a clock that is years behind changes nothing about what goes over."""
    n = story.task()
    story.run(OLD, f"update task set title = 'later' where id = {n}")
    with story.world.meeting.connect(OLD) as connection, connection.begin():
        for one in watched(story.world.lens, OLD):
            dirty = dirty_table(one)
            session = Session(story.world.meeting.old, connection)
            session.run(f"update {session.table(OLD, dirty.name)} set at = '1999-01-01 00:00:00.000000'")
    story.drain()
    assert story.ask(NEW, f"select subject from job where id = {n}") == "later"


def changed_structure(story: Story) -> None:
    """8: while a table is not what the mapping knows, nothing is applied; what is written meanwhile is not lost."""
    n = story.task()
    story.run(NEW, "alter table job add column extra varchar(10)")
    with pytest.raises(CaptureBroken, match="job"):
        _drained_anew(story)
    story.run(OLD, f"update task set title = 'meanwhile' where id = {n}")
    story.run(NEW, "alter table job drop column extra")
    _drained_anew(story)
    assert story.ask(NEW, f"select subject from job where id = {n}") == "meanwhile"


def long_transaction(story: Story) -> None:
    """9: a row that somebody holds is left to them, others pass, and it goes over when they are done."""
    held, free = story.task(), story.task()
    story.drain()
    with story.world.slow(NEW) as slow:
        slow.execute(text(f"update job set note = 'mine' where id = {held}"))
        story.run(OLD, f"update task set title = 'waits' where id = {held}",
                  f"update task set title = 'passes' where id = {free}")
        for _ in range(3):
            story.applier.round()
        assert story.ask(NEW, f"select subject from job where id = {free}") == "passes"
        slow.commit()
    story.drain()
    assert story.ask(NEW, f"select subject || note from job where id = {held}"
                     if story.world.meeting.new.make != "mariadb" else
                     f"select concat(subject, note) from job where id = {held}") == "waitsmine"


def one_bad_row(story: Story) -> None:
    """10: a row that cannot be said on the other side stops nobody else, and goes over once it is mended."""
    bad, good = story.task(state="?"), story.task(title="good")
    story.drain()
    assert story.ask(NEW, f"select subject from job where id = {good}") == "good"
    assert story.ask(NEW, f"select count(*) from job where id = {bad}") == 0
    story.run(OLD, f"update task set state = 'C' where id = {bad}")
    story.drain()
    assert story.ask(NEW, f"select status from job where id = {bad}") == "closed"


def large_objects(story: Story) -> None:
    """11: five million bytes go over whole, and what is said of them by a fingerprint is theirs."""
    n, bytes_ = next(_NUMBERS), bytes(range(256)) * 20_000
    story.world.run(OLD, ("insert into document values (:id, :content)", {"id": n, "content": bytes_}))
    story.drain()
    assert story.ask(NEW, f"select content from document where id = {n}") == bytes_
    story.world.run(NEW, ("update document set content = :content where id = :id", {"id": n, "content": bytes_[:-1]}))
    assert story.drain() == 1
    assert story.ask(OLD, f"select content from document where id = {n}") == bytes_[:-1]


def own_triggers(story: Story) -> None:
    """12: a trigger of the application that would act once more is named before anything begins."""
    statements = {"sqlite": ("create trigger stamp after update on job begin "
                             "update job set note = 'x' where id = new.id; end",),
                  "mariadb": ("create trigger stamp before update on job for each row set new.note = 'x'",),
                  "postgresql": ("create function stamp() returns trigger language plpgsql as "
                                 "'begin new.note := ''x''; return new; end'",
                                 "create trigger stamp before update on job for each row execute function stamp()")}
    make = story.world.meeting.new.make
    story.run(NEW, *statements[make])
    try:
        ends = story.world.meeting
        lens = compile_hops([mapping()], read_schema(ends.old), [], read_schema(ends.new))
        found = [finding.message for finding in blind_spots(lens, ends)]
        assert any("stamp" in message and "job" in message for message in found), found
    finally:
        story.run(NEW, "drop trigger stamp on job" if make == "postgresql" else "drop trigger stamp",
                  *(["drop function stamp()"] if make == "postgresql" else []))


def split_brain(story: Story) -> None:
    """13: an applier that somebody else has succeeded commits nothing any more."""
    n = story.task()
    with story.world.meeting.connect(OLD) as connection, connection.begin():
        session = Session(story.world.meeting.old, connection)
        session.run(f"update {session.table(OLD, 'migrator_sync')} set fence = fence + 1")
    with pytest.raises(LostLease):
        story.drain()
    assert story.ask(NEW, f"select count(*) from job where id = {n}") == 0
    with story.world.meeting.connect(OLD) as connection, connection.begin():
        session = Session(story.world.meeting.old, connection)
        session.run(f"update {session.table(OLD, 'migrator_sync')} set fence = fence - 1")
    story.drain()
    assert story.ask(NEW, f"select count(*) from job where id = {n}") == 1


def pooled_connection(story: Story) -> None:
    """14: a connection that was ours, and broke off in the middle, notes what an application writes on it next."""
    n = story.task()
    story.drain()
    with story.world.meeting.connect(OLD) as connection:
        session = Session(story.world.meeting.old, connection)
        with suppress(ZeroDivisionError), connection.begin(), applying(session, OLD):
            raise ZeroDivisionError
        with connection.begin():
            session.run(f"update {session.table(OLD, 'task')} set title = 'noted' where id = {n}")
    story.drain()
    assert story.ask(NEW, f"select subject from job where id = {n}") == "noted"


def _drained_anew(story: Story) -> None:
    """Drain, and look at capture before."""
    time.sleep(LOOK)
    story.drain()


FAILURES: tuple[Callable[[Story], None], ...] = (
    echo, commit_holes, unique_swap, foreign_keys, delete_against_update, clocks, changed_structure, long_transaction,
    one_bad_row, large_objects, own_triggers, split_brain, pooled_connection)
ONE_WRITER = (commit_holes, long_transaction)
"""What cannot happen where a file has one writer at a time."""
