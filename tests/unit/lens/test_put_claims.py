"""Two pairs share a table: a row that another pair has, or none, is never written over."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import DatabaseError
from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.put.put import put
from migrator.lens.side import Side, Way

OLD = """
create table party (id integer primary key, kind text not null, name text);
create table bill (id integer primary key, party_id integer references party (id));
insert into party values (1, 'person', 'Ann'), (2, 'company', 'Acme'), (3, 'other', 'Nobody');
insert into bill values (7, 1);
"""
NEW = """
create table person (id integer primary key, name text);
create table company (id integer primary key, name text);
create table bill (id integer primary key, party_id integer);
"""
SAID = b"""
from: "1"
to: "2"
tables:
  - old: party
    new: person
    rows: {old: {kind: person}}
  - old: party
    new: company
    rows: {old: {kind: company}}
"""


@pytest.fixture
def meeting(tmp_path: Path) -> Meeting:
    ends = Meeting(*(open_endpoint(side, f"sqlite:///{tmp_path / side}.db") for side in Side))
    for side, script in ((Side.OLD, OLD), (Side.NEW, NEW)):
        run(ends, side, script)
    return ends


def run(meeting: Meeting, side: Side, script: str) -> None:
    with meeting.end(side).connect() as connection, connection.begin():
        for statement in filter(str.strip, script.split(";")):
            connection.exec_driver_sql(statement)


def rows(meeting: Meeting, side: Side, table: str) -> list[tuple[object, ...]]:
    with meeting.end(side).connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(f"select * from {table} order by id")]


def gone_over(meeting: Meeting, way: Way) -> None:
    put(compile_lens(Mapping.parse(SAID, "m.yaml"), read_schema(meeting.old), read_schema(meeting.new)), meeting, way)


def test_a_row_that_changes_its_kind_stays_the_same_row(meeting: Meeting) -> None:
    gone_over(meeting, Way.FORWARD)
    run(meeting, Side.NEW, "delete from person; insert into company values (1, 'Ann Ltd')")
    gone_over(meeting, Way.BACKWARD)
    assert rows(meeting, Side.OLD, "party") == [(1, "company", "Ann Ltd"), (2, "company", "Acme"),
                                                (3, "other", "Nobody")]
    assert rows(meeting, Side.OLD, "bill") == [(7, 1)]


@pytest.mark.parametrize("born", ["insert into company values (1, 'Ann again')", "insert into person values (3, 'Me')"])
def test_a_key_that_is_taken_is_refused_and_nothing_is_written(meeting: Meeting, born: str) -> None:
    gone_over(meeting, Way.FORWARD)
    before = rows(meeting, Side.OLD, "party")
    run(meeting, Side.NEW, born + "; update person set name = 'changed' where id = 1")
    with pytest.raises(DatabaseError):
        gone_over(meeting, Way.BACKWARD)
    assert rows(meeting, Side.OLD, "party") == before
