"""Putting there and back: nothing changes when nothing changed, and what was written is what is read."""

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
from migrator.lens.put.put import Written, put
from migrator.lens.side import Way

OLD = """
create table task (id integer primary key, title text, status text, fax text, parent integer references task (id));
insert into task values (1, 'dig', '在建', 'x', 2), (2, null, '竣工', null, null), (3, ' dig ', 'done', '', 1)
"""
NEW = """
create table work_item (id integer primary key, subject text, code text, priority integer,
                        parent integer references work_item (id))
"""
SAID = """
from: "1"
to: "2"
tables:
  - old: task
    new: work_item
    columns:
      - rename: {old: title, new: subject}
      - values: {old: status, new: code, map: {在建: BUILD, 竣工: DONE, done: DONE}}
      - only-old: {column: fax}
      - only-new: {column: priority, default: 3}
"""


@pytest.fixture
def meeting(tmp_path: Path) -> Meeting:
    return Meeting(made("old", tmp_path, OLD), made("new", tmp_path, NEW))


@pytest.fixture
def lens(meeting: Meeting) -> Lens:
    return compile_lens(Mapping.parse(SAID.encode(), "m.yaml"), read_schema(meeting.old), read_schema(meeting.new))


def made(name: str, folder: Path, script: str) -> Endpoint:
    end = open_endpoint(name, f"sqlite:///{folder / name}.db")
    run(end, *script.split(";"))
    return end


def run(end: Endpoint, *statements: str) -> None:
    with end.connect() as connection, connection.begin():
        for statement in statements:
            connection.exec_driver_sql(statement)


def rows(end: Endpoint, table: str) -> list[tuple[Any, ...]]:
    with end.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(f"select * from {table} order by id")]


def test_a_put_fills_and_a_second_one_writes_nothing(lens: Lens, meeting: Meeting) -> None:
    assert put(lens, meeting, Way.FORWARD) == Written(inserted=3, remembered=1)
    assert rows(meeting.new, "work_item") == [
        (1, "dig", "BUILD", 3, 2), (2, None, "DONE", 3, None), (3, " dig ", "DONE", 3, 1)]
    assert put(lens, meeting, Way.FORWARD) == Written()


def test_what_was_not_touched_comes_back_as_it_was(lens: Lens, meeting: Meeting) -> None:
    before = rows(meeting.old, "task")
    put(lens, meeting, Way.FORWARD)
    assert put(lens, meeting, Way.BACKWARD) == Written()
    assert rows(meeting.old, "task") == before


def test_what_users_of_the_new_side_wrote_comes_back_and_the_rest_stays(lens: Lens, meeting: Meeting) -> None:
    put(lens, meeting, Way.FORWARD)
    run(meeting.new, "update work_item set subject = 'DIG', priority = 1 where id = 3",
        "update work_item set code = 'BUILD' where id = 2", "delete from work_item where id = 1",
        "insert into work_item values (9, 'new', 'DONE', 5, 3)", "update work_item set parent = null where id = 3")
    written = rows(meeting.new, "work_item")
    put(lens, meeting, Way.BACKWARD)
    assert rows(meeting.old, "task") == [
        (2, None, "在建", None, None), (3, "DIG", "done", "", None), (9, "new", "竣工", None, 3)]
    put(lens, meeting, Way.FORWARD)
    assert rows(meeting.new, "work_item") == written
