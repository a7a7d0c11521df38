"""Which offset or time zone explains that the same moments are told differently on both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from migrator.lens.suggest.readings import moment, read_all
from migrator.text import _

WELL_KNOWN = ("Asia/Shanghai", "Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Moscow", "America/New_York",
              "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Sao_Paulo", "Australia/Sydney")
"""Asked first; where several zones explain all rows, the first of these is written and others are named."""
WIDEST = timedelta(hours=14)
QUARTER = timedelta(minutes=15)

Pairs = Sequence[tuple[datetime, datetime]]


@dataclass(frozen=True)
class Shift:
    """How `convert` says that clocks differ: its arguments, and a question where something else would do as well."""

    args: Mapping[str, Any]
    todo: str | None = None


def shift_of(texts: Sequence[tuple[str, str]]) -> Shift | None:
    """What makes the new moments of the old ones in every row; None where nothing does, or nothing needs to.

    One offset that holds all through is written as such; a zone only where the clocks were changed in between.
    """
    pairs = read_all(texts, moment)
    shifts = {old - new for old, new in pairs}
    if not shifts - {timedelta(0)} or any(abs(shift) > WIDEST or shift % QUARTER for shift in shifts):
        return None
    if len(shifts) == 1:
        zones = [name for name in _explaining(pairs) if _changes_clocks(_zones()[name], pairs)]
        return Shift({"zone": _offset(next(iter(shifts)))}, _others(_offset(next(iter(shifts))), zones))
    for side, told in (("old", pairs), ("new", [(new, old) for old, new in pairs])):
        if zones := _explaining(told):
            return Shift({"zone": zones[0] if side == "old" else {"new": zones[0]}}, _others(zones[0], zones[1:]))
    return None


def _offset(shift: timedelta) -> str:
    """The offset of the old side when the new one is UTC: +08:00."""
    minutes = int(shift.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _explaining(pairs: Pairs) -> list[str]:
    """The zones in which the first moment of each pair is told when the second is UTC."""
    return [name for name, zone in _zones().items() if _explains(zone, pairs)]


@cache
def _zones() -> Mapping[str, ZoneInfo]:
    rest = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return {name: ZoneInfo(name) for name in (*WELL_KNOWN, *rest)}


def _explains(zone: ZoneInfo, pairs: Pairs) -> bool:
    return all(utc.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) == local for local, utc in pairs)


def _changes_clocks(zone: ZoneInfo, pairs: Pairs) -> bool:
    """Whether a zone has another offset at another time of the years in which the moments lie."""
    months = {datetime(utc.year, month, 1, tzinfo=zone).utcoffset() for _local, utc in pairs for month in (1, 7)}
    return len(months) > 1


def _others(written: str, zones: Sequence[str]) -> str | None:
    if not zones:
        return None
    return _("{written} explains all rows, and so does {others}: say which it is").format(
        written=written, others=", ".join(zones[:3]) + (" ..." if len(zones) > 3 else ""))
