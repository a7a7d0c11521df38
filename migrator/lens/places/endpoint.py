"""One side's database, ready for statements: every session speaks UTC, UTF-8 and strictness, whatever its server's
habits are.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, PoolProxiedConnection

from migrator.database.base import Database
from migrator.database.open import make_of, parsed
from migrator.database.refusals import in_our_words
from migrator.database.served import ServedDatabase
from migrator.database.sqlite import SqliteDatabase
from migrator.errors import WrongUse
from migrator.lens.sql.session import prepare
from migrator.secret import Secret, resolve
from migrator.text import _

_DRIVERS = {"postgresql": "postgresql+psycopg", "mariadb": "mysql+pymysql", "sqlite": "sqlite"}
_CONNECT: dict[str, dict[str, Any]] = {
    "postgresql": {"connect_timeout": 10, "application_name": "migrator", "client_encoding": "utf8"},
    "mariadb": {"connect_timeout": 10, "charset": "utf8mb4", "local_infile": True},
    "sqlite": {"timeout": 30},
}
AT_ONCE = {"begins": "BEGIN IMMEDIATE"}
"""Options of a connection whose transactions write: SQLite waits for another writer only where nothing was read before.
"""


_REFERENCE = re.compile(r"(?<=:)(?:env|file|keyring|prompt):[^@]*(?=@)")


@dataclass(frozen=True)
class Endpoint:
    """A database that one side of a lens lives in. Nothing is connected before the first use."""

    name: str
    make: str
    url: URL
    server: Hashable
    """Equal for databases that one connection can see together: on PostgreSQL the database, else the server."""

    @cached_property
    def engine(self) -> Engine:
        """Opens a fresh connection for each use; a transaction begins with `begin()` and really begins there."""
        engine = create_engine(self.url, poolclass=NullPool, connect_args=_CONNECT[self.make])
        event.listen(engine, "connect", lambda raw, _record: prepare(self.make, raw))
        if self.make == "sqlite":  # the driver's own idea of transactions leaves DDL out
            event.listen(engine, "begin", _begin)
            engine.dialect.do_commit = _commit  # type: ignore[assignment, method-assign]
        return engine

    @cached_property
    def namespace(self) -> str:
        """Where tables without a schema in their name lie: a schema of PostgreSQL, a database of MariaDB, `main`."""
        ask = {"postgresql": "select current_schema()", "mariadb": "select database()", "sqlite": "select 'main'"}
        with self.connect() as connection:
            found = connection.exec_driver_sql(ask[self.make]).scalar()
        if not found:
            raise WrongUse(_("the URL names no database"), where=self.name)
        return str(found)

    @contextmanager
    def connect(self, schemas: Mapping[str, str] | None = None) -> Iterator[Connection]:
        """A connection of its own; `schemas` says where the sides lie. Database errors come out in our words."""
        try:
            with self.engine.connect() as connection:
                options = {"schema_translate_map": dict(schemas)} if schemas else {}
                yield connection.execution_options(**options)
        except DBAPIError as error:
            raise in_our_words(error, self.name, self.url) from None


def shows_password(url: str) -> bool:
    """Whether everybody who sees a URL sees a password."""
    return _REFERENCE.search(url) is None and re.search(r"://[^/@:]*:[^@]+@", url) is not None


def open_endpoint(name: str, url: str, password: Secret | None = None) -> Endpoint:
    """The endpoint behind a URL that this machine can reach; in place of a password it may say `env:NAME`, `file:PATH`.

    Raises WrongUse when it is no such URL, or names a secret that is not there.
    """
    named = _REFERENCE.search(url)
    if named:
        url, password = url.replace(f":{named[0]}@", "@", 1), resolve(unquote(named[0]))
    return _endpoint(name, make_of(url), parsed(name, url, password), "")


def endpoint_of(database: Database, at: str) -> Endpoint:
    """The endpoint of an opened database of the inventory that stands at the host `at`.

    Raises WrongUse for an SQLite file of another machine.
    """
    if isinstance(database, ServedDatabase):
        found = _endpoint(database.name, database.make, database.door.reachable(), at)
        door = database.door.url  # a tunnel's own port would hide that two databases are on one server
        return Endpoint(found.name, found.make, found.url, _server(found.make, door, at))
    if isinstance(database, SqliteDatabase) and database.here:
        return _endpoint(database.name, "sqlite", URL.create("sqlite", database=database.path), at)
    raise WrongUse(_("an SQLite file of another machine cannot be copied or compared from here"), where=database.name,
                   hint=_("run this on that machine, or on a copy of the file"))


def _endpoint(name: str, make: str, url: URL, at: str) -> Endpoint:
    url = url.set(drivername=_DRIVERS[make])
    return Endpoint(name, make, url, _server(make, url, at))


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begins", "BEGIN"))


def _commit(raw: PoolProxiedConnection) -> None:
    """SQLite leaves a transaction open whose commit it has refused, and SQLAlchemy counts on it being over."""
    try:
        raw.commit()
    except BaseException:
        raw.rollback()
        raise


def _server(make: str, url: URL, at: str) -> Hashable:
    if make == "sqlite":
        return make
    place = (make, at, url.host, url.port or {"postgresql": 5432, "mariadb": 3306}[make])
    return (*place, url.database) if make == "postgresql" else place
