"""What a batch could not settle: rows in quarantine, conflicts that wait for a person, and how many were decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, case, func, inspect, or_, select

from migrator.errors import FindingsBlock
from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.model.finding import Finding, blocks
from migrator.sync.conflicts.table import NAME, STANDING, Kind, State, conflicts
from migrator.sync.quarantine.listing import counted
from migrator.text import _


def unsettled(lens: Lens, meeting: Meeting) -> Iterator[Finding]:
    """What has to be settled before users may go to another side."""
    for one in met(meeting):
        if one["quarantined"]:
            yield blocks("sync.quarantined", _("{pair}: {count} rows are in quarantine").format(
                pair=one["pair"], count=one["quarantined"]), _("inv sync.conflicts lists them with the reason"),
                count=one["quarantined"])
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
    """For each pair that was not carried smoothly: `quarantined` rows do not reach the other side, `asked` conflicts
    wait for a person, `decided` ones have left a row that lost.
    """
    asked: dict[Side, Counter[str]] = {side: Counter() for side in Side}
    decided: Counter[str] = Counter()
    quarantined = Counter(counted(meeting))
    for side in Side:
        with meeting.connect(side) as connection, connection.begin():
            space = connection.get_execution_options()["schema_translate_map"][side]
            if inspect(connection).has_table(NAME, schema=space):
                for pair, waits, lost in connection.execute(_conflicts(side)):
                    asked[side][pair] += int(waits)
                    decided[pair] += int(lost)
    names = sorted({*decided, *quarantined, *asked[Side.OLD], *asked[Side.NEW]})
    return [{"pair": name, "quarantined": quarantined[name], "asked": max(asked[side][name] for side in Side),
             "decided": decided[name]} for name in names]


def _conflicts(side: Side) -> Select[Any]:
    """Of each pair the rows that wait, which stand on both sides, and those that lost on this one."""
    table = conflicts(side)
    lost = and_(table.c.state == State.SETTLED, or_(table.c.winner != side.value, table.c.kind == Kind.DELETED))
    counts = [func.sum(case((condition, 1), else_=0)) for condition in (table.c.state.in_(STANDING), lost)]
    return select(table.c.tables, *counts).group_by(table.c.tables)
