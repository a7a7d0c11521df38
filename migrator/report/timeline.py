"""The picture of a run: one bar per attempt on a common axis of time, as numbers for the drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from migrator import clock

WIDTH = 940
LABELS = 190
RIGHT = 30
"""Room at the right edge for half a tick's label."""
ROW = 24
TOP = 34
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 604800)


@dataclass(frozen=True)
class Bar:
    """One attempt; x, y and width in units of the drawing; `look` is the name of its style."""

    x: float
    y: float
    width: float
    look: str
    title: str


@dataclass(frozen=True)
class Picture:
    """Everything that the drawing needs: rows with their labels, bars, ticks of the axis, and the size."""

    rows: tuple[tuple[str, float], ...]
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    height: float
    width: int = WIDTH
    labels: int = LABELS
    top: int = TOP
    row: int = ROW


def draw(record: Mapping[str, Any]) -> Picture | None:
    """The picture of all attempts that began; None when none did."""
    begun = [a for a in record["attempts"] if a.get("started")]
    if not begun:
        return None
    start = min(clock.parse(a["started"]) for a in begun)
    end = max(_end(a) for a in begun)
    scale = (WIDTH - LABELS - RIGHT) / max((end - start).total_seconds(), 1.0)
    steps = [s["id"] for s in record["steps"] if any(a["step"] == s["id"] for a in begun)]
    tops = {step: TOP + n * ROW for n, step in enumerate(steps)}
    bars = tuple(Bar(x=LABELS + (clock.parse(a["started"]) - start).total_seconds() * scale,
                     y=tops[a["step"]] + 5,
                     width=max(2.5, (_end(a) - clock.parse(a["started"])).total_seconds() * scale),
                     look=_look(a), title=f"{a['step']} {a['target']} {a['state']}")
                 for a in begun if a["step"] in tops)
    return Picture(tuple(tops.items()), bars, _ticks(start, end, scale), TOP + len(steps) * ROW + 8)


def _end(attempt: Mapping[str, Any]) -> datetime:
    return clock.parse(attempt.get("ended") or attempt["started"])


def _look(attempt: Mapping[str, Any]) -> str:
    if attempt["state"] in ("FAILED", "UNKNOWN"):
        return "failed"
    return "undo" if attempt["direction"] == "undo" else "done"


def _ticks(start: datetime, end: datetime, scale: float) -> tuple[tuple[float, str], ...]:
    length = max((end - start).total_seconds(), 1.0)
    apart = next((s for s in _STEPS if length / s <= 8), _STEPS[-1])
    form = "%H:%M:%S" if apart < 60 else "%H:%M" if apart < 86400 else "%m-%d"
    count = int(length // apart)
    moments = [start + timedelta(seconds=n * apart) for n in range(count + 1)]
    return tuple((LABELS + (m - start).total_seconds() * scale, m.astimezone().strftime(form)) for m in moments)
