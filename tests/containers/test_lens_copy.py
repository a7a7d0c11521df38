"""Copies on real servers: every path with values that loaders bend, and kills at boundaries of their transactions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from rig_databases import Database
from rig_host import TestHost
from sqlalchemy import make_url

from migrator.errors import DatabaseError, Locked
from migrator.lens.census.census import Census
from migrator.lens.copy import pace, turn
from migrator.lens.copy.copy import forward
from migrator.lens.copy.session import Session
from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.places.endpoint import Endpoint, open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.side import Side
from migrator.lens.verify import compare
from tests.copying import nasty
from tests.copying.killed import killed_at
from tests.copying.renumbered import require_renumbered
from tests.copying.world import World

Places = Callable[[str], tuple[Endpoint, Endpoint]]
SMALL, STRIDE = 3, 8
"""Rows of a chunk, and every which boundary a server's copy is killed at."""
PATHS = {
    "postgresql, one database": "INSERT..SELECT",
    "postgresql > postgresql": "COPY -> COPY",
    "postgresql > mariadb": "COPY -> LOAD DATA",
    "postgresql > sqlite": "SELECT -> INSERT",
    "mariadb, one login": "INSERT..SELECT",
    "mariadb > mariadb": "SELECT -> LOAD DATA",
    "mariadb > postgresql": "SELECT -> COPY",
    "mariadb > sqlite": "SELECT -> INSERT",
    "sqlite > postgresql": "SELECT -> COPY",
    "sqlite > mariadb": "SELECT -> LOAD DATA",
}


@pytest.fixture
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Places:
    """Two empty places for data, by what is said of them; servers are started when one is wanted."""
    def server(make: str) -> Database:
        found: Database = request.getfixturevalue(f"{make.replace('postgresql', 'postgres')}_database")(
            request.getfixturevalue(f"open_{make.replace('postgresql', 'postgres')}_host"))
        return found

    def url(make: str, name: str) -> str:
        return f"sqlite:///{tmp_path / name}.db" if make == "sqlite" else server(make).direct_url

    def together(make: str) -> tuple[str, str]:
        old, new = (server(make), server(make)) if make == "mariadb" else (server(make), None)
        if new:  # the administrator's login sees both databases
            admin = make_url(old.direct_admin_url)
            first, second = (admin.set(database=one.name).render_as_string(False) for one in (old, new))
            return first, second
        with open_endpoint("new", old.direct_url).connect() as connection, connection.begin():
            connection.exec_driver_sql("create schema later")
        return old.direct_url, f"{old.direct_url}?options=-csearch_path%3Dlater"

    def made(said: str) -> tuple[Endpoint, Endpoint]:
        first, apart, second = said.partition(" > ")
        urls = (url(first, "old"), url(second, "new")) if apart else together(said.partition(",")[0])
        return open_endpoint("old", urls[0]), open_endpoint("new", urls[1])

    return made


@pytest.mark.parametrize("said", PATHS)
def test_no_value_is_bent(places: Places, said: str) -> None:
    old, new = places(said)
    nasty.build_old(old, exact="sqlite" not in said)
    nasty.build_new(new)
    lens = compile_lens(Mapping.parse(nasty.SAID.encode(), "m.yaml"), read_schema(old), read_schema(new))
    copied = forward(lens, Meeting(old, new))
    assert (copied.pairs[0].path, copied.rows) == (PATHS[said], len(nasty.TEXTS))
    with new.connect() as connection, connection.begin():
        assert tuple(connection.exec_driver_sql("select txt from item order by id").scalars()) == nasty.TEXTS
        connection.exec_driver_sql("insert into item (txt) values ('next')")
        assert connection.exec_driver_sql("select max(id) from item").scalar() == len(nasty.TEXTS)
        connection.rollback()
    assert compare(lens, Meeting(old, new)).as_json()["equal"]
    assert read_schema(new) == lens.schemas["new"]  # type: ignore[index]


@pytest.mark.parametrize("said", ["postgresql > mariadb", "mariadb > postgresql", "sqlite > mariadb"])
def test_a_whole_mapping_goes_over(places: Places, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    small_chunks(monkeypatch)
    world = World(*places(said))
    world.build()
    forward(world.lens(), world.meeting)
    world.require_copied()


@pytest.mark.parametrize("said", ["postgresql > mariadb", "mariadb > postgresql"])
def test_rows_get_new_keys_and_records(places: Places, said: str) -> None:
    require_renumbered(*places(said))


@pytest.mark.parametrize("said", ["postgresql > postgresql", "mariadb, one login"])
def test_killed_anywhere_it_goes_on(places: Places, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    small_chunks(monkeypatch)
    world = World(*places(said), tasks=4)
    for boundary in count(1 + len(said) % STRIDE, STRIDE):
        world.build()
        if not killed_at(boundary, lambda: forward(world.lens(), world.meeting)):
            break
        arrived = world.ledger()
        forward(world.lens(), world.meeting)
        world.require_copied()
        assert arrived <= world.ledger(), "a chunk that had arrived was brought again"
    world.require_copied()
    assert boundary > 2 * STRIDE


@pytest.mark.parametrize("said", ["postgresql > postgresql", "mariadb > mariadb"])
def test_rows_without_a_parent_are_named(places: Places, said: str) -> None:
    world = World(*places(said))
    world.build()
    with world.old.connect() as connection, connection.begin():
        connection.exec_driver_sql("insert into note values (55, 1, 'lost')")
    for _start in range(2):
        with pytest.raises(DatabaseError) as caught:
            forward(world.lens(), world.meeting, census=Census((), ()))  # the row has come after the census
        assert "55/1" in caught.value.message
    with world.old.connect() as connection, connection.begin():
        connection.exec_driver_sql("delete from note where task = 55")
    with world.new.connect() as connection, connection.begin():
        connection.exec_driver_sql("delete from remark where item = 55")
    forward(world.lens(), world.meeting, census=Census((), ()))
    assert read_schema(world.new).tables["remark"].foreign
    assert world.there("select count(*) from migrator_deferred") == [(0,)]


@pytest.mark.parametrize("said", ["postgresql > postgresql", "mariadb > mariadb"])
def test_two_copies_do_not_meet(places: Places, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setattr(turn, "PATIENCE", 1)
    world = World(*places(said))
    world.build()
    with world.meeting.connect(Side.NEW) as connection:
        turn.take_turn(Session(world.new, connection))
        with pytest.raises(Locked):
            forward(world.lens(), world.meeting)
    forward(world.lens(), world.meeting)
    world.require_copied()


def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST", "FEWEST", "MOST"):
        monkeypatch.setattr(pace, name, SMALL)


def test_without_local_infile_rows_go_one_by_one(places: Places, open_mariadb_host: TestHost,
                                                  caplog: pytest.LogCaptureFixture) -> None:
    world = World(*places("sqlite > mariadb"))
    world.build()
    open_mariadb_host.must(["mariadb", "-e", "set global local_infile = 0"])
    try:
        with caplog.at_level("INFO"):
            copied = forward(world.lens(), world.meeting)
    finally:
        open_mariadb_host.must(["mariadb", "-e", "set global local_infile = 1"])
    assert {pair.path for pair in copied.pairs} == {"SELECT -> INSERT"}
    assert "local_infile is off" in caplog.text
    world.require_copied()
