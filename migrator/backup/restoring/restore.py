"""Bring databases and trees back to exactly what a set holds, never leaving less than there was before."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from migrator.backup import watch
from migrator.backup.attached.proving import attached_now
from migrator.backup.parts import part
from migrator.backup.parts.tally import Tally
from migrator.backup.parts.unlock import unlocked
from migrator.backup.restoring.choice import Choice, by_place
from migrator.backup.restoring.database_part import DatabasePart
from migrator.backup.restoring.restore_room import Restored, require_room
from migrator.backup.restoring.tables_part import TablesPart
from migrator.backup.sets.set import BackupSet
from migrator.backup.trees.piece_part import PiecePart
from migrator.backup.trees.tree_part import TreePart
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import OnLine


def restore_set(site: Site, kept: BackupSet | Path | str, *, databases: Sequence[str] | None = None,
                trees: Sequence[str] | None = None, tables: Sequence[str] = (), files: Sequence[str] = (),
                until: datetime | None = None, begins: Callable[[], None] = watch.unasked,
                say: OnLine = watch.nobody, progress: part.Progress = watch.still) -> dict[str, Any]:
    """Make the site's databases and trees equal to the set's; None means all that the set holds.

    `tables` (`DATABASE/TABLE`) and `files` (`TREE/PATH`) are parts of others that come back alone. `until` is a moment
    that the log of the databases covers; trees are as of the set. What already is equal is left alone, so a restore
    that was interrupted goes on where it stopped. Everything that is needed is checked to its end, and room for it is
    found, before anything is changed; `begins` is called just then. The application must be stopped.
    Returns facts: what was restored, what was equal already, bytes, seconds, what both were compared with, and the
    attachments (findings).
    Raises SetDamaged, SetMissing, SetSealed, NoSpace, with the site as it was; RestoreDiffers when the result is not
    the set.
    """
    started = time.monotonic()
    kept = _opened(site, kept)
    wanted_databases, wanted_trees = kept.chosen(databases, trees)
    tally = Tally(progress)
    everything = _parts(site, kept, Choice(tuple(wanted_databases), tuple(wanted_trees), tuple(tables), tuple(files)),
                        until, tally)
    due = [each for each in everything if not each.equal()]
    for each in everything:
        if each not in due:
            each.tidy()
    require_room(due)
    tally.begin(sum(each.reads for each in due))
    for each in due:
        say(_("checking the backup of {name}").format(name=each.name))
        each.check()
    tally.begin(sum(each.reads for each in due))
    if due:
        begins()
    for each in due:
        say(_("restoring {name} from {set}").format(name=each.name, set=kept.id))
        each.restore()
    attached = attached_now(site, kept, wanted_databases, wanted_trees)
    return {"set": str(kept.folder), "id": kept.id, "restored": [each.name for each in due],
            "equal": [each.name for each in everything if each not in due],
            "bytes": sum(p.raw_bytes for each in due for p in each.parts),
            "attachments": [f.as_json() for f in attached],
            "seconds": round(time.monotonic() - started, 3), **kept.measures(wanted_databases, wanted_trees)}


def differing(site: Site, kept: BackupSet | Path | str, *, databases: Sequence[str] | None = None,
              trees: Sequence[str] | None = None, tables: Sequence[str] = (), files: Sequence[str] = ()) -> list[str]:
    """Names of what the site does not hold exactly as the set does; read-only, see `restore_set`."""
    kept = _opened(site, kept)
    wanted = kept.chosen(databases, trees)
    choice = Choice(tuple(wanted[0]), tuple(wanted[1]), tuple(tables), tuple(files))
    return [each.name for each in _parts(site, kept, choice, None, watch.still) if not each.equal()]


def _opened(site: Site, kept: BackupSet | Path | str) -> BackupSet:
    return unlocked(site, kept if isinstance(kept, BackupSet) else BackupSet.open(Path(kept)))


def _parts(site: Site, kept: BackupSet, choice: Choice, until: datetime | None,
           progress: part.Progress) -> list[Restored]:
    """Databases before trees, whole ones before parts of them."""
    return [*(DatabasePart(site, kept, name, progress, until) for name in choice.databases or ()),
            *(TablesPart(site, kept, name, tables, progress, until) for name, tables in by_place(choice.tables)),
            *(TreePart(site, kept, name, progress) for name in choice.trees or ()),
            *(PiecePart(site, kept, name, path, progress) for name, paths in by_place(choice.files) for path in paths)]
