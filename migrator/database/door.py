"""The way to a database server: opened on first use, through a tunnel where the server listens to its own host only."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from migrator.database.refusals import in_our_words
from migrator.errors import WrongUse
from migrator.text import _

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

Reach = Callable[[str, int], AbstractContextManager[tuple[str, int]]]
"""A loopback address and port of this machine that lead to an address and port as seen from the database's host."""
PATIENCE = 10
"""Seconds to wait for a server's first word."""


class Door:
    """Connections to one database. None stays open between two uses, so that it can be dropped and restored.

    `reach` is given for a database on another host; addresses that only that host sees go through it.
    """

    def __init__(self, name: str, url: URL, reach: Reach | None, **connect_args: Any) -> None:
        self.name = name
        self.url = url
        self._reach = reach
        self._connect_args = connect_args
        self._engine: Engine | None = None
        self._tunnels = ExitStack()
        self._lock = threading.Lock()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection that begins no transaction by itself; the database's errors come out in our words."""
        import sqlalchemy.exc

        try:
            with self._opened().connect() as connection:
                yield connection
        except sqlalchemy.exc.DBAPIError as error:
            raise in_our_words(error, self.name, self.url) from None

    def close(self) -> None:
        """Give back what is open; the next use opens it again."""
        with self._lock:
            self._engine = None
            self._tunnels.close()

    def _opened(self) -> Engine:
        from sqlalchemy import create_engine
        from sqlalchemy.pool import NullPool

        with self._lock:
            if self._engine is None:
                connect_args = {"connect_timeout": PATIENCE, **self._connect_args}
                self._engine = create_engine(self.reachable(), poolclass=NullPool, isolation_level="AUTOCOMMIT",
                                             connect_args=connect_args)
            return self._engine

    def reachable(self) -> URL:
        """The URL that leads there from this machine, through a tunnel where one is needed; it holds the password."""
        if self._reach is None or not _only_there(self.url):
            return self.url
        if "host" in self.url.query or "unix_socket" in self.url.query or not self.url.host:
            raise WrongUse(_("the socket of a database on another host cannot be reached"), where=self.name,
                           hint=_("write 127.0.0.1 and the port into the URL"))
        port = self.url.port or _PORTS[self.url.get_backend_name()]
        host, port = self._tunnels.enter_context(self._reach(self.url.host, port))
        return self.url.set(host=host, port=port)


_PORTS = {"postgresql": 5432, "mysql": 3306}


def _only_there(url: URL) -> bool:
    if not url.host or url.host == "localhost":
        return True
    try:
        return ipaddress.ip_address(url.host).is_loopback
    except ValueError:
        return False
