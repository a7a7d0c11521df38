"""The folder in which a set grows: one writer at a time, and nothing of it stays when the writing fails."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from migrator.errors import Locked
from migrator.text import _

PARTIAL = ".partial"


@contextmanager
def growing(final: Path) -> Iterator[Path]:
    """An empty folder beside `final`, which takes that name when the block ends without an error.

    Until then nothing in the vault looks like a set. What writers left behind that were killed is removed first.
    Raises Locked while another process writes the same set.
    """
    sweep(final.parent)
    folder = final.with_name(final.name + PARTIAL)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        raise Locked(_("another process takes the backup set {name} right now").format(name=final.name),
                     where=str(final.parent), hint=_("wait until it has ended")) from None
    held = lock(folder)
    try:
        yield folder
        _settle(folder)
        folder.rename(final)
        _settle(final.parent, deep=False)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        if held is not None:
            os.close(held)


def sweep(vault: Path) -> None:
    """Remove the unfinished sets of writers that are no more; the lock of a living one is held by its process."""
    for folder in vault.glob(f"*{PARTIAL}"):
        held = lock(folder)
        if held is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(held)


def lock(folder: Path) -> int | None:
    """The folder's lock, None when somebody else has it; the system frees it when its process ends, however."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _settle(folder: Path, *, deep: bool = True) -> None:
    """Names on disk before anybody relies on them."""
    for path in [folder, *(p for p in folder.rglob("*") if deep and p.is_dir())]:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(descriptor)
        os.close(descriptor)
