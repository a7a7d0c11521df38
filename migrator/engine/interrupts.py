"""Ctrl-C and SIGTERM while a run goes: the first lets the present step end, the second leaves at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType

from migrator.errors import Exit


class Interrupts:
    """Counts them; the second leaves at once, which is as safe as a crash. `drain` None: only looking on."""

    def __init__(self, drain: Callable[[], None] | None) -> None:
        self.count = 0
        self._drain = drain
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._seen)

    def _seen(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
        if self.count > 1:
            os._exit(Exit.CANCELLED)
        if self._drain:
            self._drain()
