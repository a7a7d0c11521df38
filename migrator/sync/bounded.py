"""Locks of others are waited for so long and no longer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from migrator.errors import DatabaseError, Locked
from migrator.lens.copy.session import Session
from migrator.lens.places.endpoint import AT_ONCE, Endpoint
from migrator.lens.side import Side
from migrator.text import _

_POSTGRESQL = {"55P03", "40P01", "57014"}
_MARIADB = {1205, 1213}
_SQLITE = {5, 6}


class Busy(Locked):
    """Somebody else held a lock for longer than we would wait, or waited for us: nothing was done."""


def bound(session: Session, seconds: float) -> None:
    """Have a fresh connection wait for no lock longer than this; MariaDB counts in whole seconds, at least one."""
    if session.make == "postgresql":
        session.run(f"SELECT set_config('lock_timeout', '{round(seconds * 1000)}ms', false)")
    elif session.make == "mariadb":
        whole = max(1, round(seconds))
        session.run(f"SET SESSION lock_wait_timeout = {whole}, innodb_lock_wait_timeout = {whole}")
    else:
        session.run(f"PRAGMA busy_timeout = {round(seconds * 1000)}")
    session.connection.commit()


@contextmanager
def bounded(end: Endpoint, side: Side, seconds: float) -> Iterator[Session]:
    """A connection of its own to a side, and to that side alone, which waits for no lock longer than this."""
    with end.connect({side: end.namespace}) as connection:
        session = Session(end, connection)
        bound(session, seconds)
        connection.execution_options(**AT_ONCE)
        yield session


@contextmanager
def busy_told(session: Session) -> Iterator[None]:
    """Have a lock that was not had in time come out as Busy."""
    try:
        yield
    except (DBAPIError, DatabaseError) as error:
        if not _waited_in_vain(error if isinstance(error, DBAPIError) else error.__context__):
            raise
        raise Busy(_("somebody else held a lock for too long"), where=session.endpoint.name,
                   hint=_("look for long transactions there, then try again")) from None


def _waited_in_vain(error: BaseException | None) -> bool:
    said = getattr(error, "orig", None)
    number = said.args[0] if said is not None and said.args else None
    return (getattr(said, "sqlstate", None) in _POSTGRESQL or number in _MARIADB
            or getattr(said, "sqlite_errorcode", 0) & 0xFF in _SQLITE)
