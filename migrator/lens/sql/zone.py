"""Local time of a zone and UTC, by the rules of the zone database at hand: servers need none of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import DateTime

from migrator.lens.scope import Cell
from migrator.lens.sql.construct import Construct, make_in

FIRST, LAST = datetime(1850, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""Changes of clocks are known between these; before and after them the offset stays what it is there."""
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)", re.ASCII)


@dataclass(frozen=True)
class Change:
    """From a moment of UTC on local time is another; offsets in seconds east of UTC."""

    at: datetime
    before: int
    after: int


@dataclass(frozen=True)
class Zone:
    """A named zone, or a fixed offset that has no changes."""

    name: str
    first: int
    changes: tuple[Change, ...] = ()

    @property
    def skips(self) -> bool:
        """Whether there are local times that never were."""
        return any(change.after > change.before for change in self.changes)

    @property
    def repeats(self) -> bool:
        """Whether there are local times that were twice."""
        return any(change.after < change.before for change in self.changes)

    def steps(self, *, local: bool) -> list[tuple[datetime, int]]:
        """From when on which offset holds, told in local time or in UTC.

        A local time that was twice is the first of both; one that never was counts by the offset before the change
        (PEP 495, fold 0).
        """
        return [(c.at.replace(tzinfo=None) + timedelta(seconds=max(c.before, c.after) if local else 0), c.after)
                for c in self.changes]


def zone_of(name: str) -> Zone:
    """The zone of a name like `Asia/Shanghai`, or of an offset like `+08:00`. Raises ValueError for anything else."""
    found = _OFFSET.fullmatch(name)
    if found:
        sign, hours, minutes = found.groups()
        return Zone(name, int(f"{sign}1") * int(timedelta(hours=int(hours), minutes=int(minutes)).total_seconds()))
    return _named(name)


@cache
def _named(name: str) -> Zone:
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(name) from error
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    offsets = [_offset(zone, day) for day in days]
    changes = [_change(zone, day, next_day) for (day, before), (next_day, after)
               in pairwise(zip(days, offsets, strict=True)) if before != after]
    return Zone(name, offsets[0], tuple(changes))


def _offset(zone: tzinfo, moment: datetime) -> int:
    return int((moment.astimezone(zone).utcoffset() or timedelta()).total_seconds())


def _change(zone: tzinfo, low: datetime, high: datetime) -> Change:
    before, after = _offset(zone, low), _offset(zone, high)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return Change(high, before, after)


class Moved(Construct):
    """A moment told in UTC instead of a zone's local time, or the other way; NULL beyond what the make knows."""

    name = "moved"

    def __init__(self, value: Cell, zone: Zone, *, to_utc: bool) -> None:
        super().__init__(value)
        self.zone = zone
        self.to_utc = to_utc
        self.type = DateTime()


@compiles(Moved)
def _moved(element: Moved, compiler: Any, **kw: Any) -> str:
    value, make = compiler.process(element.parts[0], **kw), make_in(compiler)
    if make == "sqlite":
        return f"migrator_moved({value}, '{element.zone.name}', {int(element.to_utc)})"
    sign, steps = "-" if element.to_utc else "", element.zone.steps(local=element.to_utc)
    offset = str(element.zone.first)
    if make == "mariadb":
        if steps:  # both servers find the step by halves, and look at the value once
            begins = ", ".join(str(int((at - _START).total_seconds())) for at, _offset in steps)
            place = f"interval(timestampdiff(second, timestamp'{_START}', {value}), {begins})"
            offset = f"elt({place} + 1, {', '.join([offset, *(str(then) for _at, then in steps)])})"
        return f"timestampadd(second, {sign}({offset}), {value})"
    if steps:
        begins = ", ".join(f"'{at}'" for at, _offset in steps)
        offsets = ", ".join([offset, *(str(then) for _at, then in steps)])
        offset = f"(array[{offsets}])[width_bucket({value}, cast(array[{begins}] as timestamp[])) + 1]"
    return f"({value} + make_interval(secs => {sign}({offset})))"


_START = datetime(1970, 1, 1)


def moved(moment: datetime, name: str, to_utc: bool) -> datetime:
    """A moment without a zone of its own, from local time to UTC or the other way. Raises OverflowError."""
    zone = zone_of(name)
    offset = zone.first
    for at, then in zone.steps(local=to_utc):
        if moment >= at:
            offset = then
    return moment - timedelta(seconds=offset) if to_utc else moment + timedelta(seconds=offset)
