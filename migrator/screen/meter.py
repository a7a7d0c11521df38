"""How far a long command is that is no run: a line now and then."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import TextIO

from migrator import clock
from migrator.screen.words import measures

EVERY = 2.0
"""Seconds between two lines."""


class Meter:
    """Writes time-stamped lines with amount, speed and time left to standard error; as JSON to standard output.

    The speed counts from the first call on, so that what was done before a resumption does not flatter it; an amount
    that is smaller than the last one is other work.
    """

    def __init__(self, *, as_json: bool, out: TextIO | None = None,
                 monotonic: Callable[[], float] = time.monotonic) -> None:
        self._json = as_json
        self._out = out or (sys.stdout if as_json else sys.stderr)
        self._clock = monotonic
        self._first: tuple[float, float] | None = None
        self._last = 0.0
        self._told = monotonic()

    def __call__(self, done: float, total: float | None, unit: str, of: str = "") -> None:
        """So much is done; `of` says of what. Most calls write nothing."""
        now = self._clock()
        self._first = (now, done) if self._first is None or done < self._last else self._first
        self._last = done
        if now - self._told < EVERY:
            return
        self._told = now
        self._out.write((self._as_json if self._json else self._as_text)(done, total, unit, of) + "\n")
        self._out.flush()

    def _as_text(self, done: float, total: float | None, unit: str, of: str) -> str:
        said = ", ".join(measures(done, total, unit, self._rate(done)))
        return f"{clock.local(clock.stamp(), form='%H:%M:%S')} {f'{of}: ' if of else ''}{said}"

    def _as_json(self, done: float, total: float | None, unit: str, of: str) -> str:
        return json.dumps({"event": "progress", "at": clock.stamp(), "of": of, "done": done, "total": total,
                           "unit": unit, "rate": self._rate(done)}, ensure_ascii=False)

    def _rate(self, done: float) -> float | None:
        began, first = self._first or (self._told, done)
        return (done - first) / (self._told - began) if self._told > began and done > first else None
