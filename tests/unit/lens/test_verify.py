"""Two databases that should say the same: what differs is found, counted and named, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.side import Side
from migrator.lens.verify import compare
from migrator.lens.verify.difference import Difference, Kind

OLD = """
create table task (id integer primary key, title text, status text, fax text);
insert into task values (1, 'dig', '在建', 'x'), (2, null, '竣工', null), (3, '', null, null), (-7, 'a ', '竣工', null);
create table room (code text primary key, name text);
insert into room values ('a', 'A'), ('A', 'another'), ('', 'empty');
create table seat (room text, number integer, who text, primary key (room, number));
insert into seat values ('a', 1, 'x'), ('a', 11, 'y'), ('a1', 1, 'z');
create table attic (id integer primary key);
"""
NEW = """
create table work_item (id integer primary key, subject text, code text, priority integer);
insert into work_item values (1, 'dig', 'BUILD', 3), (2, null, 'DONE', 3), (3, '', null, 3), (-7, 'a ', 'DONE', 3);
create table room (code text primary key, name text);
insert into room values ('a', 'A'), ('A', 'another'), ('', 'empty');
create table seat (room text, number integer, who text, primary key (room, number));
insert into seat values ('a', 1, 'x'), ('a', 11, 'y'), ('a1', 1, 'z');
"""
SAID = """
from: "1"
to: "2"
tables:
  - old: task
    new: work_item
    columns:
      - rename: {old: title, new: subject}
      - values: {old: status, new: code, map: {在建: BUILD, 竣工: DONE}}
      - only-old: {column: fax}
      - only-new: {column: priority, default: 3}
only-old: [attic]
"""

Change = Callable[[Side, str], None]


@pytest.fixture
def meeting(tmp_path: Path) -> Meeting:
    ends = []
    for name, script in (("old", OLD), ("new", NEW)):
        end = open_endpoint(name, f"sqlite:///{tmp_path / name}.db")
        with end.connect() as connection, connection.begin():
            for statement in script.split(";"):
                connection.exec_driver_sql(statement)
        ends.append(end)
    return Meeting(*ends)


@pytest.fixture
def lens(meeting: Meeting) -> Lens:
    return compile_lens(Mapping.parse(SAID.encode(), "m.yaml"), read_schema(meeting.old), read_schema(meeting.new))


def act(meeting: Meeting, side: Side, statement: str) -> None:
    with meeting.end(side).connect() as connection, connection.begin():
        connection.exec_driver_sql(statement)


def test_equal_sides_are_equal_and_what_was_not_compared_is_told(lens: Lens, meeting: Meeting) -> None:
    report = compare(lens, meeting)
    assert report.equal
    assert (report.rows, report.cells) == (10, 4 * 3 + 3 * 2 + 3 * 3)
    assert {(one.side, one.what) for one in report.uncompared} == {
        ("old", "attic"), ("old", "task.fax"), ("new", "work_item.priority")}


@pytest.mark.parametrize(("side", "statement", "expected"), [
    (Side.NEW, "update work_item set subject = 'Dig' where id = 1",
     Difference("task -> work_item", Kind.DIFFERS, {"id": "1"}, "subject", "dig", "Dig")),
    (Side.NEW, "update work_item set subject = '' where id = 2",
     Difference("task -> work_item", Kind.DIFFERS, {"id": "2"}, "subject", None, "")),
    (Side.NEW, "update work_item set subject = null where id = 3",
     Difference("task -> work_item", Kind.DIFFERS, {"id": "3"}, "subject", "", None)),
    (Side.NEW, "update work_item set subject = 'a' where id = -7",
     Difference("task -> work_item", Kind.DIFFERS, {"id": "-7"}, "subject", "a ", "a")),
    (Side.OLD, "update task set status = '在建' where id = 2",
     Difference("task -> work_item", Kind.DIFFERS, {"id": "2"}, "code", "BUILD", "DONE")),
    (Side.OLD, "update task set status = '停工' where id = 3",
     Difference("task -> work_item", Kind.DIFFERS, {"id": "3"}, "code",
                "cannot be said: the value is not in the map", None)),
    (Side.OLD, "delete from task where id = 1",
     Difference("task -> work_item", Kind.INVENTED, {"id": "1"})),
    (Side.NEW, "delete from room where code = 'A'",
     Difference("room", Kind.MISSING, {"code": "A"})),
    (Side.NEW, "update room set name = 'B' where code = ''",
     Difference("room", Kind.DIFFERS, {"code": ""}, "name", "empty", "B")),
    (Side.NEW, "update seat set who = 'q' where room = 'a' and number = 11",
     Difference("seat", Kind.DIFFERS, {"room": "a", "number": "11"}, "who", "y", "q")),
    (Side.NEW, f"update room set name = '{'x' * 300}' where code = 'a'",
     Difference("room", Kind.DIFFERS, {"code": "a"}, "name", "A", "x" * 199 + "…")),
])
def test_one_change_is_found_and_named(lens: Lens, meeting: Meeting, side: Side, statement: str,
                                       expected: Difference) -> None:
    act(meeting, side, statement)
    report = compare(lens, meeting)
    assert report.differences == [expected]
    assert (report.equal, report.different) == (False, 1)


def test_as_many_as_wanted_are_named_and_all_are_counted(lens: Lens, meeting: Meeting) -> None:
    act(meeting, Side.NEW, "update work_item set subject = 'x', code = 'BUILD'")
    act(meeting, Side.NEW, "update seat set who = 'q'")
    report = compare(lens, meeting, most=3)
    assert len(report.differences) == 3
    assert [(table.table, table.differing) for table in report.tables if table.different] == [
        ("seat", 3), ("task -> work_item", 4)]


def test_progress_ends_with_all_rows(lens: Lens, meeting: Meeting) -> None:
    seen: list[tuple[float, float | None, str]] = []
    compare(lens, meeting, progress=lambda *told: seen.append(told))
    assert seen[-1] == (10, 10, "rows")


def test_a_few_rows_are_foretold_as_few(lens: Lens, meeting: Meeting) -> None:
    foretold: list[float | None] = []
    compare(lens, meeting, progress=lambda _done, whole, _unit: foretold.append(whole))
    assert set(foretold) == {10}
