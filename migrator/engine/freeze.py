"""A run keeps its own copy of the playbook: what was approved is what runs, whatever is edited meanwhile."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from migrator.errors import PackageWrong
from migrator.model.plan import Plan
from migrator.text import _

LINKED_FROM = 16 * 1024 * 1024
"""Bytes from which a file (a vendor's package) is linked instead of copied; installing it checks its hash again."""
PACKAGES = "packages"


def freeze(plan: Plan, source: Path, target: Path) -> None:
    """Copy every file that the plan uses into the run's folder; raises PackageWrong when one has changed since."""
    for name, expected in plan.content.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        _bring(source / name, path)
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != expected:
            raise PackageWrong(_("{name} has changed since the plan was made").format(name=name), where=str(source),
                               hint=_("make the plan again"))
    _link_packages(source / PACKAGES, target / PACKAGES)


def _link_packages(source: Path, target: Path) -> None:
    """Packages that only a list of checksums names lie beside that list in the run's folder too."""
    for package in source.iterdir() if source.is_dir() and target.is_dir() else ():
        if package.is_file() and not (target / package.name).exists():
            _link(package.resolve(), target / package.name)


def _bring(source: Path, target: Path) -> None:
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
