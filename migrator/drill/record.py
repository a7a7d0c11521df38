"""The record of a drill: written once when it has ended, held or failed, and never changed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from migrator.drill.forecast import Forecast
from migrator.drill.objectives import Measured
from migrator.errors import JournalError
from migrator.text import _
from migrator.written import write_whole

FORMAT = 1


@dataclass(frozen=True)
class DrillRecord:
    """One drill. Moments are ISO 8601, phases are seconds by name as far as it came.

    `level` is what is proven of the set now. `rto` is the time from the failure (`failed`, as told, else the drill's
    begin) until everything passed, None when that never was; `outside` are seconds that a recovery would not need.
    `parts` are those of a kept release, `differs` says in what the restored system is not the live one, `why` and
    `broken` why it failed, and in which phase.
    """

    id: str
    environment: str
    scratch: str
    by: str
    began: str
    ended: str
    failed: str
    told: bool
    """Whether the moment of failure was told; else the drill's begin stands for it."""
    set: str
    taken: str
    level: int
    passed: bool
    why: str
    broken: str
    phases: dict[str, float]
    outside: float
    bytes: int
    checks: list[dict[str, Any]]
    rto: Measured | None
    rpo: Measured | None
    forecast: Forecast
    release: str
    parts: list[dict[str, str]]
    differs: list[str]
    notes: list[str]
    tool: str
    format: int = FORMAT

    @property
    def met(self) -> bool:
        """Whether it passed and kept to every target that was set."""
        return self.passed and all(m.met is not False for m in (self.rto, self.rpo) if m)

    def text(self) -> str:
        """As it is written, signed and read."""
        data = {**asdict(self), "rto": self.rto.as_json() if self.rto else None,
                "rpo": self.rpo.as_json() if self.rpo else None}
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"

    def save(self, path: Path) -> None:
        """Write it, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, self.text())

    @classmethod
    def read(cls, text: str, where: str) -> DrillRecord:
        """The record in a text. Raises JournalError when it is none, or comes from a newer version."""
        try:
            data = json.loads(text)
            if data["format"] > FORMAT:
                raise JournalError(_("the record comes from a newer version of this program"), where=where)
            measured = {name: Measured.from_json(data[name]) if data[name] else None for name in ("rto", "rpo")}
            return cls(**{**data, **measured, "forecast": Forecast(**data["forecast"])})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise JournalError(_("this is no record of a drill: {why}").format(why=error), where=where) from None
