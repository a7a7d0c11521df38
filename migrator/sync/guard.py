"""The guard: what we write ourselves fires no capture and is let through a freeze.

Each make has something that triggers can see and that ends with the transaction, whatever becomes of it: PostgreSQL a
setting of the transaction, SQLite a row that is never committed. MariaDB has only a variable of the connection, which
is taken back here also after an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Integer, Table, delete, insert
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from migrator.database.base import OURS
from migrator.errors import MigratorError
from migrator.lens.copy.session import Session
from migrator.lens.schema import named
from migrator.lens.side import Side

GUARD = f"{OURS}applying"
"""The variable of MariaDB, and the table of SQLite."""
SETTING = f"{OURS[:-1]}.applying"
"""The setting of PostgreSQL: `on` while we write."""
_RAISED = {"postgresql": f"SELECT set_config('{SETTING}', 'on', true)", "mariadb": f"SET @{GUARD} = 1"}
_LOWERED = {"postgresql": f"SELECT set_config('{SETTING}', '', true)", "mariadb": f"SET @{GUARD} = NULL"}


@contextmanager
def applying(session: Session, *sides: Side) -> Iterator[None]:
    """Within an open transaction that may write: what is written inside is ours.

    sides: those that this connection writes to; SQLite has a guard in each file.
    """
    _raise_guard(session, sides)
    try:
        yield
    except BaseException:
        if session.make != "postgresql":  # which forgets it with the transaction, and takes no statement after an error
            with suppress(MigratorError, SQLAlchemyError):  # the error that is on its way tells more
                _lower_guard(session, sides)
        raise
    _lower_guard(session, sides)


def _raise_guard(session: Session, sides: tuple[Side, ...]) -> None:
    if session.make in _RAISED:
        session.run(_RAISED[session.make])
    else:
        for side in sides:
            # A file is written first and read later: a transaction that has read waits for no other writer any more.
            try:
                session.connection.execute(insert(_flag(side)).values(n=1))
            except OperationalError as error:
                if "no such table" not in str(error.orig):
                    raise
                session.run(f"CREATE TABLE {session.table(side, GUARD)} (n INTEGER PRIMARY KEY)")
                session.connection.execute(insert(_flag(side)).values(n=1))


def _lower_guard(session: Session, sides: tuple[Side, ...]) -> None:
    if session.make in _LOWERED:
        session.run(_LOWERED[session.make])
    else:
        for side in sides:
            with session.refusals():
                session.connection.execute(delete(_flag(side)))


def _flag(side: Side) -> Table:
    return named(GUARD, {"n": Integer()}, side)
