"""Level 4 of a set: the application started on it, in a scratch environment, and its business checks passed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from migrator.backup import watch
from migrator.backup.errors import RestoreDiffers, SetDamaged
from migrator.backup.parts import part
from migrator.backup.parts.unlock import unlocked
from migrator.backup.sets import proof
from migrator.backup.sets.set import PROOF, BackupSet
from migrator.checks.suite_file import SuiteFile
from migrator.drill.apart import require_ready
from migrator.drill.errors import ChecksFailed
from migrator.drill.places import vault_of
from migrator.drill.rebuild import Rebuild
from migrator.drill.scratch import borrowed
from migrator.drill.stopwatch import Stopwatch
from migrator.errors import CommandFailed, MigratorError, TimedOut
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import OnLine

BLAMED = {SetDamaged: proof.RESTORED, RestoreDiffers: proof.RESTORED, ChecksFailed: proof.STARTED,
          CommandFailed: proof.STARTED, TimedOut: proof.STARTED}
"""Errors that speak against a set, with the level that it loses; others say something of the scratch only."""


def prove_started(scratch: Site, live: Site, kept: BackupSet, suites: Sequence[SuiteFile], *,
                  adapt: Sequence[str] = (), say: OnLine = watch.nobody,
                  progress: part.Progress = watch.still) -> dict[str, Any]:
    """Restore a set of `live` into `scratch`, start its services on it, run the checks, and give the scratch back.

    `scratch` is an environment that the inventory marks as disposable; it holds and runs what it did before when this
    returns, also with an error. `live` is only looked at. Held or failed, it is added to the set's proof record.
    Returns facts: set, id, level, proven, taken, seconds, phases (seconds by name) and checks.
    Raises FindingsBlock before anything is touched when the scratch is not disposable, too close to the live system, or
    nothing could be started or asked there; Locked; SetDamaged, RestoreDiffers, ChecksFailed and errors of hosts.
    """
    live, kept = live.reading(), unlocked(live, kept)
    require_ready(scratch, live, kept, suites)
    with borrowed(scratch, vault_of(live), say=say, progress=progress):
        rebuild = Rebuild(scratch, live, kept, suites, Stopwatch(), adapt, say=say, progress=progress)
        rebuild_and_note(rebuild)
    now = kept.proof
    return {"set": str(kept.folder), "id": kept.id, "level": now.level, "proven": now.proven,
            "taken": kept.manifest.taken, "seconds": rebuild.stopwatch.total, "phases": rebuild.stopwatch.seconds,
            "checks": rebuild.shown_checks()}


def rebuild_and_note(rebuild: Rebuild) -> None:
    """Bring the application up, and add to the proof record of the set what that has shown.

    A kept release shows nothing of the set's own program, so nothing is added then.
    """
    if rebuild.release:
        rebuild.run()
        return
    path, since = rebuild.kept.folder / PROOF, rebuild.stopwatch.total
    try:
        rebuild.run()
    except MigratorError as error:
        level = next((level for kind, level in BLAMED.items() if isinstance(error, kind)), None)
        if level is not None:
            seconds = rebuild.stopwatch.total - since
            rebuild.kept.proof.after(level, seconds, held=False, detail=error.message).save(path)
        raise
    detail = _("started in {env}, {count} checks passed").format(env=rebuild.scratch.name, count=len(rebuild.checks))
    rebuild.kept.proof.after(proof.STARTED, rebuild.stopwatch.total - since, detail=detail).save(path)
