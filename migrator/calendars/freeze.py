"""Freezes: times in which nothing may be changed, as iCalendar files say it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.errors import PlaybookError
from migrator.here import from_here
from migrator.text import _

if TYPE_CHECKING:
    from icalendar import Event
    from recurring_ical_events import CalendarQuery  # type: ignore[import-untyped]

CANCELLED = "CANCELLED"
DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Freeze:
    """One freeze, from `start` up to `end`, both with a zone."""

    start: datetime
    end: datetime
    name: str


@dataclass(frozen=True)
class FreezeFile:
    """An iCalendar file: each of its events, repetitions included, is a freeze.

    Whole days, and times that name no zone, are meant in `zone`. A cancelled event is none.
    """

    path: Path
    zone: tzinfo

    def between(self, start: datetime, end: datetime) -> list[Freeze]:
        """The freezes that touch this time, in order. Raises PlaybookError when the file cannot be understood."""
        return sorted(freeze for freeze in self._read(start, end) if freeze.start < end and freeze.end > start)

    def _read(self, start: datetime, end: datetime) -> Iterator[Freeze]:
        try:
            # A day more at both ends: the file's whole days are in its zone, the question may be in another one.
            events = self._events.between(datetime.combine(start.date(), time.min, UTC) - DAY,
                                          datetime.combine(end.date(), time.max, UTC) + DAY)
            for event in events:
                if str(event.get("STATUS", "")).upper() != CANCELLED:
                    yield self._freeze(event)
        except Exception as error:  # the library raises what it happens to stumble over
            raise self._wrong(str(error)) from error

    @cached_property
    def _events(self) -> CalendarQuery:
        import recurring_ical_events
        from icalendar import Calendar

        return recurring_ical_events.of(Calendar.from_ical(self.path.read_bytes()))

    def _freeze(self, event: Event) -> Freeze:
        name = str(event.get("SUMMARY") or _("a freeze"))
        if event.end <= event.start:
            raise ValueError(_('"{name}" begins and has no end').format(name=name))
        return Freeze(self._moment(event.start), self._moment(event.end), name)

    def _moment(self, value: date | datetime) -> datetime:
        if not isinstance(value, datetime):
            return datetime.combine(value, time.min, self.zone)
        return value if value.tzinfo else value.replace(tzinfo=self.zone)

    def _wrong(self, why: str) -> PlaybookError:
        return PlaybookError(_("the freeze calendar cannot be understood: {why}").format(why=why.partition("\n")[0]),
                             where=from_here(self.path),
                             hint=_("export it again as iCalendar (.ics); a freeze that cannot be read stops all work"))
