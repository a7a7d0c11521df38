"""A frozen side: nobody writes it but us, everybody reads it, all tables or none, and thawed it is as it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import inspect

from migrator.lens.copy.session import Session
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.side import Side
from migrator.sync.bounded import Busy
from migrator.sync.freeze import arm, freeze, freezing, is_frozen, thaw
from migrator.sync.freeze.sqlite import SqliteGate
from migrator.sync.guard import applying
from tests.copying.killed import killed_at
from tests.copying.world import World

TABLES = ("department", "item", "item_member", "remark")


@pytest.fixture
def world(tmp_path: Path) -> World:
    old, new = (open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new"))
    found = World(old, new, tasks=3)
    found.build()
    return found


@contextmanager
def _application(world: World) -> Iterator[sqlite3.Connection]:
    """Another program that has the new side open."""
    connection = sqlite3.connect(world.new.url.database or "", timeout=0, isolation_level=None)
    yield connection
    connection.close()


def _triggers(world: World) -> int:
    return int(world.there("select count(*) from sqlite_master where type = 'trigger'")[0][0])


@pytest.mark.parametrize("statement", [
    "insert into item (id, subject) values (7, 'x')", "insert or replace into item (id, subject) values (1, 'x')",
    "update item_member set member = 'x'", "delete from department", "update remark set body = body"])
def test_writers_are_refused_and_told_why(world: World, statement: str) -> None:
    with world.new.connect() as connection, connection.begin():
        connection.exec_driver_sql("insert into department values (1, 'D1', 'one')")
        connection.exec_driver_sql("insert into item (id, subject) values (1, 'one')")
        connection.exec_driver_sql("insert into item_member values (1, 'li')")
        connection.exec_driver_sql("insert into remark values (1, 1, 'one')")
    lens = world.lens()
    freeze(world.new, lens, Side.NEW)
    with _application(world) as application:
        with pytest.raises(sqlite3.IntegrityError, match=r"read-only while users move between versions, .*; migrator"):
            application.execute(statement)
        assert application.execute("select subject from item").fetchall() == [("one",)]
    with world.new.connect({Side.NEW: "main"}) as connection, connection.begin():
        with applying(Session(world.new, connection), Side.NEW):
            connection.exec_driver_sql(statement)
        connection.rollback()
    thaw(world.new, Side.NEW)
    with _application(world) as application:
        application.execute(statement)
    assert not _triggers(world)


def test_both_may_be_asked_for_twice(world: World) -> None:
    lens = world.lens()
    assert not is_frozen(world.new, lens, Side.NEW)
    thaw(world.new, Side.NEW)
    for _time in range(2):
        arm(world.new, lens, Side.NEW)
        freeze(world.new, lens, Side.NEW)
        assert is_frozen(world.new, lens, Side.NEW)
    assert _triggers(world) == 3 * len(TABLES) and not is_frozen(world.old, lens, Side.OLD)
    for _time in range(2):
        thaw(world.new, Side.NEW)
        assert not is_frozen(world.new, lens, Side.NEW)


def test_whoever_is_writing_is_waited_for_and_no_longer_than_said(
        world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freezing, "PAUSE", 0.0)
    lens = world.lens()
    with _application(world) as application:
        application.execute("begin immediate")
        application.execute("insert into item (id, subject) values (7, 'seven')")
        with pytest.raises(Busy, match="held a lock for too long"):
            freeze(world.new, lens, Side.NEW, wait=0.05, tries=3)
        application.execute("commit")
        application.execute("insert into item (id, subject) values (8, 'eight')")
        assert not is_frozen(world.new, lens, Side.NEW) and not _triggers(world)
    freeze(world.new, lens, Side.NEW)
    assert world.there("select id from item order by id") == [(7,), (8,)]


def test_all_tables_or_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    lens, close = world.lens(), SqliteGate.close

    def half(self: SqliteGate, tables: list[str], seconds: float) -> None:
        close(self, [*tables[:2], "missing"], seconds)

    monkeypatch.setattr(SqliteGate, "close", half)
    with pytest.raises(Exception, match="no such table"):
        freeze(world.new, lens, Side.NEW)
    assert not _triggers(world)


@pytest.mark.parametrize("wanted", [True, False], ids=["freeze", "thaw"])
def test_killed_anywhere_it_is_frozen_or_not(world: World, wanted: bool) -> None:
    lens = world.lens()

    def become(frozen: bool) -> None:
        if frozen:
            freeze(world.new, lens, Side.NEW)
        else:
            thaw(world.new, Side.NEW)

    for boundary in count(1):
        become(not wanted)
        if not killed_at(boundary, lambda: become(wanted)):
            break
        assert _triggers(world) in (0, 3 * len(TABLES))
    assert boundary > 3 * len(TABLES) and is_frozen(world.new, lens, Side.NEW) is wanted


def test_structures_are_read_as_if_nothing_was_frozen(world: World) -> None:
    before = world.lens()
    freeze(world.new, before, Side.NEW)
    assert world.lens().digest == before.digest
    with world.new.connect() as connection:
        assert set(TABLES) <= set(inspect(connection).get_table_names())
