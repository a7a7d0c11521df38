"""Conflicts as people read them, from both sides' tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, inspect, select

from migrator.lens.places.meeting import Meeting
from migrator.lens.policy import Policy
from migrator.lens.side import Side
from migrator.sync.conflicts.table import NAME, STANDING, Kind, State, conflicts

MOST = 1000
"""Conflicts of a side that are listed; the latest of them."""
Texts = Mapping[str, str | None]
"""Columns with their values as canonical texts."""


@dataclass(frozen=True)
class Conflict:
    """One conflict. `rows` are whole: of one that waits both sides' as far as they are known, else the one that lost.

    places: the sides whose tables have it, and its number there.
    groups: what both sides have changed, by the columns of both.
    """

    places: Mapping[Side, int]
    mark: str
    tables: str
    kind: Kind
    policy: Policy
    state: State
    winner: Side | None
    keys: Mapping[Side, Texts]
    groups: tuple[str, ...]
    rows: Mapping[Side, Texts]
    at: datetime
    settled_at: datetime | None
    settled_by: str | None

    @property
    def numbers(self) -> list[str]:
        """What it is called: `new-7`; one that waits has two such names."""
        return [f"{side}-{self.places[side]}" for side in (Side.NEW, Side.OLD) if side in self.places]

    @property
    def number(self) -> str:
        """What it is called first."""
        return self.numbers[0]

    @property
    def stands(self) -> bool:
        """Whether the row still waits."""
        return self.state in STANDING

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number, "tables": self.tables, "kind": self.kind, "policy": self.policy,
            "state": self.state, "winner": self.winner, "keys": {side.value: key for side, key in self.keys.items()},
            "groups": list(self.groups), "rows": {side.value: row for side, row in self.rows.items()},
            "at": self.at.isoformat(), "settled_at": self.settled_at.isoformat() if self.settled_at else None,
            "settled_by": self.settled_by}


def listed(meeting: Meeting, *, standing: bool = False) -> list[Conflict]:
    """The conflicts that both sides' tables tell of, the latest first; what waits on both sides is one.

    standing: only those that wait for a person, or for the batch that acts on a decision.
    """
    found: dict[object, Conflict] = {}
    for side in (Side.NEW, Side.OLD):
        for one in _of(meeting, side, standing=standing):
            same = (one.mark, json.dumps(one.keys, sort_keys=True)) if one.stands else one.number
            known = found.get(same)
            found[same] = _both(known, one) if known else one
    return sorted(found.values(), key=lambda one: one.at, reverse=True)


def open_conflicts(meeting: Meeting) -> int:
    """How many rows wait for a person, or for the batch that acts on a decision."""
    return len(listed(meeting, standing=True))


def _of(meeting: Meeting, side: Side, *, standing: bool) -> Iterator[Conflict]:
    with meeting.connect(side) as connection, connection.begin():
        space = connection.get_execution_options()["schema_translate_map"][side]
        if not inspect(connection).has_table(NAME, schema=space):
            return
        table = conflicts(side)
        rows = select(table).order_by(table.c.n.desc()).limit(MOST)
        if standing:
            rows = rows.where(table.c.state.in_(STANDING))
        yield from (_conflict(side, row) for row in connection.execute(rows).mappings().all())


def _conflict(side: Side, row: RowMapping) -> Conflict:
    keys = {named: _json(row[f"{named}_key"]) for named in Side}
    whole = _json(row["whole"])
    return Conflict(
        {side: row["n"]}, row["pair"], row["tables"], Kind(row["kind"]), Policy(row["policy"]),
        State(row["state"]), Side(row["winner"]) if row["winner"] else None,
        {named: key for named, key in keys.items() if key is not None}, tuple((row["about"] or "").splitlines()),
        {side: whole} if whole is not None else {}, _moment(row["at"]),
        None if row["settled_at"] is None else _moment(row["settled_at"]), row["settled_by"])


def _both(one: Conflict, other: Conflict) -> Conflict:
    """One conflict that waits, told by both sides."""
    state = State.DECIDED if State.DECIDED in (one.state, other.state) else State.OPEN
    return replace(one, places={**one.places, **other.places}, state=state, rows={**one.rows, **other.rows},
                   at=min(one.at, other.at))


def _json(text: str | bytes | None) -> Texts | None:
    return None if text is None else dict(json.loads(text))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
