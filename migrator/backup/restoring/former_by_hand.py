"""What a person types to give databases and trees back what they held before a set took their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from migrator import hands
from migrator.backup.restoring.by_hand import restoring
from migrator.commands.by_hand import typed
from migrator.site import Site


def giving_back(site: Site, former: Path, record: Mapping[str, Any], *, databases: Sequence[str] | None = None,
                trees: Sequence[str] | None = None) -> list[str]:
    """The lines in their order, for these databases and trees (None: all).

    `record` is what was found before (`migrator.backup.restoring.former.present`), `former` the set that kept it.
    """
    if not record or ((record["databases"] or record["trees"]) and not former.exists()):
        return []  # nothing has taken their place
    environment = site.environment
    new_databases = set(environment.databases if databases is None else databases) - set(record["databases"])
    new_trees = set(environment.trees if trees is None else trees) - set(record["trees"])
    lines = [hands.on(entry.at, hands.client(site, name, admin=True).remove())
             for name, entry in environment.databases.items() if name in new_databases]
    new = [tree for name, tree in environment.trees.items() if name in new_trees]
    lines += [hands.on(tree.at, typed("rm", "-rf", "--", tree.path).as_user(tree.owner)) for tree in new]
    if former.exists():
        lines += restoring(site, former)
    made = {(place.partition(":")[0], first) for place, first in record["made"].items() if first}
    return lines + [hands.on(host, typed("find", first, "-depth", "-type", "d", "-empty", "-delete"))
                    for host, first in sorted(made - {(tree.at, tree.path) for tree in new})]
