"""A mapping meets two schemas: what maps by itself, what must be said, and what comes out as statements."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import PlaybookError
from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.lens import Lens, rows_for
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.side import Side, Way

OLD = """
create table task (id integer primary key, title text, status text, fax text);
insert into task values (1, 'dig', '在建', 'x'), (2, null, '竣工', null);
"""
NEW = "create table work_item (id integer primary key, subject text, code text, priority integer)"
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
"""


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


def compiled(said: str, meeting: Meeting) -> Lens:
    return compile_lens(Mapping.parse(said.encode(), "m.yaml"), read_schema(meeting.old), read_schema(meeting.new))


def test_rows_go_over_in_one_statement(meeting: Meeting) -> None:
    lens = compiled(SAID, meeting)
    pair, = lens.pairs
    target = pair.faces[Side.NEW].main
    with meeting.connect(Side.NEW) as connection, connection.begin():
        rows = rows_for(pair, Way.FORWARD, target, lens.tables)
        connection.execute(target.clause(Side.NEW).insert().from_select([c.name for c in rows.selected_columns], rows))
        found = connection.exec_driver_sql("select id, subject, code, priority from work_item order by id").all()
    assert [tuple(row) for row in found] == [(1, "dig", "BUILD", 3), (2, None, "DONE", 3)]


@pytest.mark.parametrize(("change", "where", "said"), [
    (("old: title", "old: titel"), "m.yaml:8:23", 'did you mean "title"'),
    (("      - only-old: {column: fax}\n", ""), "m.yaml:5:5", "nothing is said of the column fax"),
    (("rename:", "renam:"), "m.yaml:8:9", 'did you mean "rename"'),
    (("old: task", "old: tusk"), "m.yaml:5:10", 'did you mean "task"'),
])
def test_what_is_wrong_is_told_with_its_place(meeting: Meeting, change: tuple[str, str], where: str,
                                              said: str) -> None:
    with pytest.raises(PlaybookError) as caught:
        compiled(SAID.replace(*change), meeting)
    assert str(caught.value.where).startswith(where)
    assert said in caught.value.message


def test_a_table_without_a_key_is_given_one(meeting: Meeting) -> None:
    for end, name in ((meeting.old, "log"), (meeting.new, "log")):
        with end.connect() as connection, connection.begin():
            connection.exec_driver_sql(f"create table {name} (who text, at text, what text)")
    with pytest.raises(PlaybookError, match="log has no key"):
        compiled(SAID, meeting)
    said = SAID + "  - {old: log, new: log, key: [who, at]}\n"
    pair = next(pair for pair in compiled(said, meeting).pairs if pair.name == "log")
    assert [pair.faces[side].key for side in Side] == [("who", "at")] * 2
    with pytest.raises(PlaybookError, match='unknown column "att"'):
        compiled(said.replace("at]", "att]"), meeting)


def test_tables_of_one_side_may_be_named_by_how_they_begin(meeting: Meeting) -> None:
    with meeting.old.connect() as connection, connection.begin():
        connection.exec_driver_sql("create table tmp_a (x text)")
    lens = compiled(SAID + 'only-old: ["tmp_*", "none_*"]\n', meeting)
    assert lens.only == {Side.OLD: {"tmp_a"}, Side.NEW: frozenset()}
    with pytest.raises(PlaybookError, match='unknown table "tmp"'):
        compiled(SAID + 'only-old: ["tmp_*", tmp]\n', meeting)
