"""How many numbers each side may still give before it comes to the other's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.model.finding import Finding, warns
from migrator.sync.numbers.counted import Counted, counted
from migrator.sync.numbers.counter import Both, counter, opened, turn
from migrator.text import _

SHORT = 0.1
"""Part of a range that must be left, else there is a warning."""


@dataclass(frozen=True)
class Left:
    """One side's numbers of one column: so many are left of so many."""

    side: Side
    column: str
    left: int
    of: int

    @property
    def finding(self) -> Finding | None:
        """A warning when they run short."""
        if self.left >= self.of * SHORT:
            return None
        return warns("sync.numbers.left", _("{side} side: {left} of {of} numbers of {column} are left").format(
            side=self.side.value, left=self.left, of=self.of, column=self.column),
            _("end the time in which both sides are written before they are used up"), **{
                "side": self.side.value, "column": self.column, "left": self.left, "of": self.of})


def left(lens: Lens, meeting: Meeting, ranges: Mapping[str, Mapping[str, int]]) -> list[Left]:
    """What is left of each side's numbers; columns whose numbers are not kept apart are left out.

    ranges: those that `keep_apart` has given.
    """
    with opened(meeting) as both, turn(both):
        return [one for number in counted(lens) if number.name(Side.NEW) in ranges
                for one in _left(number, both, ranges[number.name(Side.NEW)])]


def _left(number: Counted, both: Both, ranges: Mapping[str, int]) -> Iterator[Left]:
    for side in Side:
        now = counter(both[side], side, number).next()
        if not ranges:
            yield Left(side, number.name(side), max(0, number.limit - now + 1) // 2, number.limit // 2)
        elif side is Side.OLD:
            yield Left(side, number.name(side), max(0, ranges["new"] - now), ranges["new"] - ranges["old"])
        else:
            yield Left(side, number.name(side), max(0, number.limit - now + 1), number.limit - ranges["new"] + 1)
