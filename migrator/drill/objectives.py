"""What a recovery was allowed to take and to lose, and whether it kept to that."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from migrator import clock

HOUR = 3600.0
"""Seconds that a recovery may take when nobody says otherwise."""


@dataclass(frozen=True)
class Measured:
    """Seconds that were measured, the target in seconds (None: nobody has set one), and whether it was met.

    `since` says what it is measured from: for what was lost `heartbeat` or `set`, and `at` is that moment.
    """

    seconds: float
    target: float | None
    since: str = ""
    at: str = ""

    @property
    def met(self) -> bool | None:
        """None where there is no target."""
        return None if self.target is None else self.seconds <= self.target

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "met": self.met}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Measured:
        return cls(**{name: value for name, value in data.items() if name != "met"})


def lost(failed: datetime, newest: datetime | None, taken: str, target: float | None) -> Measured:
    """What users lose: from the newest heartbeat in the restored copy to the failure, else from the taking of the set.
    """
    since = newest or clock.parse(taken)
    return Measured(round(max(0.0, (failed - since).total_seconds()), 3), target, "heartbeat" if newest else "set",
                    clock.stamp(since))
