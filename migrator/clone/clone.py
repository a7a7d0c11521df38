"""Make an environment the copy of a set, and give back what it was before."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from migrator.backup import part, watch
from migrator.backup.client import beside, client_of
from migrator.backup.restore import restore_set
from migrator.backup.take import take_set
from migrator.backup.tree_folder import tree_folder
from migrator.commands import tree as commands
from migrator.database.open import make_of
from migrator.reach import file_of
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import OnLine, Transport


def present(copy: Site) -> dict[str, Any]:
    """What the environment holds now: names of databases and trees that exist, and folders that a clone will make.

    Read-only and small; kept so that the environment can be given back. `made` maps each place to the highest folder
    on the way to it that does not exist.
    """
    environment = copy.environment
    return {"databases": [n for n in environment.databases if client_of(copy, n).exists()],
            "trees": [n for n in environment.trees if tree_folder(copy, n).exists()],
            "made": {f"{host.name}:{path}": _missing(host, path) for host, path in _roots(copy)}}


def make_clone(copy: Site, set_path: Path | str, vault: Path, former: str, record: Mapping[str, Any], *,
               say: OnLine = watch.nobody, progress: part.Progress = watch.still) -> dict[str, Any]:
    """Replace the environment's databases and trees by those of a set.

    What `record` (of `present`) says existed is taken first, as a set named `former` in the vault; a repeat finds
    that set and takes no second one. Returns the facts of the restore.
    """
    if record["databases"] or record["trees"]:
        say(_("keeping what {copy} holds now").format(copy=copy.name))
        take_set(copy, vault, former, databases=record["databases"], trees=record["trees"], say=say, progress=progress)
    return restore_set(copy, set_path, say=say, progress=progress)


def unmake_clone(copy: Site, vault: Path, former: str, record: Mapping[str, Any], *, say: OnLine = watch.nobody,
                 progress: part.Progress = watch.still) -> bool:
    """Give the environment back what it held before the clone; whether anything had to be done.

    Safe when the clone never began: as long as the former content was not taken, nothing was changed.
    """
    kept = vault / former
    if not record or ((record["databases"] or record["trees"]) and not kept.exists()):
        return False
    for name in copy.environment.databases:
        if name not in record["databases"]:
            _remove_database(copy, name)
    for name in copy.environment.trees:
        if name not in record["trees"]:
            tree_folder(copy, name).remove_all()
    if kept.exists():
        restore_set(copy, kept, say=say, progress=progress)
    for host, path in _roots(copy):
        if first := record["made"][f"{host.name}:{path}"]:
            host.run(commands.remove_empty(path, first))
    return True


def _remove_database(copy: Site, name: str) -> None:
    """Remove a database that a clone has made, and what a killed restore has left beside it."""
    client = client_of(copy, name)
    if client.exists():
        client.drop_live()
    client.drop(beside(client))


def _roots(copy: Site) -> list[tuple[Transport, str]]:
    """Every folder that a clone may have to make: those of trees and of SQLite files."""
    environment = copy.environment
    found = [(copy.host(t.at), copy.host(t.at).expand(t.path)) for t in environment.trees.values()]
    found += [(copy.host(d.at), file_of(d, copy.host(d.at)).rpartition("/")[0])
              for d in environment.databases.values() if make_of(d.url) == "sqlite"]
    return found


def _missing(host: Transport, path: str) -> str:
    return host.read(commands.first_missing(path)).text
