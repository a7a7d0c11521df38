"""Compare: does the new side hold what the lens makes of the old one, cell by cell?

Both databases compute digests of canonical texts for small ranges of keys at the same time; only where these differ do
rows travel. So it costs little more than to read both sides once, and works for a copy of ours as well as for an
upgrade that somebody else's program did.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path

from migrator import clock
from migrator.errors import WrongUse
from migrator.lens.lens import Lens
from migrator.lens.memory import PLACE, Memory
from migrator.lens.pair import Pair
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.lens.verify.eye import Eye
from migrator.lens.verify.part import Part
from migrator.lens.verify.ranges import Cuts
from migrator.lens.verify.reader import Reader, memories_there, reader
from migrator.lens.verify.report import Report, TableReport
from migrator.lens.verify.state import State
from migrator.lens.verify.uncompared import comparable, uncompared
from migrator.text import _

Progress = Callable[[float, float | None, str], None]


def compare(lens: Lens, meeting: Meeting, *, state: Path | None = None, progress: Progress | None = None,
            most: int = 100, again: float | None = None) -> Report:
    """The report on every pair of the lens.

    state: file for finished ranges; a verification that finds one of its own goes on with it.
    progress: is told the rows done, the rows in all as far as they can be foretold, and the unit.
    most: differences that are named; all are counted.
    again: seconds after which rows that differ are looked at once more: for systems in use, whose data change between
    the looks at either side. Without it each side is seen as it was at one moment.
    Raises DatabaseError when a side refuses a question, WrongUse when keys differ and no identity map tells which row
    is which.
    """
    kept = State(state, lens, meeting)
    with ExitStack() as stack:
        readers = {side: stack.enter_context(reader(lens, meeting, side)) for side in Side}
        parts = list(parts_of(lens, meeting, readers))
        for one in readers.values():
            one.renew()
        cuts = [part.cut(kept) for part in parts]
        meter = _Meter(progress, sum(done.old for done in kept.done), cuts)
        for part, cut in zip(parts, cuts, strict=True):
            for within in cut.ranges:
                done = part.compare(within, cut, most=max(0, most - kept.told), again=again)
                kept.add(done)
                meter.passed(done.old, cut)
    kept.end()
    return _report(lens, kept, parts)


def parts_of(lens: Lens, meeting: Meeting, readers: Mapping[Side, Reader], only: Container[int] | None = None
             ) -> Iterable[Part]:
    """The pairs that can be compared, ready for it; `only` has the places in the lens of those that are wanted.

    Raises WrongUse when keys differ and no identity map tells which row is which.
    """
    there = memories_there(lens, meeting)
    _require_maps(lens, there, meeting.end(PLACE).name)
    alike = all(meeting.end(side).make == "postgresql" for side in Side)
    for number, pair in enumerate(lens.pairs):
        if comparable(pair) and (only is None or number in only):
            known = {group: m for group, m in lens.memories_of(pair).items() if m.name in there}
            yield Part(number, pair, *(_eye(pair, readers[side], known, alike) for side in Side))


def _eye(pair: Pair, reader: Reader, memories: Mapping[str, Memory], alike: bool) -> Eye:
    return Eye(reader, reader.view(pair, {}), reader.view(pair, memories), alike)


def _require_maps(lens: Lens, there: frozenset[str], where: str) -> None:
    for memory in lens.memories:
        if memory.group.always and memory.name not in there:
            raise WrongUse(_("which row of {pair} is which has never been noted, so they cannot be compared").format(
                pair=memory.pair.name), where=where, hint=_("inv map.apply copies by this mapping, and notes it"))


class _Meter:
    """Tells the progress: what is to come is an estimate, what is done is not."""

    def __init__(self, progress: Progress | None, done: int, cuts: Iterable[Cuts]) -> None:
        self._progress = progress
        self._done = done
        self._left = sum(cut.rows for cut in cuts)

    def passed(self, rows: int, cut: Cuts) -> None:
        self._done += rows
        self._left -= cut.rows // len(cut.ranges)
        if self._progress:
            self._progress(self._done, self._done + self._left, "rows")


def _report(lens: Lens, kept: State, parts: Iterable[Part]) -> Report:
    tables = {part.number: TableReport(part.pair.name, len(part.old.view.names)) for part in parts}
    for done in kept.done:
        tables[done.pair].add(done)
    return Report(list(tables.values()), list(uncompared(lens)), kept.began, clock.stamp(), kept.resumed,
                  [difference for done in kept.done for difference in done.differences])
