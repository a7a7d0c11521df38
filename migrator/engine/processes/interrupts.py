"""Ctrl-C and SIGTERM while a run goes: the present step ends first. On the way back Ctrl-C asks before it leaves."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType

from migrator.errors import Exit
from migrator.events import Event, GoingBack, StepStarted
from migrator.model.states import Direction


class Heading:
    """Which way a run goes, as its events tell it; known before anything is undone."""

    def __init__(self) -> None:
        self.back = False

    def __call__(self, event: Event) -> None:
        if isinstance(event, GoingBack):
            self.back = True
        elif isinstance(event, StepStarted):
            self.back = event.direction == Direction.UNDO


class Interrupts:
    """Counts them. The last leaves at once, which is as safe as a crash; the one before lets the present step end.

    Before a person who sees a run's `heading`, one more comes first on the way back, and only asks: half-way back the
    system is neither old nor new. A SIGTERM asks nobody. `drain` None: this process only looks on.
    """

    def __init__(self, drain: Callable[[], None] | None, heading: Heading | None = None) -> None:
        self.count = 0
        self._drain = drain
        self._heading = heading
        self._draining = False
        self._asks = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._seen)

    def question(self) -> bool:
        """Whether the question has to be asked now; true once."""
        asks, self._asks = self._asks, False
        return asks

    def _seen(self, number: int, _frame: FrameType | None) -> None:
        self.count += 1
        if self._draining:
            os._exit(Exit.CANCELLED)
        if self.count == 1 and number == signal.SIGINT and self._heading and self._heading.back:
            self._asks = True
            return
        self._draining = True
        if self._drain:
            self._drain()
