"""An observation of days costs no process: the run is parked between the looks, and a tick takes the next one."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from migrator.errors import Exit
from tests.nights.night import Night

WATCH = {"id": "watch", "observe": {"for": "1s", "every": "1s", "suite": "after.yaml"}}


def looks(record: dict[str, Any]) -> int:
    return sum(a["step"] == "watch" for a in record["attempts"])


def test_it_is_watched_by_ticks_until_the_time_is_over(tmp_path: Path) -> None:
    night = Night(tmp_path).make(WATCH)
    assert night.upgrade().returncode == Exit.WAITING
    parked = night.record()
    assert parked["run"]["waiting_for"] == f"time:{parked['run']['wake']}"
    for _try in range(20):
        assert night.inv("tick").returncode == Exit.DONE
        if (record := night.record())["run"]["state"] == "passed":
            break
        time.sleep(0.2)
    assert record["run"]["state"] == "passed", record["run"]
    assert looks(record) >= 2
    assert night.done() == ["one", "two"]


def test_a_look_that_finds_a_fault_goes_back(tmp_path: Path) -> None:
    night = Night(tmp_path).make({"id": "watch", "observe": {"for": "72h", "every": "1s", "suite": "after.yaml"}})
    assert night.upgrade().returncode == Exit.WAITING
    (tmp_path / "live").write_text("one\n")
    for _try in range(20):
        night.inv("tick")
        if (record := night.record())["run"]["state"] == "brought back":
            break
        time.sleep(0.2)
    assert record["run"]["exit_code"] == Exit.BROUGHT_BACK
    assert "still done" in record["run"]["message"]
    assert night.done() == []
