"""Housekeeping of the journal and the engine: their tables made and brought up, their old details removed."""

from __future__ import annotations

from pathlib import Path

from migrator.errors import WrongUse
from migrator.text import _


def migrate(home: Path, worker_role: str | None) -> str:
    """Make or update all tables, and grant `worker_role` what a worker needs; gives the database, without password.

    Raises WrongUse for a role in an SQLite file, JournalError when the login may not do it.
    """
    from migrator.engine import tables
    from migrator.journal.grants import grant
    from migrator.journal.place import database_url, engine_url
    from migrator.journal.store import SCHEMA, open_store

    url = database_url(home)
    if worker_role and url.get_backend_name() == "sqlite":
        raise WrongUse(_("a file has no roles"), hint="export MIGRATOR_DATABASE=postgresql://USER@HOST/DATABASE")
    store = open_store(url)
    tables.migrate(engine_url(home), worker_role)
    if worker_role:
        with store.begin() as connection:
            grant(connection, worker_role, schema=SCHEMA)
    return url.render_as_string(hide_password=True)
