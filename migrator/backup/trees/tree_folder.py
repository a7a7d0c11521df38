"""Where a tree of a site lies, without the SQLite databases in it: those are taken and restored as databases."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from migrator.backup.client.sqlite import BELONGING
from migrator.backup.trees.folder import Folder
from migrator.backup.trees.mirror import MIRRORS
from migrator.database.base import OURS
from migrator.database.open import make_of
from migrator.reach import file_of
from migrator.site import Site


def tree_folder(site: Site, name: str, exclude: Iterable[str] = ()) -> Folder:
    """The folder of a tree; `exclude` adds patterns to the inventory's."""
    tree = site.tree(name)
    host = site.host(tree.at)
    path = host.expand(tree.path)
    patterns = [*exclude, *tree.exclude, *_databases_inside(site, tree.at, path), MIRRORS]
    return Folder(host, path, tree.owner, tuple(dict.fromkeys(patterns)))


def _databases_inside(site: Site, host: str, path: str) -> list[str]:
    """Patterns for every SQLite file of the site below the path, for what belongs to it, and for our copies of it."""
    found = []
    for entry in site.environment.databases.values():
        if entry.at == host and make_of(entry.url) == "sqlite":
            file = posixpath.relpath(file_of(entry, site.host(host)), path)
            if not file.startswith("../"):
                folder, name = posixpath.split(file)
                found += ["/" + _plain(file + ending) for ending in BELONGING]
                found.append("/" + posixpath.join(_plain(folder), f"{OURS}*_{_plain(name)}*"))
    return found


def _plain(name: str) -> str:
    """A name as a pattern that matches it alone."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)
