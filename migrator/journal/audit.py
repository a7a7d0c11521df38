"""The audit trail: every event carries the hash of the one before, so that no row can be changed unseen.

A run's events form a chain of their own, so that runs on many machines do not wait for each other. What belongs to no
run stands in the chain of the house, which also anchors every run's chain: how long it was and what it ended with.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from migrator import clock
from migrator.journal.tables import audit
from migrator.journal.turn import take_turn
from migrator.model.states import RunState
from migrator.secret import scrub

HOUSE = ""
"""The chain of what belongs to no run."""
NEWEST = select(audit.c.seq, audit.c.hash).where(audit.c.chain == bindparam("of")).order_by(audit.c.seq.desc()).limit(1)
HASHED = ("seq", "at", "actor", "run", "event", "payload", "previous")


def append(connection: Connection, *, actor: str, event: str, run: str | None = None, **payload: Any) -> None:
    """Add an event in the transaction of the act that it tells of, so that neither exists without the other."""
    _add(connection, run or HOUSE, run, actor, event, payload)


def anchor(connection: Connection, *, actor: str, event: str, run: str, **payload: Any) -> None:
    """Write into the house's chain how long the run's chain is and its newest hash, so that it cannot be cut unseen."""
    length, head = _newest(connection, run)
    _add(connection, HOUSE, run, actor, event, {**payload, "length": length, "head": head})


def open_chains(connection: Connection, runs: Sequence[str], *, actor: str, event: str, **payload: Any) -> None:
    """Begin the chains of many new runs with the same event, each anchored, in as few statements as for one."""
    take_turn(connection, f"audit {HOUSE}")
    length, head = _newest(connection, HOUSE)
    events = []
    for run in runs:
        own = _event(run, 0, first(run), run, actor, event, payload)
        anchored = _event(HOUSE, length, head, run, actor, event, {**payload, "length": 1, "head": own["hash"]})
        length, head = length + 1, anchored["hash"]
        events += [own, anchored]
    connection.execute(insert(audit), events)


def event_of(state: RunState) -> str:
    """The event that tells of a run's coming into a state."""
    return f"run.{state}".replace(" ", "_")


def first(chain: str) -> str:
    """What stands before a chain's first event: another value for every run, so that chains cannot be swapped."""
    return "0" * 64 if chain == HOUSE else hashlib.sha256(f"the chain of run {chain}".encode()).hexdigest()


def hash_of(row: Mapping[Any, Any]) -> str:
    """The hash that an event must bear."""
    content = {name: row[name] for name in HASHED}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _newest(connection: Connection, chain: str) -> tuple[int, str]:
    newest = connection.execute(NEWEST, {"of": chain}).first()
    return (newest.seq, newest.hash) if newest else (0, first(chain))


def _add(connection: Connection, chain: str, run: str | None, actor: str, event: str, payload: dict[str, Any]) -> None:
    take_turn(connection, f"audit {chain}")
    connection.execute(insert(audit), _event(chain, *_newest(connection, chain), run, actor, event, payload))


def _event(chain: str, length: int, head: str, run: str | None, actor: str, event: str,
           payload: dict[str, Any]) -> dict[str, Any]:
    """The row that comes next in a chain of this length with this newest hash."""
    row = {"seq": length + 1, "at": clock.stamp(), "actor": actor, "run": run, "event": event,
           "payload": scrub(json.dumps(payload, sort_keys=True, ensure_ascii=False, default=str)), "previous": head}
    return {**row, "chain": chain, "hash": hash_of(row)}
