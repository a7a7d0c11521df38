"""The engine's own tables, from outside: made beforehand by who may, and freed of runs that are long over."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import URL

AT_ONCE = 200
"""Runs that are looked up and deleted together."""


def migrate(url: URL, role: str | None = None) -> None:
    """Make or update the engine's tables; the login `role` of PostgreSQL may then use them without owning them."""
    from dbos import DBOS

    DBOS.migrate(url.render_as_string(hide_password=False), application_role=role)


def forget(url: URL, runs: Sequence[str]) -> int:
    """Delete the stories of these runs, their ways back included; gives how many there were."""
    from dbos import DBOSClient, DBOSPortableJSONSerializer

    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        return 0
    client = DBOSClient(system_database_url=url.render_as_string(hide_password=False),
                        serializer=DBOSPortableJSONSerializer())
    forgotten = 0
    try:
        for some in (list(runs[start:start + AT_ONCE]) for start in range(0, len(runs), AT_ONCE)):
            found = [story.workflow_id for story in client.list_workflows(
                workflow_id_prefix=some, load_input=False, load_output=False)]
            theirs = [story for story in found if story.partition(".back.")[0] in some]
            client.delete_workflows(theirs)
            forgotten += len(theirs)
    finally:
        client.destroy()
    return forgotten
