"""Constants of a mapping file: what is written there as text, number or true/false, as a value of a column."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import literal

from migrator.lens.scope import Cell
from migrator.lens.types import Family, Type
from migrator.text import _

Constant = str | int | bool


def constant(value: Constant, type_: Type) -> Cell:
    """A constant as a value of a column's type. Raises ValueError, for people, where the column could not hold it."""
    return literal(held(value, type_), type_.in_statements)


def held(value: Constant, type_: Type) -> Any:
    """A constant as Python has it: equal for constants that a column would hold as the same value.

    Raises ValueError, for people, where the column could not hold it.
    """
    read = _READ.get(type_.family)
    if read is None:
        raise ValueError(_("a constant of type {type} cannot be written in a mapping file").format(type=type_))
    try:
        found = read(value)
    except (ValueError, InvalidOperation):
        raise ValueError(_('"{value}" is no value of type {type}').format(value=value, type=type_)) from None
    if not _fits(found, type_):
        raise ValueError(_('"{value}" does not fit into type {type}').format(value=value, type=type_))
    return found


def _text(value: Constant) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _whole(value: Constant) -> int:
    if "_" in _text(value):  # Python's own way to write a number
        raise ValueError(value)
    return int(value)


def _boolean(value: Constant) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False}
    if _text(value) not in known:
        raise ValueError(value)
    return known[_text(value)]


def _fits(held: Any, type_: Type) -> bool:
    if isinstance(held, str):
        return ((type_.length is None or len(held) <= type_.length)
                and (type_.octets is None or len(held.encode()) <= type_.octets)
                and (not type_.labels or held in type_.labels))
    if isinstance(held, Decimal):
        return (held.is_finite() and (type_.scale is None or held == round(held, type_.scale))
                and (type_.bounds is None or abs(held) < type_.bounds[1] + 1))
    return type_.bounds is None or type_.bounds[0] <= held <= type_.bounds[1]


_READ: dict[Family, Callable[[Constant], Any]] = {
    Family.TEXT: _text, Family.INTEGER: _whole, Family.BOOLEAN: _boolean, Family.REAL: float,
    Family.DECIMAL: lambda value: Decimal(_text(value)), Family.DATE: lambda value: date.fromisoformat(_text(value)),
    Family.TIME: lambda value: time.fromisoformat(_text(value)),
    Family.MOMENT: lambda value: datetime.fromisoformat(_text(value)), Family.JSON: _text, Family.OTHER: _text,
}
