"""What has arrived of a copy: what its ledger says, and what the new side's tables hold."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func

from migrator.lens.copy.keys import WAY
from migrator.lens.copy.ledger import Ledger
from migrator.lens.copy.unit import Unit
from migrator.lens.lens import Lens, in_pair
from migrator.lens.places.meeting import Meeting


@dataclass(frozen=True)
class Arrival:
    """One pair: rows that the ledger knows, and rows of its main table that are there."""

    pair: str
    brought: int
    there: int


def arrivals(lens: Lens, meeting: Meeting) -> list[Arrival] | None:
    """What has arrived of every pair; None when the copy has not ended. Only the new side is asked."""
    with meeting.connect(WAY.target) as connection:
        ledger = Ledger(connection, lens.digest)
        if not ledger.finished():
            return None
        found = []
        for place, pair in enumerate(lens.pairs):
            row = pair.faces[WAY.target].read(lens.tables)
            there = row.scope.select(func.count()).where(in_pair(pair, WAY.target, row))
            brought = ledger.reached(Unit(lens, meeting, place, 0).name).rows
            with connection.begin():
                found.append(Arrival(pair.name, brought, connection.scalar(there) or 0))
        return found
