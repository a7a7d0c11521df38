"""Give each side numbers of its own, for as long as rows may be made on both.

Where the old side is PostgreSQL, whose sequences rows from elsewhere do not move, nothing is touched there: the new
side goes on far above, half-way to the highest number that there is. MariaDB's counters are moved by every row, so both
sides take every other number: odd ones at the old side, even ones at the new. For SQLite there is no way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.model.finding import Finding, warns
from migrator.sync.numbers.counted import Counted, counted
from migrator.sync.numbers.counter import Both, counter, fresh, opened, turn
from migrator.text import _

Ranges = Mapping[str, Mapping[str, int]]
"""From which number on each side counts, by columns of the new side."""
REMAINDERS = {Side.OLD: 1, Side.NEW: 0}
"""Of every other number, those that a side takes: odd or even ones."""


@dataclass(frozen=True)
class Apart:
    """How the sides' numbers are kept apart.

    `ranges` says of columns of the new side (`item.id`) from which number on the old side and the new one count, or is
    empty for a column of which each takes every other number; it is to be kept for `keep_apart`, `left` and
    `bring_together`.
    """

    ranges: Mapping[str, Mapping[str, int]]
    findings: tuple[Finding, ...]


def keep_apart(lens: Lens, meeting: Meeting, known: Mapping[str, Mapping[str, int]],
               tell: Callable[[Ranges], None] = lambda _ranges: None) -> Apart:
    """See to it that rows made on either side from now on have different numbers; done again it changes nothing.

    known: the ranges of an earlier time.
    tell: is told of each range before a counter is moved for it, so that who is cut off then knows it the next time.
    A finding names each column of which that cannot be had. Raises Busy when writers of a table do not end in time.
    """
    ranges: dict[str, Mapping[str, int]] = {}
    findings: list[Finding] = []
    with opened(meeting) as both:
        for number in counted(lens):
            with turn(both):
                name = number.name(Side.NEW)
                found = _apart(number, both, known.get(name), partial(_told, tell, {**known, **ranges}, name))
            if isinstance(found, Finding):
                findings.append(found)
            else:
                ranges[name] = found
    return Apart(ranges, tuple(findings))


def _told(tell: Callable[[Ranges], None], ranges: Ranges, name: str, one: Mapping[str, int]) -> None:
    tell({**ranges, name: one})


def _apart(number: Counted, both: Both, known: Mapping[str, int] | None, tell: Callable[[Mapping[str, int]], None]
           ) -> Mapping[str, int] | Finding:
    ours = next((side for side in Side if not number.counts(side)), None)
    if ours is not None:
        return _shared(number, _("the application gives it on the {side} side").format(side=ours.value))
    if both[Side.OLD].make == "postgresql":
        return _range(number, both, known, tell)
    if both[Side.OLD].make == "sqlite" or both[Side.NEW].make == "sqlite":
        return _shared(number, _("SQLite goes on above the highest number, wherever that comes from"))
    return _interleaved(number, both, known)


def _range(number: Counted, both: Both, known: Mapping[str, int] | None, tell: Callable[[Mapping[str, int]], None]
           ) -> Mapping[str, int] | Finding:
    first = known["old"] if known else fresh(number, both)
    base = known["new"] if known else first + (number.limit - first) // 2
    tell({"old": first, "new": base})
    if base <= first or not counter(both[Side.NEW], Side.NEW, number).raise_to(base):
        return _shared(number, _("the counter of the new side cannot be raised to {number}").format(number=base))
    return {"old": first, "new": base}


def _interleaved(number: Counted, both: Both, known: Mapping[str, int] | None) -> Mapping[str, int] | Finding:
    first = fresh(number, both)
    for side in (Side.NEW, Side.OLD):
        here = counter(both[side], side, number)
        if not (here.raise_to(first) and here.every_other(REMAINDERS[side], again=known is not None)):
            return _shared(number, _("the counter of the {side} side does not go by one").format(side=side.value))
    return {}


def _shared(number: Counted, why: str) -> Finding:
    return warns("sync.numbers", _("rows that are made on both sides at the same time may get the same {old}: {why}"
                                   ).format(old=number.name(Side.OLD), why=why),
                 _("let only one side make rows of {table} at a time; a number that both have given is told as a "
                   "conflict").format(table=number.table(Side.OLD).name), **{
        "old": number.name(Side.OLD), "new": number.name(Side.NEW)})
