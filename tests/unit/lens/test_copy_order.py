"""Look-ups into tables that are copied too: no foreign key need say so, and a circle is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import FindingsBlock
from migrator.lens.copy.copy import forward
from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.side import Side
from tests.unit.lens.drafting import sqlite_sides

OLD = ("create table task (id integer primary key, code text, team text); "
       "create table team (id integer primary key, code text, task text); "
       "insert into task values (1, 'dig', 'north'), (2, 'lay', null); insert into team values (7, 'north', 'dig')")
NEW = ("create table task (id integer primary key, code text unique, team_id integer); "
       "create table team (id integer primary key, code text unique, {task})")
SAID = """
from: "1"
to: "2"
tables:
  - old: task
    new: task
    columns:
      - lookup: {old: team, new: team_id, table: team, value: code}
"""


def test_what_is_looked_up_is_there_before(tmp_path: Path) -> None:
    meeting = sqlite_sides(tmp_path, OLD, NEW.format(task="task text"))
    copy(SAID, meeting)
    with meeting.new.connect() as connection:
        assert connection.exec_driver_sql("select id, team_id from task order by id").all() == [(1, 7), (2, None)]


def test_a_circle_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    meeting = sqlite_sides(tmp_path, OLD, NEW.format(task="task_id integer"))
    back = ("  - old: team\n    new: team\n    columns:\n"
            "      - lookup: {old: task, new: task_id, table: task, value: code}\n")
    with pytest.raises(FindingsBlock, match="task, team"):
        copy(SAID + back, meeting)
    assert set(read_schema(meeting.new).tables) == {"task", "team"}
    with meeting.connect(Side.NEW) as connection:
        assert connection.exec_driver_sql("select count(*) from team").scalar() == 0


def copy(said: str, meeting: Meeting) -> None:
    lens = compile_lens(Mapping.parse(said.encode(), "m.yaml"), read_schema(meeting.old), read_schema(meeting.new))
    forward(lens, meeting)
