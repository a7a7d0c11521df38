"""Before each step: does going back after it still fit the time?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from migrator import clock
from migrator.journal.journal import Journal
from migrator.model.plan import Plan
from migrator.model.turn_back import earliest_line, line_before
from migrator.text import _
from migrator.units import show_seconds

ASK = "ask"


@dataclass(frozen=True)
class Crossing:
    """The line lies behind: the sentence that says so, and until when people may decide to go on nevertheless."""

    message: str
    decide_by: datetime | None
    """When the way back must begin at the latest: to decide, people have the reserve. None: nobody is asked now."""


def crossed(journal: Journal, plan: Plan, run: Mapping[str, Any], place: int, *, now: datetime) -> Crossing | None:
    """Whether the step at `place` (from 0) would begin too late, None while going back after it still fits.

    `run` is the journal's row of the run, `now` has a zone.
    """
    earliest = earliest_line(plan, run, place)
    if earliest is None or now <= earliest.moment:
        return None
    line = line_before(plan, run, journal.attempts.of_run(str(run["id"])), place)
    if line is None or now <= line.moment:
        return None
    told = _("the turn-back line is crossed: {step} takes {takes}, the way back after it {back}, {reserve} are kept "
             "in reserve, and {left} are left until {end}").format(
        step=line.step, takes=show_seconds(line.takes), back=show_seconds(line.back),
        reserve=show_seconds(line.reserve), left=show_seconds(max(0.0, (line.end - now).total_seconds())),
        end=clock.local(clock.stamp(line.end)))
    last = line.end - timedelta(seconds=line.back)
    return Crossing(told, last if plan.budget.get("on_crossing") == ASK and now < last else None)
