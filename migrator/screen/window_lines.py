"""What people should know of time before they start a plan: may it start, until when, when next, which freezes."""

from __future__ import annotations

from migrator.calendars.rule import Opening
from migrator.calendars.site_calendar import SiteCalendar
from migrator.calendars.window import Verdict
from migrator.text import _

FREEZES = 3
"""So many freezes are shown, the nearest first."""


def window_lines(verdict: Verdict, *, by_days: bool) -> list[str]:
    """One line on the window, one on each freeze that touches it; `by_days` when holidays decide about it."""
    calendar = verdict.calendar
    lines = [_window(verdict, calendar)]
    lines += [_('freeze "{name}" from {start} to {end}').format(
        name=freeze.name, start=calendar.show(freeze.start), end=calendar.show(freeze.end))
        for freeze in verdict.freezes[:FREEZES]]
    if by_days and verdict.opening and not calendar.days.announced(year := _year(verdict.opening, calendar)):
        lines.append(_("the make-up days of {year} are not known here: list them under calendar in the inventory")
                     .format(year=year))
    return lines


def _window(verdict: Verdict, calendar: SiteCalendar) -> str:
    if verdict.opening is None:
        return _("window: {reason}; no start is possible any more").format(reason=verdict.reason)
    start, end = calendar.show(verdict.opening.start), calendar.show(verdict.opening.end)
    if verdict.open:
        return _("window: open from {start} to {end}").format(start=start, end=end)
    return _("window: {reason}; the next one is open from {start} to {end}").format(
        reason=verdict.reason, start=start, end=end)


def _year(opening: Opening, calendar: SiteCalendar) -> int:
    return opening.start.astimezone(calendar.zone).year
