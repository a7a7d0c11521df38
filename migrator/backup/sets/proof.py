"""What was proven of a set: levels 0 to 4, and the history of every proof that held or failed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from migrator import clock
from migrator.written import write_whole

EXISTS, HASHED, DECODED, RESTORED, STARTED = range(5)
PROVEN = RESTORED
"""From this level on a set is called proven: it was restored and the copy compared."""


@dataclass(frozen=True)
class Trial:
    """One attempt at proving: the level tried, whether it held, and what was seen."""

    level: int
    held: bool
    at: str
    seconds: float
    detail: str = ""


@dataclass(frozen=True)
class Proof:
    """The level that holds now. `tables` are facts that only a restored copy could tell, by database."""

    level: int = EXISTS
    history: tuple[Trial, ...] = ()
    tables: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)

    @property
    def proven(self) -> bool:
        return self.level >= PROVEN

    @property
    def failed(self) -> bool:
        """Whether the last attempt at proving did not hold."""
        return bool(self.history) and not self.history[-1].held

    def after(self, level: int, seconds: float, *, held: bool = True, detail: str = "",
              tables: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None) -> Proof:
        """The proof with one more trial; one that failed takes away every level from there on."""
        now = max(self.level, level) if held else min(self.level, level - 1)
        trial = Trial(level, held, clock.stamp(), round(seconds, 3), detail)
        return replace(self, level=now, history=(*self.history, trial), tables={**self.tables, **(tables or {})})

    def save(self, path: Path) -> None:
        """Write the record so that a crash leaves the old or the new one."""
        write_whole(path, json.dumps(asdict(self), indent=1))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Proof:
        return cls(data["level"], tuple(Trial(**t) for t in data["history"]), data["tables"])


NONE = Proof()
