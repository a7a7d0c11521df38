"""Switch, back, and forward again: one way to move the truth from one side to the other.

The side that is left is frozen, so that nothing new comes from there; then, for the moment of the proof, the other one
too. What is left to be carried is carried, both are compared, and only when they say the same the truth moves. The side
that is entered is opened; the side that is left stays frozen, goes on to be kept in step, and can be entered again.

What is about to happen is entered in the state first. Whoever is killed on the way leaves it there: the next switch,
either way, brings everything back to how it was, or forward to where it was going when the truth had moved already.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from migrator.errors import FindingsBlock, MigratorError, TimedOut
from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side, Way
from migrator.model.finding import Finding, blocking
from migrator.sync.applier import Applier, Round, open_applier
from migrator.sync.begun import in_step
from migrator.sync.freeze import arm, freeze, is_frozen, reopen, thaw
from migrator.sync.proof import Proof
from migrator.sync.state import LostLease, Phase
from migrator.text import _

PATIENCE = 60.0
"""Seconds in which another applier has to let us have the lease."""
SOON = 1.0
"""Seconds that changes may wait to be carried when the freeze begins."""
STUCK = 10.0
"""Seconds in which something has to be carried while changes wait."""
DRAIN = 5.0
"""Seconds of refused writes that what is left to be carried may take."""
UNDERWAY = "switch"
"""What the state says of a switch that has begun: where to, and which sides were frozen before."""
Progress = Callable[[float, float | None, str, str], None]
Unsettled = Callable[[Lens, Meeting], Iterable[Finding]]


@dataclass(frozen=True)
class Switched:
    """The side that is the truth now. `refused` are the seconds for which nobody could write there: they count from
    before the freeze until it was open; keys that were carried and rows that were compared.
    """

    truth: Side
    already: bool = False
    refused: float = 0.0
    carried: int = 0
    compared: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "truth": self.truth.value, "refused": round(self.refused, 3),
                "seconds": round(self.seconds, 3)}


def switch(lens: Lens, meeting: Meeting, *, wait: float = 3.0, unsettled: Unsettled | None = None,
           progress: Progress | None = None) -> Switched:
    """Make the new side the truth, with everything that was written on the old; nothing happens where it is already.

    wait: seconds for which one attempt to freeze may keep writers waiting.
    unsettled: what a person has to settle before; it forbids to switch where one of the findings blocks.
    progress: is told keys or rows that are done, how many there will be if that is known, the unit, and the step.
    Raises WrongUse where nothing is kept in step, FindingsBlock when rows differ or something is not settled, Busy when
    writers did not end in time, TimedOut when changes are made faster than they are carried. Then all is as before.
    """
    return _switched(lens, meeting, Side.NEW, wait, unsettled, progress)


def back(lens: Lens, meeting: Meeting, *, wait: float = 3.0, unsettled: Unsettled | None = None,
         progress: Progress | None = None) -> Switched:
    """Make the old side the truth again, with everything that was written on the new one (see `switch`)."""
    return _switched(lens, meeting, Side.OLD, wait, unsettled, progress)


def _switched(lens: Lens, meeting: Meeting, to: Side, wait: float, unsettled: Unsettled | None,
              progress: Progress | None) -> Switched:
    in_step(lens, meeting)
    holder = _("switch to the {side} side").format(side=to.value)
    with open_applier(lens, meeting, holder=holder, patience=PATIENCE) as applier:
        one = _Switch(lens, meeting, applier, to, wait, progress)
        one.heal()
        if applier.lease.state.truth is to:
            return Switched(to, already=True)
        if unsettled:
            _require_settled(unsettled(lens, meeting))
        return one.run()


class _Switch:
    """One switch. The steps of `run` are in the order of time."""

    def __init__(self, lens: Lens, meeting: Meeting, applier: Applier, to: Side, wait: float,
                 progress: Progress | None) -> None:
        self._lens = lens
        self._meeting = meeting
        self._applier = applier
        self._lease = applier.lease
        self._to = to
        self._wait = wait
        self._progress = progress
        self._keys = 0

    def heal(self) -> None:
        """Finish what an earlier switch has left, either way."""
        underway = self._lease.state.settings.get(UNDERWAY)
        if self._lease.state.phase is not Phase.SWITCHING or underway is None:
            return
        moved = underway["to"] == self._lease.state.truth
        for side in Side:
            if side is self._lease.state.truth if moved else side.value not in underway["frozen"]:
                thaw(self._meeting.end(side), side)
        self._end()

    def run(self) -> Switched:
        """The whole of it."""
        began = time.monotonic()
        frozen = [side.value for side in Side if is_frozen(self._meeting.end(side), self._lens, side)]
        self._decide(phase=Phase.SWITCHING, settings={
            **self._lease.state.settings, UNDERWAY: {"to": self._to.value, "frozen": frozen}})
        try:
            proof = self._prepare()
            closed = time.monotonic()
            self._move(proof)
        except LostLease:
            raise  # whoever has it now decides what becomes of this
        except BaseException:
            with suppress(MigratorError):  # a server that is away keeps what is underway, for the next switch to heal
                self.heal()
            raise
        reopen(self._meeting.end(self._to), self._to)
        opened = time.monotonic()
        thaw(self._meeting.end(self._to), self._to)
        self._end()
        return Switched(self._to, False, opened - closed, self._keys, proof.rows, time.monotonic() - began)

    def _prepare(self) -> Proof:
        """All that can be done while both sides are in use."""
        self._tell(_("carry what waits"))
        self._catch_up()
        for side in (self._to.other, self._to):
            arm(self._meeting.end(side), self._lens, side, wait=self._wait)
        step = _("compare both sides while they are in use")
        self._tell(step)
        proof = Proof(self._lens, self._meeting, self._applier)
        proof.prepare(lambda done, total, unit: self._tell(step, done, total, unit))
        self._catch_up()
        return proof

    def _move(self, proof: Proof) -> None:
        """Nobody can write the side that is left from here on, nor soon the other one; until the truth has moved."""
        self._tell(_("freeze the {side} side").format(side=self._to.other.value))
        for side in (self._to.other, self._to):
            freeze(self._meeting.end(side), self._lens, side, wait=self._wait)
            self._drain(lambda done, side=side: not done.ways[Way.out_of(side)].entries)  # type: ignore[misc]
        self._drain(lambda done: not done.entries)
        self._tell(_("compare what was written meanwhile"))
        proof.require()
        self._decide(truth=self._to)

    def _catch_up(self) -> None:
        """Carry until little waits. Raises TimedOut when nothing can be carried of what waits."""
        moved = time.monotonic()
        while True:
            done = self._round()
            if (done.lag or 0.0) <= SOON:
                return
            if done.written:
                moved = time.monotonic()
            if time.monotonic() - moved > STUCK:
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
                count=done.entries, held=done.held), where=self._meeting.end(self._to.other).name,
            hint=_("inv sync.status says where; nothing has changed, and the same command may be typed again"))

    def _tell(self, step: str, done: float | None = None, total: float | None = None, unit: str | None = None) -> None:
        if self._progress:
            self._progress(self._keys if done is None else done, total, unit or _("keys"), step)

    def _decide(self, **decided: Any) -> None:
        self._lease.tell(**decided)

    def _end(self) -> None:
        settings = {name: value for name, value in self._lease.state.settings.items() if name != UNDERWAY}
        self._decide(phase=Phase.LIVE, settings=settings)


def _require_settled(findings: Iterable[Finding]) -> None:
    found = blocking(findings)
    if found:
        raise FindingsBlock("; ".join(finding.message for finding in found),
                            hint="; ".join(dict.fromkeys(finding.advice for finding in found if finding.advice)))
