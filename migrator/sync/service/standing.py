"""How an applier fares, as it says itself: whether it works or waits, why, and how fast it has been of late."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from migrator import clock


class Phase(StrEnum):
    BEGINS = "begins"
    WORKS = "works"
    WAITS = "waits"
    """A database does not answer, or another process has the lease; it tries again by itself."""
    BLOCKED = "blocked"
    """It has given up: people have to do something first."""
    STOPPED = "stopped"


@dataclass(frozen=True)
class Standing:
    """What an applier said last. Only its phase may be out of date: a process that was killed says nothing more."""

    phase: Phase
    pid: int
    at: str = field(default_factory=clock.stamp)
    why: str = ""
    hint: str = ""
    code: int = 0
    """The exit code of what it gave up at."""
    figures: dict[str, Any] = field(default_factory=dict)
    """See `migrator.sync.service.figures`."""

    def as_text(self) -> str:
        """As the state file holds it."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Standing:
        data = json.loads(text)
        return cls(**{**data, "phase": Phase(data["phase"])})
