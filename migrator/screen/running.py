"""What is running at the moment: the memory of the observers that show progress."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from migrator import events
from migrator.screen.words import estimate_word, measures
from migrator.units import show_seconds


@dataclass
class Activity:
    """One step on one target that has begun and not ended; moments are seconds of a monotonic clock."""

    event: events.StepStarted
    began: float
    first: tuple[float, float] | None = None
    """Moment and amount of the first progress: speed counts from there, so that a resumed copy is not flattered."""
    latest: tuple[float, events.StepProgress] | None = None
    said: str = ""
    lines: int = 0
    """How many lines it has said."""

    def share(self) -> float | None:
        """How much is done, 0 to 1; None when nobody knows."""
        if not self.latest or not self.latest[1].total:
            return None
        return min(1.0, self.latest[1].done / self.latest[1].total)

    def measures(self, now: float) -> list[str]:
        """Amount, speed and time left, as far as they are known, then the time taken beside the estimate."""
        texts: list[str] = []
        if self.latest:
            progress = self.latest[1]
            texts += measures(progress.done, progress.total, progress.unit, self._rate())
        return [*texts, f"{show_seconds(now - self.began)}{estimate_word(self.event.estimate)}"]

    def _rate(self) -> float | None:
        if not self.first or not self.latest or self.latest[0] <= self.first[0]:
            return None
        gained = self.latest[1].done - self.first[1]
        return gained / (self.latest[0] - self.first[0]) if gained > 0 else None


@dataclass
class Running:
    """Learns from every event; knows what runs, since when, and how far it is."""

    clock: Callable[[], float] = time.monotonic
    activities: dict[tuple[str, str], Activity] = field(default_factory=dict)
    estimates: dict[tuple[str, str], float | None] = field(default_factory=dict)

    def learn(self, event: events.Event) -> None:
        """Take the event in; events of unknown steps are ignored."""
        match event:
            case events.StepStarted():
                key = (event.step, event.target)
                self.activities[key] = Activity(event, self.clock())
                self.estimates[key] = event.estimate
            case events.StepProgress() if activity := self.activities.get((event.step, event.target)):
                activity.first = activity.first or (self.clock(), event.done)
                activity.latest = (self.clock(), event)
            case events.StepSaid() if activity := self.activities.get((event.step, event.target)):
                activity.said = event.text
                activity.lines += 1
            case events.StepEnded():
                self.activities.pop((event.step, event.target), None)
            case events.RunEnded() | events.RunParked():
                self.activities.clear()
