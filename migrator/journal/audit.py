"""The audit trail: every event carries the hash of the one before, so that no row can be changed unseen."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select

from migrator import clock
from migrator.journal.tables import audit
from migrator.secret import scrub

FIRST = "0" * 64


@dataclass(frozen=True)
class Trail:
    """`count` events, the newest one's hash as `head`; `broken` is the number of the first event that does not fit."""

    count: int
    head: str
    broken: int | None

    @property
    def sound(self) -> bool:
        return self.broken is None


def append(connection: Connection, *, actor: str, event: str, run: str | None = None, **payload: Any) -> None:
    """Add an event in the transaction of the act that it tells of, so that neither exists without the other."""
    newest = connection.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).first()
    seq, previous = (newest.seq + 1, newest.hash) if newest else (1, FIRST)
    row = {"seq": seq, "at": clock.stamp(), "actor": actor, "run": run, "event": event,
           "payload": scrub(json.dumps(payload, sort_keys=True, ensure_ascii=False, default=str)), "previous": previous}
    connection.execute(insert(audit).values(**row, hash=_hash(row)))


def verify(connection: Connection) -> Trail:
    """Recompute the chain from its first event; reads row by row, memory bounded."""
    previous, expected, broken = FIRST, 1, None
    rows = connection.execution_options(yield_per=1000).execute(select(audit).order_by(audit.c.seq)).mappings()
    for row in rows:
        plain = {key: row[key] for key in row if key != "hash"}
        if broken is None and (row["seq"] != expected or row["previous"] != previous or row["hash"] != _hash(plain)):
            broken = int(row["seq"])
        previous, expected = row["hash"], row["seq"] + 1
    count = connection.execute(select(func.count()).select_from(audit)).scalar_one()
    return Trail(count, previous, broken)


def _hash(row: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(row, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
