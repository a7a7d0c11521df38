"""Which time zone explains that the same moments are told differently on both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from migrator.lens.suggest.evidence import moment
from migrator.text import _

WELL_KNOWN = ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Tokyo", "Asia/Singapore", "Asia/Kolkata", "Europe/London",
              "Europe/Berlin", "Europe/Paris", "Europe/Moscow", "America/New_York", "America/Chicago",
              "America/Denver", "America/Los_Angeles", "America/Sao_Paulo", "Australia/Sydney")
"""Asked first; where several zones explain all rows, the first of these is written and the others are named."""
WIDEST = timedelta(hours=14)


@dataclass(frozen=True)
class Zone:
    """A zone that explains rows: how it is written, how many agree, and a question where another would do as well."""

    args: Mapping[str, Any]
    agree: int
    todo: str | None


def zone_of(texts: Sequence[tuple[str, str]]) -> Zone | None:
    """The zone in which the old moments are told when the new ones are UTC, or the other way round."""
    pairs = [(a, b) for a, b in ((moment(old), moment(new)) for old, new in texts) if a is not None and b is not None]
    shifts = {a - b for a, b in pairs}
    if not pairs or len(pairs) < len(texts) or shifts == {timedelta(0)}:
        return None
    if any(abs(shift) > WIDEST or shift % timedelta(minutes=15) for shift in shifts):
        return None
    for local_first in (True, False):
        told = pairs if local_first else [(b, a) for a, b in pairs]
        names = [name for name in _names() if _explains(ZoneInfo(name), told)]
        if names:
            zone = {"old": names[0], "new": "UTC"} if local_first else {"old": "UTC", "new": names[0]}
            return Zone({"zone": zone}, len(pairs), _others(names))
    return None


def _names() -> list[str]:
    rest = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return [*WELL_KNOWN, *(name for name in rest if name not in WELL_KNOWN)]


def _explains(zone: ZoneInfo, pairs: Sequence[tuple[datetime, datetime]]) -> bool:
    return all(utc.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) == local for local, utc in pairs)


def _others(names: Sequence[str]) -> str | None:
    if len(names) == 1:
        return None
    return _("{zone} explains all rows, and so do {others}: say which it is").format(
        zone=names[0], others=", ".join(names[1:4]) + (" ..." if len(names) > 4 else ""))
