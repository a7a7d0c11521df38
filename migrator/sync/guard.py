"""The guard: what we write ourselves fires no capture and is let through a freeze.

Each make has something that triggers can see and that ends with the transaction, whatever becomes of it: PostgreSQL a
setting of the transaction, SQLite a row that is never committed. MariaDB has only a variable of the connection, which
is taken back here also after an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.exc import DBAPIError

from migrator.database.base import OURS
from migrator.errors import MigratorError
from migrator.lens.copy.session import Session
from migrator.lens.side import Side

GUARD = f"{OURS}applying"
"""The variable of MariaDB, and the table of SQLite."""
SETTING = "migrator.applying"
"""The setting of PostgreSQL: `on` while we write."""


@contextmanager
def applying(session: Session, *sides: Side) -> Iterator[None]:
    """Within an open transaction that may write: what is written inside is ours.

    sides: those that this connection writes to; SQLite has a guard in each file.
    """
    set_, clear = _words(session, sides)
    for statement in set_:
        session.run(statement)
    try:
        yield
    except BaseException:
        with suppress(MigratorError, DBAPIError):  # the error that is on its way tells more than this one
            _clear_after_error(session, clear)
        raise
    _run(session, clear)


def _words(session: Session, sides: tuple[Side, ...]) -> tuple[list[str], list[str]]:
    if session.make == "postgresql":
        return [f"SELECT set_config('{SETTING}', 'on', true)"], [f"SELECT set_config('{SETTING}', '', true)"]
    if session.make == "mariadb":
        return [f"SET @{GUARD} = 1"], [f"SET @{GUARD} = NULL"]
    tables = [session.table(side, GUARD) for side in sides]
    return ([text for table in tables for text in (f"CREATE TABLE IF NOT EXISTS {table} (n INTEGER PRIMARY KEY)",
                                                   f"INSERT OR IGNORE INTO {table} VALUES (1)")],
            [f"DELETE FROM {table}" for table in tables])


def _clear_after_error(session: Session, clear: list[str]) -> None:
    """A transaction of PostgreSQL that has failed takes no statement any more, and forgets the setting by itself."""
    if session.make != "postgresql":
        _run(session, clear)


def _run(session: Session, statements: list[str]) -> None:
    for statement in statements:
        session.run(statement)
