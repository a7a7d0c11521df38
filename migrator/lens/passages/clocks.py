"""Local times of a zone and UTC, dates and the hour that stands for them, ticks since 1970."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import literal_column, or_

from migrator.lens.passages.moments import beyond, to_date, to_moment, to_same
from migrator.lens.passages.passage import Flaw, Kind, Passage
from migrator.lens.scope import Cell
from migrator.lens.sql.moments import AsMoment, Epoch, OfEpoch
from migrator.lens.sql.unsound import Peculiar, Vanished
from migrator.lens.sql.zone import Moved, Zone
from migrator.lens.types import Family, Type
from migrator.text import _

FIRST_SECOND, LAST_SECOND = -62_135_596_800, 253_402_300_799
"""The years 1 to 9999 in seconds since the beginning of 1970."""


@dataclass(frozen=True)
class Clock:
    """A date or moment of one side: whose local time it is (None: UTC), and the hour at which its date begins."""

    kind: Kind
    zone: Zone | None = None
    at: int = 0


def over(source: Clock, target: Clock) -> Passage:
    """From one side's date or moment to the other's, through UTC."""
    found = _to_utc(source)
    if target.zone is not None:
        found = found.then(_moving(target.zone, to_utc=False))
    return found.then(_as_kept(source.kind, target.kind))


def _to_utc(source: Clock) -> Passage:
    here, bare = source.kind, _bare(source.kind)
    if here.type.family is Family.DATE:
        found = to_moment(here, bare, source.at)
    else:
        found = Passage(lambda value: AsMoment(value, False) if here.type.zoned else value)
    return found if source.zone is None else found.then(_moving(source.zone, to_utc=True))


def _as_kept(source: Kind, target: Kind) -> Passage:
    here, there = _bare(source), _bare(target)
    if target.type.family is Family.DATE:
        return to_date(here, target)
    found = to_same(here, there)
    if not target.type.zoned:
        return found
    # the range of a timestamp is asked of what it really is
    zoned = Passage(lambda value: AsMoment(value, True), beyond(here, target))
    return found.then(zoned)


def _bare(kind: Kind) -> Kind:
    """A moment of the same make without a zone; that of a date is a whole second."""
    fraction = 0 if kind.type.family is Family.DATE else kind.type.fraction
    return replace(kind, type=Type(Family.MOMENT, "timestamp", fraction=fraction, loose=kind.type.loose))


def _moving(zone: Zone, *, to_utc: bool) -> Passage:
    """Local times that never were, or were twice, are not all different in UTC, and so the other way round."""
    def there(value: Cell) -> Cell:
        return Moved(value, zone, to_utc=to_utc)

    far = Flaw("out-of-range", _("not between the years 1 and 9999"), lambda value: Vanished(value, there(value)),
               beyond=True)
    return Passage(there, (far,), exact=not (zone.skips if to_utc else zone.repeats))


def of_ticks(per_second: int) -> Passage:
    """From ticks since the beginning of 1970 in UTC to the moment."""
    first: Cell = literal_column(str(FIRST_SECOND * per_second))
    end: Cell = literal_column(str((LAST_SECOND + 1) * per_second))
    far = Flaw("out-of-range", _("not between the years 1 and 9999"), lambda value: or_(value < first, value >= end))
    return Passage(lambda value: OfEpoch(value, per_second), (far,))


def to_ticks(per_second: int) -> Passage:
    """From a moment in UTC, with no more digits than a tick tells, to its ticks."""
    far = Flaw("out-of-range", _("not between the years 1 and 9999"), lambda value: Peculiar(value, Family.MOMENT),
               beyond=True)
    return Passage(lambda value: Epoch(value, per_second), (far,))
