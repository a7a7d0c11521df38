"""Standstill: for a moment nobody writes, nothing is left to be carried, and both sides are proven to say the same.

The side that is left is frozen first, and what came from there is carried; then, for the moment of the proof, the other
one too. What is decided about the sync in this moment is decided of equal sides. Then the other side is opened again;
the side that is left stays frozen.

That it is about to happen is entered in the state first. Whoever is killed on the way leaves that there, and the next
one brings everything back to how it was, or to its end when the truth had moved already.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from migrator.errors import MigratorError, TimedOut
from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side, Way
from migrator.sync.applier import Applier, Round
from migrator.sync.freeze import arm, is_frozen, reopen, shut, thaw
from migrator.sync.moves.proof import Proof
from migrator.sync.standing.unsettled import require_settled
from migrator.sync.state import LostLease, Phase
from migrator.text import _

SOON = 1.0
"""Seconds that changes may wait to be carried when the freeze begins."""
STUCK = 10.0
"""Seconds in which something has to be carried while changes wait."""
BEHIND = 600.0
"""Seconds in which the applier has to catch up with those who write."""
DRAIN = 5.0
"""Seconds of refused writes that what is left to be carried may take."""
UNDERWAY = "underway"
"""The setting that says of a standstill that has begun: which side was the truth, and which were frozen before."""
Progress = Callable[[float, float | None, str, str], None]


@dataclass(frozen=True)
class Stood:
    """Seconds for which writes of the side that stays open were refused at most: from before the first freeze until it
    was open again. Keys that were carried and rows that were compared, in so many seconds altogether.
    """

    refused: float = 0.0
    carried: int = 0
    compared: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "refused": round(self.refused, 3), "seconds": round(self.seconds, 3)}


class Standstill:
    """Brings users out of one side, with everything that they have written there; they go on on the other."""

    def __init__(self, lens: Lens, meeting: Meeting, applier: Applier, leave: Side, wait: float,
                 progress: Progress | None) -> None:
        self._lens = lens
        self._meeting = meeting
        self._applier = applier
        self._lease = applier.lease
        self._leave = leave
        self._stay = leave.other
        self._wait = wait
        self._progress = progress
        self._keys = 0

    def heal(self) -> None:
        """Bring to an end, or back, what somebody who was killed has left."""
        state = self._lease.state
        if state.phase is not Phase.SWITCHING:
            return
        underway: Mapping[str, Any] = state.settings[UNDERWAY]
        moved = state.truth != underway["truth"]
        for side in Side:
            if side is state.truth if moved else side.value not in underway["frozen"]:
                thaw(self._meeting.end(side), side)
        self.end(Phase.LIVE)

    def reach(self, decide: Callable[[], None]) -> Stood:
        """Stand still, and decide something; until `end` is called it counts as being underway.

        Raises FindingsBlock when rows differ or something is not settled, Busy when writers did not end in time,
        TimedOut when changes are made faster than they are carried. Then all is as before.
        """
        require_settled(self._lens, self._meeting)
        began = time.monotonic()
        self._announce()
        try:
            proof = self._prepare()
            closed = time.monotonic()
            self._close(proof)
            decide()
        except LostLease:
            raise  # whoever has it now decides what becomes of this
        except BaseException:
            with suppress(MigratorError):  # a server that is away keeps what is underway, for the next one to heal
                self.heal()
            raise
        reopen(self._meeting.end(self._stay), self._stay)
        return Stood(time.monotonic() - closed, self._keys, proof.rows, time.monotonic() - began)

    def end(self, phase: Phase) -> None:
        """Nothing is underway any more."""
        settings = {name: value for name, value in self._lease.state.settings.items() if name != UNDERWAY}
        self._lease.tell(phase=phase, settings=settings)

    def _announce(self) -> None:
        frozen = [side.value for side in Side if is_frozen(self._meeting.end(side), self._lens, side)]
        underway = {"truth": self._lease.state.truth.value, "frozen": frozen}
        self._lease.tell(phase=Phase.SWITCHING, settings={**self._lease.state.settings, UNDERWAY: underway})

    def _prepare(self) -> Proof:
        """All that can be done while both sides are in use."""
        self._tell(_("carry what waits"))
        self._catch_up()
        for side in (self._leave, self._stay):
            arm(self._meeting.end(side), self._lens, side, wait=self._wait)
        step = _("compare both sides while they are in use")
        self._tell(step)
        proof = Proof(self._lens, self._meeting, self._applier)
        proof.prepare(lambda done, total, unit: self._tell(step, done, total, unit))
        self._catch_up()
        return proof

    def _close(self, proof: Proof) -> None:
        """Nobody can write the side that is left from here on, nor soon the other one."""
        self._tell(_("freeze the {side} side").format(side=self._leave.value))
        shut(self._meeting.end(self._leave), self._lens, self._leave, wait=self._wait)
        self._drain(lambda done: not done.ways[Way.out_of(self._leave)].entries)
        shut(self._meeting.end(self._stay), self._lens, self._stay, wait=self._wait)
        self._drain(lambda done: not done.entries)
        self._tell(_("compare what was written meanwhile"))
        proof.require()

    def _catch_up(self) -> None:
        """Carry until little waits. Raises TimedOut when what waits cannot be carried, or not as fast as it comes."""
        began = moved = time.monotonic()
        while ((done := self._round()).lag or 0.0) > SOON:
            now = time.monotonic()
            moved = now if done.written else moved
            if now - moved > STUCK or now - began > BEHIND:
                raise self._stuck(done)

    def _drain(self, over: Callable[[Round], bool]) -> None:
        """Carry until a round says that it is over. Raises TimedOut when that takes too long."""
        ends = time.monotonic() + DRAIN
        while not over(done := self._round()):
            if time.monotonic() > ends:
                raise self._stuck(done)

    def _round(self) -> Round:
        done = self._applier.round()
        self._keys += done.taken
        return done

    def _stuck(self, done: Round) -> TimedOut:
        return TimedOut(
            _("{count} changes still wait to be carried, {held} rows of them for others").format(
                count=done.entries, held=done.held), where=self._meeting.end(self._leave).name,
            hint=_("inv sync.status says where; all is as before, and the same command may be typed again"))

    def _tell(self, step: str, done: float | None = None, total: float | None = None, unit: str | None = None) -> None:
        if self._progress:
            self._progress(self._keys if done is None else done, total, unit or _("keys"), step)
