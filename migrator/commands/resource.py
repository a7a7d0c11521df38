"""The POSIX scripts that lie beside this package as .sh files."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from migrator.commands.shell import Command, script


@cache
def source(*names: str) -> str:
    """The text of the named scripts, one after the other; comments and all."""
    return "\n".join(files("migrator.commands").joinpath(f"{name}.sh").read_text() for name in names)


def packaged(*names: str, arguments: tuple[str, ...] = ()) -> Command:
    """The named scripts run as one, with `arguments` as $1, $2 ..."""
    return script(source(*names), *arguments)
