"""What a run's status says of time: actual beside estimate, and the turn-back line while it goes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from migrator import clock
from migrator.screen.tables import show_status
from migrator.units import show_difference

pytestmark = pytest.mark.usefixtures("shanghai")
MOMENT = datetime.fromisoformat("2026-03-14T22:00+08:00")


@pytest.mark.parametrize(("later", "told"), [
    (timedelta(minutes=-48), "upgrade must begin by 2026-03-14 22:00 (in 48m00s) to be able to go back until "),
    (timedelta(seconds=1), "upgrade had to begin by 2026-03-14 22:00 to be able to go back until "),
])
def test_the_line_is_told_with_the_time_that_is_left(sample: Callable[[str], dict[str, Any]], later: timedelta,
                                                     told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MOMENT + later)
    line = {"step": "upgrade", "moment": clock.stamp(MOMENT), "end": clock.stamp(MOMENT + timedelta(hours=2))}
    assert f"turn-back line: {told}2026-03-15 00:00" in show_status({**sample("waiting"), "turn_back": line})
    assert "turn-back line" not in show_status({**sample("waiting"), "turn_back": None})


@pytest.mark.parametrize(("seconds", "shown"), [(100, "+1m40s"), (-0.4, "-0.4s"), (0, "0.0s"), (-0.04, "0.0s"),
                                                (-7200, "-2h00m")])
def test_differences(seconds: float, shown: str) -> None:
    assert show_difference(seconds) == shown


def test_the_actual_time_stands_beside_the_estimate(sample: Callable[[str], dict[str, Any]]) -> None:
    record = sample("passed")
    first = record["steps"][0]
    first["estimate"] = 2.0
    next(a for a in record["attempts"] if a["step"] == first["id"])["seconds"] = 5.5
    row = next(line for line in show_status(record, room=160).splitlines() if f" {first['id']} " in line)
    assert [cell for cell in row.split() if cell.endswith("s") and cell[-2].isdigit()] == ["5.5s", "2.0s", "+3.5s"]
