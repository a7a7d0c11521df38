"""Rows in quarantine as people read them, and how they are tried again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, inspect, select

from migrator.errors import WrongUse
from migrator.lens.copy.session import Session
from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.sync.agreed import mark_of
from migrator.sync.quarantine.again import marked
from migrator.sync.quarantine.reasons import Reason
from migrator.sync.quarantine.table import NAME, quarantine
from migrator.text import _

MOST = 1000
"""Rows of a side that are listed; those that came last."""


@dataclass(frozen=True)
class Quarantined:
    """A row of a side that does not reach the other. `again` while it waits to be tried once more."""

    side: Side
    n: int
    mark: str
    tables: str
    key: Mapping[str, str | None]
    code: Reason
    said: str
    tries: int
    again: bool
    since: datetime
    last: datetime

    @property
    def number(self) -> str:
        """What it is called: `old-3`."""
        return f"{self.side}-{self.n}"

    def as_json(self) -> dict[str, Any]:
        return {"number": self.number, "side": self.side, "tables": self.tables, "key": dict(self.key),
                "code": self.code, "said": self.said, "tries": self.tries, "again": self.again,
                "since": self.since.isoformat(), "last": self.last.isoformat()}


def quarantined(meeting: Meeting) -> list[Quarantined]:
    """The rows of both sides that are in quarantine, those that came last first."""
    found = [one for side in Side for one in _of(meeting, side)]
    return sorted(found, key=lambda one: one.last, reverse=True)


def counted(meeting: Meeting) -> dict[str, int]:
    """How many rows of each pair are in quarantine, on both sides together."""
    found: dict[str, int] = {}
    for side in Side:
        table = quarantine(side)
        with meeting.connect(side) as connection, connection.begin():
            if _there(connection, side):
                for tables, count in connection.execute(select(table.c.tables, func.count()).group_by(table.c.tables)):
                    found[str(tables)] = found.get(str(tables), 0) + int(count)
    return found


def release(lens: Lens, meeting: Meeting, number: str | None = None) -> list[Quarantined]:
    """Have rows in quarantine tried again with the next batch: all, or the one with this number; which they are.

    Raises WrongUse where there is no such row.
    """
    found = [one for one in quarantined(meeting) if number in (None, one.number)]
    if number is not None and not found:
        raise WrongUse(_("there is no {number} in quarantine").format(number=number),
                       hint=_("inv sync.conflicts lists what is"))
    for side in Side:
        for pair in lens.pairs:
            numbers = [one.n for one in found if one.side is side and one.mark == mark_of(pair)]
            if numbers:
                with meeting.connect(side) as connection, connection.begin():
                    marked(Session(meeting.end(side), connection), lens, pair, side, numbers)
    return found


def _of(meeting: Meeting, side: Side) -> Iterator[Quarantined]:
    table = quarantine(side)
    with meeting.connect(side) as connection, connection.begin():
        if _there(connection, side):
            rows = connection.execute(select(table).order_by(table.c.last.desc(), table.c.n.desc()).limit(MOST))
            yield from (_quarantined(side, row) for row in rows.mappings().all())


def _quarantined(side: Side, row: RowMapping) -> Quarantined:
    since, last = (datetime.fromtimestamp(row[name], UTC) for name in ("since", "last"))
    return Quarantined(side, row["n"], row["pair"], row["tables"], json.loads(row["row_key"]), Reason(row["code"]),
                       row["said"], row["tries"], bool(row["again"]), since, last)


def _there(connection: Connection, side: Side) -> bool:
    space = connection.get_execution_options()["schema_translate_map"][side]
    return bool(inspect(connection).has_table(NAME, schema=space))
