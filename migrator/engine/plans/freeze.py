"""A run keeps its own copy of the playbook: what was approved is what runs, whatever is edited meanwhile."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from migrator.errors import PackageWrong
from migrator.journal.blobs import Blobs
from migrator.model.plan import Plan
from migrator.playbook.checksum import sha256
from migrator.text import _

LINKED_FROM = 16 * 1024 * 1024
"""Bytes from which a file (a vendor's package) is linked instead of copied; installing it checks its hash again."""
PACKAGES = "packages"


def freeze(plan: Plan, source: Path, target: Path) -> None:
    """Copy every file that the plan uses into the run's folder; raises PackageWrong when one has changed since."""
    for name, expected in plan.content.items():
        _bring(source / name, target / name)
        _require(target / name, expected, name, source)
    _link_packages(source / PACKAGES, target / PACKAGES)


def send(plan: Plan, source: Path, blobs: Blobs) -> None:
    """Keep the plan's files in the journal, for workers on other machines; packages stay where they are.

    Raises PackageWrong when a file has changed since the plan was made.
    """
    for name, expected in plan.content.items():
        _require(source / name, expected, name, source)
        if (source / name).stat().st_size < LINKED_FROM:
            blobs.keep((source / name).read_bytes())


def receive(plan: Plan, blobs: Blobs, shelf: Path) -> Path:
    """The plan's files as they were sent, laid out once per digest in a folder of `shelf`; gives that folder.

    Raises PackageWrong when a package does not lie in the playbook's folder on this machine.
    """
    target = shelf / plan.digest
    if not target.is_dir():
        shelf.mkdir(parents=True, exist_ok=True)
        begun = Path(tempfile.mkdtemp(prefix=f"{plan.digest}.", dir=shelf))
        try:
            _lay_out(plan, blobs, begun)
            begun.rename(target)
        except OSError:
            if not target.is_dir():  # else another thread or process was first
                raise
        finally:
            shutil.rmtree(begun, ignore_errors=True)
    return target


def at_hand(plan: Plan, folder: Path, blobs: Blobs, shelf: Path) -> None:
    """Have the playbook in a run's folder on this machine, also when the run was made on another one.

    Raises PackageWrong as `receive` does.
    """
    playbook = folder / "playbook"
    if not playbook.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):  # another thread of this process was first
            playbook.symlink_to(receive(plan, blobs, shelf), target_is_directory=True)


def _lay_out(plan: Plan, blobs: Blobs, target: Path) -> None:
    source = Path(plan.playbook)
    for name, expected in plan.content.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if (content := blobs.get(expected)) is not None:
            path.write_bytes(content)
            continue
        if not (source / name).is_file():
            raise PackageWrong(_("{name} is too large for the journal, and does not lie on this machine").format(
                name=name), where=str(source / name), hint=_("copy the package there, then resume the run"))
        _bring(source / name, path)
        _require(path, expected, name, source)
    _link_packages(source / PACKAGES, target / PACKAGES)


def _require(path: Path, expected: str, name: str, source: Path) -> None:
    if sha256(path) != expected:
        raise PackageWrong(_("{name} has changed since the plan was made").format(name=name), where=str(source),
                           hint=_("make the plan again"))


def _link_packages(source: Path, target: Path) -> None:
    """Packages that only a list of checksums names lie beside that list in the run's folder too."""
    for package in source.iterdir() if source.is_dir() and target.is_dir() else ():
        if package.is_file() and not (target / package.name).exists():
            _link(package.resolve(), target / package.name)


def _bring(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.stat().st_size < LINKED_FROM:
        shutil.copyfile(source, target)
        return
    target.unlink(missing_ok=True)
    _link(source, target)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copyfile(source, target)
