"""What playbook and inventory say of time, as the calendars package understands it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from migrator.calendars.days import Days
from migrator.calendars.freeze import FreezeFile
from migrator.calendars.rule import Always, DayKind, Once, Recurring, Rule
from migrator.calendars.site_calendar import SiteCalendar
from migrator.playbook.inventory import Environment
from migrator.playbook.moments import hours
from migrator.units import seconds


def calendar_of(environment: Environment) -> SiteCalendar:
    """The calendar of an environment; UTC and plain weekends where the inventory says nothing."""
    said = environment.calendar
    if said is None:
        return SiteCalendar(UTC)
    zone = ZoneInfo(said.time_zone)
    days = Days(said.country, holidays=_dates(said.holidays), workdays=_dates(said.workdays))
    return SiteCalendar(zone, days, [FreezeFile(Path(name), zone) for name in said.freeze])


def rule_of(window: Mapping[str, Any]) -> Rule:
    """What a plan's `window` says; any time where it says nothing, or only how long."""
    if window.get("between"):
        return Recurring(*hours(window["between"]), DayKind(window["days"]))
    if window.get("start"):
        return Once(datetime.fromisoformat(window["start"]), timedelta(seconds=seconds(window["length"])))
    return Always()


def needs_zone(window: Mapping[str, Any]) -> bool:
    """Whether the window's hours mean something only where a time zone is given."""
    start = window.get("start")
    return bool(window.get("between") or (start and datetime.fromisoformat(start).tzinfo is None))


def _dates(texts: Sequence[str]) -> list[date]:
    return [date.fromisoformat(text) for text in texts]
