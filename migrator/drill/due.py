"""Whether a drill is due: one in every quarter of the site's calendar, by the quarter's last working day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from migrator.calendars.site_calendar import SiteCalendar
from migrator.model.finding import Finding, blocks, informs, warns
from migrator.text import _

SOON = timedelta(days=21)
"""Before the last working day of a quarter; from then on a drill that is due is warned about."""
DAY = timedelta(days=1)


class State(StrEnum):
    DONE = "done"
    DUE = "due"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Due:
    """How it stands in a quarter (`2026-Q3`), by when a drill must have passed, and when the last one has."""

    state: State
    quarter: str
    by: date
    last: date | None
    soon: bool = False

    def finding(self, environment: str) -> Finding:
        """For inspections: overdue blocks, soon due warns."""
        words = {"env": environment, "quarter": self.quarter, "by": self.by,
                 "last": str(self.last) if self.last else _("never")}
        advice = _("restore the newest proven set into a scratch environment: {command}").format(
            command=f"inv drill.restore --env {environment} --into SCRATCH --checks FILE")
        if self.state is State.DONE:
            return informs("drill.done", _("{quarter}: a drill of {env} has passed on {last}, the next is due by {by}")
                           .format(**words))
        said = _("a drill of {env} is due by {by}; last passed: {last}").format(**words)
        if self.state is State.OVERDUE:
            return blocks("drill.overdue", _("a drill of {env} was due by {by} and has not passed; last passed: {last}")
                          .format(**words), advice)
        return warns("drill.due", said, advice) if self.soon else informs("drill.due", said)


def due(passed: Sequence[datetime], since: datetime | None, calendar: SiteCalendar, now: datetime) -> Due:
    """How drills stand now, by the moments of those that have passed.

    since: when there first was something to drill (the first set); an environment is never overdue for a quarter that
    ended before. Overdue is a quarter without a drill whose last working day is over, until the next drill has passed.
    """
    today = now.astimezone(calendar.zone).date()
    last = max((moment.astimezone(calendar.zone).date() for moment in passed), default=None)
    known = [day for day in (last, since.astimezone(calendar.zone).date() if since else None) if day]
    begin = _begin(today)
    former = _begin(begin - DAY)
    if last is not None and last >= begin:
        return Due(State.DONE, _name(begin), _last_workday(_next(begin), calendar), last)
    owed = _last_workday(former, calendar)
    if not known or min(known) > owed or (last is not None and last >= former):
        owed = _last_workday(begin, calendar)
    state = State.OVERDUE if known and today > owed else State.DUE
    return Due(state, _name(begin), owed, last, soon=owed - today <= SOON)


def _begin(day: date) -> date:
    """The first day of the quarter that holds the day."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def _next(begin: date) -> date:
    return _begin(begin + timedelta(days=100))


def _last_workday(begin: date, calendar: SiteCalendar) -> date:
    day = _next(begin) - DAY
    while day > begin and not calendar.days.is_workday(day):
        day -= DAY
    return day


def _name(begin: date) -> str:
    return f"{begin.year}-Q{(begin.month - 1) // 3 + 1}"
