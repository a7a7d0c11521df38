"""Whether work may begin at a moment: the one question that windows, days and freezes are there for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from migrator import clock
from migrator.calendars.freeze import Freeze
from migrator.calendars.rule import Opening, Rule
from migrator.calendars.site_calendar import SiteCalendar
from migrator.text import _
from migrator.units import show_seconds

MOMENT = timedelta(seconds=1)


@dataclass(frozen=True)
class Verdict:
    """What a site's calendar says to a start.

    `reason` is empty when work may begin now; then `opening` holds the moment, else it is the next one in which it may,
    None when none comes. `freezes` are those that touch the time from now to the end of that opening.
    """

    calendar: SiteCalendar
    reason: str
    opening: Opening | None
    freezes: tuple[Freeze, ...] = ()

    @property
    def open(self) -> bool:
        return not self.reason

    def as_json(self) -> dict[str, Any]:
        """For machines; moments in ISO 8601."""
        return {"open": self.open, "reason": self.reason, "opening": _times(self.opening) if self.opening else None,
                "freezes": [{"name": freeze.name, **_times(freeze)} for freeze in self.freezes]}


def window_at(rule: Rule, calendar: SiteCalendar, now: datetime, *, needed: timedelta = timedelta(0)) -> Verdict:
    """Whether work that needs so much time may begin `now`, else why not and when next.

    An opening ends where a freeze begins. Raises WrongUse for a country that nobody knows, PlaybookError for a freeze
    calendar that cannot be understood.
    """
    free = (o for o in _free(rule, calendar, now) if o.end - max(o.start, now) >= needed)
    opening = next(free, None)
    until = opening.end + MOMENT if opening else now + MOMENT
    freezes = tuple(calendar.freezes(now, until))
    if opening and opening.holds(now):
        return Verdict(calendar, "", opening, freezes)
    return Verdict(calendar, _why(rule, calendar, now), opening, freezes)


def _times(span: Opening | Freeze) -> dict[str, str]:
    return {"start": clock.stamp(span.start), "end": clock.stamp(span.end)}


def _free(rule: Rule, calendar: SiteCalendar, now: datetime) -> Iterator[Opening]:
    """What freezes leave of each opening, from now on."""
    for opening in rule.openings(calendar, now):
        start = opening.start
        for freeze in calendar.freezes(opening.start, opening.end):
            if start < freeze.start and freeze.start > now:
                yield Opening(start, freeze.start.astimezone(UTC))
            start = max(start, freeze.end.astimezone(UTC))
        if start < opening.end and opening.end > now:
            yield Opening(start, opening.end)


def _why(rule: Rule, calendar: SiteCalendar, now: datetime) -> str:
    """The window's own reason, or the freeze that lies over it, or too little time that is left."""
    hours = next(rule.openings(calendar, now), None)
    if hours is None or not hours.holds(now):
        return rule.why_shut(calendar, now)
    for freeze in calendar.freezes(now, now + MOMENT):
        if freeze.start <= now:
            return _('"{name}" forbids changes from {start} to {end}').format(
                name=freeze.name, start=calendar.show(freeze.start), end=calendar.show(freeze.end))
    until = next(_free(rule, calendar, now)).end
    return _("the window closes at {end}, {left} are left and more is needed").format(
        end=calendar.show(until), left=show_seconds((until - now).total_seconds()))
