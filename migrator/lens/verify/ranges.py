"""How the rows of a pair are cut: into ranges that are read one after another, and these into slots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, true

from migrator.lens.scope import Cell
from migrator.lens.sql.hash import row_hash
from migrator.lens.verify.reader import Reader
from migrator.lens.verify.view import HIGHEST, View

ROWS = 250_000
"""Rows of a range: a second or two of a server's time, and what a killed verification reads again."""
SLOT = 1_500
"""Rows of a slot: what is listed of either side to find one row that differs."""


@dataclass(frozen=True)
class Range:
    """Rows whose number is `low` or more and less than `high`; None is without end."""

    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class Cuts:
    """The ranges of a pair in order, how many slots each has, and about how many rows there are in all."""

    ranges: tuple[Range, ...]
    slots: int
    rows: int


def cut(reader: Reader, view: View, after: int | None = None) -> Cuts:
    """The ranges of a pair, as the rows of one side lie; they hold every row of the other side too.

    Rows are cut by the whole number that begins the key where both sides have it, so that an index finds a range. Else
    all are one range: slots are found by a hash, for which the servers read everything at once.

    after: where the first range begins, when what lies before it has been compared.
    """
    if view.number() is None:
        rows = _counted(reader, view)
        return Cuts((Range(),), _slots(rows), rows)
    bounds = list(_bounds(reader, view, after))
    ranges = tuple(Range(low, high) for low, high in zip([after, *bounds], [*bounds, None], strict=True))
    rows = _counted(reader, view) if ranges == (Range(),) else ROWS * len(ranges)
    return Cuts(ranges, _slots(ROWS), rows)


def inside(view: View, within: Range) -> ColumnElement[bool]:
    """Whether a row lies in a range."""
    number = view.number()
    if number is None:
        return true()
    if within.low is not None:
        return and_(number >= within.low, true() if within.high is None else number < within.high)
    return true() if within.high is None else or_(number < within.high, number.is_(None))  # SQLite allows NULL in keys


def slot(view: View, cuts: Cuts, *, alike: bool) -> Cell:
    """The number of the slot that a row lies in, the same on both sides; `alike` as for `row_hash`."""
    number = view.number()
    if number is not None and len(view.key) == 1:
        return func.coalesce(number, 0) % cuts.slots
    return row_hash(view.key, alike=alike) % cuts.slots


def _counted(reader: Reader, view: View) -> int:
    return int(reader.one(view.count()) or 0)


def _slots(rows: int) -> int:
    return max(1, -(-rows // SLOT))


def _bounds(reader: Reader, view: View, after: int | None) -> Iterator[int]:
    low = after
    while (query := view.bound(low, ROWS)) is not None:
        low = reader.one(query)
        if not isinstance(low, int) or low > HIGHEST:  # a column of SQLite may hold anything
            return
        yield low
