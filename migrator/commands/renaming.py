"""Many files of one folder renamed by one command; names may hold any byte, and may be exchanged among them."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.commands.shell import Command, script

_RENAME = """
cd -- "$1" || exit
xargs -0 -r -n 2 sh -c '
    [ -e "$1" ] || exit 0
    mkdir -p -- "$(dirname -- "$2")" && mv -n -T -- "$1" "$2" && [ ! -e "$1" ] || exit 255
' sh
"""
_APART = ".migrator-renamed"
"""Ends a name that a file bears for a moment, while another one may still have the name that it will get."""


def rename(path: str) -> Command:
    """Rename below a path what `pairs` names on standard input; a name that is not there any more was renamed before.

    Fails where something lies already that nobody renames.
    """
    return script(_RENAME, path)


def pairs(names: Mapping[str, str]) -> bytes:
    """Old and new names, each ended by NUL: all are put aside first, and then take their new names."""
    aside = [(old, f"{new}{_APART}") for old, new in names.items()]
    there = [(f"{new}{_APART}", new) for new in names.values()]
    return b"".join(name.encode("utf-8", "surrogateescape") + b"\0" for pair in aside + there for name in pair)
