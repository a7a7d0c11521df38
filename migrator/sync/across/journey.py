"""A journey: stops first, then what is made at the source with what they have fetched."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.lens.copy.session import Session
from migrator.sync.across.stop import Stop
from migrator.sync.batch.road import Carriage


class Journey:
    """See `Carriage`."""

    def __init__(self, here: Session, there: Session, stops: Sequence[Stop], last: Carriage) -> None:
        self._here = here
        self._there = there
        self._stops = stops
        self._last = last

    def create(self) -> None:
        """See `Carriage`."""
        for stop in self._stops:
            stop.create(self._here, self._there)
        self._last.create()

    def run(self) -> int:
        """See `Carriage`."""
        for stop in self._stops:
            stop.run()
        return self._last.run()
