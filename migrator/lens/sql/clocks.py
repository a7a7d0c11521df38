"""Moments in SQLite, which keeps them as texts: these functions are called for each row. None is NULL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from migrator.lens.sql.spelling import Stored, moment_text, time_text
from migrator.lens.sql.zone import moved

_START = datetime(1970, 1, 1)


def cut(value: Stored | None, digits: int, clock: int) -> str | None:
    """A moment (clock 1: a time of day) without what lies behind so many digits of its second."""
    text = time_text(value) if clock else moment_text(value, 0)
    if text is None or "." not in text:
        return text
    whole, fraction = text.split(".", 1)
    digits_left = fraction[:digits].rstrip("0")
    return f"{whole}.{digits_left}" if digits_left else whole


def of_epoch(ticks: int | None, micros: int) -> str | None:
    """The moment so many ticks of so many microseconds after the beginning of 1970; None beyond the year 9999."""
    try:
        return None if ticks is None else _written(_START + timedelta(microseconds=ticks * micros))
    except OverflowError:
        return None


def epoch(value: Stored | None, micros: int) -> int | None:
    """The whole ticks from the beginning of 1970 to a moment; None for what is no moment."""
    moment = _read(value)
    return None if moment is None else (moment - _START) // timedelta(microseconds=micros)


def in_zone(value: Stored | None, zone: str, to_utc: int) -> str | None:
    """A local time in UTC, or the other way; None for what is no moment, and beyond the years 1 to 9999."""
    moment = _read(value)
    try:
        return None if moment is None else _written(moved(moment, zone, bool(to_utc)))
    except OverflowError:
        return None


def _read(value: Stored | None) -> datetime | None:
    try:
        return None if value is None else datetime.fromisoformat(moment_text(value, 1) or "")
    except ValueError:
        return None


def _written(moment: datetime) -> str | None:
    return moment_text(moment.isoformat(" "), 0)


FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "migrator_cut": (3, cut), "migrator_of_epoch": (2, of_epoch), "migrator_epoch": (2, epoch),
    "migrator_moved": (3, in_zone),
}
"""By the name that SQLite knows them by, with the number of their arguments."""
