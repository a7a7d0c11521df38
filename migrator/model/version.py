"""Versions and hops: text that is compared part by part, never as a number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Hop:
    """One edge of the version path, `from_` to `to`."""

    from_: str
    to: str

    def __str__(self) -> str:
        return f"{self.from_} > {self.to}"

    def as_json(self) -> dict[str, str]:
        return {"from": self.from_, "to": self.to}

    @classmethod
    def from_json(cls, data: dict[str, str]) -> Hop:
        return cls(data["from"], data["to"])


def hops(path: list[str]) -> list[Hop]:
    """The hops of a path of versions, in order."""
    return [Hop(a, b) for a, b in pairwise(path)]


def order(version: str) -> tuple[tuple[int, int | str], ...]:
    """A sort key under which 6.9 < 6.10 and 7.0rc1 < 7.0."""
    parts = re.findall(r"\d+|[a-z]+", version.lower())
    key: list[tuple[int, int | str]] = [(2, int(p)) if p.isdigit() else (0, p) for p in parts]
    return (*key, (1, ""))
