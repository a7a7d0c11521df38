"""Space on the disk of a vault: asked for before anything is written, and looked at while it fills."""

from __future__ import annotations

import shutil
from pathlib import Path

from migrator.errors import NoSpace
from migrator.text import _
from migrator.units import show_size

KEEP_FREE = 64 * 1024 * 1024
"""Bytes that a growing part leaves free in the vault, so that whatever else lies there can go on."""


def room(folder: Path, needed: int) -> None:
    """Raises NoSpace when fewer than `needed` bytes are free in the folder of this machine."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    if free < needed:
        raise NoSpace(_("{folder} has {free} free and {needed} are needed").format(
            folder=folder, free=show_size(free), needed=show_size(needed)), where=str(folder),
            hint=_("free some space there, or name another vault in the inventory"))
