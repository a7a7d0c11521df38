"""Prove a set, level by level: its files re-read, decoded to their end, restored into scratch and compared."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any

from migrator.backup import watch
from migrator.backup.attached.proving import Proving
from migrator.backup.errors import RestoreDiffers, SetDamaged, SetMissing
from migrator.backup.parts import part
from migrator.backup.parts.tally import Tally
from migrator.backup.parts.unlock import unlocked
from migrator.backup.restoring.database_part import DatabasePart
from migrator.backup.sets import proof
from migrator.backup.sets.chain import Chain
from migrator.backup.sets.set import PROOF, BackupSet
from migrator.backup.trees.tree_part import TreePart
from migrator.errors import CommandFailed, DatabaseError
from migrator.model.finding import Finding
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import OnLine

BLAMED = (SetDamaged, SetMissing, RestoreDiffers, CommandFailed, DatabaseError)
"""Errors that speak against the set; a host that is away, or has no room, says nothing of it."""


def verify_set(site: Site, set_path: Path | str, *, level: int = proof.RESTORED,
               say: OnLine = watch.nobody, progress: part.Progress = watch.still) -> dict[str, Any]:
    """Prove the set, and what it needs of those that it builds on, up to a level from 1 to 3; level 3 restores it into
    scratch on the site's hosts.

    What held and what failed is added to the set's proof record. Scratch databases and folders begin with `migrator_`
    and are removed again. Returns facts: level, proven, taken (when the set was), tables, attachments (findings),
    seconds.
    Raises SetDamaged at the first thing that is not as it was taken, with the record saying so; errors of hosts, and
    SetSealed when a level above 1 is asked of a sealed set and its key is not at hand: these say nothing of the set.
    """
    kept, tally = BackupSet.open(Path(set_path)), Tally(progress)
    tables: dict[str, Any] = {}
    attached: list[Finding] = []
    started = time.monotonic()
    for step in range(proof.HASHED, level + 1):
        kept = unlocked(site, kept) if step > proof.HASHED else kept  # hashes of files take no key
        began = time.monotonic()
        try:
            match step:
                case proof.HASHED:
                    _hash(kept, say, tally)
                case proof.DECODED:
                    _decode(kept, say, tally)
                case proof.RESTORED:
                    tables, attached = _restore(kept, site, say, tally)
        except BLAMED as error:
            _note(kept, step, time.monotonic() - began, held=False, detail=error.message)
            raise
        _note(kept, step, time.monotonic() - began, held=True, tables=tables)
    now = kept.proof
    return {"set": str(kept.folder), "id": kept.id, "level": now.level, "proven": now.proven, "tables": tables,
            "attachments": [f.as_json() for f in attached], "taken": kept.manifest.taken,
            "files": sum(t.files for t in kept.manifest.trees.values()),
            "seconds": round(time.monotonic() - started, 3)}


def _hash(kept: BackupSet, say: OnLine, tally: Tally) -> None:
    say(_("reading every file of the set again"))
    parts = Chain.of(kept).parts
    tally.begin(sum(one.bytes for _set, one in parts))
    for each, one in parts:
        part.check_hash(each.folder, one, tally)


def _decode(kept: BackupSet, say: OnLine, tally: Tally) -> None:
    say(_("decoding every file of the set to its end"))
    parts = Chain.of(kept).parts
    tally.begin(sum(one.bytes for _set, one in parts))
    for each, one in parts:
        each.check(one, tally)


def _restore(kept: BackupSet, site: Site, say: OnLine, tally: Tally) -> tuple[dict[str, Any], list[Finding]]:
    """Facts of every table, and what is to be said of attachments; those that dangle are told when all else held."""
    tables: dict[str, Any] = {}
    proving = Proving(kept)
    databases = [DatabasePart(site, kept, name, tally) for name in kept.manifest.databases]
    trees = [TreePart(site, kept, name, tally) for name in kept.manifest.trees]
    tally.begin(sum(each.proves for each in databases) + sum(2 * each.reads for each in trees))
    for database in databases:
        say(_("restoring {name} into a scratch database").format(name=database.name))
        tables[database.name] = database.prove(partial(proving.look, database.name))
    for each in trees:
        say(_("unpacking {name} into a scratch folder").format(name=each.name))
        each.check()
        each.prove()
    proving.judge()
    return tables, proving.found


def _note(kept: BackupSet, level: int, seconds: float, *, held: bool, detail: str = "",
          tables: dict[str, Any] | None = None) -> None:
    kept.proof.after(level, seconds, held=held, detail=detail, tables=tables).save(kept.folder / PROOF)
