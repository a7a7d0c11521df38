"""What a window may be: one fixed time, hours that return on some kind of day, or any time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol

from migrator.calendars.site_calendar import SiteCalendar
from migrator.text import _

HORIZON = timedelta(days=400)
"""How far ahead an opening is looked for."""
DAY = timedelta(days=1)


class DayKind(StrEnum):
    ANY = "any"
    WORKDAYS = "workdays"
    DAYS_OFF = "days-off"


@dataclass(frozen=True)
class Opening:
    """A time in which work may be done, from `start` up to `end`, both in UTC."""

    start: datetime
    end: datetime

    def holds(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


class Rule(Protocol):
    """When a window is open, freezes left aside."""

    def openings(self, calendar: SiteCalendar, since: datetime) -> Iterator[Opening]:
        """The openings that end after `since`, in order, up to the horizon."""

    def why_shut(self, calendar: SiteCalendar, now: datetime) -> str:
        """A sentence on why the window is not open now; asked only when it is not."""


@dataclass(frozen=True)
class Always:
    """No window is given: any time that no freeze forbids."""

    def openings(self, calendar: SiteCalendar, since: datetime) -> Iterator[Opening]:
        yield Opening(since.astimezone(UTC), since.astimezone(UTC) + HORIZON)

    def why_shut(self, calendar: SiteCalendar, now: datetime) -> str:
        return ""


@dataclass(frozen=True)
class Once:
    """One window, at a fixed time; a `start` without a zone is meant in the site's."""

    start: datetime
    length: timedelta

    def openings(self, calendar: SiteCalendar, since: datetime) -> Iterator[Opening]:
        opening = self._opening(calendar)
        if opening.end > since:
            yield opening

    def why_shut(self, calendar: SiteCalendar, now: datetime) -> str:
        opening = self._opening(calendar)
        said = (_("the window opens at {start} only") if now < opening.start
                else _("the window was open from {start} to {end}"))
        return said.format(start=calendar.show(opening.start), end=calendar.show(opening.end))

    def _opening(self, calendar: SiteCalendar) -> Opening:
        start = self.start if self.start.tzinfo else self.start.replace(tzinfo=calendar.zone)
        # In UTC, since hours are counted there: a night in which clocks change is longer or shorter.
        return Opening(start.astimezone(UTC), start.astimezone(UTC) + self.length)


@dataclass(frozen=True)
class Recurring:
    """Hours of the day, on one kind of days; a window over midnight counts to the day on which it starts.

    Hours are those on the site's clocks: when clocks change at night, the window is as much longer or shorter, and an
    hour that the clocks leave out begins when they go on.
    """

    opens: time
    closes: time
    days: DayKind = DayKind.ANY

    def openings(self, calendar: SiteCalendar, since: datetime) -> Iterator[Opening]:
        for opening, day in self._hours(calendar, since):
            if opening.end > since and self._fits(calendar, day):
                yield opening

    def why_shut(self, calendar: SiteCalendar, now: datetime) -> str:
        hours = f"{self.opens:%H:%M}-{self.closes:%H:%M}"
        for opening, day in self._hours(calendar, now):
            if opening.holds(now):
                return self._wrong_day(calendar, day)
            if opening.start > now:
                break
        return _("it is {now}, the window is open {hours}").format(now=calendar.show(now), hours=hours)

    def _hours(self, calendar: SiteCalendar, since: datetime) -> Iterator[tuple[Opening, date]]:
        """The hours of every day, whatever its kind, from the day before `since`."""
        first = since.astimezone(calendar.zone).date() - DAY
        for number in range(HORIZON.days):
            day = first + number * DAY
            last = day if self.opens < self.closes else day + DAY
            yield Opening(_moment(day, self.opens, calendar), _moment(last, self.closes, calendar)), day

    def _fits(self, calendar: SiteCalendar, day: date) -> bool:
        return self.days is DayKind.ANY or calendar.days.is_workday(day) == (self.days is DayKind.WORKDAYS)

    def _wrong_day(self, calendar: SiteCalendar, day: date) -> str:
        name = calendar.days.name(day)
        said = (_("{day} is a day off, the window is for working days") if self.days is DayKind.WORKDAYS
                else _("{day} is a working day, the window is for days off"))
        return said.format(day=f"{day}" + (f" ({name})" if name else ""))


def _moment(day: date, clock: time, calendar: SiteCalendar) -> datetime:
    return datetime.combine(day, clock, calendar.zone).astimezone(UTC)
