"""What a person types to give an environment back what it held before it became a copy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from migrator import hands
from migrator.backup.by_hand import restoring
from migrator.commands.by_hand import typed
from migrator.site import Site


def unmaking(copy: Site, former: Path, record: Mapping[str, Any]) -> list[str]:
    """The lines in their order; `record` is what was found before the clone, `former` the set that kept it."""
    if not record or ((record["databases"] or record["trees"]) and not former.exists()):
        return []  # the clone never began
    environment = copy.environment
    lines = [hands.on(entry.at, hands.client(copy, name, admin=True).remove())
             for name, entry in environment.databases.items() if name not in record["databases"]]
    new = {name: tree for name, tree in environment.trees.items() if name not in record["trees"]}
    lines += [hands.on(tree.at, typed("rm", "-rf", "--", tree.path).as_user(tree.owner)) for tree in new.values()]
    if former.exists():
        lines += restoring(copy, former)
    made = {(place.partition(":")[0], first) for place, first in record["made"].items() if first}
    return lines + [hands.on(host, typed("find", first, "-depth", "-type", "d", "-empty", "-delete"))
                    for host, first in sorted(made - {(tree.at, tree.path) for tree in new.values()})]
