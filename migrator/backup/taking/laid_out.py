"""A tree of a set in a folder of this machine, wherever it was taken: for looking into it, not for working on it."""

from __future__ import annotations

from pathlib import Path

from migrator.backup.parts.part import Progress
from migrator.backup.sets.set import BackupSet
from migrator.backup.trees.tree_part import TreePart
from migrator.database.base import Database
from migrator.errors import WrongUse
from migrator.playbook.inventory import Environment
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import Transport
from migrator.transport.local import LocalTransport

_HERE = "here"


def laid_out(kept: BackupSet, name: str, folder: Path, progress: Progress) -> TreePart:
    """The tree as part of an environment that is this machine alone and has it in `folder`."""
    environment = Environment.model_validate({
        "hosts": {_HERE: {"connect": "local"}}, "trees": {name: {"path": str(folder.absolute()), "at": _HERE}}})
    return TreePart(Site(kept.manifest.environment, environment, _ThisMachine()), kept, name, progress)


class _ThisMachine:
    """Opens this machine and no database."""

    inventory: Path | None = None

    def host(self, environment: str, name: str) -> Transport:
        return LocalTransport(name)

    def database(self, environment: str, name: str) -> Database:
        raise WrongUse(_("no database is opened here"), where=environment)
