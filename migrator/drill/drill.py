"""A drill: from "the system is gone" to the first moment at which it does again what it is there for."""

from __future__ import annotations

from contextlib import ExitStack

from migrator import clock
from migrator.backup import watch
from migrator.backup.errors import SetMissing
from migrator.backup.parts import part
from migrator.backup.parts.unlock import unlocked
from migrator.backup.sets import catalog
from migrator.backup.sets.set import BackupSet
from migrator.drill.apart import require_ready
from migrator.drill.asked import Drill
from migrator.drill.rebuild import Rebuild
from migrator.drill.record import DrillRecord
from migrator.drill.scratch import borrowed
from migrator.drill.started import rebuild_and_note
from migrator.drill.stopwatch import Stopwatch
from migrator.drill.story import Story
from migrator.errors import MigratorError, WrongUse
from migrator.text import _
from migrator.transport.base import OnLine


def run_drill(asked: Drill, *, say: OnLine = watch.nobody, progress: part.Progress = watch.still) -> DrillRecord:
    """Hold the drill, write its record into the vault, held or failed, and give the scratch back.

    What forbids to begin is raised and leaves no record: SetMissing without a proven set, PartMissing and PackageWrong
    of a kept release, FindingsBlock when the scratch is not disposable or too close to the live system, Locked,
    WrongUse. A drill that is interrupted is recorded as failed, and the interruption goes on.
    """
    began, stopwatch = clock.now(), Stopwatch()
    failed = asked.failed or began
    if failed > began:
        raise WrongUse(_("the failure lies in the future: {moment}").format(moment=clock.stamp(failed)))
    with stopwatch.measured("decide", before=(began - failed).total_seconds()):
        kept, parts = _decide(asked)
    rebuild = Rebuild(asked.scratch, asked.live.reading(), kept, asked.suites, stopwatch, asked.adapt, asked.switch,
                      asked.release, say, progress)
    story = Story(asked, rebuild, parts, began, failed)
    with ExitStack() as afterwards:
        with stopwatch.not_counted("keep"):
            afterwards.enter_context(borrowed(asked.scratch, asked.vault, say=say, progress=progress))
        try:
            rebuild_and_note(rebuild)
        except MigratorError as error:
            return story.ended(error.message)
        except BaseException as interruption:
            story.ended(_("it was interrupted ({what})").format(what=type(interruption).__name__))
            raise
        return story.ended()


def _decide(asked: Drill) -> tuple[BackupSet, list[dict[str, str]]]:
    """The set to restore and the parts of a kept release, once nothing speaks against beginning."""
    kept = unlocked(asked.live, _chosen(asked))
    for name in asked.switch:
        asked.scratch.service(name)
    require_ready(asked.scratch, asked.live.reading(), kept, asked.suites)
    return kept, asked.release.parts(kept) if asked.release else []


def _chosen(asked: Drill) -> BackupSet:
    """The set that was named, else the newest proven one; it is the live system's, and was there when that failed.

    Raises SetMissing.
    """
    found = ([catalog.find(asked.vault, asked.set)] if asked.set
             else [s for s in catalog.backups(catalog.sets(asked.vault, asked.live.name)) if s.proof.proven])
    for kept in found:
        if kept.manifest.environment != asked.live.name:
            raise SetMissing(_("{set} is a set of {other}, not of {env}").format(
                set=kept.id, other=kept.manifest.environment, env=asked.live.name), where=str(asked.vault))
        if asked.failed is None or clock.parse(kept.manifest.taken) <= asked.failed:
            return kept
    if found:
        raise SetMissing(_("no such set was taken before the failure at {moment}").format(
            moment=clock.stamp(asked.failed)), where=str(asked.vault))
    return catalog.newest_proven(asked.vault, asked.live.name)  # which says what there is instead
