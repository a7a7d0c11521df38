"""What both sides have agreed on is no difference, though nobody would compute it."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import WrongUse
from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import Endpoint, open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.put.put import put
from migrator.lens.side import Way
from migrator.lens.verify import compare

SAID = """
from: "1"
to: "2"
tables:
  - old: task
    new: task
    columns:
      - values: {old: status, new: code, map: {在建: BUILD, 竣工: DONE}, else-old: 竣工}
"""


def act(end: Endpoint, *statements: str) -> None:
    with end.connect() as connection, connection.begin():
        for statement in statements:
            connection.exec_driver_sql(statement)


@pytest.fixture
def meeting(tmp_path: Path) -> Meeting:
    meeting = Meeting(*(open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new")))
    act(meeting.old, "create table task (id integer primary key, title text, status text)",
        "insert into task values (1, 'dig', '在建'), (2, 'pave', '竣工')")
    act(meeting.new, "create table task (id integer primary key, title text, code text)")
    return meeting


@pytest.fixture
def lens(meeting: Meeting) -> Lens:
    """The lens, after users of the new side have written what the old side cannot say."""
    lens = compile_lens(Mapping.parse(SAID.encode(), "m.yaml"), read_schema(meeting.old), read_schema(meeting.new))
    put(lens, meeting, Way.FORWARD)
    act(meeting.new, "update task set code = 'REVIEW' where id = 1")
    put(lens, meeting, Way.BACKWARD)
    return lens


def test_what_memory_knows_of_both_sides_is_agreed(lens: Lens, meeting: Meeting) -> None:
    report = compare(lens, meeting)
    assert report.equal
    assert report.tables[0].agreed == 1


@pytest.mark.parametrize(("side", "statement", "said"), [
    ("new", "update task set code = 'HOLD' where id = 1", ("code", "REVIEW", "HOLD")),
    ("old", "update task set status = '在建' where id = 1", ("code", "BUILD", "REVIEW")),
    ("new", "update task set title = 'DIG' where id = 1", ("title", "dig", "DIG")),
])
def test_what_has_changed_since_is_named(lens: Lens, meeting: Meeting, side: str, statement: str,
                                         said: tuple[str, str, str]) -> None:
    act(meeting.old if side == "old" else meeting.new, statement)
    report = compare(lens, meeting)
    assert [(one.column, one.old, one.new) for one in report.differences] == [said]


KEYED = """
from: "1"
to: "2"
tables:
  - old: department
    new: department
    columns:
      - key: {old: code, new: id, prefix: N}
      - reference: {old: above, new: above_id, to: department}
"""


@pytest.fixture
def departments(tmp_path: Path) -> Meeting:
    meeting = Meeting(*(open_endpoint(name, f"sqlite:///{tmp_path / name}-department.db") for name in ("old", "new")))
    act(meeting.old, "create table department (code text primary key, name text, above text references department)",
        "insert into department values ('HQ', 'all', null), ('AC', 'accounts', 'HQ')")
    act(meeting.new,
        "create table department (id integer primary key, name text, above_id integer references department)")
    return meeting


def keyed(meeting: Meeting) -> Lens:
    return compile_lens(Mapping.parse(KEYED.encode(), "m.yaml"), read_schema(meeting.old), read_schema(meeting.new))


def test_rows_are_found_by_their_identity_map(departments: Meeting) -> None:
    lens = keyed(departments)
    put(lens, departments, Way.FORWARD)
    assert compare(lens, departments).equal
    act(departments.new, "update department set above_id = id where name = 'accounts'")
    difference, = compare(lens, departments).differences
    assert (difference.column, difference.old, difference.new) == ("above_id", "2", "1")


def test_without_an_identity_map_nothing_is_compared(departments: Meeting) -> None:
    with pytest.raises(WrongUse, match="which row of department is which has never been noted"):
        compare(keyed(departments), departments)
