"""A database that may be changed, with real transactions on every make."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from migrator.database.base import Database
from migrator.database.refusals import in_our_words
from migrator.database.served import ServedDatabase
from migrator.database.sqlite import SqliteDatabase
from migrator.errors import WrongUse
from migrator.text import _

_PREPARED = {
    "postgresql": ("SET timezone = 'UTC'", "SET datestyle = 'ISO, YMD'", "SET row_security = off"),
    "mariadb": ("SET time_zone = '+00:00'", "SET sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE'",
                "SET foreign_key_checks = 0"),
    "sqlite": ("PRAGMA foreign_keys = off",),
}
"""PostgreSQL's foreign keys are dropped and made again, where they are in the way; what dangles is counted for all."""


class Workplace:
    """Connections to one database; `make` as everywhere. Raises WrongUse for an SQLite file of another machine."""

    def __init__(self, database: Database) -> None:
        self.name = database.name
        self.make = database.make
        self._url = _url_of(database)
        self._engine = _engine(self._url, self.make)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection; a transaction begins with `begin()`. Errors of the database come out in our words."""
        try:
            with self._engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise in_our_words(error, self.name, self._url) from None


def _url_of(database: Database) -> URL:
    if isinstance(database, ServedDatabase):
        return database.door.reachable()
    if isinstance(database, SqliteDatabase) and database.here:
        return URL.create("sqlite", database=database.path)
    raise WrongUse(_("an SQLite file of another machine cannot be masked from here"), where=database.name,
                   hint=_("mask a copy of the file on this machine"))


def _engine(url: URL, make: str) -> Engine:
    connect: dict[str, Any] = {"timeout": 30} if make == "sqlite" else {"connect_timeout": 10}
    engine = create_engine(url, poolclass=NullPool, connect_args=connect)

    @event.listens_for(engine, "connect")
    def prepare(raw: Any, _record: Any) -> None:
        if make == "sqlite":
            raw.isolation_level = None  # the driver's own idea of transactions leaves DDL out
        cursor = raw.cursor()
        for statement in _PREPARED[make]:
            cursor.execute(statement)
        cursor.close()
        raw.commit()

    if make == "sqlite":
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine
