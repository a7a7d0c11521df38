"""A copy is taken back: the tables are empty, indexes are where they were, and nothing of ours is left."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from migrator.lens.copy.arrival import Arrival, arrivals
from migrator.lens.copy.copy import forward
from migrator.lens.copy.take_back import Footprint, clear, take_back
from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import Endpoint, open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema

OLD = """create table task (id integer primary key, status text, parent integer references task (id));
insert into task values (1, 'a', 2), (2, 'A', 1), (3, 'b', null)"""
NEW = """create table task (id integer primary key, status text, parent integer references task (id));
create index by_status on task (status);
create table note (id integer primary key, task integer references task (id))"""
SAID = b"""
from: "1"
to: "2"
tables: [{old: task, new: task, columns: [values: {old: status, new: status, map: {A: X, a: X, b: Y}}]}]
only-new: [note]
"""


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def meeting(tmp_path: Path) -> Meeting:
    return Meeting(*(made(tmp_path / f"{name}.db", script) for name, script in (("old", OLD), ("new", NEW))))


@pytest.fixture
def lens(meeting: Meeting) -> Lens:
    return compile_lens(Mapping.parse(SAID, "m.yaml"), read_schema(meeting.old), read_schema(meeting.new))


def made(file: Path, script: str) -> Endpoint:
    with closing(sqlite3.connect(file)) as database:
        database.executescript(script)
    return open_endpoint(file.stem, f"sqlite:///{file}")


def content(end: Endpoint) -> list[str]:
    with closing(sqlite3.connect(str(end.url.database))) as database:
        return sorted(database.iterdump())


def test_a_finished_copy_is_counted_and_taken_back(lens: Lens, meeting: Meeting) -> None:
    before, footprint = content(meeting.new), Footprint.of(lens, meeting)
    assert arrivals(lens, meeting) is None
    forward(lens, meeting)
    assert arrivals(lens, meeting) == [Arrival("task", 3, 3)]
    assert take_back(meeting.new, Footprint.from_json(footprint.as_json())) == 3
    assert content(meeting.new) == before
    assert take_back(meeting.new, footprint) == 0, "safe to repeat"
    assert content(meeting.new) == before


@pytest.mark.parametrize("told", [1, 2])
def test_a_copy_that_was_cut_off_is_taken_back(lens: Lens, meeting: Meeting, told: int) -> None:
    before, footprint, calls = content(meeting.new), Footprint.of(lens, meeting), iter(range(told - 1))

    def until(*_told: object) -> None:
        if next(calls, None) is None:
            raise Killed

    with pytest.raises(Killed):
        forward(lens, meeting, progress=until)
    assert content(meeting.new) != before
    take_back(meeting.new, footprint)
    assert content(meeting.new) == before


def test_a_copy_that_never_began_leaves_rows_of_others_alone(lens: Lens, meeting: Meeting) -> None:
    footprint = Footprint.of(lens, meeting)
    with meeting.new.connect() as connection, connection.begin():
        connection.exec_driver_sql("insert into task values (9, 'mine', null)")
    before = content(meeting.new)
    assert take_back(meeting.new, footprint) == 0
    assert content(meeting.new) == before


def test_what_is_ours_goes_and_what_was_copied_stays(lens: Lens, meeting: Meeting) -> None:
    forward(lens, meeting)
    clear(meeting.new, Footprint.of(lens, meeting))
    left = "\n".join(content(meeting.new))
    assert "migrator_" not in left
    assert left.count('INSERT INTO "task"') == 3
    assert "by_status" in left
