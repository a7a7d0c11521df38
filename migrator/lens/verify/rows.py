"""Compare chosen rows: what a sync has carried since all were compared, and what differed then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field

from migrator import clock
from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.lens.verify.comparison import parts_of
from migrator.lens.verify.difference import Difference
from migrator.lens.verify.eye import Eye, read
from migrator.lens.verify.narrow import TOGETHER
from migrator.lens.verify.part import Part
from migrator.lens.verify.reader import reader
from migrator.lens.verify.report import Report, TableReport
from migrator.lens.verify.view import Key


@dataclass(frozen=True)
class Chosen:
    """Rows of one pair: by the keys that each side has for them, and by keys that are the same on both (see `View`)."""

    keys: Mapping[Side, set[Key]] = field(default_factory=lambda: {side: set() for side in Side})
    both: set[Key] = field(default_factory=set)

    @property
    def count(self) -> int:
        """How many."""
        return max(map(len, self.keys.values())) + len(self.both)


def compare_rows(lens: Lens, meeting: Meeting, chosen: Mapping[int, Chosen], *, most: int = 100
                 ) -> tuple[Report, dict[int, Chosen]]:
    """The report on some rows, and which of them differ; by the places of their pairs in the lens.

    Rows that neither side has are equal. Raises what `compare` raises.
    """
    began, differing, tables = clock.stamp(), {}, []
    differences: list[Difference] = []
    with ExitStack() as stack:
        readers = {side: stack.enter_context(reader(lens, meeting, side)) for side in Side}
        parts = list(parts_of(lens, meeting, readers, {number for number, rows in chosen.items() if rows.count}))
        for one in readers.values():
            one.renew()
        for part in parts:
            done, keys = part.look(sorted(_keys(part, chosen[part.number]), key=str), most=most)
            tables.append(TableReport(part.pair.name, len(part.old.view.names)))
            tables[-1].add(done)
            differences += done.differences
            if keys:
                differing[part.number] = Chosen(both=set(keys))
    return Report(tables, [], began, clock.stamp(), False, differences[:most]), differing


def _keys(part: Part, chosen: Chosen) -> set[Key]:
    found = {side: chosen.keys[side] for side in Side}
    return chosen.both | {key for eye, side in ((part.old, Side.OLD), (part.new, Side.NEW))
                          for key in _of_rows(eye, found[side])}


def _of_rows(eye: Eye, keys: Iterable[Key]) -> Iterator[Key]:
    wanted = list(keys)
    for start in range(0, len(wanted), TOGETHER):
        for row in eye.reader.ask(eye.view.keys_of(wanted[start:start + TOGETHER])).result():
            yield tuple(map(read, row))
