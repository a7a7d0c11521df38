"""What a copy tells while it goes, and when it has ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

UNIT = "rows"

Progress = Callable[[float, float | None, str, str], None]
"""Told after each chunk: rows that are done, rows in all, their unit, and the pair that they belong to."""


@dataclass(frozen=True)
class CopiedPair:
    """What has arrived of one pair; `resumed` are rows that an earlier attempt brought, `chunks` counts those too."""

    name: str
    path: str
    rows: int
    chunks: int
    seconds: float
    resumed: int = 0


@dataclass(frozen=True)
class Copied:
    """A finished copy; `already` is true when it had ended before."""

    pairs: tuple[CopiedPair, ...]
    already: bool = False

    @property
    def rows(self) -> int:
        """Rows of the main tables of all pairs."""
        return sum(pair.rows for pair in self.pairs)

    def as_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        return asdict(self) | {"rows": self.rows}
