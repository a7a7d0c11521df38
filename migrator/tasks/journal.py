"""The journal itself: its tables, made and brought up by who may."""

from __future__ import annotations

from migrator.tasks.command import Call, command
from migrator.text import _


@command(worker_role="a login of the database that shall work with them without owning them")
def migrate(call: Call, worker_role: str | None = None) -> int | None:
    """Make or update the tables of journal and engine; as the database's owner, where workers may not."""
    from migrator import housekeeping

    where = housekeeping.migrate(call.app.home, worker_role)
    call.show(_("journal and engine are up to date: {where}").format(where=where), {"where": where})
    return None
