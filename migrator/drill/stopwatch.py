"""How long each phase of a recovery takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PHASES = ("decide", "provision", "database", "files", "start", "verify", "switch")
"""In the order in which a system comes back: the set chosen, room made, data back, application up, proven, users on."""


class Stopwatch:
    """Seconds by phase, as far as phases were gone through; `phase` is the one that runs, or ran last.

    `aside` are seconds for what only a drill has to do, and no recovery.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self.seconds: dict[str, float] = {}
        self.aside = 0.0
        self.phase = ""

    @contextmanager
    def measured(self, phase: str, before: float = 0.0) -> Iterator[None]:
        """Measure the block as this phase, also when it fails; `before` are seconds that had passed already."""
        self.phase, began = phase, self._now()
        try:
            yield
        finally:
            self.seconds[phase] = round(self.seconds.get(phase, 0.0) + before + self._now() - began, 3)

    @contextmanager
    def not_counted(self, what: str) -> Iterator[None]:
        """Measure the block as something that no recovery would wait for."""
        self.phase, began = what, self._now()
        try:
            yield
        finally:
            self.aside = round(self.aside + self._now() - began, 3)

    @property
    def total(self) -> float:
        """Seconds of all phases so far."""
        return round(sum(self.seconds.values()), 3)
