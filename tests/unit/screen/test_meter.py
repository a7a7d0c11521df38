"""How far a long command is: now and then a line, and none for what is quick."""

from __future__ import annotations

import io
import json

from migrator.screen.meter import Meter


class Clock:
    """A clock that stands still until it is told the time, in seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_line_every_two_seconds_with_speed_and_time_left() -> None:
    out, clock = io.StringIO(), Clock()
    meter = Meter(as_json=False, out=out, monotonic=clock)
    for clock.now, done in ((1.0, 500_000), (2.0, 600_000), (3.0, 700_000), (4.5, 850_000)):
        meter(done, 1_000_000, "rows", "task")
    lines = [line.partition(" ")[2] for line in out.getvalue().splitlines()]
    assert lines == ["task: 600,000 of 1,000,000 rows, 100,000/s, 4.0s left",
                     "task: 850,000 of 1,000,000 rows, 100,000/s, 1.5s left"]


def test_programs_get_events() -> None:
    out, clock = io.StringIO(), Clock()
    meter = Meter(as_json=True, out=out, monotonic=clock)
    meter(0, None, "rows")
    clock.now = 2.0
    meter(50, None, "rows")
    event = json.loads(out.getvalue())
    assert (event["event"], event["done"], event["total"], event["rate"]) == ("progress", 50, None, 25)


def test_what_is_quick_says_nothing() -> None:
    out = io.StringIO()
    Meter(as_json=False, out=out, monotonic=Clock())(5, 10, "rows")
    assert out.getvalue() == ""
