"""Ctrl-C and SIGTERM while a run goes: the present step ends first. On the way back Ctrl-C asks before it leaves."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType

from migrator.errors import Exit


class Interrupts:
    """Counts them. The last leaves at once, which is as safe as a crash; the one before lets the present step end.

    On the way back one more comes first, and only asks: half-way back the system is neither old nor new. A SIGTERM
    asks nobody. `drain` None: this process only looks on, and leaves when it likes.
    """

    def __init__(self, drain: Callable[[], None] | None) -> None:
        self.count = 0
        self.going_back = False
        """Whoever watches the run says so; it counts when the first interrupt comes."""
        self._drain = drain
        self._draining = False
        self._asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._seen)

    def question(self) -> bool:
        """Whether an interrupt waits for its question to be asked; true once."""
        asks, self._asked = self._asked, False
        return asks

    def _seen(self, number: int, _frame: FrameType | None) -> None:
        self.count += 1
        if self._draining:
            os._exit(Exit.CANCELLED)
        if self._drain and self.going_back and self.count == 1 and number == signal.SIGINT:
            self._asked = True
            return
        self._draining = True
        if self._drain:
            self._drain()
