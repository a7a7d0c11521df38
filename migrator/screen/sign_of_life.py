"""Nobody should wonder whether it hangs: silence is broken after 30 seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable

SILENCE = 30.0


class SignOfLife:
    """Calls `speak` whenever nothing was heard for 30 seconds; `tick` looks once, `start` keeps looking."""

    def __init__(self, speak: Callable[[], None], clock: Callable[[], float]) -> None:
        self._speak = speak
        self._clock = clock
        self._last = clock()
        self._over = threading.Event()

    def start(self) -> None:
        """Look every second in a thread of its own, which ends with the process."""
        threading.Thread(target=self._watch, name="sign of life", daemon=True).start()

    def heard(self) -> None:
        """Something was said just now."""
        self._last = self._clock()

    def tick(self) -> None:
        """Speak if the silence is too long."""
        if self._clock() - self._last >= SILENCE:
            self.heard()
            self._speak()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(1):
            self.tick()
