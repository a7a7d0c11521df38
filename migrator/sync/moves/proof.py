"""Prove that both sides say the same, and keep the time short for which nobody may write while that is done.

First everything is compared while both sides are in use and are kept in step meanwhile. Of every row that batches carry
from the beginning of that on, and of every row that differed when it was looked at, the keys are kept. When nobody may
write any more and nothing is left to be carried, only these rows are compared, or everything where that takes no time.

So what is guaranteed at the end is this: every row was either compared after the last write, or was seen to be the same
on both sides after which no trigger of capture saw it written.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from migrator.errors import FindingsBlock
from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.verify import Report, compare
from migrator.lens.verify.comparison import Progress
from migrator.lens.verify.difference import Difference
from migrator.lens.verify.narrow import LONGEST
from migrator.lens.verify.rows import Chosen, compare_rows
from migrator.sync.applier import IDLE, Applier
from migrator.sync.moves.carried import Carried
from migrator.text import _

T = TypeVar("T")
QUICK = 0.7
"""Seconds in which everything may be compared while nobody may write."""
FEW = 2_000
"""Rows that are left for that time, if there are not always more."""
PASSES = 8
"""Times that rows which were carried meanwhile are compared, before the rest is left for that time."""
MOST = 5_000
"""Cells that may differ while they are being written, and are looked at again."""
AGAIN = 1.0
"""Seconds until rows that differ are looked at once more: most have been carried by then."""


class Proof:
    """Watches an applier from now on. `rows` counts the rows that were compared, those looked at again once more."""

    def __init__(self, lens: Lens, meeting: Meeting, applier: Applier) -> None:
        self._lens = lens
        self._meeting = meeting
        self._applier = applier
        self._carried = Carried()
        self._doubtful: dict[int, Chosen] = {}
        self._seconds = 0.0
        self.rows = 0
        applier.heed(self._carried)

    def prepare(self, progress: Progress | None = None) -> None:
        """Compare everything while both sides are in use. Raises FindingsBlock when too much differs."""
        began = time.monotonic()
        self._doubtful = self._of(self._meanwhile(lambda: compare(
            self._lens, self._meeting, most=MOST, again=AGAIN, progress=progress)))
        self._seconds = time.monotonic() - began
        for _pass in range(PASSES):
            if self._carried.count + sum(rows.count for rows in self._doubtful.values()) <= FEW:
                return
            rows = self._chosen()
            report, self._doubtful = self._meanwhile(lambda rows=rows: compare_rows(  # type: ignore[misc]
                self._lens, self._meeting, rows, most=MOST))
            self.rows += report.rows

    def require(self) -> None:
        """Compare what is left, now that nobody writes and nothing is left to be carried.

        Raises FindingsBlock, which names the first differences.
        """
        if self._seconds <= QUICK:
            report = compare(self._lens, self._meeting)
        elif rows := self._chosen():
            report, _differing = compare_rows(self._lens, self._meeting, rows)
        else:
            return
        self.rows += report.rows
        if not report.equal:
            raise _refusal(report)

    def _chosen(self) -> dict[int, Chosen]:
        rows = self._carried.take()
        for number, doubtful in self._doubtful.items():
            rows.setdefault(number, Chosen()).both.update(doubtful.both)
        return rows

    def _of(self, report: Report) -> dict[int, Chosen]:
        """The rows that a report names. Raises FindingsBlock when it does not name all of them."""
        self.rows += report.rows
        rows: dict[int, Chosen] = {}
        for difference in report.differences:
            for number, pair in enumerate(self._lens.pairs):
                if pair.name == difference.table:
                    rows.setdefault(number, Chosen()).both.add(_key(difference))
        if report.different > sum(len({str(d.key) for d in report.differences if d.table == table})
                                  for table in {d.table for d in report.differences}):
            raise _refusal(report)
        return rows

    def _meanwhile(self, look: Callable[[], T]) -> T:
        """What a look at both sides finds, while changes go on to be carried."""
        with ThreadPoolExecutor(1, "sync proof") as thread:
            found = thread.submit(look)
            while not found.done():
                if not self._applier.round().written:
                    time.sleep(IDLE)
            return found.result()


def _key(difference: Difference) -> tuple[str | None, ...]:
    key = tuple(difference.key.values())
    if any(text is not None and len(text) >= LONGEST for text in key):
        raise FindingsBlock(_("a row of {table} differs whose key is too long to be looked up again").format(
            table=difference.table))
    return key


def _refusal(report: Report) -> FindingsBlock:
    first = report.differences[0] if report.differences else None
    return FindingsBlock(
        _("{rows} rows differ between both sides, the first in {table}: {key}").format(
            rows=report.different, table=first.table if first else "?",
            key=", ".join(f"{name} {text}" for name, text in (first.key if first else {}).items())),
        hint=_("inv map.verify names the cells; inv sync.touch says whether the mapping is at fault"))
