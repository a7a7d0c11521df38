"""What a person types to bring databases and trees back from a set, with zstd, tar and the database's own client."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy.engine import make_url

from migrator import hands
from migrator.backup.logs.by_hand import loading
from migrator.backup.logs.stretch import Stretch
from migrator.backup.parts.part import Part
from migrator.backup.sets.chain import Chain
from migrator.backup.sets.set import BackupSet
from migrator.commands import tree as commands
from migrator.commands.shell import Command
from migrator.site import Site
from migrator.text import _


def restoring(site: Site, folder: Path, *, databases: Sequence[str] | None = None,
              trees: Sequence[str] | None = None, until: datetime | None = None) -> list[str]:
    """The lines in their order; None means all that the set holds. No host is reached.

    `until` is a moment that the log of the databases covers. Raises SetMissing or SetDamaged when the set in this vault
    cannot be read.
    """
    kept = BackupSet.open(folder)
    wanted_databases, wanted_trees = kept.chosen(databases, trees)
    return [line for name in wanted_databases for line in _database(site, kept, name, until)] + \
           [line for name in wanted_trees for line in _tree(site, kept, name)]


def _database(site: Site, kept: BackupSet, name: str, until: datetime | None) -> list[str]:
    record, entry = kept.manifest.databases[name], site.database_entry(name)
    client = hands.client(site, name, admin=True)
    user = "" if record.make == "sqlite" else make_url(entry.url).username or ""
    other = user != record.properties.get("user", user)
    owner = user if other else record.properties.get("owner", user)
    return loading(Stretch.of(kept, name), entry.at, client, partial(_fed, site, entry.at), until=until,
                   empty=client.empty(record.properties, owner), load=client.load(user if other else None))


def _tree(site: Site, kept: BackupSet, name: str) -> list[str]:
    record, tree = kept.manifest.trees[name], site.tree(name)
    emptied = commands.emptied(tree.path, tuple(dict.fromkeys([*record.exclude, *tree.exclude])))
    filled = commands.filled(tree.path).as_user(tree.owner)
    first, *changes = Chain.of(kept).holding(name)
    return [*(hands.on(tree.at, command.as_user(tree.owner)) for command in emptied),
            *(_fed(site, tree.at, first, archive, filled) for archive in first.manifest.trees[name].archives),
            *(_("on {host}: the tree {name} as README.txt says in {folder}").format(
                host=tree.at, name=name, folder=each.folder) for each in changes)]


def _fed(site: Site, host: str, kept: BackupSet, part: Part, command: Command) -> str:
    """The line that unpacks a part into a command; a sealed one with the key's file, which KEY stands for elsewhere."""
    source, _colon, path = (site.environment.backups.key or "").partition(":")
    key = (path if source == "file" else "KEY") if part.sealed else None
    return hands.fed(site, host, kept.folder / part.path, command, packed=True, key=key)
