"""Finish: the sync ends after a last proof. What is known of rows stays, so that what happened can be told later."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from migrator.errors import WrongUse
from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.sync.applier import open_applier
from migrator.sync.capture import remove
from migrator.sync.freeze import thaw
from migrator.sync.moves.kept import Kept, kept
from migrator.sync.moves.standstill import Progress, Standstill, Stood
from migrator.sync.moves.switch import PATIENCE, WAIT
from migrator.sync.numbers import bring_together
from migrator.sync.starting.begun import begun, in_step
from migrator.sync.state import Lease, Phase
from migrator.text import _


@dataclass(frozen=True)
class Finished:
    """The side that goes on alone, and how the end was reached (None where that was done before).

    `numbers` says from which number on new rows are numbered, by column of the new side.
    """

    truth: Side
    stood: Stood | None
    numbers: dict[str, int]
    kept: list[Kept]

    def as_json(self) -> dict[str, Any]:
        return {"truth": self.truth.value, "already": self.stood is None, **(self.stood or Stood()).as_json(),
                "numbers": self.numbers, "kept": [{**asdict(one), "side": one.side.value} for one in self.kept]}


def finish(lens: Lens, meeting: Meeting, *, archive: Path | None = None, open_retired: bool = False,
           wait: float = WAIT, progress: Progress | None = None) -> Finished:
    """End the sync: the side that is the truth goes on alone, the other one stays frozen. Safe to repeat.

    archive: folder for a copy of what stays (see `kept`).
    open_retired: let the retired side be written again; nothing that is written there goes anywhere any more.
    wait: seconds for which one attempt to freeze may keep writers waiting.
    progress: as for `switch`.
    Raises WrongUse where nothing is kept in step, FindingsBlock when rows differ or something is not settled (then the
    sync goes on), Busy when a table is in use (then what is left is done the next time), and whatever `switch` raises.
    """
    stood = None
    if begun(meeting).phase is not Phase.FINISHED:
        stood = _proven(lens, meeting, wait, progress)
    with Lease.take(meeting, lens, _("finish"), patience=PATIENCE) as lease:
        truth = lease.state.truth
        for side in Side if open_retired else (truth,):
            thaw(meeting.end(side), side)
        numbers = bring_together(lens, meeting, lease.state.settings.get("numbers", {}))
        for side in Side:
            remove(meeting.end(side), lens, side)
        return Finished(truth, stood, numbers, kept(meeting, archive))


def _proven(lens: Lens, meeting: Meeting, wait: float, progress: Progress | None) -> Stood:
    """The last standstill: it ends the sync."""
    in_step(lens, meeting)
    with open_applier(lens, meeting, holder=_("finish"), patience=PATIENCE) as applier:
        retired = applier.lease.state.truth.other
        standstill = Standstill(lens, meeting, applier, retired, wait, progress)
        if applier.lease.state.phase is Phase.SWITCHING:
            raise WrongUse(_("a switch was cut off before its end"), where=meeting.end(retired).name,
                           hint=_("inv sync.switch or inv sync.back first, so that it is certain where users are"))
        stood = standstill.reach(lambda: applier.lease.tell(phase=Phase.FINISHED))
        standstill.end(Phase.FINISHED)
        return stood
