"""Opens the journal's database, whichever make it is of, at the newest revision."""

from __future__ import annotations

import math
import time
from typing import Any

from sqlalchemy import URL, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError, DisconnectionError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from migrator.errors import JournalError
from migrator.journal.place import sqlite_url as sqlite_url
from migrator.journal.upgrade import bring_up
from migrator.text import _

SCHEMA = "migrator"
"""Where our tables live in a database that others use too."""
UNDONE = ("40001", "40P01")
"""PostgreSQL's codes for a transaction that it has undone for the sake of others."""
NOTICED = {"connect_timeout": 10, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
           "tcp_user_timeout": 15000, "application_name": "migrator"}
"""What libpq is told, so that a server that is gone is noticed within seconds."""
REST = 0.5
"""Seconds after which it is not taken for granted that a connection still is one."""


class StoreLost(JournalError):
    """The database went away while it was spoken to; what was asked of it last is written, or not, as a whole."""


class StoreBusy(JournalError):
    """The database has undone a transaction because it and others waited for each other; it may be done again."""


def open_store(url: str | URL) -> Engine:
    """The journal's database at the newest revision; made when it does not exist and may be made.

    Raises JournalError when it cannot be opened or was written by a newer version.
    """
    where = make_url(url)
    shared = where.get_backend_name() == "postgresql"
    engine = create_engine(where, connect_args=NOTICED) if shared else create_engine(where)
    _refuse_in_our_words(engine)
    if shared:
        _prepare_postgresql(engine)
    else:
        _prepare_sqlite(engine)
    bring_up(engine, schema=SCHEMA if shared else None)
    return engine


def _refuse_in_our_words(engine: Engine) -> None:
    """Whatever the database refuses, at any time (a full disk, a server that is away), is a JournalError."""
    where = engine.url.render_as_string(hide_password=True)

    @event.listens_for(engine, "handle_error")
    def refused(context: ExceptionContext) -> None:
        if type(context.sqlalchemy_exception) not in (OperationalError, DatabaseError):
            return  # faults of ours
        if engine.dialect.name == "postgresql":
            raise _family(context)(
                _("the journal's database cannot be used: {why}").format(why=context.original_exception), where=where,
                hint=_("see that its server runs and can be reached from here; what was recorded is safe, and inv "
                       "resume goes on from it"))
        raise JournalError(
            _("the journal cannot be used: {why}").format(why=context.original_exception), where=where,
            hint=_("see its owner, its rights and the free space there; what was recorded is safe"))


def _ask_after_rest(engine: Engine) -> None:
    """A connection that was not used for a while is tried before it is, and replaced when its server has gone."""
    @event.listens_for(engine, "checkin")
    def rests(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["rests since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def asked(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("rests since", math.inf) < REST:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error:
            raise DisconnectionError from None


def _family(context: ExceptionContext) -> type[JournalError]:
    if context.is_disconnect or context.connection is None:
        return StoreLost
    return StoreBusy if getattr(context.original_exception, "sqlstate", None) in UNDONE else JournalError


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, so that readers never turn into writers late
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_postgresql(engine: Engine) -> None:
    _ask_after_rest(engine)

    @event.listens_for(engine, "connect", insert=True)
    def search_path(connection: Any, _record: Any) -> None:
        connection.execute(f"SET search_path TO {SCHEMA}")
        connection.commit()
