"""Rows that lie in several tables, rows of which only some are meant, and keys that are no keys in both terms."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import Endpoint, open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.verify import compare

OLD = """
create table party (id integer primary key, kind text, name text, phone text);
insert into party values (1, 'P', 'Ann', '1'), (2, 'C', 'Acme', null), (3, 'P', 'Bob', null)
"""
NEW = """
create table person (id integer primary key, name text);
insert into person values (1, 'Ann'), (3, 'Bob');
create table contact (person integer primary key, phone text);
insert into contact values (1, '1'), (3, null);
create table company (id integer primary key, name text);
insert into company values (2, 'Acme')
"""
SAID = """
from: "1"
to: "2"
tables:
  - old: party
    new: [person, contact]
    rows: {old: {kind: P}}
  - old: party
    new: company
    rows: {old: {kind: C}}
    columns:
      - only-old: {column: phone}
"""


def act(end: Endpoint, *statements: str) -> None:
    with end.connect() as connection, connection.begin():
        for statement in statements:
            connection.exec_driver_sql(statement)


@pytest.fixture
def meeting(tmp_path: Path) -> Meeting:
    meeting = Meeting(*(open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new")))
    act(meeting.old, *OLD.split(";"))
    act(meeting.new, *NEW.split(";"))
    return meeting


@pytest.fixture
def lens(meeting: Meeting) -> Lens:
    return compile_lens(Mapping.parse(SAID.encode(), "m.yaml"), read_schema(meeting.old), read_schema(meeting.new))


def test_only_the_rows_of_a_pair_are_compared(lens: Lens, meeting: Meeting) -> None:
    report = compare(lens, meeting)
    assert report.equal
    assert {(table.table, table.old) for table in report.tables} == {("party -> person + contact", 2),
                                                                     ("party -> company", 1)}
    assert {(one.side, one.what, one.why) for one in report.uncompared} == {
        ("old", "party", "rows whose kind is not C belong to other pairs, or to none"),
        ("old", "party.phone", "this side alone has the column"),
        ("old", "party", "rows whose kind is not P belong to other pairs, or to none"),
        ("new", "contact", "rows without one of person are not looked for")}


@pytest.mark.parametrize(("statement", "said"), [
    ("update contact set phone = '2' where person = 1", ("1", "phone", "1", "2")),
    ("delete from contact where person = 3", ("3", "contact", "row", None)),
    ("delete from company", ("2", None, None, None)),
])
def test_what_differs_in_any_of_the_tables_is_named(lens: Lens, meeting: Meeting, statement: str,
                                                    said: tuple[str | None, ...]) -> None:
    act(meeting.new, statement)
    assert [(one.key["id"], one.column, one.old, one.new) for one in compare(lens, meeting).differences] == [said]
