"""How far the queues of a sync have to shrink before something else may happen."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.sync.standing.waiting import Waiting
from migrator.units import seconds


@dataclass(frozen=True)
class Goal:
    """At most so many dirty keys on both sides together, or none that is older than so many seconds; by default none
    at all.
    """

    keys: int = 0
    age: float | None = None

    @classmethod
    def parse(cls, text: str | None) -> Goal:
        """The goal of `100` (dirty keys) or `2s` (age); None is drained. Raises WrongUse for another text."""
        if text is None:
            return cls()
        return cls(int(text)) if text.isdecimal() else cls(age=seconds(text))

    @property
    def drained(self) -> bool:
        """Whether nothing at all may be left."""
        return self.keys == 0 and self.age is None

    def reached(self, tables: list[Waiting]) -> bool:
        """Whether what waits is within it."""
        if self.age is not None:
            return all(one.oldest is None or one.oldest <= self.age for one in tables)
        return not any(one.more for one in tables) and sum(one.count for one in tables) <= self.keys
