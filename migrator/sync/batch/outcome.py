"""What has come of a batch."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Outcome:
    """Figures of one batch, or of several added up: entries taken, keys they spoke of, rows written, keys that had to
    wait, rows marked to go the other way, conflicts met, keys put into quarantine.
    """

    entries: int = 0
    keys: int = 0
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    held: int = 0
    marked: int = 0
    conflicts: int = 0
    quarantined: int = 0
    seconds: float = 0.0
    lag: float = 0.0
    """Seconds from the oldest of these changes until it was applied."""

    @property
    def written(self) -> int:
        """Rows that were changed at the target."""
        return self.inserted + self.updated + self.deleted

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})
