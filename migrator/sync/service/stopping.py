"""The wish of somebody else that this process ends: SIGTERM and Ctrl-C ask, and what is under way is finished first."""

from __future__ import annotations

import signal
from threading import Event
from types import FrameType, TracebackType
from typing import Any


class Stopping:
    """Within its block both signals only ask; `stopping()` says whether one came. A second Ctrl-C breaks off."""

    def __init__(self) -> None:
        self._asked = Event()
        self._before: dict[int, Any] = {}

    def __call__(self) -> bool:
        return self._asked.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for so long, or until somebody asks; whether somebody has."""
        return self._asked.wait(seconds)

    def __enter__(self) -> Stopping:
        for number in (signal.SIGTERM, signal.SIGINT):
            self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: BaseException | None,
                 _trace: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT and self._asked.is_set():
            raise KeyboardInterrupt
        self._asked.set()
