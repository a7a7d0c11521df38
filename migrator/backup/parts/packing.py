"""What find, sha256sum and tar say while they read a tree that others work in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from migrator.errors import CommandFailed
from migrator.text import _
from migrator.transport.base import Result

if TYPE_CHECKING:
    from migrator.backup.trees.folder import Folder

_MOVED = ("file changed as we read it", "File shrank by", "File removed before we read it", "No such file or directory")
_REFUSED = ("Cannot open: Permission denied", "Cannot stat: Permission denied")
_HARMLESS = ("Exiting with failure status due to previous errors", "socket ignored")


def moved_files(folder: Folder, result: Result, *, unread: bool = False) -> list[str]:
    """One line for each file that changed or vanished while it was read; empty when all was quiet.

    Raises CommandFailed for everything else that went wrong: a file that may not be read is missing in the backup.
    Where it will be asked for once more, `unread` takes it for one that changed.
    """
    refused = [line for line in _lines(result) if unread and any(sign in line for sign in _REFUSED)]
    if others := [line for line in failures(result) if line not in refused]:
        raise CommandFailed(_("{path} could not be packed: {why}").format(
            path=folder.path, why="; ".join(others[:5])), exit_code=result.exit_code,
            output="\n".join(others[-10:]), where=folder.host.name,
            hint=_("the user who packs must be able to read everything; name the owner of the tree in the inventory"))
    return [*_moved(_lines(result)), *refused]


def require_listed(folder: Folder, result: Result) -> None:
    """Raises CommandFailed when a listing went wrong for another reason than files that vanished meanwhile."""
    if others := failures(result):
        raise CommandFailed(_("{path} could not be listed: {why}").format(path=folder.path, why="; ".join(others[:5])),
                            exit_code=result.exit_code, output="\n".join(others[-10:]), where=folder.host.name,
                            hint=_("its user must be able to read everything; name the owner in the inventory"))


def failures(result: Result) -> list[str]:
    """What a program said, or with which code it ended, for another reason than files that come and go."""
    lines = _lines(result)
    moved = _moved(lines)
    others = [line for line in lines if line not in moved and not any(sign in line for sign in _HARMLESS)]
    return others or ([str(result.exit_code)] if result.exit_code and not moved else [])


def _moved(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if any(sign in line for sign in _MOVED)]


def _lines(result: Result) -> list[str]:
    return result.stderr.decode("utf-8", "backslashreplace").splitlines()
