"""Two hops as one: the version between is known by its structure only."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import WrongUse
from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.compose import compose
from migrator.lens.declared.mapping import Mapping
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.places.schema_file import load_schema, write_schema
from migrator.lens.put.put import Written, put
from migrator.lens.side import Way
from tests.unit.lens.test_put import made, rows, run

FIRST = """
create table task (id integer primary key, title text, status text, fax text);
insert into task values (1, 'dig', '在建', 'x'), (2, null, 'done', null), (3, ' b ', '竣工', '')
"""
BETWEEN = "create table task (id integer primary key, subject text, code text, room integer)"
LAST = "create table item (number integer primary key, subject text, state integer, priority integer)"
ONE = """
from: "1"
to: "2"
tables:
  - old: task
    new: task
    columns:
      - rename: {old: title, new: subject}
      - values: {old: status, new: code, map: {在建: BUILD, 竣工: DONE, done: DONE}}
      - only-old: {column: fax}
      - only-new: {column: room}
"""
TWO = """
from: "2"
to: "3"
tables:
  - old: task
    new: item
    columns:
      - rename: {old: id, new: number}
      - values: {old: code, new: state, map: {BUILD: 1, DONE: 2}}
      - only-old: {column: room}
      - only-new: {column: priority, default: 3}
"""


def test_the_composed_lens_goes_there_and_back(tmp_path: Path) -> None:
    first, last = made("old", tmp_path, FIRST), made("new", tmp_path, LAST)
    write_schema(read_schema(made("between", tmp_path, BETWEEN)), tmp_path / "2.json")
    between = load_schema(tmp_path / "2.json")
    assert between == read_schema(made("same", tmp_path, BETWEEN))
    lens = compose(compile_lens(Mapping.parse(ONE.encode(), "1"), read_schema(first), between),
                   compile_lens(Mapping.parse(TWO.encode(), "2"), between, read_schema(last)))
    meeting, before = Meeting(first, last), rows(first, "task")

    assert put(lens, meeting, Way.FORWARD) == Written(inserted=3, remembered=1)
    with last.connect() as connection:
        found = [tuple(row) for row in connection.exec_driver_sql("select * from item order by number")]
    assert found == [(1, "dig", 1, 3), (2, None, 2, 3), (3, " b ", 2, 3)]
    assert put(lens, meeting, Way.BACKWARD) == Written()
    assert rows(first, "task") == before

    run(last, "update item set state = 1, priority = 9 where number = 2", "insert into item values (7, 'x', 2, 1)")
    put(lens, meeting, Way.BACKWARD)
    assert rows(first, "task") == [before[0], (2, None, "在建", None), before[2], (7, "x", "竣工", None)]
    assert put(lens, meeting, Way.FORWARD) == Written()


def test_rows_that_are_spread_in_between_are_carried_hop_by_hop(tmp_path: Path) -> None:
    first, last = made("old", tmp_path, FIRST), made("new", tmp_path, LAST)
    between = read_schema(made("between", tmp_path, BETWEEN))
    filtered = TWO.replace("    columns:", "    rows: {old: {code: [BUILD]}}\n    columns:")
    with pytest.raises(WrongUse, match="cannot be chained"):
        compose(compile_lens(Mapping.parse(ONE.encode(), "1"), read_schema(first), between),
                compile_lens(Mapping.parse(filtered.encode(), "2"), between, read_schema(last)))
