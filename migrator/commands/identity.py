"""Commands that tell which machine this is, and which file a path really is."""

from __future__ import annotations

from migrator.commands.shell import Command, script, words


def machine() -> Command:
    """Print what is different on every running machine, containers included."""
    return script('cat /proc/sys/kernel/random/boot_id && uname -n')


def real_path(path: str) -> Command:
    """Print the path with all links resolved; parts that do not exist stay as they are."""
    return words("readlink", "-m", "--", path)
