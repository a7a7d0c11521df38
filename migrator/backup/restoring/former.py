"""What is in the places that a set is going to take: looked at, kept as a set of its own, and given back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from migrator.backup import watch
from migrator.backup.client import beside, client_of
from migrator.backup.keeping.schedule import sound
from migrator.backup.parts import part
from migrator.backup.restoring.restore import restore_set
from migrator.backup.sets.catalog import backups, sets
from migrator.backup.sets.set import BackupSet
from migrator.backup.taking.take import take_set
from migrator.backup.trees.tree_folder import tree_folder
from migrator.commands import tree as commands
from migrator.database.open import make_of
from migrator.reach import file_of
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import OnLine, Transport


def present(site: Site, databases: Sequence[str] | None = None, trees: Sequence[str] | None = None) -> dict[str, Any]:
    """What of these (None: of everything) is there now: names of databases and trees, and folders that will be made.

    Read-only and small; kept so that it can be given back. `made` maps each place to the highest folder on the way to
    it that does not exist.
    """
    databases, trees = _names(site, databases, trees)
    return {"databases": [n for n in databases if client_of(site, n).exists()],
            "trees": [n for n in trees if tree_folder(site, n).exists()],
            "made": {f"{host.name}:{path}": _missing(host, path) for host, path in _roots(site, databases, trees)}}


def keep(site: Site, vault: Path, former: str, record: Mapping[str, Any], *, changes: bool = False,
         say: OnLine = watch.nobody, progress: part.Progress = watch.still) -> None:
    """Take what `record` (of `present`) says is there, as a set named `former`; one that is already kept is enough.

    `changes`: of trees only what has changed since the newest proven backup is taken, so that a large one can be kept
    for the sake of one file; a set that a person shall be able to bring back by hand is whole.
    """
    if record["databases"] or record["trees"]:
        say(_("keeping what {copy} holds now").format(copy=site.name))
        take_set(site, vault, former, databases=record["databases"], trees=record["trees"],
                 base=_ground(site, vault, record["trees"]) if changes else None, say=say, progress=progress)


def _ground(site: Site, vault: Path, trees: Sequence[str]) -> BackupSet | None:
    """The newest proven and sound backup that holds the trees."""
    return next((kept for kept in backups(sets(vault, site.name)) if trees and kept.proof.proven
                 and set(trees) <= kept.manifest.trees.keys() and sound(kept)), None)


def give_back(site: Site, vault: Path, former: str, record: Mapping[str, Any], *,
              databases: Sequence[str] | None = None, trees: Sequence[str] | None = None,
              say: OnLine = watch.nobody, progress: part.Progress = watch.still) -> bool:
    """Give these (None: all) databases and trees what they held when `record` was made; whether anything was done.

    `former` is empty where nothing was there. Safe when nothing ever took their place: as long as the former content
    was not kept, nothing was changed.
    """
    kept = vault / former
    there = bool(former) and kept.exists()
    if not record or ((record["databases"] or record["trees"]) and not there):
        return False
    databases, trees = _names(site, databases, trees)
    for name in databases:
        if name not in record["databases"]:
            _remove_database(site, name)
    for name in trees:
        if name not in record["trees"]:
            tree_folder(site, name).remove_all()
    if there:
        restore_set(site, kept, say=say, progress=progress)
    for host, path in _roots(site, databases, trees):
        if first := record["made"][f"{host.name}:{path}"]:
            host.run(commands.remove_empty(path, first))
    return True


def _names(site: Site, databases: Sequence[str] | None, trees: Sequence[str] | None) -> tuple[list[str], list[str]]:
    return (list(site.environment.databases if databases is None else databases),
            list(site.environment.trees if trees is None else trees))


def _remove_database(site: Site, name: str) -> None:
    """Remove a database that was not there before, and what a killed restore has left beside it."""
    client = client_of(site, name)
    if client.exists():
        client.drop_live()
    client.drop(beside(client))


def _roots(site: Site, databases: Sequence[str], trees: Sequence[str]) -> list[tuple[Transport, str]]:
    """Every folder that may have to be made: those of trees and of SQLite files."""
    of_trees = [site.tree(name) for name in trees]
    of_files = [entry for entry in map(site.database_entry, databases) if make_of(entry.url) == "sqlite"]
    return [*((site.host(t.at), site.host(t.at).expand(t.path)) for t in of_trees),
            *((site.host(d.at), file_of(d, site.host(d.at)).rpartition("/")[0]) for d in of_files)]


def _missing(host: Transport, path: str) -> str:
    return host.read(commands.first_missing(path)).text
