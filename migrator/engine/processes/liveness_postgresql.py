"""Whether an executor's process lives, for many machines: it holds a lock in PostgreSQL that its server frees.

The lock hangs on a connection of its own. When that is lost, others will take this process for dead and adopt its
runs; so it must stop acting, and it notices the loss earlier than the server does.
"""

from __future__ import annotations

import hashlib
import os
import select
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import psycopg
from sqlalchemy import URL

from migrator.engine.processes.liveness import new_executor
from migrator.errors import JournalError
from migrator.text import _

FENCED = 75
"""Exit code of a process that left because it can no longer show that it lives; systemd may start it again."""
PERIOD = 2.0
OURS = {"connect_timeout": 10, "keepalives_idle": 4, "keepalives_interval": 2, "keepalives_count": 2,
        "tcp_user_timeout": 8000, "application_name": "migrator liveness"}
"""After 10 seconds of silence at the most, this side takes the connection for lost ..."""
THEIRS = ("SET tcp_keepalives_idle = 10", "SET tcp_keepalives_interval = 5", "SET tcp_keepalives_count = 3",
          "SET tcp_user_timeout = 15000")
"""... and the server does after 15 to 25, when the machine of this process has lost its power."""

HELD = """SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (classid::bigint << 32) | objid::bigint = %s)"""
"""Read, not tried: who only asks must not look like one who holds it."""


def leave() -> None:
    """End this process at once, in the middle of whatever it does: that is as safe as a kill."""
    print(_("the connection that shows this process as alive is lost; it leaves, and its runs are taken up elsewhere"),
          file=sys.stderr, flush=True)
    os._exit(FENCED)


class ServerLiveness:
    """Locks named after executors, in the database that all machines share; `lost` is called when ours is gone."""

    def __init__(self, url: URL, lost: Callable[[], None] = leave) -> None:
        self._url = url
        self._lost = lost
        self._claimed = False
        self.executor = new_executor()

    def claim(self) -> str:
        """Show this process as alive until it ends, and watch that it stays so; gives its executor id."""
        if not self._claimed:
            self._ask("SELECT pg_advisory_lock(%s)", self.executor)
            self._claimed = True
            threading.Thread(target=self._watch, name="liveness", daemon=True).start()
        return self.executor

    def alive(self, executor: str) -> bool:
        """Whether the process that claimed this id still runs; raises JournalError when the server is away."""
        if executor == self.executor:
            return self._claimed
        return not self._ask("SELECT pg_try_advisory_xact_lock_shared(%s)", executor)

    def serve(self, role: str) -> None:
        """Show, until it ends, that this process is one of those in a role."""
        self._ask("SELECT pg_advisory_lock_shared(%s)", f"role {role}")

    def served(self, role: str) -> bool:
        """Whether any process in this role lives; raises JournalError when the server is away."""
        return bool(self._ask(HELD, f"role {role}"))

    @contextmanager
    def turn(self, name: str) -> Iterator[bool]:
        """Whether no other process has this turn now; if so it is ours for as long as this lasts."""
        mine = bool(self._ask("SELECT pg_try_advisory_lock(%s)", f"turn {name}"))
        try:
            yield mine
        finally:
            if mine:
                self._ask("SELECT pg_advisory_unlock(%s)", f"turn {name}")

    @cached_property
    def _connection(self) -> psycopg.Connection[Any]:
        login: dict[str, Any] = {**self._url.query, **OURS,
                                 **self._url.translate_connect_args(username="user", database="dbname")}
        connection = psycopg.connect(**login, autocommit=True)
        for setting in THEIRS:
            connection.execute(setting)
        return connection

    def _ask(self, question: str, executor: str) -> Any:
        try:
            row = self._connection.execute(question, [_key(executor)]).fetchone()
        except psycopg.OperationalError as error:
            if self._claimed:
                self._lost()
            raise JournalError(_("the journal's database cannot be used: {why}").format(why=error),
                               where=self._url.render_as_string(hide_password=True),
                               hint=_("see that its server runs and can be reached from here")) from None
        return row[0] if row else None

    def _watch(self) -> None:
        """Wake when the server closes the connection, and every few seconds to see that it still answers."""
        connection = self._connection
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        try:
            while True:
                poll.poll(PERIOD * 1000)
                connection.execute("SELECT 1")
        except (psycopg.OperationalError, OSError, ValueError):  # closed here, closed there, or silent
            self._lost()


def _key(executor: str) -> int:
    """The 64 bits that stand for an executor among the advisory locks of this database."""
    return int.from_bytes(hashlib.sha256(f"migrator executor {executor}".encode()).digest()[:8], signed=True)
