"""What waits in the dirty tables of a side, at the same small cost whether it is ten entries or ten million."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from sqlalchemy import Connection, Select, Table, func, inspect, select

from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.sync.state.row import Moment
from migrator.sync.watch.dirty import dirty_table
from migrator.sync.watch.watched import watched

BOUND = 100_000
"""Entries of a table that are counted one by one; of more it is only known that they are more."""

PLACES = (0.5, 0.05, 0.0)
"""Where in the queue, from its oldest entry on, the entries stand whose ages are told."""


@dataclass(frozen=True)
class Waiting:
    """One table's entries; ages in seconds by that server's clock, None where nothing waits.

    Half of the entries have waited for at most `p50`, 95 of 100 for at most `p95`; of more than can be counted, those
    are the ages in the middle and near the end of their numbers.
    """

    side: Side
    table: str
    count: int
    more: bool
    p50: float | None = None
    p95: float | None = None
    oldest: float | None = None


def waiting(lens: Lens, meeting: Meeting, side: Side) -> list[Waiting]:
    """What waits in each watched table of a side; tables without a dirty table are left out."""
    with meeting.connect(side) as connection, connection.begin():
        space = connection.get_execution_options()["schema_translate_map"][side]
        there = set(inspect(connection).get_table_names(schema=space))
        return list(_found(connection, lens, side, there))


def _found(connection: Connection, lens: Lens, side: Side, there: set[str]) -> Iterator[Waiting]:
    for one in watched(lens, side):
        table = dirty_table(one)
        if table.name in there:
            yield _of(connection, side, one.table.name, table)


def _of(connection: Connection, side: Side, name: str, dirty: Table) -> Waiting:
    some = select(dirty.c.n).limit(BOUND + 1).subquery()
    count = connection.execute(select(func.count()).select_from(some)).scalar_one()
    low, high, now = connection.execute(select(func.min(dirty.c.n), func.max(dirty.c.n), Moment())).one()
    if not count or low is None:  # taken meanwhile
        return Waiting(side, name, 0, False)
    entries = select(dirty.c.at).order_by(dirty.c.n).limit(1)
    if count > BOUND:
        at = [entries.where(dirty.c.n >= int(low + (high - low) * place)) for place in PLACES]
    else:
        at = [entries.offset(int((count - 1) * place)) for place in PLACES]
    return Waiting(side, name, min(count, BOUND), count > BOUND, *(_age(connection, one, now) for one in at))


def _age(connection: Connection, entry: Select[Any], now: float) -> float | None:
    """Seconds since an entry was made; None where it has been taken meanwhile."""
    at = connection.execute(entry).scalar()
    return None if at is None else max(0.0, now - at.replace(tzinfo=UTC).timestamp())
