"""The set that a moment can be brought back from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from migrator import clock
from migrator.backup.errors import SetMissing
from migrator.backup.logs.stretch import Stretch
from migrator.backup.sets.catalog import sets
from migrator.backup.sets.set import BackupSet
from migrator.text import _


def covering(vault: Path, environment: str, moment: datetime, databases: Sequence[str] | None = None) -> BackupSet:
    """The first set of an environment whose logs cover the moment, of these databases (None: of all that it holds).

    Raises SetMissing when there is none, and what a torn chain raises.
    """
    for kept in reversed(sets(vault, environment)):
        ranges = [Stretch.of(kept, name).covers for name in databases or kept.manifest.databases
                  if name in kept.manifest.databases]
        if ranges and all(found and found[0] <= moment <= found[1] for found in ranges):
            return kept
    raise SetMissing(_("no set of {environment} covers {moment} with the logs of its databases").format(
        environment=environment, moment=clock.local(clock.stamp(moment), form="%Y-%m-%d %H:%M:%S")), where=str(vault),
        hint=_("the databases need logs: true in the inventory, and a set that was taken after the moment"))
