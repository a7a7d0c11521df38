"""The POSIX scripts that lie beside this package as .sh files."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from migrator.commands.shell import Command, script


@cache
def source(*names: str) -> str:
    """The text of the named scripts, one after the other, without comments: it travels with every use of it."""
    texts = (files("migrator.commands").joinpath(f"{name}.sh").read_text() for name in names)
    return "\n".join(line for text in texts for line in text.split("\n") if not line.lstrip().startswith("#"))


def packaged(*names: str, arguments: tuple[str, ...] = ()) -> Command:
    """The named scripts run as one, with `arguments` as $1, $2 ..."""
    return script(source(*names), *arguments)
