"""Apply until somebody asks to stop, through every lost connection; give up only at what people have to mend."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from migrator.errors import FindingsBlock, Locked, MigratorError, WrongUse
from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.sync.applier import Applier, Round, open_applier
from migrator.sync.moves.standstill import Standstill
from migrator.sync.moves.switch import WAIT
from migrator.sync.service.figures import Figures
from migrator.sync.service.restraint import Restraint
from migrator.sync.service.standing import Phase, Standing
from migrator.sync.service.station import Station
from migrator.sync.service.stopping import Stopping
from migrator.sync.state import Phase as SyncPhase
from migrator.sync.state import read_state
from migrator.text import _

FIRST, MOST = 0.5, 30.0
"""Seconds until the next try after a lost connection, which double up to the most."""
HANDED_OVER = 1.0
"""Seconds in which somebody who waits for the lease can take it."""
TOLD_EVERY = 1.0
Meet = Callable[[], tuple[Lens, Meeting]]


@dataclass(frozen=True)
class Manner:
    """How an applier behaves: `aim` is the seconds that a batch should take at most, and `above` how many sessions of
    others may be at work on a server before it goes slower.
    """

    aim: float = 0.5
    above: int | None = None


def serve(station: Station, meet: Meet, tell: Callable[[str], None], manner: Manner) -> None:
    """Be the applier of a station until SIGTERM, Ctrl-C or the end of the sync; a batch under way is finished.

    meet: reads mapping and structures anew, at the beginning and after each lost connection.
    tell: one line of what has changed; never one for each batch.
    Raises Locked where another one lives, at the beginning whatever forbids to begin, and later FindingsBlock or
    WrongUse where it cannot go on by itself.
    """
    with station.held(), Stopping() as stopping:
        _Service(station, meet, tell, stopping, manner).run()


class _Service:
    def __init__(self, station: Station, meet: Meet, tell: Callable[[str], None], stopping: Stopping, manner: Manner
                 ) -> None:
        self._station = station
        self._meet = meet
        self._tell = tell
        self._stopping = stopping
        self._manner = manner
        self._figures = Figures()
        self._pause = FIRST
        self._has_worked = False
        self._waits = False
        self._said = 0.0

    def run(self) -> None:
        self._say(Phase.BEGINS)
        finished = False
        while not (finished or self._stopping()):
            try:
                finished = self._apply()
            except MigratorError as error:
                if not self._has_worked or isinstance(error, FindingsBlock | WrongUse):
                    self._say(Phase.BLOCKED, error)
                    raise
                self._wait(error)
        self._say(Phase.STOPPED)
        self._tell(_("the sync is finished") if finished else _("stopped; changes go on to be noted"))

    def _apply(self) -> bool:
        """Apply until somebody asks to stop or wants the lease; whether the sync is over."""
        lens, meeting = self._meet()
        state = read_state(meeting)
        if state and state.phase is SyncPhase.FINISHED:
            return True
        restraint = None if self._manner.above is None else \
            Restraint(meeting, self._manner.above, self._stopping.wait)
        with open_applier(lens, meeting, holder=_("applier"), aim=self._manner.aim) as applier:
            self._works()
            self._heal(lens, meeting, applier)
            applier.run(lambda: self._stopping() or applier.wanted is not None,
                        lambda done: self._learn(done, restraint))
            if not self._stopping():
                self._tell(_("lets another process act: {who}").format(who=applier.wanted))
        self._stopping.wait(HANDED_OVER)
        return False

    def _heal(self, lens: Lens, meeting: Meeting, applier: Applier) -> None:
        """A switch that was killed leaves both sides refusing writes: nobody has to come and see."""
        if applier.lease.state.phase is SyncPhase.SWITCHING:
            Standstill(lens, meeting, applier, Side.OLD, WAIT, None).heal()
            self._tell(_("a switch was cut off; the {side} side is the truth, and can be written").format(
                side=applier.lease.state.truth.value))

    def _works(self) -> None:
        self._say(Phase.WORKS)
        self._tell(_("process {pid} carries changes over in both directions").format(pid=os.getpid()))
        self._has_worked = True
        self._waits = False
        self._pause = FIRST

    def _wait(self, error: MigratorError) -> None:
        pause = FIRST if isinstance(error, Locked) else self._pause
        self._say(Phase.WAITS, error)
        if not self._waits:
            self._tell(_("waits and tries again: {why}").format(why=error))
        self._waits = True
        self._stopping.wait(pause)
        self._pause = min(2 * pause, MOST)

    def _learn(self, done: Round, restraint: Restraint | None) -> None:
        self._figures.learn(done.taken, done.seconds, done.lag)
        if restraint:
            restraint()
        if time.monotonic() - self._said >= TOLD_EVERY:
            self._say(Phase.WORKS)

    def _say(self, phase: Phase, error: MigratorError | None = None) -> None:
        self._said = time.monotonic()
        why, hint, code = (str(error), error.hint or "", int(error.code)) if error else ("", "", 0)
        self._station.say(Standing(phase, os.getpid(), why=why, hint=hint, code=code,
                                   figures=self._figures.as_json()))
