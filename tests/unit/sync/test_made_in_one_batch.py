"""What a row is made with may itself be made in the same batch: things that links hold, records that rows share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import Endpoint, open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.verify import compare
from migrator.sync.applier import open_applier
from migrator.sync.batch import take
from migrator.sync.starting.start import start

OLD = ("create table person (id integer primary key, name text not null)",
       "create table team (id integer primary key, members text not null default '', sponsor text)")
NEW = ("create table person (id integer primary key, name text not null)",
       "create table sponsor (id integer primary key, name text not null unique)",
       "create table team (id integer primary key, sponsor_id integer references sponsor (id))",
       "create table team_person (team_id integer not null references team (id) on delete cascade, "
       "person_id integer not null references person (id), primary key (team_id, person_id))")
SAID = b"""
from: "1"
to: "2"
tables:
  - old: team
    new: team
    columns:
      - extract: {old: sponsor, new: {table: sponsor, columns: name, reference: sponsor_id}}
      - explode:
          old: members
          separator: ","
          unknown: drop
          new: {table: team_person, owner: team_id, value: person_id, words: {table: person, key: id, value: id}}
"""


@pytest.fixture
def in_step(tmp_path: Path) -> tuple[Lens, Meeting]:
    ends = [open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new")]
    for end, statements in zip(ends, (OLD, NEW), strict=True):
        run(end, *statements)
    lens, meeting = compile_lens(Mapping.parse(SAID, "m.yaml"), *map(read_schema, ends)), Meeting(*ends)
    start(lens, meeting)
    return lens, meeting


def test_links_to_things_that_are_as_new(in_step: tuple[Lens, Meeting]) -> None:
    lens, meeting = in_step
    run(meeting.old, "insert into person values (9, 'Li')", "insert into team (id, members) values (1, '9')")
    drain(lens, meeting)
    assert rows(meeting.new, "select team_id, person_id from team_person") == [(1, 9)]
    run(meeting.old, "insert into person values (10, 'Wang')", "update team set members = '9,10'")
    drain(lens, meeting)
    assert rows(meeting.new, "select person_id from team_person order by 1") == [(9,), (10,)]


def test_links_to_things_that_come_later(in_step: tuple[Lens, Meeting], monkeypatch: pytest.MonkeyPatch) -> None:
    """As a batch sees it that had room for one of both only, or that looked at the list after the thing was made."""
    lens, meeting = in_step
    monkeypatch.setattr(take, "LEAST", 1)
    with open_applier(lens, meeting, holder="test", batch=1) as applier:
        run(meeting.old, "insert into person values (7, 'x'), (8, 'y'), (9, 'Li')",
            "insert into team (id, members) values (1, '9'), (2, '9,77')")
        applier.drain()
    assert rows(meeting.new, "select team_id, person_id from team_person order by 1") == [(1, 9), (2, 9)]
    assert compare(lens, meeting).equal


def test_records_that_nobody_had_before(in_step: tuple[Lens, Meeting]) -> None:
    lens, meeting = in_step
    run(meeting.old, "insert into team (id, sponsor) values (1, 'ACME'), (2, 'ACME'), (3, 'Zeta')")
    drain(lens, meeting)
    run(meeting.new, "insert into sponsor (name) values ('Own')", "update team set sponsor_id = 3 where id = 2")
    run(meeting.old, "update team set sponsor = 'Fresh' where id = 3")
    drain(lens, meeting)
    asked = "select t.id, s.name from team t join sponsor s on s.id = t.sponsor_id order by t.id"
    assert rows(meeting.new, asked) == [(1, "ACME"), (2, "Own"), (3, "Fresh")]
    assert rows(meeting.old, "select id, sponsor from team") == [(1, "ACME"), (2, "Own"), (3, "Fresh")]


def drain(lens: Lens, meeting: Meeting) -> None:
    with open_applier(lens, meeting, holder="test") as applier:
        applier.drain()
    assert compare(lens, meeting).equal


def run(end: Endpoint, *statements: str) -> None:
    with end.connect() as connection, connection.begin():
        for statement in statements:
            connection.exec_driver_sql(statement)


def rows(end: Endpoint, asked: str) -> list[tuple[Any, ...]]:
    with end.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(asked)]
