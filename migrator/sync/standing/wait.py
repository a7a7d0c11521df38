"""Wait until the queues of a sync are as short as they have to be; where nobody works on them, do it."""

from __future__ import annotations

import time
from collections.abc import Callable

from migrator.errors import Locked, TimedOut
from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.sync.applier import Applier, open_applier
from migrator.sync.standing.goal import Goal
from migrator.sync.standing.unsettled import require_settled
from migrator.sync.standing.waiting import Waiting, waiting
from migrator.sync.starting.begun import in_step
from migrator.text import _

LOOK = 0.5
"""Seconds between two looks at the queues."""
Told = Callable[[list[Waiting]], None]


def wait(lens: Lens, meeting: Meeting, goal: Goal, *, deadline: float, told: Told | None = None) -> list[Waiting]:
    """Return as soon as the goal is reached, with what still waits.

    deadline: when to give up, on the clock of `time.monotonic`.
    told: hears of every look.
    Raises TimedOut at the deadline, WrongUse where nothing is kept in step, FindingsBlock where all is drained but what
    a person has to settle, and whatever forbids to apply where no applier is alive.
    """
    in_step(lens, meeting)
    look = _Look(lens, meeting, goal, deadline, told)
    while not look.over():
        try:
            with open_applier(lens, meeting, holder=_("wait")) as applier:
                applier.run(look.over_or_wanted(applier))
        except Locked:  # somebody is at work
            time.sleep(LOOK)
    look.require_reached()
    if goal.drained:
        require_settled(lens, meeting)
    return look.tables


class _Look:
    """Looks at the queues, not oftener than makes sense."""

    def __init__(self, lens: Lens, meeting: Meeting, goal: Goal, deadline: float, told: Told | None) -> None:
        self._lens = lens
        self._meeting = meeting
        self._goal = goal
        self._deadline = deadline
        self._told = told
        self._looked = float("-inf")
        self.tables: list[Waiting] = []

    def over(self) -> bool:
        """Whether the goal is reached, or the time is over."""
        now = time.monotonic()
        if now - self._looked >= LOOK:
            self._looked = now
            self.tables = [one for side in Side for one in waiting(self._lens, self._meeting, side)]
            if self._told:
                self._told(self.tables)
        return self._goal.reached(self.tables) or now >= self._deadline

    def over_or_wanted(self, applier: Applier) -> Callable[[], bool]:
        """Asks the same, and whether somebody else waits to apply."""
        return lambda: self.over() or applier.wanted is not None

    def require_reached(self) -> None:
        """Raise TimedOut unless the goal is reached."""
        if not self._goal.reached(self.tables):
            most = max(self.tables, key=lambda one: one.count)
            raise TimedOut(_("{count} dirty keys still wait, most of them in {table} of the {side} side").format(
                count=f"{sum(one.count for one in self.tables):,}{'+' if any(one.more for one in self.tables) else ''}",
                table=most.table, side=most.side), where=self._meeting.end(most.side).name,
                hint=_("inv sync.status says who applies and how fast; a longer --timeout waits on"))
