"""One moment of a database: everything that is read within it belongs together, and nothing can be written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from migrator.lens.sql.construct import MAKES

_BEGIN = {
    "postgresql": ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",),
    "mariadb": ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"),
    "sqlite": (),  # a transaction that reads sees one moment from its first statement on
}


@contextmanager
def snapshot(connection: Connection) -> Iterator[None]:
    """Read one moment of the database on this connection, which must not be within a transaction."""
    with connection.begin():
        for statement in _BEGIN[MAKES[connection.dialect.name]]:
            connection.exec_driver_sql(statement)
        yield
