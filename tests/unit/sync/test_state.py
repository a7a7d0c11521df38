"""One acts at a time: leases are refused, taken over, lost, handed over, and what is decided survives a crash."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from migrator.errors import FindingsBlock, Locked
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.sync.state import Lease, LostLease, Phase, pulse, read_state
from migrator.sync.state.life import life
from migrator.sync.state.row import control, held
from tests.copying.killed import killed_at
from tests.copying.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    old, new = (open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new"))
    found = World(old, new, tasks=1)
    found.build()
    return found


@pytest.fixture
def met(world: World) -> tuple[Meeting, Lens]:
    return world.meeting, world.lens()


def _say(meeting: Meeting, side: Side, **values: object) -> None:
    with held(meeting, side) as connection:
        connection.execute(update(control(side)).values(**values))


def _fences(meeting: Meeting) -> list[int]:
    found = []
    for side in Side:
        with held(meeting, side) as connection:
            found.append(int(connection.execute(control(side).select()).mappings().one()["fence"]))
    return found


def test_nothing_is_known_before_it_begins(met: tuple[Meeting, Lens]) -> None:
    assert read_state(met[0]) is None


def test_what_is_decided_is_told_at_both_sides(met: tuple[Meeting, Lens]) -> None:
    meeting, lens = met
    with Lease.take(meeting, lens, "first") as lease:
        lease.tell(phase=Phase.LIVE, settings={"policy": "ask"})
        lease.tell(truth=Side.NEW)
        found = read_state(meeting)
        assert found and found.holder and (found.holder.text, found.holder.pid) == ("first", os.getpid())
        assert (found.lens, found.truth, found.phase, found.settings) == (
            lens.digest, Side.NEW, Phase.LIVE, {"policy": "ask"})
        assert replace(found, holder=None) == replace(lease.state, holder=None)
    after = read_state(meeting)
    assert after and after.holder is None and after.truth is Side.NEW


def test_a_living_holder_is_left_alone_and_named(met: tuple[Meeting, Lens]) -> None:
    with Lease.take(*met, "first") as lease:
        with pytest.raises(Locked, match=f"first keeps these databases in step .process {os.getpid()} on "):
            Lease.take(*met, "second")
        with met[0].connect(Side.OLD) as connection, connection.begin():
            lease.confirm(connection, Side.OLD)


def test_the_fencing_number_grows_alike_on_both_sides(met: tuple[Meeting, Lens]) -> None:
    for number in (1, 2, 3):
        with Lease.take(*met, f"number {number}"):
            assert _fences(met[0]) == [number, number]


def test_a_frozen_holder_is_succeeded_and_fenced(met: tuple[Meeting, Lens], monkeypatch: pytest.MonkeyPatch) -> None:
    meeting, lens = met
    frozen = Lease.take(meeting, lens, "frozen")
    frozen._pulse.stop()
    _say(meeting, Side.OLD, life="")  # as of another machine, of which only the heart can be heard
    monkeypatch.setattr(pulse, "STALE", 0.3)
    with Lease.take(meeting, lens, "second") as second:
        for side in Side:
            with meeting.connect(side) as connection, connection.begin(), pytest.raises(LostLease):
                frozen.confirm(connection, side)
        with pytest.raises(LostLease):
            frozen.tell(truth=Side.NEW)
        frozen.release()
        with meeting.connect(Side.NEW) as connection, connection.begin():
            second.confirm(connection, Side.NEW)
        found = read_state(meeting)
        assert found and found.holder and found.holder.text == "second" and found.truth is Side.OLD


def test_in_a_file_whoever_runs_here_is_not_taken_for_frozen(
        met: tuple[Meeting, Lens], monkeypatch: pytest.MonkeyPatch) -> None:
    silent = Lease.take(*met, "silent")
    silent._pulse.stop()
    monkeypatch.setattr(pulse, "STALE", 0.0)
    with pytest.raises(Locked, match="silent keeps these databases in step"):
        Lease.take(*met, "second")
    with subprocess.Popen(["sleep", "60"]) as stopped:
        stopped.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, stopped.pid, os.WSTOPPED)
        _say(met[0], Side.OLD, pid=stopped.pid, life=life(stopped.pid))
        with Lease.take(*met, "second") as second:
            assert second.state.fence == 2
        stopped.kill()


def test_a_killed_holder_is_succeeded_at_once(met: tuple[Meeting, Lens], monkeypatch: pytest.MonkeyPatch) -> None:
    def dies() -> None:
        Lease.take(*met, "killed")
        os.kill(os.getpid(), signal.SIGKILL)

    assert killed_at(10_000, dies)
    monkeypatch.setattr(pulse, "STALE", 10_000.0)  # so that no heartbeat can tell
    with Lease.take(*met, "second") as second:
        assert second.state.fence == 2


def test_whoever_waits_is_heard_and_let_in(met: tuple[Meeting, Lens], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "BEAT", 0.05)
    first = Lease.take(*met, "first")
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(Lease.take, *met, "second", patience=60.0)
        while not first.wanted:
            assert not waiting.done()
        assert first.wanted == "second"
        first.release()
        with waiting.result() as second:
            assert second.state.fence == 2 and second.wanted is None


def test_of_many_at_once_one_wins(met: tuple[Meeting, Lens], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "BEAT", 0.1)

    def attempt(number: int) -> Lease | None:
        try:
            return Lease.take(*met, f"taker {number}")
        except Locked:
            return None

    with ThreadPoolExecutor(4) as threads:
        leases = [lease for lease in threads.map(attempt, range(4)) if lease]
    assert len(leases) == 1 and _fences(met[0]) == [leases[0].state.fence] * 2
    leases[0].release()


@pytest.mark.parametrize("act", [
    lambda lease: lease.tell(truth=Side.NEW, phase=Phase.SWITCHING), lambda lease: lease.release()],
    ids=["tell", "release"])
def test_killed_in_between_it_is_completed(met: tuple[Meeting, Lens], act: Callable[[Lease], None]) -> None:
    meeting, lens = met

    def half() -> None:
        lease = Lease.take(meeting, lens, "killed")
        lease._pulse.stop()
        act(lease)

    boundary, seen = 1, set()
    while killed_at(boundary, half):
        found = read_state(meeting)
        if found:
            seen.add(found.truth)
        with Lease.take(meeting, lens, "second") as lease:
            assert found is None or lease.state.truth is found.truth
            assert _fences(meeting) == [lease.state.fence] * 2
            again = read_state(meeting)
            assert again and again.truth is lease.state.truth
            lease.tell(truth=Side.OLD, phase=Phase.LIVE)
        boundary += 1
    assert boundary > 4 and Side.OLD in seen


def test_another_mapping_must_be_renewed(met: tuple[Meeting, Lens]) -> None:
    meeting, lens = met
    with Lease.take(meeting, lens, "first") as lease:
        lease.tell(phase=Phase.LIVE)
    other = replace(lens, digest="0" * 64)
    with pytest.raises(FindingsBlock, match="by another mapping"):
        Lease.take(meeting, other, "second")
    with Lease.take(meeting, other, "second", renew=True) as lease:
        assert (lease.state.lens, lease.state.phase) == ("0" * 64, Phase.LIVE)
        lease.tell(phase=Phase.FINISHED)
    with Lease.take(meeting, lens, "third") as lease:
        assert lease.state.lens == lens.digest


@pytest.mark.parametrize("said", [
    {"fence": 0}, {"revision": 9}, {"truth": "new"}, {"phase": "finished"}, {"settings": '{"a": 1}'}])
def test_a_database_that_was_put_back_is_noticed(met: tuple[Meeting, Lens], said: dict[str, object]) -> None:
    meeting, lens = met
    with Lease.take(meeting, lens, "first") as lease:
        lease.tell(phase=Phase.LIVE)
    _say(meeting, Side.OLD, **said)
    with pytest.raises(FindingsBlock, match="contradict each other"):
        read_state(meeting)
    with pytest.raises(FindingsBlock, match="contradict each other"):
        Lease.take(meeting, lens, "second")


def test_a_side_that_was_made_anew_is_noticed(met: tuple[Meeting, Lens]) -> None:
    meeting, lens = met
    with Lease.take(meeting, lens, "first") as lease:
        lease.tell(phase=Phase.LIVE)
    with held(meeting, Side.NEW) as connection:
        control(Side.NEW).drop(connection)
    with pytest.raises(FindingsBlock, match="the new side nothing"):
        read_state(meeting)
