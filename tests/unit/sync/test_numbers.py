"""Numbers where a file is a side: whose rows may clash is said by name, and at the end counters are above all rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.side import Side
from migrator.sync.numbers import Left, bring_together, keep_apart, left

COUNTED = "create table {} (id integer primary key autoincrement, v text)"
HIGHEST = "create table {} (id integer primary key, v text)"
GIVEN = "create table {} (id varchar(36) primary key, v text)"
SAID = "from: '1'\nto: '2'\ntables:\n  - {old: task, new: item, columns: []}\n"


@pytest.fixture
def met(tmp_path: Path) -> Meeting:
    return Meeting(*(open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new")))


def _lens(meeting: Meeting, old: str, new: str) -> Lens:
    for side, made, table in ((Side.OLD, old, "task"), (Side.NEW, new, "item")):
        with meeting.end(side).connect() as connection, connection.begin():
            connection.exec_driver_sql(made.format(table))
    return compile_lens(Mapping.parse(SAID.encode(), "m.yaml"), read_schema(meeting.old), read_schema(meeting.new))


def _insert(meeting: Meeting, side: Side, table: str, number: int | None = None) -> int:
    with meeting.end(side).connect() as connection, connection.begin():
        return int(connection.exec_driver_sql(
            f"insert into {table} (id, v) values (?, 'x') returning id", (number,)).scalar_one())


def test_a_file_cannot_keep_numbers_apart_and_says_whose(met: Meeting) -> None:
    found = keep_apart(_lens(met, COUNTED, COUNTED), met, {})
    assert not found.ranges
    assert [(f.code, f.evidence) for f in found.findings] == [
        ("sync.numbers", {"old": "task.id", "new": "item.id"})]
    assert "may get the same task.id: SQLite goes on above the highest number" in found.findings[0].message


def test_what_no_server_counts_needs_nothing(met: Meeting) -> None:
    found = keep_apart(_lens(met, GIVEN, GIVEN), met, {})
    assert not found.ranges and not found.findings


@pytest.mark.parametrize("made", [COUNTED, HIGHEST])
def test_at_the_end_both_go_on_above_all_rows(met: Meeting, made: str) -> None:
    lens = _lens(met, made, COUNTED)
    for number in (1, 2, 7):
        _insert(met, Side.OLD, "task", number)
    _insert(met, Side.NEW, "item", 3)
    for _time in range(2):
        assert bring_together(lens, met, {}) == {"item.id": 8}
    assert _insert(met, Side.NEW, "item") == 8
    assert _insert(met, Side.OLD, "task") == 8


def test_what_is_left_is_told_until_it_is_short(met: Meeting) -> None:
    lens = _lens(met, COUNTED, COUNTED)
    ranges = {"item.id": {"old": 1, "new": 101}}
    _insert(met, Side.OLD, "task", 20)
    _insert(met, Side.NEW, "item", 150)
    old, new = left(lens, met, ranges)
    assert (old, old.finding) == (Left(Side.OLD, "task.id", 80, 100), None)
    assert (new.column, new.left, new.finding) == ("item.id", 2**53 - 151, None)
    _insert(met, Side.OLD, "task", 95)
    short = left(lens, met, ranges)[0].finding
    assert short and short.message == "old side: 5 of 100 numbers of task.id are left"
    assert not left(lens, met, {})
