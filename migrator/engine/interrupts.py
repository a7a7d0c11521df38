"""Ctrl-C and SIGTERM while a run goes: the present step ends first. On the way back Ctrl-C asks before it leaves."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType

from migrator.errors import Exit


class Interrupts:
    """Counts them. The last leaves at once, which is as safe as a crash; the one before lets the present step end.

    Before a person (`asks`) one more comes first on the way back, and only asks: half-way back the system is neither
    old nor new; then whoever watches calls `heed`. A SIGTERM asks nobody. `drain` None: this process only looks on.
    """

    def __init__(self, drain: Callable[[], None] | None, *, asks: bool = False) -> None:
        self.count = 0
        self._drain = drain
        self._asks = asks
        self._draining = False
        self._asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._seen)

    def heed(self, going_back: Callable[[], bool]) -> bool:
        """Act on what has come; true when the question has to be asked, since the run is `going_back`."""
        if not self.count or not self._drain or self._draining:
            return False
        if self.count == 1 and (self._asked or going_back()):
            asks, self._asked = not self._asked, True
            return asks
        self._leave()
        return False

    def _seen(self, number: int, _frame: FrameType | None) -> None:
        self.count += 1
        if self._draining:
            os._exit(Exit.CANCELLED)
        if number == signal.SIGTERM or not self._asks:
            self._leave()

    def _leave(self) -> None:
        self._draining = True
        if self._drain:
            self._drain()
