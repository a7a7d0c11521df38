"""A run that other processes meet: called back, taken up, refused, interrupted and closed."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from tests.crash.world import STEPS, World

ALL = [f"s{n}" for n in range(STEPS)]


def test_rollback_from_another_process_turns_a_living_run_round(tmp_path: Path) -> None:
    world = World(tmp_path / "world", fails=False, pause=1.5).make()
    running = world.start("upgrade", "--playbook", "playbook", "--yes")
    while len(world.done()) < 2:
        assert running.poll() is None
    code, told = world.typed("rollback", "--yes")
    assert code == 0
    assert re.search(r"is driven by process \S+; it was asked to go back\n.* ↩ run \S+ brought back after", told)
    assert running.wait(60) == 21, "for whoever watched it, it did not pass"
    assert world.done() == []
    assert world.state() == "brought back"


def test_a_dead_run_is_brought_back_by_rollback(tmp_path: Path) -> None:
    world = World(tmp_path / "world", fails=False, pause=1.5).make()
    running = world.start("upgrade", "--playbook", "playbook", "--yes")
    while len(world.done()) < 2:
        assert running.poll() is None
    running.kill()
    running.wait()
    assert world.start("rollback", "--yes").wait(60) == 0
    assert world.done() == []


def test_a_passed_run_is_brought_back_later(tmp_path: Path) -> None:
    world = World(tmp_path / "world", fails=False).make()
    assert world.start("upgrade", "--playbook", "playbook", "--yes").wait(60) == 0
    assert world.start("rollback", "--yes").wait(60) == 0
    assert world.done() == []
    again = world.start("rollback", "--yes")
    assert again.wait(60) == 2
    assert b"nothing to bring back" in again.stderr.read()


def test_a_second_run_on_the_environment_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    world = World(tmp_path / "world", fails=False, pause=1.5).make()
    first = world.start("upgrade", "--playbook", "playbook", "--yes")
    while not world.done():
        assert first.poll() is None
    second = world.start("upgrade", "--playbook", "playbook", "--yes")
    assert second.wait(60) == 11
    assert b"is held by run" in second.stderr.read()
    assert first.wait(60) == 0
    assert world.done() == ALL


def test_interrupted_it_stops_between_two_steps_and_goes_on(tmp_path: Path) -> None:
    world = World(tmp_path / "world", fails=False, pause=1.5).make()
    running = world.start("upgrade", "--playbook", "playbook", "--yes")
    while not world.done():
        assert running.poll() is None
    running.send_signal(signal.SIGINT)
    assert running.wait(30) == 20
    assert world.state() == "stopped"
    assert world.start("resume").wait(60) == 0
    assert world.ever() == ALL


def test_nothing_of_ours_is_left_on_a_host_that_was_brought_back(tmp_path: Path) -> None:
    world = World(tmp_path / "world", fails=True).make()
    assert world.start("upgrade", "--playbook", "playbook", "--yes").wait(60) == 21
    assert list((tmp_path / "world" / "work" / "jobs").iterdir()) == []


def test_finalize_closes_the_way_back_and_removes_what_was_kept_for_it(tmp_path: Path) -> None:
    world = World(tmp_path / "world", fails=False).make()
    assert world.start("upgrade", "--playbook", "playbook", "--yes").wait(60) == 0
    assert world.start("run.stage", "--playbook", "playbook", "--yes").wait(60) == 0
    assert list((tmp_path / "world" / "work" / "jobs").iterdir()) == []
    upgrade = world.runs()[1]["id"]
    refused = world.start("rollback", "--run", upgrade, "--yes")
    assert refused.wait(60) == 2
    assert b"was closed on" in refused.stderr.read()
    assert world.done() == ALL
