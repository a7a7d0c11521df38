"""A lock in a database's server: while somebody holds it, nobody else of us works on that database.

It hangs on a connection, so it is free when its holder has died. It is taken outside of the database itself, which can
be dropped and restored meanwhile. Who holds it, and since when, is written elsewhere.
"""

from __future__ import annotations

import hashlib
import logging
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from migrator.database.door import Door, Reach
from migrator.database.open import make_of
from migrator.errors import DatabaseError, HostError, Locked
from migrator.text import _

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

log = logging.getLogger(__name__)
POLL = 0.5

OUTSIDE = {"postgresql": "postgres", "mariadb": None}
"""The database in which it is taken; MariaDB's locks belong to the server."""


class Mutex:
    """The lock of one database; `url` with the password, `reach` as a `Door` wants it."""

    def __init__(self, name: str, url: URL, reach: Reach | None) -> None:
        self._name = name
        self._make = make_of(url.drivername)
        self._of = f"migrator {url.database}"
        driver = "postgresql+psycopg" if self._make == "postgresql" else "mysql+pymysql"
        self._door = Door(name, url._replace(drivername=driver, database=OUTSIDE[self._make]), reach)
        self._held = ExitStack()
        self._connection: Connection | None = None

    def take(self, patience: float = 0) -> None:
        """Hold it until `free`, or until this process ends; waits so many seconds for another holder to go.

        Raises Locked when another process holds it. Where the login may not come in, there is no such lock: what is
        written in the journal and on the hosts has to do.
        """
        deadline = time.monotonic() + patience
        try:
            while not self._asked():
                if time.monotonic() >= deadline:
                    raise Locked(_("another process of this program works on database {name}").format(name=self._name),
                                 where=self._name, hint=_("see who that is: inv run.list, also on other machines"))
                time.sleep(POLL)
        except (DatabaseError, HostError) as error:
            log.info("no lock in the server of %s: %s", self._name, error)
            self.free()

    def free(self) -> None:
        """Let go of it; safe to call twice."""
        self._connection = None
        self._held.close()
        self._door.close()

    def _asked(self) -> bool:
        from sqlalchemy import text

        if self._connection is None:
            self._connection = self._held.enter_context(self._door.connect())
        if self._make == "postgresql":
            key = int.from_bytes(hashlib.sha256(self._of.encode()).digest()[:8], signed=True)
            return bool(self._connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar())
        return bool(self._connection.execute(text("SELECT GET_LOCK(:name, 0)"), {"name": self._of[:64]}).scalar())
