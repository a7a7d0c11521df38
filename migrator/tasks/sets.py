"""The backup set that a command is about: named, or the newest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrator.errors import WrongUse
from migrator.tasks.command import Call
from migrator.text import _

if TYPE_CHECKING:
    from migrator.backup.sets.set import BackupSet
    from migrator.model.finding import Finding
    from migrator.site import Site

SET = "the set's id, or how it begins"


def named(call: Call, name: str) -> BackupSet:
    """The set with this id, whatever vault of the inventory it lies in; a path to its folder will do too.

    Raises SetMissing when none or several are meant.
    """
    from migrator.backup.errors import SetMissing
    from migrator.backup.sets.catalog import find
    from migrator.backup.sets.set import BackupSet

    if "/" in name:
        return BackupSet.open(Path(name).absolute())
    refused: list[SetMissing] = []
    for vault in vaults(call):
        try:
            return find(vault, name)
        except SetMissing as error:
            refused.append(error)
    raise refused[-1]


def newest(call: Call, environment: str) -> BackupSet:
    """The newest set of an environment, proven or not; raises SetMissing when there is none."""
    from migrator.backup.errors import SetMissing
    from migrator.backup.sets.catalog import backups, sets

    vault = vault_of(call, environment)
    for kept in backups(sets(vault, environment)):
        return kept
    raise SetMissing(_("there is no backup of {environment}").format(environment=environment), where=str(vault),
                     hint=f"inv backup.take --env {environment}")


def home_of(call: Call, kept: BackupSet) -> Site:
    """The environment that a set was taken of; its inventory entry names the key."""
    return call.app.site(kept.manifest.environment)


def vault_of(call: Call, environment: str) -> Path:
    """The vault of an environment; raises WrongUse for one that the inventory does not hold."""
    call.app.site(environment)
    return call.app.vault(environment)


def vaults(call: Call) -> list[Path]:
    """Every vault of the inventory, once."""
    found = list(dict.fromkeys(call.app.vault(name) for name in call.app.inventory.environments))
    if not found:
        raise WrongUse(_("the inventory has no environment"), where=str(call.app.inventory_file))
    return found


def looked_at(call: Call, environment: str, *, wanted: bool) -> tuple[list[dict[str, Any]], list[Finding]]:
    """Every set of an environment as a row, and what is wrong; of one that nobody asked for (`wanted`) and that is a
    copy or has nothing to be backed up, a missing backup is not wrong.
    """
    from migrator import clock
    from migrator.backup.keeping.gaps import alarms
    from migrator.backup.restoring.restoration import Restoration
    from migrator.backup.sets.catalog import sets, unreadable
    from migrator.backup.sets.summary import Copies, summary
    from migrator.model.finding import blocks, warns

    site, vault = call.app.site(environment), vault_of(call, environment)
    found = sets(vault, environment)
    copies = Copies(site)
    rows = [{**summary(kept), "copies": copies.of(kept)} for kept in found]
    entry = site.environment
    due = wanted or found or (not entry.disposable and (entry.databases or entry.trees))
    findings = alarms(found, environment, entry.backups, clock.now().astimezone()) if due else []
    findings += [blocks("backup.unreadable", _("{folder} cannot be read as a set").format(folder=folder.name))
                 for folder in unreadable(vault) if folder.name.startswith(f"{environment}.")]
    if begun := Restoration.under_way(vault, environment):
        findings.append(warns("backup.restoring", _("a restore of {set} into {environment} has not ended").format(
            set=Path(begun.set).name, environment=environment),
            f"inv backup.restore --env {environment} --resume"))
    return rows, findings
