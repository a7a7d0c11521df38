"""Copies in one SQLite connection: what arrives, what is refused before anything is written, what stops half-way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from migrator.errors import DatabaseError, FindingsBlock
from migrator.lens.census.census import Census
from migrator.lens.copy import pace
from migrator.lens.copy.copy import forward
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.reflect import read_schema
from tests.copying.renumbered import require_renumbered
from tests.copying.world import SAID, World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    small_chunks(monkeypatch)
    made = empty(tmp_path)
    made.build()
    return made


def empty(folder: Path) -> World:
    old, new = (open_endpoint(name, f"sqlite:///{folder / name}.db") for name in ("old", "new"))
    return World(old, new)


def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of three rows, so that a few rows make many."""
    for name in ("FIRST", "FEWEST", "MOST"):
        monkeypatch.setattr(pace, name, 3)


def change(world: World, side: str, *statements: str) -> None:
    with getattr(world, side).connect() as connection, connection.begin():
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_everything_arrives_in_chunks(world: World) -> None:
    told: list[tuple[Any, ...]] = []
    copied = forward(world.lens(), world.meeting, progress=lambda *said: told.append(said))
    world.require_copied()
    assert {pair.name: (pair.rows, pair.chunks) for pair in copied.pairs} == {
        "dept -> department": (3, 1), "task -> item": (10, 4), "note -> remark": (20, 7)}
    assert told[-1] == (33, 33, "rows", "note -> remark")
    assert [done for done, *_rest in told] == sorted(done for done, *_rest in told)


def test_the_structure_is_as_before(world: World) -> None:
    before = read_schema(world.new)
    forward(world.lens(), world.meeting)
    assert read_schema(world.new) == before


def test_a_second_copy_does_nothing(world: World) -> None:
    forward(world.lens(), world.meeting)
    ledger = world.ledger()
    again = forward(world.lens(), world.meeting)
    assert again.already
    assert again.rows == 33
    assert world.ledger() == ledger


def test_the_next_number_is_a_new_one(world: World) -> None:
    change(world, "old", "update task set id = 900 where id = 9", "update note set task = 900 where task = 9")
    forward(world.lens(), world.meeting)
    change(world, "new", "insert into item (subject) values ('next')")
    assert world.there("select max(id) from item") == [(901,)]


def test_rows_of_others_are_not_touched(world: World) -> None:
    change(world, "new", "insert into department values (77, 'X', 'x')")
    with pytest.raises(FindingsBlock) as caught:
        forward(world.lens(), world.meeting)
    assert "department: 1 rows" in caught.value.message
    require_untouched(world)


def test_what_the_census_refuses_is_not_begun(world: World) -> None:
    change(world, "old", "update task set dept = 'nowhere' where id = 3")
    with pytest.raises(FindingsBlock) as caught:
        forward(world.lens(), world.meeting)
    assert "task -> item: " in caught.value.message
    require_untouched(world)


def require_untouched(world: World) -> None:
    assert world.there("select name from sqlite_master where name like 'migrator%'") == []
    assert world.there("select count(*) from item") == [(0,)]


def test_another_mapping_does_not_go_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrator.lens.copy.copy.raise_counters", interrupt)
    with pytest.raises(KeyboardInterrupt):
        forward(world.lens(), world.meeting)
    monkeypatch.undo()
    other = SAID.replace("done: DONE", "done: CLOSED")
    with pytest.raises(FindingsBlock) as caught:
        forward(world.lens(other), world.meeting)
    assert "another mapping" in caught.value.message
    forward(world.lens(), world.meeting)
    world.require_copied()


def interrupt(*_about: object) -> None:
    raise KeyboardInterrupt


def test_rows_that_an_index_refuses_are_named(world: World) -> None:
    change(world, "old", "update note set body = 'same' where task = 4")
    with pytest.raises(DatabaseError) as caught:
        forward(world.lens(), world.meeting, census=Census((), ()))
    assert "4/1, 4/2" in caught.value.message
    assert world.there("select name from migrator_deferred") == [("remark_body",)]


@pytest.mark.parametrize("unique", ["(upper(body))", "(body) where item = 4"])
def test_rows_that_no_census_doubts_are_refused_with_their_chunk(world: World, unique: str) -> None:
    change(world, "new", "drop index remark_body", f"create unique index told_once on remark {unique}")
    change(world, "old", "update note set body = 'same' where task = 4")
    with pytest.raises(DatabaseError):
        forward(world.lens(), world.meeting)
    change(world, "old", "update note set body = 'another' where task = 4 and number = 2")
    forward(world.lens(), world.meeting)
    world.require_copied()


def test_rows_without_a_parent_are_named(world: World) -> None:
    change(world, "old", "insert into note values (55, 1, 'lost')")
    with pytest.raises(FindingsBlock):
        forward(world.lens(), world.meeting)
    with pytest.raises(DatabaseError) as caught:  # they have come after the census
        forward(world.lens(), world.meeting, census=Census((), ()))
    assert "55/1" in caught.value.message


def test_what_the_server_computes_is_not_written(world: World) -> None:
    change(world, "new", "drop table remark", "create table remark (item bigint not null, number bigint not null, "
           "body varchar(200), loud varchar(200) generated always as (upper(body)), primary key (item, number))")
    change(world, "old", "alter table note add column loud varchar(200) generated always as ('quiet')")
    forward(world.lens(), world.meeting)
    assert world.there("select loud from remark where item = 1 and number = 2") == [("NOTE 1.2",)]


def test_a_key_of_texts_in_any_order_is_walked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_chunks(monkeypatch)
    world = empty(tmp_path)
    keys = ["", " ", "'", '"', "%", ":x", "A", "a", "a ", "a\nb", "\\", "ä", "中文", "🚧"]
    table = "create table word (word varchar(20) collate nocase, n integer, primary key (word, n))"
    for side in ("old", "new"):
        change(world, side, table)
    with world.old.connect() as connection, connection.begin():
        for key in keys:
            connection.exec_driver_sql("insert into word values (?, ?)", (key, ord(key[0]) if key else -1))
    copied = forward(world.lens('from: "1"\nto: "2"\n'), world.meeting)
    assert (copied.rows, copied.pairs[0].chunks) == (len(keys), 5)
    assert sorted(key for key, in world.there("select word from word")) == sorted(keys)


def test_a_key_that_is_no_key_ends_the_copy(world: World) -> None:
    change(world, "old", "create table odd (id bigint, what text, primary key (id))",
           "insert into odd values (1, 'one'), ('x', 'text'), ('y', 'text')")
    change(world, "new", "create table odd (id bigint primary key, what text)")
    with pytest.raises(DatabaseError):
        forward(world.lens(), world.meeting, census=Census((), ()))
    assert world.there("select count(*) from odd where id <> 1") == [(0,)]


def test_rows_get_new_keys_and_records(tmp_path: Path) -> None:
    places = empty(tmp_path)
    require_renumbered(places.old, places.new)


def test_the_pace_follows_the_speed() -> None:
    half = pace.Pace(0.5)
    half.took(pace.FIRST, 0.01)
    assert half.rows == pace.FIRST * pace.GROWTH
    for _chunk in range(20):
        half.took(half.rows, half.rows / 10_000)
    assert half.rows == pytest.approx(5_000, rel=0.01)
    half.took(half.rows, 1_000)
    assert pace.FEWEST <= half.rows <= 2_600
