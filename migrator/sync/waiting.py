"""What waits in the dirty tables of a side, at the same small cost whether it is ten entries or ten million."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Table, func, inspect, select

from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.sync.dirty import dirty_table
from migrator.sync.state.row import Moment
from migrator.sync.watched import watched

BOUND = 100_000
"""Entries of a table that are counted one by one; of more it is only known that they are more."""


@dataclass(frozen=True)
class Waiting:
    """One table's entries; ages in seconds by that server's clock, None where nothing waits.

    Half of the entries have waited for at most `p50`, 95 of 100 for at most `p95`: read off the entry that stands at
    that place of the numbers, so gaps between numbers shift them a little.
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
    ages = [_age(connection, dirty, int(low + (high - low) * place), now) for place in (0.5, 0.05, 0.0)]
    return Waiting(side, name, min(count, BOUND), count > BOUND, *ages)


def _age(connection: Connection, dirty: Table, number: int, now: float) -> float | None:
    """Seconds since the entry with this number, or the next one that is there, was made."""
    at: datetime | None = connection.execute(
        select(dirty.c.at).where(dirty.c.n >= number).order_by(dirty.c.n).limit(1)).scalar()
    return None if at is None else max(0.0, now - at.replace(tzinfo=UTC).timestamp())
