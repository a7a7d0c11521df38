"""A database server of our own on a host: made a place for, and removed with everything in it."""

from __future__ import annotations

from migrator.commands.resource import packaged
from migrator.commands.shell import Command, script


def make(folder: str) -> Command:
    """Make the folder, for its user alone; fails when something of this name is there already."""
    return script('mkdir -p -- "$(dirname -- "$1")" && exec mkdir -m 700 -- "$1"', folder)


def remove(folder: str) -> Command:
    """Stop the server that works in the folder, if one does, and remove the folder; fine when there is nothing."""
    return packaged("scratch_remove", arguments=(folder,))
