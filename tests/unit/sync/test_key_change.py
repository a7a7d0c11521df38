"""Keys change, and rows keep all that the other side alone knows of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.side import Side
from migrator.sync.batch import take
from migrator.sync.batch.renamed.rekey import moves_of
from migrator.sync.batch.renamed.rekeying import Rekeying
from tests.ordering.keys import KEYS, keys_are_swapped
from tests.ordering.office import Office, founded
from tests.ordering.stories import Story


@pytest.mark.parametrize(("changes", "moves"), [
    ("1>2", "1>2"), ("1>2 2>3", "1>3"), ("1>2 2>1", ""), ("1>3 2>1 3>2", "1>2 2>1"), ("1> 2>1", "2>1"),
    ("1>2 >1", "1>2"), ("1>2 2>", ""), (">1 1>2", ""), ("1> >1", ""), ("2>3 1>2", "1>2 2>3"), ("1> >1 1>2", "1>2"),
    ("1>2 2> >2", "1>2"), ("1> 2>1 >2", "2>1"),
])
def test_whose_row_a_key_is_now(changes: str, moves: str) -> None:
    assert moves_of(told(changes)) == dict(told(moves))


def test_a_key_that_somebody_else_has_is_not_taken(office: Office) -> None:
    office.old("insert into person (id, seat) values (1, 1)")
    office.drain()
    office.new("update person set note = 'mine'", "insert into person (id, seat) values (5, 55)")
    office.old("update person set id = 5")
    office.round()
    assert office.came("select id, seat, note from person order by id") == [(1, 1, "mine"), (5, 55, None)]


def told(changes: str) -> list[Any]:
    """Changes from `before>after`."""
    return [tuple((key,) if key else None for key in change.split(">")) for change in changes.split()]


@pytest.mark.parametrize("batch", [2, 1000])
@pytest.mark.parametrize("story", KEYS, ids=lambda story: story.__name__)
def test_story(office: Office, story: Story, batch: int) -> None:
    office.small(batch)
    story(office)


def test_on_two_servers_it_may_be_told_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = (open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new"))
    office = founded(*ends, apart=True)
    with office.stack:
        spent = Rekeying._spent
        monkeypatch.setattr(Rekeying, "_spent", cut_off)
        with pytest.raises(KeyboardInterrupt):
            keys_are_swapped(office)
        monkeypatch.setattr(Rekeying, "_spent", spent)
        office.small(1000)
        office.drain()
        assert office.came("select id, note, seat from person order by id") == [
            (1, "n1", 1), (2, "n3", 3), (3, "n2", 2)]


def cut_off(*_entries: object) -> None:
    raise KeyboardInterrupt


NUMBERED = b"""
from: "1"
to: "2"
tables:
  - {old: room, new: room, columns: [{key: {old: code, new: id}}, {only-new: {column: note}}]}
"""
ROOMS = {Side.OLD: ["create table room (code varchar(9) not null primary key, name varchar(9))"],
         Side.NEW: ["create table room (id integer not null primary key, name varchar(9), note varchar(9))"]}


@pytest.mark.parametrize("apart", [False, True])
def test_a_number_stays_with_its_row(tmp_path: Path, apart: bool) -> None:
    ends = (open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new"))
    office = founded(*ends, apart=apart, said=NUMBERED, tables=ROOMS)
    with office.stack:
        office.old("insert into room values ('A', 'attic'), ('B', 'bath'), ('C', 'cell')")
        office.drain()
        office.new("update room set note = name || '!'")
        office.drain()
        office.old("delete from room where code = 'C'", "update room set code = 'C' where code = 'B'",
                   "update room set code = 'B' where code = 'A'", "insert into room values ('A', 'aula')")
        office.drain()
        assert office.came("select id, name, note from room order by id") == [
            (1, "attic", "attic!"), (2, "bath", "bath!"), (4, "aula", None)]


READ = b"""
from: "1"
to: "2"
tables:
  - {old: device, new: asset, columns: [{rename: {old: code, new: tag}}, {only-new: {column: note}}]}
  - {old: reading, new: measure, columns: [{rename: {old: device, new: tag}}, {only-new: {column: note}}]}
"""
DEVICES = {
    Side.OLD: ["create table device (code varchar(9) not null primary key, name varchar(9))",
               "create table reading (device varchar(9) not null references device (code) on update cascade on delete "
               "cascade, n integer not null, value integer, primary key (device, n))"],
    Side.NEW: ["create table asset (tag varchar(9) not null primary key, name varchar(9), note varchar(9))",
               "create table measure (tag varchar(9) not null references asset (tag) on update cascade on delete "
               "cascade, n integer not null, value integer, note varchar(9), primary key (tag, n))"]}


@pytest.mark.parametrize("batch", [2, 1000])
@pytest.mark.parametrize("apart", [False, True])
def test_rows_go_with_the_parent_whose_key_is_in_theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, apart: bool,
                                                        batch: int) -> None:
    monkeypatch.setattr(take, "LEAST", 1)
    ends = (open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new"))
    office = founded(*ends, apart=apart, said=READ, tables=DEVICES)
    with office.stack:
        office.small(batch)
        office.old("insert into device values ('A', 'axe'), ('B', 'bell'), ('C', 'car')",
                   "insert into reading values ('A', 1, 10), ('A', 2, 20), ('B', 1, 30), ('C', 1, 40)")
        office.drain()
        office.new("update measure set note = tag || n", "update asset set note = name || '!'")
        office.drain()
        office.old("update device set code = 'X' where code = 'A'", "update device set code = 'A' where code = 'B'",
                   "update device set code = 'B' where code = 'X'")
        office.drain()
        assert office.came("select tag, name, note from asset order by tag") == [
            ("A", "bell", "bell!"), ("B", "axe", "axe!"), ("C", "car", "car!")]
        assert office.came("select tag, n, value, note from measure order by tag, n") == [
            ("A", 1, 30, "B1"), ("B", 1, 10, "A1"), ("B", 2, 20, "A2"), ("C", 1, 40, "C1")]
        office.old("delete from reading where device = 'C'", "insert into reading values ('C', 1, 41)",
                   "update device set code = 'D' where code = 'C'", "update reading set value = 11 where value = 10")
        office.drain()
        assert office.came("select tag, n, value from measure order by tag, n") == [
            ("A", 1, 30), ("B", 1, 11), ("B", 2, 20), ("D", 1, 41)]
