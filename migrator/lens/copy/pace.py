"""How many rows a chunk should have, so that it takes half a second."""

from __future__ import annotations

FIRST = 2_000
FEWEST = 100
MOST = 200_000
WEIGHT = 0.5
"""Of the newest measurement in the moving average."""
GROWTH = 4
"""How many times larger than its predecessor a chunk may be."""


class Pace:
    """Rows per chunk, by a moving average of rows per second; `aim` is in seconds."""

    def __init__(self, aim: float) -> None:
        self.rows = FIRST
        self._aim = aim
        self._speed: float | None = None

    def took(self, rows: int, seconds: float) -> None:
        """Learn from a chunk."""
        speed = rows / max(seconds, 1e-4)
        self._speed = speed if self._speed is None else WEIGHT * speed + (1 - WEIGHT) * self._speed
        self.rows = max(FEWEST, min(round(self._speed * self._aim), MOST, self.rows * GROWTH))
