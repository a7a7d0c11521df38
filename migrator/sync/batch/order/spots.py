"""Spots: values of a column that no row has, for rows that stand there for the rest of a transaction."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import FromClause, func, literal, select

from migrator.errors import DatabaseError
from migrator.lens.copy.session import Session
from migrator.lens.schema import Column
from migrator.lens.sql.canonical import canonical, typed
from migrator.lens.types import Family, Type
from migrator.text import _

SIGNS = string.ascii_lowercase + string.digits
LONGEST = 24
"""Signs of a text: enough that nobody has it by chance."""
TURNS = 50


def has_spots(type_: Type) -> bool:
    """Whether values of a type can be made up that no row has."""
    return type_.family in _FINDS and not type_.labels


def spots(session: Session, rows: FromClause, column: Column, count: int) -> list[str]:
    """So many different values that no row has in a column, as canonical texts.

    Raises DatabaseError where the type has no room for them.
    """
    found = _FINDS[column.type.family](session, rows.c[column.name], column.type, count)
    if len(found) < count:
        raise DatabaseError(_("{column} has no room for values that rows could have while they exchange them").format(
            column=column.name), where=session.endpoint.name)
    return found


def _numbers(session: Session, cell: Any, type_: Type, count: int) -> list[str]:
    """Below the least, or above the greatest."""
    least, most = (int(value or 0) for value in session.ask(select(func.min(cell), func.max(cell))).one())
    low, high = type_.bounds or (least - count - 1, most + count + 1)
    if least - 1 - count >= low:
        return [str(least - 1 - n) for n in range(1, count + 1)]
    return [str(most + 1 + n) for n in range(1, count + 1) if most + 1 + n <= high]


def _days(session: Session, cell: Any, type_: Type, count: int) -> list[str]:
    """Before the first that the calendar knows on every server, else after the last."""
    first, last = (date.fromisoformat(str(value)) for value
                   in session.ask(select(canonical(func.min(cell), type_), canonical(func.max(cell), type_))).one())
    if (first - date(1000, 1, 1)).days > count:
        return [str(first - timedelta(days=n)) for n in range(1, count + 1)]
    room = min(count, (date.max - last).days)
    return [str(last + timedelta(days=n)) for n in range(1, room + 1)]


def _texts(session: Session, cell: Any, type_: Type, count: int) -> list[str]:
    long = min(type_.length or LONGEST, type_.octets or LONGEST, LONGEST)
    return _drawn(session, cell, type_, count, lambda: "".join(secrets.choice(SIGNS) for _n in range(long)))


def _bytes(session: Session, cell: Any, type_: Type, count: int) -> list[str]:
    long = (type_.length or LONGEST) if type_.fixed else min(type_.length or LONGEST, LONGEST)
    return _drawn(session, cell, type_, count, lambda: f"\\x{secrets.token_hex(long)}")


def _drawn(session: Session, cell: Any, type_: Type, count: int, draw: Callable[[], str]) -> list[str]:
    """Values by chance, those left out that a row has."""
    found: set[str] = set()
    for _turn in range(TURNS):
        found |= {draw() for _n in range(count - len(found))}
        values = [typed(literal(text), type_) for text in found]
        there = session.ask(select(canonical(cell, type_)).where(cell.in_(values)))
        found -= {value.decode() if isinstance(value, bytes) else value for value in there.scalars()}
        if len(found) == count:
            break
    return sorted(found)


_FINDS: dict[Family, Callable[[Session, Any, Type, int], list[str]]] = {
    Family.INTEGER: _numbers, Family.DECIMAL: _numbers, Family.DATE: _days, Family.TEXT: _texts, Family.BINARY: _bytes}
