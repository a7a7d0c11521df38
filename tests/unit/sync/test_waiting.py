"""What waits on a side: counted up to a bound, its age read off a few entries."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.side import Side
from migrator.sync.capture import install
from migrator.sync.marking import mark
from migrator.sync.standing import waiting as module
from migrator.sync.standing.waiting import Waiting, waiting
from migrator.sync.watch.dirty import dirty_name
from tests.copying.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    old, new = (open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new"))
    made = World(old, new)
    made.build()
    return made


def test_before_capture_there_is_nothing_to_count(world: World) -> None:
    assert waiting(world.lens(), world.meeting, Side.OLD) == []


def test_entries_are_counted_and_their_age_is_that_of_the_server(world: World) -> None:
    install(world.old, world.lens(), Side.OLD)
    with world.old.connect() as connection, connection.begin():
        connection.exec_driver_sql("update task set title = title || '!'")
        name = dirty_name("task")
        connection.exec_driver_sql(f"update {name} set at = datetime('now', '-' || (100 - 10 * n) || ' seconds')")
    found = {one.table: one for one in waiting(world.lens(), world.meeting, Side.OLD)}
    assert found["note"] == Waiting(Side.OLD, "note", 0, False)
    task = found["task"]
    assert (task.count, task.more) == (10, False)
    assert [round(age, -1) if age else None for age in (task.p50, task.p95, task.oldest)] == [50, 90, 90]


def test_more_than_the_bound_is_not_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BOUND", 7)
    install(world.old, world.lens(), Side.OLD)
    with world.old.connect() as connection, connection.begin():
        connection.exec_driver_sql("update note set body = body || '!'")
    note = next(one for one in waiting(world.lens(), world.meeting, Side.OLD) if one.table == "note")
    assert (note.count, note.more) == (7, True)


def test_marked_rows_wait_as_if_they_had_been_written(world: World) -> None:
    install(world.old, world.lens(), Side.OLD)
    assert mark(world.lens(), world.meeting, Side.OLD) == {"dept": 3, "task": 10, "note": 20}
    assert mark(world.lens(), world.meeting, Side.OLD, sample=4) == {"dept": 3, "task": 4, "note": 4}
    assert {one.table: one.count for one in waiting(world.lens(), world.meeting, Side.OLD)} == {
        "dept": 6, "task": 14, "note": 24}
