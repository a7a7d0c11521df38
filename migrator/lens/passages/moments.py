"""Dates, times of day and moments."""

from __future__ import annotations

from sqlalchemy import literal_column, or_

from migrator.lens.passages.passage import Flaw, Kind, Passage
from migrator.lens.scope import Cell
from migrator.lens.sql.moments import Cut, DayOf, StartOf
from migrator.lens.sql.unsound import Peculiar
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
    """What one make keeps and others cannot, and what MariaDB's timestamps cannot: they begin in 1970, end in 2038."""
    family = source.type.family
    found: tuple[Flaw, ...] = ()
    if source.make == "mariadb" != target.make and family is not Family.TIME:
        found = (Flaw("zero-date", _("a date that never was, like 0000-00-00"),
                      lambda value: Peculiar(value, family), beyond=True),)
    elif source.make != target.make:
        found = (Flaw("out-of-range", _("a time that only its own make of database knows"),
                      lambda value: Peculiar(value, family), beyond=True),)
    if family is Family.MOMENT and _is_stamp(target) and not _is_stamp(source):
        found += (Flaw("out-of-range", _("not between 1970 and 2038"),
                       lambda value: or_(value < _FIRST_STAMP, value >= _NO_STAMP)),)
    return found


def _is_stamp(kind: Kind) -> bool:
    return kind.make == "mariadb" and kind.type.family is Family.MOMENT and kind.type.zoned


_FIRST_STAMP: Cell = literal_column("'1970-01-01 00:00:01'")
_NO_STAMP: Cell = literal_column("'2038-01-19 03:14:08'")
