"""What a set remembers of the attachments: what was asked, so that a restored copy can be asked the same."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

MOST = 10_000
"""Paths that a record tells apart; it counts all."""


@dataclass(frozen=True)
class Attached:
    """One query of one database, and what the live system lacked of it when the set was taken.

    `named` counts the files that the database named. `lost` counts those whose file was not there, and `marks` are
    theirs (see `mark`), at most MOST: whoever has a sealed set can read its manifest, but not the names of its files.
    """

    database: str
    tree: str
    sql: str
    strip: str
    extra: str
    named: int = 0
    lost: int = 0
    marks: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Attached:
        return cls(**{**data, "marks": tuple(data["marks"])})

    def unexplained(self, lost: Collection[str]) -> list[str]:
        """Of the paths that the set lacks those which the live system had when the set was taken."""
        if self.lost > len(self.marks) and len(lost) <= self.lost:
            return []
        return sorted(path for path in lost if mark(path) not in self.marks)


def mark(path: str) -> str:
    """Sixteen hexadecimal digits that stand for a path."""
    return hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:16]
