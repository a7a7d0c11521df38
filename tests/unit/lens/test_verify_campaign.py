"""A verification that is killed goes on; one that has ended leaves nothing for the next to believe."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import Endpoint, open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.verify import compare, ranges
from migrator.lens.verify.state import place

SAID = 'from: "1"\nto: "2"\n'
TABLE = "create table task (id integer primary key, title text)"
FILL = ("with recursive n(i) as (select 1 union all select i + 1 from n where i < 100) "
        "insert into task select i * 1000003, 'title ' || i from n")
KILLED = """
import os, signal, sys
from pathlib import Path
from migrator.lens.verify import compare, ranges
from tests.unit.lens.test_verify_campaign import meeting_in, lens_of
ranges.ROWS = 10
meeting = meeting_in(Path(sys.argv[1]))
done = []
def kill(*told):
    done.append(told)
    if len(done) == 4:
        os.kill(os.getpid(), signal.SIGKILL)
compare(lens_of(meeting), meeting, state=Path(sys.argv[2]), progress=kill)
"""


def meeting_in(folder: Path) -> Meeting:
    """Where the two databases of a folder meet."""
    return Meeting(*(open_endpoint(name, f"sqlite:///{folder / name}.db") for name in ("old", "new")))


def lens_of(meeting: Meeting) -> Lens:
    """The lens that maps all by name."""
    return compile_lens(Mapping.parse(SAID.encode(), "m.yaml"), read_schema(meeting.old), read_schema(meeting.new))


def act(end: Endpoint, *statements: str) -> None:
    with end.connect() as connection, connection.begin():
        for statement in statements:
            connection.exec_driver_sql(statement)


@pytest.fixture
def meeting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Meeting:
    monkeypatch.setattr(ranges, "ROWS", 10)
    meeting = meeting_in(tmp_path)
    for end in (meeting.old, meeting.new):
        act(end, TABLE, FILL)
    return meeting


@pytest.fixture
def state(tmp_path: Path, meeting: Meeting) -> Path:
    return place(tmp_path / "verify", lens_of(meeting), meeting)


def test_ranges_hold_every_row_of_both_sides(meeting: Meeting) -> None:
    act(meeting.new, "insert into task values (-5, 'before'), (7, 'between'), (900000000, 'after')",
        "delete from task where id = 50 * 1000003")
    report = compare(lens_of(meeting), meeting)
    assert [(one.kind, one.key["id"]) for one in report.differences] == [
        ("invented", "-5"), ("invented", "7"), ("missing", "50000150"), ("invented", "900000000")]
    assert (report.tables[0].old, report.tables[0].new) == (100, 102)


def test_a_killed_verification_goes_on_where_it_was(meeting: Meeting, state: Path, tmp_path: Path) -> None:
    act(meeting.new, "update task set title = 'x' where id = 1000003")
    killed = subprocess.run([sys.executable, "-c", KILLED, tmp_path, state], check=False)
    assert killed.returncode == -signal.SIGKILL
    with state.open("a") as file:
        file.write('{"pair": 0, "low": 17')  # a line that was being written
    assert state.stat().st_mode & 0o777 == 0o600
    progress: list[float] = []
    report = compare(lens_of(meeting), meeting, state=state, progress=lambda done, *_rest: progress.append(done))
    assert progress == [50, 60, 70, 80, 90, 100]
    assert report.resumed
    assert (report.rows, [one.old for one in report.differences]) == (100, ["title 1"])
    assert report.began < report.ended
    assert not state.exists()


def test_what_was_read_in_an_ended_campaign_is_read_again(meeting: Meeting, state: Path) -> None:
    assert compare(lens_of(meeting), meeting, state=state).equal
    act(meeting.new, "update task set title = 'x' where id = 1000003")
    report = compare(lens_of(meeting), meeting, state=state)
    assert (report.different, report.resumed) == (1, False)


def test_what_was_read_of_something_else_is_not_believed(meeting: Meeting, state: Path) -> None:
    state.parent.mkdir()
    state.write_text(json.dumps({"about": "another", "began": "2026-01-01T00:00:00.000+00:00"}) + "\n" + json.dumps(
        {"pair": 0, "low": None, "high": None, "old": 100, "new": 100, "missing": 0, "invented": 0, "differing": 0,
         "agreed": 0, "seconds": 1.0, "differences": [], "at": "2026-01-01T00:00:00.000+00:00"}) + "\n")
    act(meeting.new, "delete from task where id = 1000003")
    report = compare(lens_of(meeting), meeting, state=state)
    assert (report.different, report.resumed) == (1, False)


def test_a_row_that_agrees_by_the_second_look_is_no_difference(meeting: Meeting, monkeypatch: pytest.MonkeyPatch
                                                               ) -> None:
    act(meeting.new, "update task set title = 'x' where id in (1000003, 2000006)",
        "delete from task where id = 3000009")
    monkeypatch.setattr("migrator.lens.verify.part.time.sleep", lambda _seconds: act(
        meeting.new, "update task set title = 'title 1' where id = 1000003",
        "insert into task values (3000009, 'title 3')"))
    report = compare(lens_of(meeting), meeting, again=0.1)
    assert [one.key for one in report.differences] == [{"id": "2000006"}]
    assert report.different == 1
