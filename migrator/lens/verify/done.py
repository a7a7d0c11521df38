"""What came out of one range, as it is kept and counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from migrator import clock
from migrator.lens.verify.difference import Difference, Kind


@dataclass(frozen=True)
class Done:
    """One range of a pair that was compared; `pair` is its place in the lens, `at` when it was finished."""

    pair: int
    low: int | None
    high: int | None
    old: int
    new: int
    missing: int
    invented: int
    differing: int
    agreed: int
    seconds: float
    differences: list[Difference] = field(default_factory=list)
    at: str = field(default_factory=clock.stamp)

    @classmethod
    def of(cls, line: dict[str, Any]) -> Done:
        """A range as it was written down."""
        told = [Difference(**{**difference, "kind": Kind(difference["kind"])}) for difference in line["differences"]]
        return cls(**{**line, "differences": told})
