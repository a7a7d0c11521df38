"""drill.restore: bring a system back from its backup for practice, with a stopwatch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from migrator.model.finding import Finding, blocks, informs, later
from migrator.model.outcome import Change, Outcome
from migrator.model.states import Touches
from migrator.playbook.model import Names
from migrator.playbook.moments import Duration
from migrator.step import Args, Step, StepContext, register
from migrator.text import _


class RestoreArgs(Args):
    of: str = Field("live", description="environment of the playbook that is brought back")
    checks: Names = Field(description="files of the playbook with the business checks")
    from_: str | None = Field(None, alias="from", description="step that took the set; left out: the newest that is "
                                                              "proven")
    adapt: Names = Field(default_factory=list, description="files, as TREE/PATH, in which values, paths and database "
                                                           "URLs of the original become the scratch's own")
    switch: Names = Field(default_factory=list, description="services that let users in; they start last")
    rto: Duration = Field("1h", description="how long the recovery may take")
    rpo: Duration | None = Field(None, description="how much may be lost")


@register
class DrillRestore(Step[RestoreArgs]):
    """Restores a backup of another environment into this one, starts the application, and measures every phase.

    It starts only when the inventory marks this environment as `disposable` and it is proven apart from the original.
    What the product's neutralise.yaml lists is made harmless before anything starts. The drill ends when the last
    business check has passed; then this environment is given back: it holds and runs what it did before. The record
    with minutes per phase, recovery time and loss lies in the original's vault and counts for `inv drill.list`. No gate
    takes it as proof: a rehearsal's way back is walked by `drill.rollback`, which is another thing.

    Example::

        - id: recovery
          drill.restore: {of: live, checks: [checks/works.yaml], adapt: [app/config.ini], rto: 45m}
    """

    kind = "drill.restore"
    Args = RestoreArgs
    touches = Touches.CHANGES
    scales_with_data = True
    files = ("checks",)
    suites = ("checks",)

    def check(self, ctx: StepContext[RestoreArgs]) -> list[Finding]:
        from migrator.backup.errors import SetMissing
        from migrator.backup.parts.unlock import unlocked
        from migrator.backup.sets.catalog import newest_proven
        from migrator.backup.sets.set import BackupSet
        from migrator.clone.apart import too_close
        from migrator.drill.apart import objections
        from migrator.drill.places import vault_of

        live, folder = ctx.elsewhere(ctx.args.of), _set(ctx)
        if ctx.args.from_ and folder is None:
            return [*too_close(ctx.site, live),
                    later("drill.later", _("the set will be taken by {step}").format(step=ctx.args.from_))]
        try:
            kept = BackupSet.open(folder) if folder else newest_proven(vault_of(live), live.name)
        except SetMissing as error:
            return [blocks("drill.no_set", error.message, error.hint or "")]
        return objections(ctx.site, live, unlocked(live, kept), _suites(ctx))

    def plan(self, ctx: StepContext[RestoreArgs]) -> list[Change]:
        names = [*ctx.site.environment.databases, *ctx.site.environment.trees]
        what = _("holds the backup of {live} for the drill, and then again what it holds now").format(live=ctx.args.of)
        return [Change(what=what, where=f"{ctx.site.name}: {name}") for name in names]

    def apply(self, ctx: StepContext[RestoreArgs]) -> Outcome:
        from migrator.drill.asked import Drill
        from migrator.drill.drill import run_drill
        from migrator.drill.words import verdict
        from migrator.units import seconds

        args, live, folder = ctx.args, ctx.elsewhere(ctx.args.of), _set(ctx)
        record = run_drill(Drill(
            live, ctx.site, _suites(ctx), by=f"run {ctx.run}", set=folder.name if folder else None,
            rto=seconds(args.rto), rpo=seconds(args.rpo) if args.rpo else None, adapt=args.adapt, switch=args.switch,
        ), say=ctx.say, progress=ctx.progress)
        facts = {"drill": record.id, "set": record.set, "passed": record.passed, "met": record.met,
                 "phases": record.phases, "rto": record.rto.seconds if record.rto else None,
                 "rpo": record.rpo.seconds if record.rpo else None}
        return Outcome(True, verdict(record), facts)

    def verify(self, ctx: StepContext[RestoreArgs]) -> list[Finding]:
        from migrator.drill.places import vault_of
        from migrator.drill.records import drills
        from migrator.drill.words import verdict

        live = ctx.elsewhere(ctx.args.of)
        for record in (known.record for known in drills(vault_of(live), live.name, None)):
            if record.scratch == ctx.site.name:
                if record.met:
                    return [informs("drill.passed", verdict(record), drill=record.id)]
                code = "drill.missed" if record.passed else "drill.failed"
                return [blocks(code, f"{verdict(record)} {record.why}".strip(), f"inv drill.report --env {live.name}",
                               drill=record.id)]
        return []

    def undo(self, ctx: StepContext[RestoreArgs], record: Mapping[str, Any]) -> Outcome:
        from migrator.drill.places import vault_of
        from migrator.drill.scratch import given_back

        live = ctx.elsewhere(ctx.args.of)
        changed = given_back(ctx.site, vault_of(live), say=ctx.say, progress=ctx.progress)
        return Outcome(changed, _("{copy} is what it was before").format(copy=ctx.site.name))

    def by_hand(self, ctx: StepContext[RestoreArgs], record: Mapping[str, Any]) -> list[str]:
        from migrator.drill.by_hand import giving_scratch_back
        from migrator.drill.places import vault_of

        return giving_scratch_back(ctx.site, vault_of(ctx.elsewhere(ctx.args.of)))


def _set(ctx: StepContext[RestoreArgs]) -> Path | None:
    facts = ctx.facts.get(ctx.args.from_) if ctx.args.from_ else None
    return Path(facts["set"]) if facts else None


def _suites(ctx: StepContext[RestoreArgs]) -> list[Any]:
    from migrator.checks.suite_file import SuiteFile
    from migrator.playbook.lookups import scope

    known = scope(path=ctx.path, hop=ctx.hop, name=ctx.site.name, environment=ctx.site.environment, run=ctx.run)
    return [SuiteFile(ctx.file(name), name, known) for name in ctx.args.checks]
