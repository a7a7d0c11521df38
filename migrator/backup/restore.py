"""Bring databases and trees back to exactly what a set holds, never leaving less than there was before."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from migrator.backup import part, watch
from migrator.backup.database_part import DatabasePart
from migrator.backup.set import BackupSet
from migrator.backup.tree_part import TreePart
from migrator.backup.unlock import unlocked
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import OnLine


def restore_set(site: Site, set_path: Path | str, *, databases: Sequence[str] | None = None,
                trees: Sequence[str] | None = None, say: OnLine = watch.nobody,
                progress: part.Progress = watch.still) -> dict[str, Any]:
    """Make the site's databases and trees equal to the set's; None means all that the set holds.

    What already is equal is left alone, so a restore that was interrupted goes on where it stopped. Everything that
    is needed is checked to its end before anything is changed. The application must be stopped.
    Returns facts: what was restored, what was equal already, bytes, seconds, and what both were compared with.
    Raises SetDamaged, SetMissing, SetSealed, NoSpace, with the site as it was; RestoreDiffers when the result is not
    the set.
    """
    started = time.monotonic()
    kept = unlocked(site, BackupSet.open(Path(set_path)))
    wanted_databases, wanted_trees = kept.chosen(databases, trees)
    all_parts: list[DatabasePart | TreePart] = []
    all_parts += [DatabasePart(site, kept, name, progress) for name in wanted_databases]
    all_parts += [TreePart(site, kept, name, progress) for name in wanted_trees]
    due = [each for each in all_parts if not each.equal()]
    for each in all_parts:
        if each not in due:
            each.tidy()
    for each in due:
        say(_("checking the backup of {name}").format(name=each.name))
        check_whole(kept, each)
    for each in due:
        say(_("restoring {name} from {set}").format(name=each.name, set=kept.id))
        each.restore()
    return {"set": str(kept.folder), "id": kept.id, "restored": [each.name for each in due],
            "equal": [each.name for each in all_parts if each not in due],
            "bytes": sum(p.raw_bytes for each in due for p in each.parts),
            "seconds": round(time.monotonic() - started, 3), **kept.measures(wanted_databases, wanted_trees)}


def check_whole(kept: BackupSet, each: DatabasePart | TreePart) -> None:
    """Prove that the files of one database or tree are whole, safe, and decode to what was taken; raises SetDamaged."""
    for one in each.parts:
        part.check_hash(kept.folder, one, watch.still)
        kept.check(one)
    if isinstance(each, TreePart):
        each.check_members()
