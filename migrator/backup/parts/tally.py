"""How far several streams are that are read one after the other."""

from __future__ import annotations

from migrator.backup.parts.part import Progress


class Tally:
    """Takes the progress of each stream and tells that of all of them together; `begin` says of how much."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._total = self._before = self._now = 0.0

    def begin(self, total: float) -> None:
        """Other work begins, of so many bytes."""
        self._total, self._before, self._now = total, 0.0, 0.0

    def __call__(self, done: float, _total: float | None, unit: str) -> None:
        if done < self._now:  # the next stream
            self._before += self._now
        self._now = done
        self._progress(min(self._before + done, self._total) if self._total else done, self._total or None, unit)
