"""The copies in containers that this machine has, as environments that every command can name."""

from __future__ import annotations

from pathlib import Path

from migrator.playbook.inventory import Environment, Inventory
from migrator.playbook.inventory_read import load_inventory

INVENTORY = "inventory.json"
"""Name of the file, in a copy's folder, that describes it."""


def with_copies(inventory: Inventory, folder: Path) -> Inventory:
    """The inventory and the copies whose folders lie in `folder`; the inventory's own names come first.

    Raises PlaybookError for a copy's file that cannot be understood.
    """
    copies: dict[str, Environment] = {}
    for path in sorted(folder.glob(f"*/{INVENTORY}")):
        copies |= load_inventory(path).environments
    return inventory.model_copy(update={"environments": copies | inventory.environments}) if copies else inventory
