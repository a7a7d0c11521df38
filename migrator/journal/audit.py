"""The audit trail: every event carries the hash of the one before, so that no row can be changed unseen.

A run's events form a chain of their own, so that runs on many machines do not wait for each other. What belongs to no
run stands in the chain of the house, which also anchors every run's chain: how long it was and what it ended with.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from migrator import clock
from migrator.journal.tables import audit
from migrator.journal.turn import take_turn
from migrator.model.states import RunState
from migrator.secret import scrub

HOUSE = ""
"""The chain of what belongs to no run."""
NEWEST = select(audit.c.seq, audit.c.hash).where(audit.c.chain == bindparam("of")).order_by(audit.c.seq.desc()).limit(1)
Said = tuple[str | None, str, str, dict[str, Any]]
"""The run, who acted, the event and what belongs to it."""
HASHED = ("seq", "at", "actor", "run", "event", "payload", "previous")
REMEMBERED = 4096
_left: dict[str, tuple[int, str]] = {}


def _follow_on(make: Any) -> Any:
    """The statement that adds an event behind the one that it names as the previous, and only behind that one."""
    names = [column.name for column in audit.columns]
    previous = audit.alias("previous")
    there = select(previous.c.seq).where(
        previous.c.chain == bindparam("chain"), previous.c.seq == bindparam("length"),
        previous.c.hash == bindparam("previous")).exists()
    values = [bindparam(column.name, type_=column.type) for column in audit.columns]
    row = select(*values).where(or_(bindparam("length", type_=Integer) == 0, there))
    return make(audit).from_select(names, row).on_conflict_do_nothing().returning(audit.c.seq)


FOLLOW = {"postgresql": _follow_on(postgresql.insert), "sqlite": _follow_on(sqlite.insert)}


def append(connection: Connection, *, actor: str, event: str, run: str | None = None, **payload: Any) -> None:
    """Add an event in the transaction of the act that it tells of, so that neither exists without the other."""
    _add(connection, run or HOUSE, (run, actor, event, payload))


def anchor(connection: Connection, *, actor: str, event: str, run: str, **payload: Any) -> None:
    """Write into the house's chain how long the run's chain is and its newest hash, so that it cannot be cut unseen."""
    length, head = _newest(connection, run)
    _add(connection, HOUSE, (run, actor, event, {**payload, "length": length, "head": head}))


def open_chains(connection: Connection, runs: Sequence[str], *, actor: str, event: str, **payload: Any) -> None:
    """Begin the chains of many new runs with the same event, each anchored, in as few statements as for one."""
    opened = [_event(run, 0, first(run), (run, actor, event, payload)) for run in runs]
    connection.execute(insert(audit), opened)
    for row in opened:
        _add(connection, HOUSE, (row["run"], actor, event, {**payload, "length": 1, "head": row["hash"]}))


def house_last(connection: Connection) -> None:
    """Let what is added to the house's chain in this transaction wait for `settle`.

    All machines add to that chain. Who takes its turn last holds it shortly, and never waits for another turn with it.
    """
    connection.info["house"] = (connection.get_transaction(), [])


def settle(connection: Connection) -> None:
    """Add to the house's chain what has waited for the end of this transaction."""
    waiting = _waiting(connection)
    if waiting:
        _write(connection, HOUSE, waiting)


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


def _add(connection: Connection, chain: str, said: Said) -> None:
    waiting = _waiting(connection) if chain == HOUSE else None
    if waiting is None:
        _write(connection, chain, [said])
    else:
        waiting.append(said)


def _waiting(connection: Connection) -> list[Said] | None:
    transaction, waiting = connection.info.get("house", (None, None))
    return waiting if transaction is connection.get_transaction() else None


def _write(connection: Connection, chain: str, all_said: Sequence[Said]) -> None:
    if chain != HOUSE and _follows(connection, chain, all_said):
        return
    take_turn(connection, f"audit {chain}")
    while not _follow(connection, chain, *_newest(connection, chain), all_said):
        pass  # somebody who needed no turn was quicker, and what they added is seen now


def _follows(connection: Connection, chain: str, all_said: Sequence[Said]) -> bool:
    """Add to a run's chain where this process left it; False when it goes on from elsewhere, and nothing was added."""
    return chain in _left and _follow(connection, chain, *_left[chain], all_said)


def _follow(connection: Connection, chain: str, length: int, head: str, all_said: Sequence[Said]) -> bool:
    """Add events behind this one; False, and nothing is added, when it is not the newest of its chain."""
    rows: list[dict[str, Any]] = []
    for said in all_said:
        rows.append(_event(chain, length + len(rows), rows[-1]["hash"] if rows else head, said))
    if connection.execute(FOLLOW[connection.dialect.name], {**rows[0], "length": length}).first() is None:
        return False
    if rows[1:]:
        connection.execute(insert(audit), rows[1:])
    _leave(chain, rows[-1]["seq"], rows[-1]["hash"])
    return True


def _leave(chain: str, length: int, head: str) -> None:
    """Remember how this process left a chain, the last few thousand of them. It may be wrong, for what was written may
    have been undone since: whoever goes on from it has the database compare.
    """
    _left.pop(chain, None)
    _left[chain] = (length, head)
    if len(_left) > REMEMBERED:
        _left.pop(next(iter(_left)), None)


def _event(chain: str, length: int, head: str, said: Said) -> dict[str, Any]:
    """The row that comes next in a chain of this length with this newest hash."""
    run, actor, event, payload = said
    row = {"seq": length + 1, "at": clock.stamp(), "actor": actor, "run": run, "event": event,
           "payload": scrub(json.dumps(payload, sort_keys=True, ensure_ascii=False, default=str)), "previous": head}
    return {**row, "chain": chain, "hash": hash_of(row)}
