"""Rows of single tables put from a restored copy into the live database, in one transaction, as each make can do it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from migrator.backup.client.base import Client
from migrator.database.base import Database
from migrator.playbook.inventory import Database as Entry


class Replace(Protocol):
    """Makes the rows of these tables in `live` those of the copy; all of it or nothing.

    Triggers stand still meanwhile, and keys are checked at the end. Raises FindingsBlock where the make cannot do that
    for one of the tables, DatabaseError or CommandFailed where rows of other tables would lose their parents.
    """

    def __call__(self, client: Client, live: Database, copy: Entry, tables: Sequence[str]) -> None: ...


def replace_of(make: str) -> Replace:
    """How rows are replaced in a database of this make."""
    from migrator.backup.restoring.rows import mariadb, postgres, sqlite

    return {"postgresql": postgres.replace, "mariadb": mariadb.replace, "sqlite": sqlite.replace}[make]
