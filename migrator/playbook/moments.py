"""Times as playbooks and inventories write them, each checked and kept as the text that it is."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from migrator import clock, units
from migrator.errors import WrongUse
from migrator.text import _

HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def hours(text: str) -> tuple[time, time]:
    """When `20:00-06:00` opens and when it closes; raises ValueError for what is no such text."""
    match = HOURS.fullmatch(text)
    if match is None or match[1] + match[2] == match[3] + match[4]:
        raise ValueError(_('"{text}" are no hours; write for example 20:00-06:00').format(text=text))
    return time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))


def _duration(text: str) -> str:
    try:
        units.seconds(text)
    except WrongUse as error:
        raise ValueError(error.message) from None
    return text


def _moment(text: str) -> str:
    try:
        clock.parse(text)
    except ValueError:
        message = _('"{text}" is no moment; write for example 2026-03-14T20:00+08:00')
        raise ValueError(message.format(text=text)) from None
    return text


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(_('"{text}" is no day; write for example 2026-10-01').format(text=text)) from None


def _hours(text: str) -> str:
    hours(text)
    return text


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (KeyError, ValueError, OSError):  # unknown, no name at all, or a folder of zones
        message = _('"{text}" is no time zone; write for example Asia/Shanghai')
        raise ValueError(message.format(text=text)) from None


Duration = Annotated[str, AfterValidator(_duration)]
Moment = Annotated[str, AfterValidator(_moment)]
Day = Annotated[str, AfterValidator(_day)]
Hours = Annotated[str, AfterValidator(_hours)]
Zone = Annotated[str, AfterValidator(_zone)]
