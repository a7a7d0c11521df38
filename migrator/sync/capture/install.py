"""Put capture into a side's database, mend it, and take it out again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import inspect

from migrator.lens.copy.session import Session
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import Endpoint
from migrator.lens.side import Side
from migrator.sync.bounded import bound, busy_told
from migrator.sync.capture import mariadb, postgresql, sqlite
from migrator.sync.capture.trigger import Make, dirty
from migrator.sync.dirty import dirty_name
from migrator.sync.guard import GUARD
from migrator.sync.watched import Watched, watched

MAKES: dict[str, Make] = {"postgresql": postgresql, "mariadb": mariadb, "sqlite": sqlite}
PATIENCE = 3.0
"""Seconds that the making of a trigger waits for writers of its table, while others wait behind it."""


def install(end: Endpoint, lens: Lens, side: Side) -> None:
    """Have every change of what the lens watches on a side leave an entry; what is there already is left or mended.

    Each table is done by itself, so that no more than one is locked. Raises Busy when its writers do not end in time.
    """
    with _session(end, side) as session:
        if end.make == "sqlite":
            with session.connection.begin():
                session.run(f"CREATE TABLE IF NOT EXISTS {GUARD} (n INTEGER PRIMARY KEY)")
        for one in watched(lens, side):
            with busy_told(session), session.connection.begin():
                _install(session, one)


def _install(session: Session, watched: Watched) -> None:
    make = MAKES[session.make]
    if not inspect(session.connection).has_table(dirty_name(watched.table.name), schema=_space(session)):
        session.run_as_told(f"CREATE TABLE {dirty(session, watched)} ({make.dirty_columns(session, watched)})")
    found = make.found(session)
    for trigger in make.triggers(session, (watched,)):
        if found.get(trigger.name) != trigger.definition:
            make.drop(session, trigger.name)
            for statement in trigger.make:
                session.run_as_told(statement)


def remove(end: Endpoint, lens: Lens, side: Side) -> None:
    """Take every trigger of capture out of a side's database, and the dirty tables with what is left in them."""
    with _session(end, side) as session, busy_told(session):
        for name in MAKES[session.make].found(session):
            MAKES[session.make].drop(session, name)
        for one in watched(lens, side):
            session.run(f"DROP TABLE IF EXISTS {dirty(session, one)}")
        session.connection.commit()


@contextmanager
def _session(end: Endpoint, side: Side) -> Iterator[Session]:
    with end.connect({side: end.namespace}) as connection:
        session = Session(end, connection)
        bound(session, PATIENCE)
        yield session


def _space(session: Session) -> str | None:
    return None if session.make == "sqlite" else session.endpoint.namespace
