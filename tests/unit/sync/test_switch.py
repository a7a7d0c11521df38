"""The truth moves to the other side and back with all that was written, and wherever it is stopped it can be moved."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from migrator.errors import DatabaseError, FindingsBlock, TimedOut, WrongUse
from migrator.lens.copy.session import Session
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.side import Side
from migrator.lens.verify import compare
from migrator.sync.applier import open_applier
from migrator.sync.batch.carrier import Carrier
from migrator.sync.batch.outcome import Outcome
from migrator.sync.freeze import is_frozen
from migrator.sync.guard import applying
from migrator.sync.moves import proof, standstill
from migrator.sync.moves import switch as switching
from migrator.sync.moves.switch import Switched, back, switch
from migrator.sync.starting.start import start
from migrator.sync.state import Lease, Phase, read_state
from tests.copying.killed import killed_at
from tests.copying.world import World

ACTS = ((standstill, "shut"), (proof.Proof, "require"), (standstill, "reopen"), (switching, "thaw"), (Lease, "tell"))
"""What a switch does, one after the other; between any two of these it can be killed."""
MOVES = {Side.NEW: switch, Side.OLD: back}


@pytest.fixture
def world(tmp_path: Path) -> World:
    old, new = (open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new"))
    found = World(old, new, tasks=5)
    found.build()
    start(found.lens(), found.meeting)
    return found


def _write(world: World, side: Side, statement: str) -> None:
    with world.meeting.end(side).connect() as connection, connection.begin():
        connection.exec_driver_sql(statement)


def _state(world: World) -> tuple[Side, Phase]:
    found = read_state(world.meeting)
    assert found and found.holder is None and standstill.UNDERWAY not in found.settings
    return found.truth, found.phase


def _frozen(world: World) -> list[Side]:
    lens = world.lens()
    return [side for side in Side if is_frozen(world.meeting.end(side), lens, side)]


def _hidden(world: World, side: Side, statement: str) -> None:
    """A write that capture does not see."""
    with (world.meeting.connect(side) as connection, connection.begin(),
          applying(Session(world.meeting.end(side), connection), side)):
        connection.exec_driver_sql(statement)


def _while_moving(monkeypatch: pytest.MonkeyPatch, compared: Callable[[], None],
                  drained: Callable[[], None] = lambda: None) -> None:
    """Have something happen when all was compared, and when all was carried; no data are small enough for once."""
    monkeypatch.setattr(proof, "QUICK", -1.0)
    prepare, require = proof.Proof.prepare, proof.Proof.require

    def prepare_then(self: proof.Proof, progress: object = None) -> None:
        prepare(self)
        compared()

    def then_require(self: proof.Proof) -> None:
        drained()
        require(self)

    monkeypatch.setattr(proof.Proof, "prepare", prepare_then)
    monkeypatch.setattr(proof.Proof, "require", then_require)


def _moved_and_killed(world: World, to: Side, moment: int) -> None:
    """A switch in a process that is about to be killed before the act of this number."""
    acts = count(1)

    def before(act: Callable[..., object]) -> Callable[..., object]:
        def acting(*arguments: object, **more: object) -> object:
            if next(acts) == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            return act(*arguments, **more)

        return acting

    for place, name in ACTS:
        setattr(place, name, before(getattr(place, name)))
    _move(world, to)


def _move(world: World, to: Side) -> Switched:
    return MOVES[to](world.lens(), world.meeting)


def test_there_and_back_and_there_with_what_was_written(world: World) -> None:
    _write(world, Side.OLD, "update task set title = 'written on old' where id = 1")
    done = _move(world, Side.NEW)
    assert done.truth is Side.NEW and done.stood and done.stood.compared >= 18
    assert 0 < done.stood.refused < done.stood.seconds
    assert (_state(world), _frozen(world)) == ((Side.NEW, Phase.LIVE), [Side.OLD])
    assert world.there("select subject from item where id = 1") == [("written on old",)]
    with pytest.raises(DatabaseError, match="read-only while users move"):
        _write(world, Side.OLD, "delete from note")
    assert _move(world, Side.NEW).already

    _write(world, Side.NEW, "update item set subject = 'written on new' where id = 2")
    _write(world, Side.NEW, "delete from remark where item = 4")
    assert _move(world, Side.OLD).as_json()["carried"] >= 3
    assert (_state(world), _frozen(world)) == ((Side.OLD, Phase.LIVE), [Side.NEW])
    with world.old.connect() as connection:
        assert connection.exec_driver_sql("select title from task where id in (1, 2) order by id").scalars().all() == [
            "written on old", "written on new"]
        assert connection.exec_driver_sql("select count(*) from note where task = 4").scalar() == 0

    _write(world, Side.OLD, "insert into task (id, title, status) values (77, 'late', 'done')")
    _move(world, Side.NEW)
    assert world.there("select subject, state from item where id = 77") == [("late", "DONE")]
    assert compare(world.lens(), world.meeting).equal


def test_a_row_that_differs_forbids_it(world: World) -> None:
    _hidden(world, Side.NEW, "update item set subject = 'nobody saw that' where id = 3")
    with pytest.raises(FindingsBlock, match="1 rows differ between both sides, the first in task -> item: id 3"):
        _move(world, Side.NEW)
    assert (_state(world), _frozen(world)) == ((Side.OLD, Phase.LIVE), [])
    _write(world, Side.OLD, "update task set title = 'still written' where id = 1")


def test_large_data_is_compared_before_and_what_was_written_since_again(
        world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def meanwhile() -> None:
        _write(world, Side.OLD, "update task set title = 'meanwhile' where id = 2")
        _write(world, Side.OLD, "delete from note where task = 3 and number = 1")
        _write(world, Side.NEW, "insert into department (id, code, title) values (9, 'D9', 'nine')")

    _while_moving(monkeypatch, meanwhile)
    done = _move(world, Side.NEW)
    assert done.as_json()["compared"] == 18 + 2 and compare(world.lens(), world.meeting).equal


def test_what_goes_wrong_after_all_was_compared_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _while_moving(monkeypatch, lambda: _write(world, Side.OLD, "update task set title = 'meanwhile' where id = 2"),
                  lambda: _hidden(world, Side.NEW, "update item set subject = 'spoilt' where id = 2"))
    with pytest.raises(FindingsBlock, match="task -> item: id 2"):
        _move(world, Side.NEW)
    assert (_state(world), _frozen(world)) == ((Side.OLD, Phase.LIVE), [])


def test_killed_anywhere_it_is_moved_by_being_asked_again(world: World) -> None:
    lens, meeting = world.lens(), world.meeting
    for moment in count(1):
        to, left = (Side.NEW, Side.OLD) if moment % 2 else (Side.OLD, Side.NEW)
        _move(world, left)
        table = "task set title" if left is Side.OLD else "item set subject"
        _write(world, left, f"update {table} = 'before kill {moment}' where id = 1")
        if not killed_at(10_000, lambda moment=moment: _moved_and_killed(world, to, moment)):  # type: ignore[misc]
            break
        wanted = (to, left)[moment // 2 % 2]  # on, or back to where it was
        _move(world, wanted)
        assert _state(world) == (wanted, Phase.LIVE) and wanted not in _frozen(world)
        with open_applier(lens, meeting, holder="test") as applier:
            applier.drain()
        assert compare(lens, meeting).equal
    assert moment > len(ACTS) and _state(world) == (to, Phase.LIVE)


def test_what_a_person_has_to_settle_comes_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(_lens: object, _meeting: object) -> None:
        raise FindingsBlock("3 conflicts wait for a decision")

    monkeypatch.setattr(standstill, "require_settled", asked)
    with pytest.raises(FindingsBlock, match="3 conflicts wait for a decision"):
        _move(world, Side.NEW)
    assert (_state(world), _frozen(world)) == ((Side.OLD, Phase.LIVE), [])


def test_what_cannot_be_carried_forbids_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standstill, "STUCK", 0.2)
    monkeypatch.setattr(standstill, "SOON", 0.0)
    stuck = Outcome(entries=1, keys=1, held=1, lag=99.0)
    monkeypatch.setattr(Carrier, "carry", lambda _self, _most: stuck)
    with pytest.raises(TimedOut, match="2 changes still wait to be carried, 2 rows of them for others"):
        _move(world, Side.NEW)
    assert (_state(world), _frozen(world)) == ((Side.OLD, Phase.LIVE), [])


def test_nothing_moves_where_nothing_is_kept_in_step(tmp_path: Path) -> None:
    old, new = (open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new"))
    bare = World(old, new, tasks=1)
    bare.build()
    with pytest.raises(WrongUse, match="not kept in step"):
        switch(bare.lens(), bare.meeting)
