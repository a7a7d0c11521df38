"""One run at a time per environment: the lock names its holder and carries a fencing number that only grows."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

from sqlalchemy import Connection, Engine, RowMapping, insert, select, update

from migrator import clock
from migrator.errors import Locked
from migrator.journal import audit
from migrator.journal.tables import lock
from migrator.journal.tables import run as runs
from migrator.journal.turn import take_turn
from migrator.journal.writer import Writer, written
from migrator.model import labels
from migrator.model.states import RunState
from migrator.text import _


class Locks:
    """Takes and frees locks; `alive` tells whether an executor's process still lives."""

    def __init__(self, engine: Engine, writer: Writer, alive: Callable[[str], bool]) -> None:
        self._engine = engine
        self._writer = writer
        self._alive = alive

    @written
    def take(self, connection: Connection, environment: str, *, run: str, owner: str) -> int:
        """Hold the environment for a run and give the fencing number; the same run takes it again after a crash.

        Raises Locked with the holder when another run's owner lives, or left its run unfinished.
        """
        held = _in_turn(connection, environment)
        if held and held["run"] and held["run"] != run:
            raise self._refusal(connection, held)
        fencing = (held["fencing"] if held else 0) + 1
        values = {"run": run, "owner": owner, "host": socket.gethostname(), "pid": os.getpid(),
                  "since": clock.stamp(), "fencing": fencing}
        if held:
            connection.execute(update(lock).where(lock.c.environment == environment).values(**values))
        else:
            connection.execute(insert(lock).values(environment=environment, **values))
        return int(fencing)

    @written
    def free(self, connection: Connection, environment: str, *, run: str) -> None:
        """Let go of the environment; nothing happens when another run holds it."""
        connection.execute(
            update(lock).where(lock.c.environment == environment, lock.c.run == run).values(run=None))

    @written
    def break_(self, connection: Connection, environment: str, *, actor: str, reason: str) -> RowMapping | None:
        """Take the lock from a dead holder, for a stated reason; gives what was held. Raises Locked while it lives."""
        held = _in_turn(connection, environment)
        if not held or not held["run"]:
            return None
        if self._alive(held["owner"]):
            raise self._refusal(connection, held)
        connection.execute(update(lock).where(lock.c.environment == environment).values(run=None))
        audit.append(connection, actor=actor, event="lock.broken", run=held["run"], environment=environment,
                     reason=reason)
        return held

    def holder(self, environment: str) -> RowMapping | None:
        """Who holds the environment; None when it is free."""
        with self._engine.begin() as connection:
            held = connection.execute(select(lock).where(lock.c.environment == environment)).mappings().first()
        return held if held and held["run"] else None

    def _refusal(self, connection: Connection, held: RowMapping) -> Locked:
        holder = connection.execute(select(runs.c.state, runs.c.waiting_for, runs.c.wake).where(
            runs.c.id == held["run"])).mappings().first()
        look = f"inv status --run {held['run']}"
        if holder and holder["state"] == RunState.WAITING:
            message = _("{environment} is held by run {run}, which waits for {what} (since {since})")
            what = labels.waiting(holder["waiting_for"] or "", holder["wake"])
            return Locked(message.format(**held, what=what), hint=look)
        message = _("{environment} is held by run {run} (process {pid} on {host}, since {since})").format(**held)
        return Locked(message, hint=look if self._alive(held["owner"]) else _(
            "its process is gone: inv resume --run {run}, inv rollback --run {run}, or inv run.unlock --env "
            "{environment} --reason TEXT").format(**held))


def _in_turn(connection: Connection, environment: str) -> RowMapping | None:
    """The lock's row, which nobody else changes until this transaction ends."""
    take_turn(connection, f"lock {environment}")
    return connection.execute(select(lock).where(lock.c.environment == environment)).mappings().first()
