"""Runs without a person at the terminal: ticks and workers take up what was left, not what people have stopped."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.proofs.fleet.crew import Crew
from fixtures.proofs.fleet.sites import SITES, STEPS, Sites
from migrator.engine.processes.adoption import TURN
from migrator.engine.processes.liveness import Liveness
from tests.crash import world as toy
from tests.crash.world import World

ALL = [f"s{n}" for n in range(toy.STEPS)]
LONG = 60.0


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def begun(folder: Path, *, pause: float = 0.5) -> tuple[World, subprocess.Popen[bytes]]:
    """A run with its first step done, and its process."""
    world = World(folder / "world", pause=pause).make()
    running = world.start("upgrade", "--playbook", "playbook", "--yes")
    until(lambda: bool(world.done()))
    return world, running


def test_a_tick_brings_a_dead_run_to_its_end_and_a_tick_beside_another_says_so(tmp_path: Path) -> None:
    world, running = begun(tmp_path)
    running.kill()
    running.wait()
    with Liveness(world.folder / ".migrator" / "executors").turn(TURN) as mine:
        assert mine
        beside = world.start("tick")
        assert beside.wait(LONG) == 0
    assert world.state() == "running"
    assert world.start("tick").wait(LONG) == 0
    assert (world.state(), world.done(), world.ever()) == ("passed", ALL, ALL)


def test_a_tick_leaves_what_a_person_has_stopped(tmp_path: Path) -> None:
    world, running = begun(tmp_path)
    running.send_signal(signal.SIGINT)
    assert running.wait(LONG) == 20
    assert world.start("tick").wait(LONG) == 0
    assert world.state() == "stopped"


def test_a_worker_that_is_asked_to_leave_ends_the_present_step_and_another_goes_on(tmp_path: Path) -> None:
    world, running = begun(tmp_path)
    running.kill()
    running.wait()
    first = world.start("worker")
    until(lambda: len(world.done()) >= 3)
    first.terminate()
    assert first.wait(LONG) == 0
    assert world.state() == "running"
    assert world.done() == world.ever(), "no step was torn"
    second = world.start("worker")
    until(lambda: world.state() == "passed")
    second.terminate()
    assert second.wait(LONG) == 0
    assert (world.done(), world.ever()) == (ALL, ALL)


@pytest.fixture
def crew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Crew:
    """One worker over four sites, on SQLite in a home that it shares with who types."""
    Sites(tmp_path, 4, 0.0).make()
    monkeypatch.setenv("MIGRATOR_HOME", str(tmp_path / "home"))
    return Crew(tmp_path, "", 2)


def test_a_fleet_stops_at_the_first_failed_site_and_goes_on_when_people_say_so(crew: Crew) -> None:
    broken = crew.folder / "sites" / "s-00001" / "log"
    broken.mkdir()
    started = crew.typed("fleet.start", "--playbook", "playbook", "--environments", SITES, "--batches", "1,2,100%",
                         "--yes")
    assert crew.typed("fleet.status")["next"] == "inv worker", "none is alive yet"
    worker = subprocess.Popen(crew.command("worker"), cwd=crew.folder, env=crew.environment,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: _state(crew) == "stopped")
        stopped = crew.typed("fleet.status")
        assert stopped["states"] == {"pending": 2, "done": 1, "failed": 1}
        assert [site["environment"] for site in stopped["failed"]] == ["s-00001"]
        assert stopped["next"] == f"inv fleet.go-on --fleet {started['fleet']} --reason TEXT"
        broken.rmdir()
        assert crew.typed("fleet.go-on", "--reason", "repaired", "--again")["failed"] == 1
        until(lambda: _state(crew) == "done")
    finally:
        worker.terminate()
        assert worker.wait(LONG) == 0
    assert list(Sites(crew.folder, 4, 0.0).wrong()) == []
    assert crew.typed("fleet.status")["states"] == {"done": 4}
    logs = [(crew.folder / "sites" / name / "log").read_text().split() for name in Sites(crew.folder, 4, 0.0).names]
    assert logs == [list(STEPS)] * 4


def _state(crew: Crew) -> str:
    return str(crew.typed("fleet.status")["fleet"]["state"])
