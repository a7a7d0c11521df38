"""Which sets are the way back of a run, or the ground that one stands on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from migrator import clock
from migrator.backup.sets.set import BackupSet

if TYPE_CHECKING:
    from migrator.journal.journal import Journal


def needed_by_runs(journal: Journal, found: Iterable[BackupSet]) -> set[str]:
    """Ids of the sets that a run has made or speaks of which has not ended, can still be taken back, or proves
    something to a plan that may still start.
    """
    ids = {kept.id for kept in found}
    open_runs = [run.id for run in journal.retention.old(clock.now()) if run.kept]
    made = {name for name in ids for run in open_runs if f".{run}." in name}
    told = [json.dumps(journal.record(run), default=str) for run in open_runs]
    return made | {name for name in ids - made if any(name in text for text in told)}
