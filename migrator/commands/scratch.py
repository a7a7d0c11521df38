"""A database server of our own on a host: removed with everything in it."""

from __future__ import annotations

from migrator.commands.resource import packaged
from migrator.commands.shell import Command


def remove(folder: str) -> Command:
    """Stop the server that works in the folder, if one does, and remove the folder; fine when there is nothing."""
    return packaged("scratch_remove", arguments=(folder,))
