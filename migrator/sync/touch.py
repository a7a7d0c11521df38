"""Touch: the run in which nothing may happen. Rows are marked as written though they were not; nothing must change.

What a touch causes is told from what users do meanwhile by each batch itself: it sees which rows it is about to change
although their source says what it said when both sides last agreed. That is the fault of a lens that does not give the
same for the same, and never a user's doing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select

from migrator.lens.copy.session import Session
from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.sync.applier import Applier, Round, open_applier
from migrator.sync.batch.shape import Shape
from migrator.sync.batch.unprompted import unprompted
from migrator.sync.marking import mark
from migrator.sync.starting.begun import in_step
from migrator.text import _

SHOWN = 5
"""Keys of a pair that are named; all are counted."""
PATIENCE = 60.0
"""Seconds in which the applier has to let us have the lease."""
Progress = Callable[[float, float | None, str, str], None]


@dataclass(frozen=True)
class Change:
    """Rows of a pair that a side has got other values for, though nobody had changed anything."""

    side: Side
    """The side on which they were changed."""
    pair: str
    rows: int
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Touched:
    """`marked` counts the rows that were marked, by side."""

    marked: dict[Side, int]
    changes: tuple[Change, ...]
    seconds: float

    def as_json(self) -> dict[str, Any]:
        return {"marked": {side.value: count for side, count in self.marked.items()},
                "changes": sum(one.rows for one in self.changes), "changed": [asdict(one) for one in self.changes],
                "seconds": round(self.seconds, 3)}


def touch(lens: Lens, meeting: Meeting, *, sample: int | None = None, progress: Progress | None = None) -> Touched:
    """Mark rows of the old side and carry, then of the new side.

    sample: so many rows of each table, at random; None marks all.
    Raises WrongUse where nothing is kept in step, Locked where somebody else does not let us apply.
    """
    in_step(lens, meeting)
    began = time.monotonic()
    with open_applier(lens, meeting, holder=_("touch"), patience=PATIENCE) as applier:
        seen = _Seen()
        applier.drain()
        applier.heed(seen)
        carry = _Carry(lens, meeting, applier, progress)
        marked = {side: carry.marked(side, sample) for side in Side}
    return Touched(marked, seen.changes, time.monotonic() - began)


class _Carry:
    """Marks rows and has them carried; the progress counts on from side to side."""

    def __init__(self, lens: Lens, meeting: Meeting, applier: Applier, progress: Progress | None) -> None:
        self._lens = lens
        self._meeting = meeting
        self._applier = applier
        self._progress = progress
        self._done = 0

    def marked(self, side: Side, sample: int | None) -> int:
        """How many rows of a side were marked; when this returns they have been carried."""
        count = sum(mark(self._lens, self._meeting, side, sample).values())
        self._applier.drain(lambda done: self._tell(done, side))
        return count

    def _tell(self, done: Round, side: Side) -> None:
        self._done += done.entries
        if self._progress:
            self._progress(self._done, None, "rows", str(side))


class _Seen:
    """Learns from each batch's plan what is about to be changed for no reason."""

    def __init__(self) -> None:
        self._rows: dict[tuple[Side, str], int] = {}
        self._keys: dict[tuple[Side, str], list[str]] = {}

    def __call__(self, shape: Shape, target: Session) -> None:
        rows = unprompted(shape).subquery()
        count = target.ask(select(func.count()).select_from(rows)).scalar_one()
        if not count:
            return
        place = (shape.way.target, shape.pair.name)
        named = self._keys.setdefault(place, [])
        self._rows[place] = self._rows.get(place, 0) + count
        if len(named) < SHOWN:
            found = target.ask(select(rows).limit(SHOWN - len(named)))
            named += ["/".join(map(str, key)) for key in found]

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(Change(*place, rows, tuple(self._keys[place])) for place, rows in self._rows.items())
