"""Dates, times of day and moments."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, func, literal_column, or_

from migrator.lens.passages.passage import Flaw, Kind, Passage
from migrator.lens.scope import Cell
from migrator.lens.sql.moments import Cut, DayOf, StartOf
from migrator.lens.types import Family
from migrator.text import _


def to_same(source: Kind, target: Kind) -> Passage:
    """From a date, time or moment to one of the same family."""
    digits = target.type.fraction
    if source.type.family is Family.DATE or digits is None or digits >= (source.type.fraction or _most(source)):
        return Passage(flaws=beyond(source, target))
    return Passage(lambda value: Cut(value, digits, source.type), beyond(source, target), exact=False)


def to_moment(source: Kind, target: Kind, seconds: int = 0) -> Passage:
    """From a date to the moment so many seconds after its midnight."""
    return Passage(lambda value: StartOf(value, seconds), beyond(source, target))


def to_date(source: Kind, target: Kind) -> Passage:
    """From a moment to its date."""
    return Passage(DayOf, beyond(source, target), exact=False)


def _most(kind: Kind) -> int:
    """Digits of a second that a type has which names none: MariaDB's has none, SQLite's text any number of them."""
    return 0 if kind.type.fraction == 0 else 6


def beyond(source: Kind, target: Kind) -> tuple[Flaw, ...]:
    """What makes keep that others cannot: infinity, years before Christ, days that never were, hours past a day."""
    if source.make == target.make:
        return _stamps(source, target)
    family = source.type.family
    if source.make == "mariadb" and target.make == "postgresql":
        return (_CLOCK,) if family is Family.TIME else (_ZERO,)
    if source.make == "postgresql" and family is not Family.TIME:
        return (_YEARS, *_stamps(source, target))
    return _stamps(source, target)


def _stamps(source: Kind, target: Kind) -> tuple[Flaw, ...]:
    """MariaDB's timestamps begin in 1970 and end in 2038."""
    if not _is_stamp(target) or _is_stamp(source) or source.type.family is not Family.MOMENT:
        return ()
    return (_STAMP,)


def _is_stamp(kind: Kind) -> bool:
    return kind.make == "mariadb" and kind.type.family is Family.MOMENT and kind.type.zoned


def _outside(first: str, end: str) -> Callable[[Cell], ColumnElement[bool]]:
    low: Cell = literal_column(f"'{first}'")
    high: Cell = literal_column(f"'{end}'")
    return lambda value: or_(value < low, value >= high)


def _zero(value: Cell) -> ColumnElement[bool]:
    return or_(func.year(value) == 0, func.month(value) == 0, func.dayofmonth(value) == 0)


_STAMP = Flaw("out-of-range", _("not between 1970 and 2038"), _outside("1970-01-01 00:00:01", "2038-01-19 03:14:08"))
_ZERO = Flaw("zero-date", _("a date that never was (0000-00-00)"), _zero, beyond=True)
_YEARS = Flaw("out-of-range", _("not between the years 1 and 9999"), _outside("0001-01-01", "10000-01-01"), beyond=True)
_CLOCK = Flaw("out-of-range", _("not within one day"), _outside("00:00:00", "24:00:01"), beyond=True)
