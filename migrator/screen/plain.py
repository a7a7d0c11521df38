"""Time-stamped lines, for logs and for readers without colours."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from migrator import clock, events
from migrator.screen.phrases import phrase
from migrator.screen.running import Running
from migrator.screen.sign_of_life import SignOfLife
from migrator.secret import scrub


class Plain:
    """Writes every event as lines with the local time; after 30 seconds of silence says how far it is."""

    def __init__(self, out: TextIO, *, monotonic: Callable[[], float] = time.monotonic, watch: bool = True) -> None:
        self._out = out
        self._running = Running(monotonic)
        self._life = SignOfLife(self._still_here, monotonic)
        if watch:
            self._life.start()

    def __call__(self, event: events.Event) -> None:
        self._running.learn(event)
        lines = phrase(event, self._running.estimates)
        if lines:
            self._life.heard()
        self._write(event.at, lines)

    def close(self) -> None:
        """Stop watching for silence; safe to call twice."""
        self._life.stop()

    def still_here(self) -> None:
        """Write a sign of life when it has been silent for too long."""
        self._life.tick()

    def _still_here(self) -> None:
        now = self._running.clock()
        self._write(clock.stamp(), [f"  … {a.event.step} {a.event.target}: {', '.join(a.measures(now))}"
                                    for a in list(self._running.activities.values())])

    def _write(self, at: str, lines: list[str]) -> None:
        moment = clock.local(at, form="%H:%M:%S")
        for line in lines:
            self._out.write(f"{moment} {scrub(line)}\n")
        self._out.flush()
