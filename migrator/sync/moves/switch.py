"""Switch, back, and forward again: one way to move the truth from one side to the other, with all that was written.

The side that is left stays frozen and goes on to be kept in step, so that it can be entered again at any time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.sync.applier import open_applier
from migrator.sync.freeze import thaw
from migrator.sync.moves.standstill import Progress, Standstill, Stood
from migrator.sync.starting.begun import in_step
from migrator.sync.state import Phase
from migrator.text import _

PATIENCE = 60.0
"""Seconds in which another applier has to let us have the lease."""
WAIT = 3.0
"""Seconds for which one attempt to freeze may keep writers waiting."""


@dataclass(frozen=True)
class Switched:
    """The side that is the truth now, and how it became that; None where it was that already."""

    truth: Side
    stood: Stood | None = None

    @property
    def already(self) -> bool:
        """Whether there was nothing to do."""
        return self.stood is None

    def as_json(self) -> dict[str, Any]:
        return {"truth": self.truth.value, "already": self.already, **(self.stood or Stood()).as_json()}


def switch(lens: Lens, meeting: Meeting, *, wait: float = WAIT, open_left: bool = False,
           progress: Progress | None = None) -> Switched:
    """Make the new side the truth, with everything that was written on the old; nothing happens where it is already.

    wait: seconds for which one attempt to freeze may keep writers waiting.
    open_left: let the side that is left be written again, as it was before the first switch.
    progress: is told keys or rows that are done, how many there will be if that is known, the unit, and the step.
    Raises WrongUse where nothing is kept in step, FindingsBlock when rows differ or something is not settled, Busy when
    writers did not end in time, TimedOut when changes are made faster than they are carried. Then all is as before.
    """
    return _moved(lens, meeting, Side.NEW, wait, open_left, progress)


def back(lens: Lens, meeting: Meeting, *, wait: float = WAIT, open_left: bool = False,
         progress: Progress | None = None) -> Switched:
    """Make the old side the truth again, with everything that was written on the new one (see `switch`)."""
    return _moved(lens, meeting, Side.OLD, wait, open_left, progress)


def _moved(lens: Lens, meeting: Meeting, to: Side, wait: float, open_left: bool,
           progress: Progress | None) -> Switched:
    moved = _at_truth(lens, meeting, to, wait, progress)
    if open_left:
        thaw(meeting.end(to.other), to.other)
    return moved


def _at_truth(lens: Lens, meeting: Meeting, to: Side, wait: float, progress: Progress | None) -> Switched:
    in_step(lens, meeting)
    holder = _("switch to the {side} side").format(side=to.value)
    with open_applier(lens, meeting, holder=holder, patience=PATIENCE) as applier:
        standstill = Standstill(lens, meeting, applier, to.other, wait, progress)
        standstill.heal()
        if applier.lease.state.truth is to:
            return Switched(to)
        stood = standstill.reach(lambda: applier.lease.tell(truth=to))
        thaw(meeting.end(to), to)
        standstill.end(Phase.LIVE)
        return Switched(to, stood)
