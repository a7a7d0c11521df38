"""What a census finds, and what that means for a copy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from migrator.model.finding import Finding as Told
from migrator.model.finding import Severity


class Verdict(StrEnum):
    """What a finding means for a copy."""

    OK = "ok"
    """Nothing is lost; somebody should know of it."""
    NEEDS_MEMORY = "needs memory"
    """The value does not survive the way there and back by itself: pair memory keeps it."""
    REFUSED = "refused"
    """The new side cannot say it, or would say something else: nothing is copied before this is settled."""


_SEVERITY = {Verdict.OK: Severity.WARNS, Verdict.NEEDS_MEMORY: Severity.INFORMS, Verdict.REFUSED: Severity.BLOCKS}


@dataclass(frozen=True)
class Finding:
    """One thing that was found in one pair, or in one table of a side.

    `code` is short and stable; `about` names the pair or the table, `columns` the columns as people read them ("" for
    whole rows); `rows` counts the rows that are concerned (None when it is no matter of rows), `keys` are a few of
    their keys as text; `advice` says what to write in the mapping or to clean in the data.
    """

    code: str
    verdict: Verdict
    about: str
    message: str
    advice: str = ""
    columns: str = ""
    rows: int | None = None
    keys: tuple[tuple[str, ...], ...] = ()

    @property
    def told(self) -> Told:
        """The finding as steps and reports tell it."""
        evidence = {"about": self.about, "columns": self.columns, "rows": self.rows, "keys": self.keys,
                    "verdict": self.verdict.value}
        return Told(_SEVERITY[self.verdict], f"census.{self.code}", f"{self.about}: {self.message}", self.advice,
                    {name: value for name, value in evidence.items() if value not in (None, "", ())})

    def as_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {"code": self.code, "verdict": self.verdict.value, "about": self.about, "columns": self.columns,
                "rows": self.rows, "keys": [list(key) for key in self.keys], "message": self.message,
                "advice": self.advice}
