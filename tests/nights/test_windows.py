"""A start that the calendar forbids is refused before anything is entered, with the next start that is possible."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import Exit
from tests.nights.night import Night

CHINA = {"time_zone": "Asia/Shanghai", "country": "CN"}


@pytest.mark.parametrize(("calendar", "window", "reason", "next_"), [
    (CHINA, {"start": "2090-03-14T20:00", "length": "6h"}, "the window opens at 2090-03-14 20:00 only",
     "the next start is possible at 2090-03-14 20:00"),
    (CHINA, {"start": "2020-03-14T20:00", "length": "6h"}, "the window was open from 2020-03-14 20:00",
     "no start is possible any more"),
    ({**CHINA, "freeze": ["freeze.ics"]}, None, '"Audit" forbids changes from 2020-01-01 00:00 to 2200-01-01 00:00',
     "no start is possible any more"),
])
def test_it_is_refused(tmp_path: Path, calendar: dict[str, str], window: dict[str, str] | None, reason: str,
                       next_: str) -> None:
    night = Night(tmp_path).make(calendar=calendar, window=window)
    refused = night.upgrade()
    assert refused.returncode == Exit.FINDINGS_BLOCK
    assert reason in refused.stderr and next_ in refused.stderr
    planned = night.inv("plan", "--playbook", "playbook", "--stage", "go-live")
    assert f"window: {reason}" in planned.stdout
    assert f"next: {next_}" in planned.stdout
    assert night.done() == []
    assert [path for path in tmp_path.glob(".migrator/runs/*") if not path.name.startswith("plan-")] == []
