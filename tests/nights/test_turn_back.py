"""A live step that is slower than its rehearsal: the run turns back before the line and is over inside the window."""

from __future__ import annotations

from pathlib import Path

from migrator import clock
from migrator.errors import Exit
from tests.nights.night import LIVE_SECONDS, Night

# The line lies where the slow step has begun and not ended; the reserve leaves the way back all the time it may need.
RESERVE = 60
WINDOW = {"length": f"{RESERVE + LIVE_SECONDS - 0.5}s"}
LATE = {"length": f"{RESERVE - 1}s"}


def test_it_goes_back_by_itself_and_in_time(tmp_path: Path) -> None:
    night = Night(tmp_path).make(window=WINDOW, budget={"reserve": f"{RESERVE}s"})
    rehearsed = night.inv("rehearse", "--playbook", "playbook")
    assert rehearsed.returncode == Exit.DONE, rehearsed.stdout + rehearsed.stderr
    assert night.done("copy") == ["one", "two"], "a rehearsal takes its time: it measures"
    upgraded = night.upgrade()
    assert upgraded.returncode == Exit.OUT_OF_TIME, upgraded.stdout + upgraded.stderr
    assert "the turn-back line is crossed: two takes" in upgraded.stderr
    record = night.record()
    assert [(a["step"], a["direction"], a["state"]) for a in record["attempts"]] == [
        ("one", "forward", "OK"), ("one", "undo", "OK")], "what would have been too late never began"
    assert night.done() == []
    assert clock.parse(record["run"]["ended"]) < clock.parse(record["run"]["window"]["end"])


def test_people_who_are_asked_may_go_back(tmp_path: Path) -> None:
    night = Night(tmp_path).make(window=WINDOW, budget={"reserve": f"{RESERVE}s", "on_crossing": "ask"})
    assert night.upgrade().returncode == Exit.WAITING
    assert night.record()["run"]["waiting_for"] == "line:two"
    assert night.done() == ["one"]
    assert night.inv("run.decide", "--go-back").returncode == Exit.DONE
    resumed = night.inv("resume")
    assert resumed.returncode == Exit.OUT_OF_TIME, resumed.stdout + resumed.stderr
    assert night.done() == []


def test_people_who_are_asked_may_go_on_and_are_not_asked_again(tmp_path: Path) -> None:
    night = Night(tmp_path).make(window=LATE, budget={"reserve": f"{RESERVE}s", "on_crossing": "ask"})
    assert night.upgrade().returncode == Exit.WAITING
    assert night.record()["run"]["waiting_for"] == "line:one"
    decided = night.inv("run.decide", "--go-on", "--reason", "the customer agrees to an hour more")
    assert decided.returncode == Exit.DONE, decided.stderr
    resumed = night.inv("resume")
    assert resumed.returncode == Exit.DONE, resumed.stdout + resumed.stderr
    assert night.done() == ["one", "two"]
