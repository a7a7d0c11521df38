"""The sets of a vault: listed, found, and the newest that is proven."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from migrator.backup.errors import SetDamaged, SetMissing
from migrator.backup.parts.part import Progress, check_hash
from migrator.backup.sets.chain import Chain
from migrator.backup.sets.manifest_file import MANIFEST
from migrator.backup.sets.proof import HASHED
from migrator.backup.sets.set import PROOF, BackupSet
from migrator.backup.taking.partial import PARTIAL
from migrator.backup.watch import still
from migrator.model.finding import Finding, warns
from migrator.text import _

FORMER = ".before"
"""Ends the names of such sets."""


def sets(vault: Path, environment: str | None = None) -> list[BackupSet]:
    """Every complete set (of one environment), the newest first; folders that are no readable set are left out."""
    found = [s for s in map(_opened, _folders(vault)) if s and environment in (None, s.manifest.environment)]
    return sorted(found, key=lambda s: (s.manifest.taken, s.id), reverse=True)


def backups(found: Iterable[BackupSet]) -> list[BackupSet]:
    """Those that were taken as backups: without sets that hold what something was before a restore or a clone."""
    return [kept for kept in found if not is_former(kept.id)]


def is_former(name: str) -> bool:
    """Whether a set holds what was there before something took its place: a way back, and no day's backup."""
    return name.endswith(FORMER)


def unreadable(vault: Path) -> list[Path]:
    """Folders that have a manifest which cannot be understood."""
    return [folder for folder in _folders(vault) if _opened(folder) is None]


def find(vault: Path, name: str) -> BackupSet:
    """The set with this id, or with an id that begins so if it is the only one.

    Raises SetMissing when there is none or more than one.
    """
    found = [s for s in sets(vault) if s.id == name] or [s for s in sets(vault) if s.id.startswith(name)]
    if len(found) != 1:
        raise SetMissing(_("{count} sets are named {name}").format(count=len(found), name=name), where=str(vault),
                         hint=_("the vault holds: {names}").format(names=_names(sets(vault))))
    return found[0]


def newest_proven(vault: Path, environment: str) -> BackupSet:
    """The newest set of an environment that was restored and compared; raises SetMissing when there is none."""
    found = sets(vault, environment)
    proven = [s for s in found if s.proof.proven]
    if not proven:
        raise SetMissing(_("no backup set of {environment} is proven").format(environment=environment),
                         where=str(vault), hint=_("verify one of these first: {names}").format(names=_names(found)))
    return proven[0]


def newest_unharmed(vault: Path, environment: str, progress: Progress = still) -> tuple[BackupSet, list[Finding]]:
    """The newest proven set of an environment whose files, and those that it builds on, are still what was written.

    Every file of the chain is read again. A proven set that is harmed is told of, loses its proof, and the one before
    it is looked at. Raises SetMissing when none is left.
    """
    notes: list[Finding] = []
    while True:
        kept = newest_proven(vault, environment)
        try:
            for each, part in Chain.of(kept).parts:
                check_hash(each.folder, part, progress)
            return kept, notes
        except (SetDamaged, SetMissing) as error:
            kept.proof.after(HASHED, 0, held=False, detail=error.message).save(kept.folder / PROOF)
            notes.append(warns("backup.harmed", _("{set} cannot be used: {why}").format(set=kept.id, why=error.message),
                               _("an earlier set is used; take and verify a new one")))


def _folders(vault: Path) -> list[Path]:
    return sorted(p.parent for p in vault.glob(f"*/{MANIFEST}") if not p.parent.name.endswith(PARTIAL))


def _opened(folder: Path) -> BackupSet | None:
    try:
        return BackupSet.open(folder)
    except (SetDamaged, SetMissing):
        return None


def _names(found: Iterable[BackupSet]) -> str:
    return ", ".join(s.id for s in found) or "-"
