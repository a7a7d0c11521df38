"""The end of a sync: proven, told, repeatable; what is known of rows stays and can be taken away as files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import inspect

from migrator.errors import DatabaseError, FindingsBlock, WrongUse
from migrator.lens.copy.session import Session
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.side import Side
from migrator.sync.bounded import Busy
from migrator.sync.freeze import is_frozen
from migrator.sync.guard import applying
from migrator.sync.moves import finish as finishing
from migrator.sync.moves.finish import finish
from migrator.sync.moves.switch import switch
from migrator.sync.starting.start import start
from migrator.sync.state import Lease, Phase, read_state
from tests.copying.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    old, new = (open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new"))
    found = World(old, new, tasks=4)
    found.build()
    start(found.lens(), found.meeting)
    return found


def _write(world: World, side: Side, statement: str) -> None:
    with world.meeting.end(side).connect() as connection, connection.begin():
        connection.exec_driver_sql(statement)


def _left(world: World, side: Side, kind: str) -> list[str]:
    """What is left of capture: triggers, and dirty tables."""
    with world.meeting.end(side).connect() as connection:
        if kind == "dirty":
            return [name for name in inspect(connection).get_table_names() if name.startswith("migrator_dirty")]
        return [*connection.exec_driver_sql("select name from sqlite_master where type = 'trigger' and name like ?",
                                            (f"migrator_{kind}%",)).scalars()]


def test_the_truth_goes_on_alone_and_the_other_side_stays_frozen(world: World, tmp_path: Path) -> None:
    lens, archive = world.lens(), tmp_path / "archive"
    switch(lens, world.meeting)
    _write(world, Side.NEW, "insert into item (id, subject, state) values (90, 'last', 'DONE')")
    done = finish(lens, world.meeting, archive=archive)
    assert done.truth is Side.NEW and done.stood and done.stood.compared > 15
    with world.old.connect() as connection:
        assert connection.exec_driver_sql("select title from task where id = 90").scalar() == "last"
    state = read_state(world.meeting)
    assert state and (state.phase, state.truth) == (Phase.FINISHED, Side.NEW)
    for side in Side:
        assert not _left(world, side, "capture") and not _left(world, side, "dirty")
    _write(world, Side.NEW, "insert into item (subject) values ('numbered on')")
    assert world.there("select id from item where subject = 'numbered on'") == [(91,)]
    with pytest.raises(DatabaseError, match="read-only"):
        _write(world, Side.OLD, "delete from note")

    assert {one.table.rsplit("_", 1)[0] for one in done.kept} >= {"migrator_agreed", "migrator_memory"}
    for one in done.kept:
        lines = [json.loads(line) for line in Path(one.file or "").read_text().splitlines()]
        assert len(lines) == one.rows and Path(one.file or "").stat().st_mode & 0o777 == 0o600
    assert sum(one.rows for one in done.kept if one.table.startswith("migrator_agreed")) == 2 * (3 + 5 + 8)


def test_done_again_it_changes_nothing_and_opens_when_it_is_told_to(world: World) -> None:
    lens = world.lens()
    first = finish(lens, world.meeting)
    again = finish(lens, world.meeting)
    assert first.stood and again.stood is None and again.truth is Side.OLD and again.as_json()["already"]
    assert is_frozen(world.new, lens, Side.NEW) and not is_frozen(world.old, lens, Side.OLD)
    finish(lens, world.meeting, open_retired=True)
    _write(world, Side.NEW, "delete from remark")


def test_a_difference_keeps_the_sync_going(world: World) -> None:
    with (world.meeting.connect(Side.NEW) as connection, connection.begin(),
          applying(Session(world.new, connection), Side.NEW)):
        connection.exec_driver_sql("update item set subject = 'nobody saw that' where id = 3")
    with pytest.raises(FindingsBlock, match="1 rows differ"):
        finish(world.lens(), world.meeting)
    state = read_state(world.meeting)
    assert state and state.phase is Phase.LIVE and _left(world, Side.OLD, "capture")
    _write(world, Side.OLD, "update task set title = 'still written' where id = 1")


def test_what_was_cut_off_is_done_the_next_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_arguments: object) -> None:
        raise Busy("in use")

    with monkeypatch.context() as patched:
        patched.setattr(finishing, "remove", busy)
        with pytest.raises(Busy):
            finish(world.lens(), world.meeting)
    assert _left(world, Side.OLD, "capture")
    finish(world.lens(), world.meeting)
    assert not _left(world, Side.OLD, "capture")


def test_a_switch_that_was_cut_off_comes_first(world: World) -> None:
    lens = world.lens()
    with Lease.take(world.meeting, lens, "killed") as lease:
        lease.tell(phase=Phase.SWITCHING, settings={**lease.state.settings, "underway": {"truth": "old", "frozen": []}})
    with pytest.raises(WrongUse, match="a switch was cut off before its end"):
        finish(lens, world.meeting)
    switch(lens, world.meeting)
    assert finish(lens, world.meeting).truth is Side.NEW
