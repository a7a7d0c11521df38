"""The score of a copy: what was compared, what differs, and what each sort of difference weighs.

The score begins at 100. Each sort has a weight, and of that weight is lost the share of its things that differ: of 20
tables one with other rows costs 1/20 of the weight of `rows`. Sorts of which nothing could be compared are left out,
and the others make up the 100. A weight is high where a test in the copy would tell another story than the original.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from migrator.model.finding import Finding, blocks, informs, warns
from migrator.text import _

WEIGHTS: Mapping[str, int] = {
    "rows": 20, "digest": 18, "schema": 15, "role": 8, "files": 12, "configuration": 12,
    "version": 8, "package": 3, "time zone": 2, "locale": 1, "kernel": 1}


@dataclass(frozen=True)
class Difference:
    """One thing that is another one in the copy; `-` stands for what one side does not have."""

    sort: str
    place: str
    original: str
    copy: str

    def __str__(self) -> str:
        return _("{sort} {place}: {original} in the original, {copy} in the copy").format(
            sort=self.sort, place=self.place, original=self.original, copy=self.copy)


@dataclass(frozen=True)
class Compared:
    """How many things of one sort were compared, and those that differ."""

    sort: str
    count: int
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Parity:
    """All that was compared."""

    parts: tuple[Compared, ...]

    @property
    def score(self) -> float:
        """Percent, rounded down to two places, so that 100 is said only when nothing differs."""
        lost: dict[str, tuple[int, int]] = {}
        for part in self.parts:
            count, differing = lost.get(part.sort, (0, 0))
            lost[part.sort] = (count + part.count, differing + len(part.differences))
        weighed = {sort: counts for sort, counts in lost.items() if counts[0]}
        whole = sum(WEIGHTS[sort] for sort in weighed)
        gone = sum(WEIGHTS[sort] * min(1.0, differing / count) for sort, (count, differing) in weighed.items())
        return int(10000 * (1 - gone / whole)) / 100 if whole else 0.0

    @property
    def differences(self) -> list[Difference]:
        """Every one of them, the weightiest sorts first."""
        found = [difference for part in self.parts for difference in part.differences]
        return sorted(found, key=lambda each: (-WEIGHTS[each.sort], each.sort, each.place))

    def findings(self, least: float | None = None) -> list[Finding]:
        """A warning for each difference, and the score: it blocks when it is below `least`."""
        told = [warns("clone.differs", str(difference)) for difference in self.differences]
        said = _("the copy is like its original by {score} %, {count} differences").format(
            score=self.score, count=len(told))
        if least is not None and self.score < least:
            wanted = _("{least} % were asked for; mend the copy, or ask for less and say why").format(least=least)
            return [blocks("clone.parity", said, wanted, score=self.score), *told]
        return [informs("clone.parity", said, score=self.score), *told]

    def as_json(self) -> dict[str, Any]:
        counts: dict[str, int] = {}
        for part in self.parts:
            counts[part.sort] = counts.get(part.sort, 0) + part.count
        return {"score": self.score, "compared": counts, "differences": [asdict(each) for each in self.differences]}


def compared(sort: str, place: str, original: Mapping[str, str], copy: Mapping[str, str]) -> Compared:
    """Two sets of named things, told name by name; `place` is what the names belong to."""
    names = sorted(original.keys() | copy.keys())
    return Compared(sort, len(names), tuple(
        Difference(sort, f"{place} {name}".strip(), original.get(name, "-"), copy.get(name, "-"))
        for name in names if original.get(name) != copy.get(name)))


def lines(sort: str, place: str, original: Iterable[str], copy: Iterable[str]) -> Compared:
    """Two sets of lines, each either on both sides or on one."""
    return compared(sort, place, dict.fromkeys(original, _("there")), dict.fromkeys(copy, _("there")))
