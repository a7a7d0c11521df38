"""What a verification found: evidence for people and for programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from migrator.lens.verify.difference import Difference
from migrator.lens.verify.done import Done
from migrator.lens.verify.uncompared import Uncompared


@dataclass
class TableReport:
    """One pair: rows of either side that were compared, and how many rows are missing, invented or different."""

    table: str
    columns: int
    old: int = 0
    new: int = 0
    missing: int = 0
    invented: int = 0
    differing: int = 0
    agreed: int = 0
    """Rows that differ from what would be computed, and are what both sides have agreed on."""
    seconds: float = 0.0

    @property
    def different(self) -> int:
        """Rows that are missing, invented or different."""
        return self.missing + self.invented + self.differing

    def add(self, done: Done) -> None:
        """Count a range in."""
        for name in ("old", "new", "missing", "invented", "differing", "agreed", "seconds"):
            setattr(self, name, getattr(self, name) + getattr(done, name))


@dataclass
class Report:
    """The whole verification. Its data were read between `began` and `ended`, also where it was cut off in between."""

    tables: list[TableReport]
    uncompared: list[Uncompared]
    began: str
    ended: str
    resumed: bool
    differences: list[Difference] = field(default_factory=list)
    """As many as were asked for."""

    @property
    def equal(self) -> bool:
        """Whether the new side holds, in everything that was compared, what the lens makes of the old one."""
        return self.different == 0

    @property
    def different(self) -> int:
        """Rows that are missing, invented or different, all of them."""
        return sum(table.different for table in self.tables)

    @property
    def rows(self) -> int:
        """Rows of the old side that were compared."""
        return sum(table.old for table in self.tables)

    @property
    def cells(self) -> int:
        """Cells of the old side that were compared."""
        return sum(table.old * table.columns for table in self.tables)

    @property
    def seconds(self) -> float:
        """Time that reading and comparing took, earlier parts of a resumed verification included."""
        return sum(table.seconds for table in self.tables)

    @property
    def rate(self) -> float:
        """Rows compared in a second."""
        return self.rows / self.seconds if self.seconds else 0.0

    def as_json(self) -> dict[str, Any]:
        """For evidence, and for programs."""
        return {"equal": self.equal, "rows": self.rows, "cells": self.cells, "seconds": round(self.seconds, 3),
                "rows_per_second": round(self.rate), "different": self.different, "began": self.began,
                "ended": self.ended, "resumed": self.resumed,
                "tables": [{**asdict(table), "seconds": round(table.seconds, 3)} for table in self.tables],
                "differences": [asdict(difference) for difference in self.differences],
                "not_compared": [asdict(one) for one in self.uncompared]}
