"""Housekeeping of the journal and the engine: their tables made and brought up, their old details removed."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from migrator import clock
from migrator.errors import WrongUse
from migrator.text import _

if TYPE_CHECKING:
    from migrator.journal.journal import Journal
    from migrator.journal.retention import OldRun

DAY = 86400.0
KEEP = 183 * DAY
"""Seconds for which details are kept at least, unless somebody says why not."""
AT_ONCE = 200
"""Runs whose details are removed together."""


def migrate(home: Path, worker_role: str | None) -> str:
    """Make or update all tables, and grant `worker_role` what a worker needs; gives the database, without password.

    Raises WrongUse for a role in an SQLite file or one that the database lacks, JournalError when this login may not.
    """
    from migrator.engine.processes import tables
    from migrator.journal.grants import grant, require_login
    from migrator.journal.place import database_url, engine_url
    from migrator.journal.store import SCHEMA, open_store

    url = database_url(home)
    if worker_role and url.get_backend_name() == "sqlite":
        raise WrongUse(_("a file has no roles"), hint="export MIGRATOR_DATABASE=postgresql://USER@HOST/DATABASE")
    store = open_store(url)
    if worker_role:
        with store.begin() as connection:
            require_login(connection, worker_role)
    tables.migrate(engine_url(home), worker_role)
    if worker_role:
        with store.begin() as connection:
            grant(connection, worker_role, schema=SCHEMA)
    return url.render_as_string(hide_password=True)


def prune(home: Path, journal: Journal, *, older: float, actor: str, reason: str | None, dry: bool) -> list[OldRun]:
    """Remove the details of runs that ended more than `older` seconds ago, unless something still needs them.

    Gives every old run; those with a reason in `kept` were left as they are. With `dry` nothing is removed.
    Raises WrongUse when less than KEEP is asked for without a `reason`.
    """
    from migrator.engine.processes import tables
    from migrator.journal.place import engine_url

    if older < KEEP and not reason:
        raise WrongUse(_("details of runs are kept for {days} days; say why these may go sooner").format(
            days=round(KEEP / DAY)), hint="--reason TEXT")
    found = journal.retention.old(clock.now() - timedelta(seconds=older))
    gone = [] if dry else [run.id for run in found if not run.kept]
    for some in (gone[start:start + AT_ONCE] for start in range(0, len(gone), AT_ONCE)):
        for folder in (home / "runs" / run for run in some):
            if folder.exists():
                shutil.rmtree(folder)
        tables.forget(engine_url(home), some)
        journal.retention.prune(some, actor=actor, reason=reason or "")  # last, so that a crash is made good next time
    return found
