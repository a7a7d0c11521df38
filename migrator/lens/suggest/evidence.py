"""What speaks for a proposal: rows of equal keys seen side by side, and how sure they make it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from migrator.lens.pair import Face
from migrator.lens.schema import Column
from migrator.lens.side import Side
from migrator.lens.suggest.sample import Key, Record, Samples


@dataclass(frozen=True)
class Seen:
    """Two columns side by side: their texts in rows with equal keys.

    `alike` is how much their names look alike, `speak` tells whether their types speak for themselves.
    """

    old: Column
    new: Column
    pairs: Sequence[tuple[str | None, str | None]]
    alike: float = 0.0
    speak: Callable[[], bool] = lambda: True

    @property
    def plain(self) -> bool:
        """Whether one type becomes the other without a word."""
        return self.speak()

    @cached_property
    def filled(self) -> list[tuple[str, str]]:
        """Those rows in which both sides say something."""
        return [(old, new) for old, new in self.pairs if old is not None and new is not None]

    @cached_property
    def widowed(self) -> int:
        """Rows in which only one side says something."""
        return sum((old is None) is not (new is None) for old, new in self.pairs)

    @property
    def asked(self) -> int:
        """Rows that can tell something: those in which a side says something."""
        return len(self.filled) + self.widowed


@dataclass(frozen=True)
class Together:
    """The rows of both faces of a pair that have equal keys, columns by the names that the faces give them."""

    keys: tuple[Key, ...]
    old: tuple[Record, ...]
    new: tuple[Record, ...]
    _columns: dict[tuple[Side, str], list[str | None]] = field(default_factory=dict, compare=False, repr=False)

    def of(self, side: Side) -> tuple[Record, ...]:
        """The rows as one side has them."""
        return self.old if side is Side.OLD else self.new

    def pairs(self, old: str, new: str) -> list[tuple[str | None, str | None]]:
        """The texts of an old column and of a new one, row by row."""
        return list(zip(self._column(Side.OLD, old), self._column(Side.NEW, new), strict=True))

    def first(self, count: int) -> Together:
        """No more than so many of the rows."""
        return Together(self.keys[:count], self.old[:count], self.new[:count])

    def _column(self, side: Side, name: str) -> list[str | None]:
        if (side, name) not in self._columns:
            self._columns[side, name] = [record[name] for record in self.of(side)]
        return self._columns[side, name]


def together(samples: Samples, old: Face, new: Face) -> Together:
    """The sampled rows of two faces that have equal keys, in a steady order."""
    left, right = (_joined(samples, face) for face in (old, new))
    keys = sorted((key for key in left if key in right), key=str)
    return Together(tuple(keys), tuple(left[key] for key in keys), tuple(right[key] for key in keys))


def confidence(agree: int, asked: int, learned: int, told: Iterable[object], alike: float = 0.0) -> float:
    """How sure rows make a rule, from 0.0 to 0.99: two digits, rounded down, for nothing that is sampled is certain.

    Laplace's rule of succession over those rows that could contradict the rule; names that look alike halve the doubt
    at best; rows that disagree count against it in full.

    learned: rows that the rule itself was taken from, and so prove nothing.
    told: what the rows say; a rule that has said one thing only is worth half, and each other word halves that doubt.
    alike: how much the names look alike.
    """
    counts = Counter(iter(told))
    others = sum(counts.values()) - max(counts.values(), default=0)
    by_rows = (max(0, agree - learned) + 1) / (max(0, asked - learned) + 2) * (1 - 0.5 ** (1 + others))
    return int(100 * (1 - (1 - by_rows) * (1 - 0.5 * alike)) * agree / asked) / 100


def _joined(samples: Samples, face: Face) -> dict[Key, Record]:
    parts = [(face.columns_of(table), samples.rows(face.side, table.name).records) for table in reversed(face.tables)]
    return {key: {name: rows.get(key, {}).get(column) for columns, rows in parts for column, name in columns.items()}
            for key in parts[-1][1]}
