"""The journal itself: its tables, made and brought up by who may, and its old details, removed."""

from __future__ import annotations

from dataclasses import asdict

from migrator.tasks.command import Call, command
from migrator.text import _


@command(worker_role="a login of the database that shall work with them without owning them")
def migrate(call: Call, worker_role: str | None = None) -> int | None:
    """Make or update the tables of journal and engine; as the database's owner, where workers may not."""
    from migrator import housekeeping

    where = housekeeping.migrate(call.app.home, worker_role)
    lines = [_("journal and engine are up to date: {where}").format(where=where)]
    if worker_role:
        lines.append(_("{role} was granted what a worker needs").format(role=worker_role))
    call.show("\n".join(lines), {"where": where, "worker_role": worker_role})
    return None


@command(older="how long ago a run has ended whose details go; at least six months, or say why", reason="why sooner",
         dry_run="only show what would go and what stays")
def prune(call: Call, older: str = "183d", reason: str | None = None, dry_run: bool = False) -> int | None:
    """Remove the details of old runs; their own line, their approvals and their audit trail stay for ever."""
    from migrator import housekeeping, units
    from migrator.screen.tables import show_old_runs

    found = housekeeping.prune(call.app.home, call.app.journal, older=units.seconds(older), actor=call.app.user,
                               reason=reason, dry=dry_run)
    call.show(show_old_runs(found, dry=dry_run), {"runs": [asdict(run) for run in found], "dry": dry_run})
    return None
