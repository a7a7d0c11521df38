"""Whether a set fits the environment that is to become its copy."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from migrator.backup.sets.set import BackupSet
from migrator.clone.apart import machine_of
from migrator.model.finding import Finding, blocks
from migrator.site import Site
from migrator.text import _


def misfits(kept: BackupSet, copy: Site, live: Site) -> list[Finding]:
    """Names that only one side has, and links in the set that would lead from the copy into the live system."""
    found = [*_names(_("database"), set(kept.manifest.databases), set(copy.environment.databases), copy.name),
             *_names(_("tree"), set(kept.manifest.trees), set(copy.environment.trees), copy.name)]
    return [*found, *(f for name in kept.manifest.trees if name in copy.environment.trees
                      for f in _links_into(kept, name, copy, live))]


def _names(what: str, held: set[str], wanted: set[str], copy: str) -> Iterator[Finding]:
    for name in sorted(held - wanted):
        yield blocks("clone.names", _("{copy} has no {what} named {name}, which the set holds").format(
            copy=copy, what=what, name=name), _("add it to {copy} in the inventory").format(copy=copy))
    for name in sorted(wanted - held):
        yield blocks("clone.names", _("the set holds no {what} named {name}, which {copy} has").format(
            copy=copy, what=what, name=name), _("back it up too, or take it out of the inventory"))


def _links_into(kept: BackupSet, tree: str, copy: Site, live: Site) -> list[Finding]:
    machine = machine_of(copy, copy.tree(tree).at)
    lived = [live.host(t.at).expand(t.path) for t in live.environment.trees.values()
             if machine_of(live, t.at) == machine]
    base = copy.host(copy.tree(tree).at).expand(copy.tree(tree).path)
    found = []
    for entry in kept.entries(tree).values():
        if entry.link is not None:
            target = posixpath.normpath(posixpath.join(base, posixpath.dirname(entry.name), entry.link))
            if any(target == path or target.startswith(path.rstrip("/") + "/") for path in lived):
                found.append(blocks(
                    "clone.link", _("the link {name} of {tree} leads into the live system: {target}").format(
                        name=ascii(entry.name), tree=tree, target=ascii(entry.link)),
                    _("make it relative in the live system, or exclude it from the tree")))
    return found
