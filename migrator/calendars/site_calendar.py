"""The calendar of one site: its zone, its working days, its freezes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from migrator.calendars.days import Days
from migrator.calendars.freeze import Freeze, FreezeFile


@dataclass(frozen=True)
class SiteCalendar:
    """What a window is judged by; without freezes and with plain weekends when nothing else is said."""

    zone: tzinfo
    days: Days = field(default_factory=Days)
    freeze_files: Sequence[FreezeFile] = ()

    def freezes(self, start: datetime, end: datetime) -> list[Freeze]:
        """The freezes of all files that touch this time, in order. Raises PlaybookError for an unreadable file."""
        return sorted(freeze for file in self.freeze_files for freeze in file.between(start, end))

    def show(self, moment: datetime) -> str:
        """A moment for people, in the site's zone."""
        return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M}"
