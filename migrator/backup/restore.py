"""Bring databases and trees back to exactly what a set holds, never leaving less than there was before."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from migrator.backup import part, watch
from migrator.backup.choice import Choice, by_place
from migrator.backup.database_part import DatabasePart
from migrator.backup.piece_part import PiecePart
from migrator.backup.set import BackupSet
from migrator.backup.tables_part import TablesPart
from migrator.backup.tree_part import TreePart
from migrator.backup.unlock import unlocked
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import OnLine

Restored = DatabasePart | TablesPart | TreePart


def restore_set(site: Site, kept: BackupSet | Path | str, *, databases: Sequence[str] | None = None,
                trees: Sequence[str] | None = None, tables: Sequence[str] = (), files: Sequence[str] = (),
                say: OnLine = watch.nobody, progress: part.Progress = watch.still) -> dict[str, Any]:
    """Make the site's databases and trees equal to the set's; None means all that the set holds.

    `tables` (`DATABASE/TABLE`) and `files` (`TREE/PATH`) are parts of others that come back alone. What already is
    equal is left alone, so a restore that was interrupted goes on where it stopped. Everything that is needed is
    checked to its end before anything is changed. The application must be stopped.
    Returns facts: what was restored, what was equal already, bytes, seconds, and what both were compared with.
    Raises SetDamaged, SetMissing, SetSealed, NoSpace, with the site as it was; RestoreDiffers when the result is not
    the set.
    """
    started = time.monotonic()
    kept = unlocked(site, kept if isinstance(kept, BackupSet) else BackupSet.open(Path(kept)))
    wanted_databases, wanted_trees = kept.chosen(databases, trees)
    everything = _parts(site, kept, Choice(tuple(wanted_databases), tuple(wanted_trees), tuple(tables), tuple(files)),
                        progress)
    due = [each for each in everything if not each.equal()]
    for each in everything:
        if each not in due:
            each.tidy()
    for each in due:
        say(_("checking the backup of {name}").format(name=each.name))
        check_whole(kept, each)
    for each in due:
        say(_("restoring {name} from {set}").format(name=each.name, set=kept.id))
        each.restore()
    return {"set": str(kept.folder), "id": kept.id, "restored": [each.name for each in due],
            "equal": [each.name for each in everything if each not in due],
            "bytes": sum(p.raw_bytes for each in due for p in each.parts),
            "seconds": round(time.monotonic() - started, 3), **kept.measures(wanted_databases, wanted_trees)}


def check_whole(kept: BackupSet, each: Restored) -> None:
    """Prove that the files of one database or tree are whole, safe, and decode to what was taken; raises SetDamaged."""
    for one in each.parts:
        part.check_hash(kept.folder, one, watch.still)
        kept.check(one)
    if isinstance(each, TreePart):
        each.check_members()


def _parts(site: Site, kept: BackupSet, choice: Choice, progress: part.Progress) -> list[Restored]:
    """Databases before trees, whole ones before parts of them."""
    return [*(DatabasePart(site, kept, name, progress) for name in choice.databases or ()),
            *(TablesPart(site, kept, name, tables, progress) for name, tables in by_place(choice.tables)),
            *(TreePart(site, kept, name, progress) for name in choice.trees or ()),
            *(PiecePart(site, kept, name, path, progress) for name, paths in by_place(choice.files) for path in paths)]
