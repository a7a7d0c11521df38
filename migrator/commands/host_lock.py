"""Commands around the lock of an environment on one of its hosts. Plain POSIX sh, nothing else is needed there."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.commands.resource import packaged
from migrator.commands.shell import Command


def take(folder: str, lines: Mapping[str, str], *, begun: bool) -> Command:
    """Take the lock that this folder is; `lines`, among them `run` and `fencing`, become its file.

    Where the run has `begun` and the lock does not name it, the file says that this host has lost its memory of it.

    Prints taken, full (no space), `refused WHY`, or held and below it the lines of the file that stands against it:
    another run's, or one of the same run with a higher number.
    """
    return packaged("host_lock", "host_lock_replace", "host_lock_take",
                    arguments=(folder, _text(lines), lines["run"], lines["fencing"], "lost" if begun else "whole"))


def free(folder: str, run: str) -> Command:
    """Free the lock if this run holds it. Prints free, full, or `refused WHY`."""
    return packaged("host_lock", "host_lock_replace", "host_lock_free", arguments=(folder, run))


def show(folder: str) -> Command:
    """Print the lines of the lock's file, and `state`: held or free."""
    return packaged("host_lock", "host_lock_show", arguments=(folder,))


def parsed(text: str) -> dict[str, str]:
    """The lines of a lock's file by their keys."""
    return {key: value for key, equals, value in (line.partition("=") for line in text.splitlines()) if equals}


def _text(lines: Mapping[str, str]) -> str:
    """Raises ValueError for a value of more than one line: it could say something else about the lock."""
    if any(not value.isprintable() for value in lines.values()):
        raise ValueError("what a lock says must be plain text without line breaks")
    return "".join(f"{key}={value}\n" for key, value in lines.items())
