"""What a batch could not settle: conflicts that wait for a person, and how many were decided by policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, case, func, inspect, or_, select

from migrator.errors import FindingsBlock
from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.model.finding import Finding, blocks
from migrator.sync.conflicts.table import NAME, STANDING, Kind, State, conflicts
from migrator.text import _


def unsettled(lens: Lens, meeting: Meeting) -> Iterator[Finding]:
    """What has to be settled before users may go to another side."""
    for one in met(meeting):
        if one["asked"]:
            yield blocks("sync.asked", _("{pair}: {count} conflicts wait for a decision").format(
                pair=one["pair"], count=one["asked"]), _("inv sync.conflicts lists them"), count=one["asked"])


def require_settled(lens: Lens, meeting: Meeting) -> None:
    """Raise FindingsBlock with all of it."""
    found = list(unsettled(lens, meeting))
    if found:
        raise FindingsBlock("; ".join(one.message for one in found),
                            hint="; ".join(dict.fromkeys(one.advice for one in found)))


def met(meeting: Meeting) -> list[dict[str, Any]]:
    """For each pair that has met conflicts: `asked` wait for a person, `decided` have left a row that lost."""
    asked: dict[Side, Counter[str]] = {side: Counter() for side in Side}
    decided: Counter[str] = Counter()
    for side in Side:
        for pair, waits, lost in _of(meeting, side):
            asked[side][pair] += waits
            decided[pair] += lost
    names = sorted({*decided, *asked[Side.OLD], *asked[Side.NEW]})
    return [{"pair": name, "asked": max(asked[side][name] for side in Side), "decided": decided[name]}
            for name in names]


def _of(meeting: Meeting, side: Side) -> list[tuple[str, int, int]]:
    """What a side's table says: pair, rows that wait (they stand on both sides), rows that lost here."""
    with meeting.connect(side) as connection, connection.begin():
        space = connection.get_execution_options()["schema_translate_map"][side]
        if not inspect(connection).has_table(NAME, schema=space):
            return []
        table = conflicts(side)
        lost = and_(table.c.state == State.SETTLED, or_(table.c.winner != side.value, table.c.kind == Kind.DELETED))
        counts = [func.sum(case((condition, 1), else_=0)) for condition in (table.c.state.in_(STANDING), lost)]
        return [(str(pair), int(waits), int(gone)) for pair, waits, gone in connection.execute(
            select(table.c.tables, *counts).group_by(table.c.tables))]
