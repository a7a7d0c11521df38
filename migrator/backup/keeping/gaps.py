"""The alarm: days without a backup, proofs that are too old, sets that have lost what they build on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from migrator.backup.keeping.schedule import day_of
from migrator.backup.sets.catalog import backups
from migrator.backup.sets.chain import builds_on
from migrator.backup.sets.set import BackupSet
from migrator.model.finding import Finding, blocks, warns
from migrator.playbook.inventory import Backups
from migrator.text import _

PROVEN_WITHIN = 8
"""Days after which the newest proof is too old: a week, and a day for it to be made."""


def alarms(found: Sequence[BackupSet], environment: str, keeping: Backups, now: datetime) -> list[Finding]:
    """What is wrong with the backups of an environment at this moment; nothing when all is as it should be.

    `found` are its sets. What is wrong still blocks; a day that was missed and is followed by a set warns.
    """
    taken = backups(found)
    return [*_missing(taken, environment, keeping, now), *_unproven(taken, environment, now), *lost(found)]


def missing_days(found: Sequence[BackupSet], keeping: Backups, now: datetime) -> list[date]:
    """Days without a set since the first one, as far back as each day's set is kept, in the zone of `now`.

    The day that is not over yet is not missing.
    """
    days = {day_of(kept, now) for kept in found}
    if not days:
        return []
    first = max(min(days), now.date() - timedelta(days=keeping.daily))
    return [day for n in range((now.date() - first).days) if (day := first + timedelta(days=n)) not in days]


def lost(found: Sequence[BackupSet]) -> list[Finding]:
    """One finding for each set that is gone or cannot be read and on which others build."""
    there = {kept.id for kept in found}
    return [blocks("backup.lost", _("the set {set} is gone: {others} cannot be restored").format(
        set=base, others=", ".join(kept.id for kept in others)), _("bring it back from where sets are copied to"),
        set=base, others=[kept.id for kept in others])
        for base, others in builds_on(found).items() if base not in there]


def _missing(found: Sequence[BackupSet], environment: str, keeping: Backups, now: datetime) -> list[Finding]:
    if not found:
        return [blocks("backup.none", _("there is no backup of {environment}").format(environment=environment),
                       _("take one"))]
    newest = max(day_of(kept, now) for kept in found)
    return [(blocks if day > newest else warns)(
        "backup.gap", _("no backup of {environment} on {day}").format(environment=environment, day=day),
        _("see why the task that takes it did not run"), day=str(day))
        for day in missing_days(found, keeping, now)]


def _unproven(found: Sequence[BackupSet], environment: str, now: datetime) -> list[Finding]:
    if not found:
        return []
    proven = [day_of(kept, now) for kept in found if kept.proof.proven]
    if not proven:
        return [blocks("backup.unproven", _("no backup set of {environment} is proven").format(environment=environment),
                       _("verify the newest one"))]
    age = (now.date() - max(proven)).days
    if age <= PROVEN_WITHIN:
        return []
    return [blocks("backup.old_proof", _("the newest proven set of {environment} is {days} days old").format(
        environment=environment, days=age), _("verify a newer one"), days=age)]
