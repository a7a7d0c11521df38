"""Step kind backup.restore."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from migrator.model.finding import Finding, blocks, informs, later, warns
from migrator.model.outcome import Change, Outcome
from migrator.model.states import Touches
from migrator.playbook.model import Names
from migrator.step import Args, Step, StepContext, register
from migrator.text import _

if TYPE_CHECKING:
    from migrator.backup.restoring.choice import Choice
    from migrator.backup.sets.set import BackupSet


class RestoreArgs(Args):
    from_: str | None = Field(None, alias="from", description="step that took the set, such as prepare.backup; left "
                                                              "out: the newest proven set of this environment")
    databases: Names = Field(default_factory=list, description="only these; left out with all others: everything")
    trees: Names = Field(default_factory=list, description="only these")
    tables: Names = Field(default_factory=list, description="only the rows of these tables, as DATABASE/TABLE")
    files: Names = Field(default_factory=list, description="only these files or folders, as TREE/PATH")


@register
class BackupRestore(Step[RestoreArgs]):
    """Brings this environment back to a backup set, whole or in part; the application must be stopped.

    A database is restored beside the live one and compared before it takes its place; of a tree, what differs is
    written; the rows of single tables are replaced in one transaction, with foreign keys checked at its end. What the
    databases and trees held before is kept as a backup set, and going back restores that.

    Example::

        - id: as-of-last-night
          backup.restore: {tables: [main/issue, main/message]}
    """

    kind = "backup.restore"
    Args = RestoreArgs
    touches = Touches.CHANGES
    scales_with_data = True

    def check(self, ctx: StepContext[RestoreArgs]) -> list[Finding]:
        from migrator.backup.errors import SetDamaged, SetMissing

        if ctx.args.from_ and ctx.args.from_ not in ctx.facts:
            return [later("backup.later", _("the set will be taken by {step}").format(step=ctx.args.from_))]
        try:
            kept = _set(ctx)
            _choice(ctx).places(kept)
        except (SetMissing, SetDamaged) as error:
            return [blocks("backup.no_set", error.message, error.hint or "")]
        if not kept.proof.proven:
            return [warns("backup.unproven", _("set {id} is proven to level {level} only").format(
                id=kept.id, level=kept.proof.level), _("prove it with backup.verify before"))]
        return []

    def plan(self, ctx: StepContext[RestoreArgs]) -> list[Change]:
        args = ctx.args
        names = [*args.databases, *args.trees, *args.tables, *args.files] or [
            *ctx.site.environment.databases, *ctx.site.environment.trees]
        return [Change(what=_("replaced by what a backup set holds"), where=f"{ctx.site.name}: {name}")
                for name in names]

    def before(self, ctx: StepContext[RestoreArgs]) -> dict[str, Any]:
        from migrator.backup.restoring.former import present

        kept = _set(ctx)
        databases, trees = _choice(ctx).places(kept)
        return {"set": str(kept.folder), "chosen": [databases, trees], **present(ctx.site, databases, trees)}

    def apply(self, ctx: StepContext[RestoreArgs]) -> Outcome:
        from dataclasses import asdict

        from migrator.backup.restoring.former import keep
        from migrator.backup.restoring.restore import restore_set

        keep(ctx.site, ctx.vault, _former(ctx), ctx.record, say=ctx.say, progress=ctx.progress)
        facts = restore_set(ctx.site, Path(ctx.record["set"]), **asdict(_choice(ctx)), say=ctx.say,
                            progress=ctx.progress)
        return Outcome(bool(facts["restored"]), _("{site} holds what the set {id} holds").format(
            site=ctx.site.name, id=facts["id"]), {**facts, "former": _former(ctx)})

    def verify(self, ctx: StepContext[RestoreArgs]) -> list[Finding]:
        from dataclasses import asdict

        from migrator.backup.restoring.restore import differing

        if ctx.args.from_ and ctx.args.from_ not in ctx.facts:
            return []
        kept = _set(ctx)
        different = differing(ctx.site, kept, **asdict(_choice(ctx)))
        if different:
            return [blocks("backup.differs", _("not as in the set {id}: {names}").format(
                id=kept.id, names=", ".join(different)))]
        return [informs("backup.restored", _("everything is as in the set {id}").format(id=kept.id))]

    def undo(self, ctx: StepContext[RestoreArgs], record: Mapping[str, Any]) -> Outcome:
        from migrator.backup.restoring.former import give_back

        databases, trees = record.get("chosen", ([], []))
        changed = give_back(ctx.site, ctx.vault, _former(ctx), record, databases=databases, trees=trees, say=ctx.say,
                            progress=ctx.progress)
        return Outcome(changed, _("{copy} is what it was before").format(copy=ctx.site.name))

    def by_hand(self, ctx: StepContext[RestoreArgs], record: Mapping[str, Any]) -> list[str]:
        from migrator.backup.restoring.former_by_hand import giving_back

        databases, trees = record.get("chosen", ([], []))
        return giving_back(ctx.site, ctx.vault / _former(ctx), record, databases=databases, trees=trees)


def _set(ctx: StepContext[RestoreArgs]) -> BackupSet:
    from migrator.backup.sets.catalog import newest_proven
    from migrator.backup.sets.set import BackupSet

    if ctx.args.from_:
        return BackupSet.open(Path(ctx.facts[ctx.args.from_]["set"]))
    return newest_proven(ctx.vault, ctx.site.name)


def _choice(ctx: StepContext[RestoreArgs]) -> Choice:
    from migrator.backup.restoring.choice import Choice

    args = ctx.args
    if not (args.databases or args.trees or args.tables or args.files):
        return Choice()
    return Choice(tuple(args.databases), tuple(args.trees), tuple(args.tables), tuple(args.files))


def _former(ctx: StepContext[RestoreArgs]) -> str:
    from migrator.backup.sets.catalog import FORMER

    return f"{ctx.site.name}.{ctx.run}.{ctx.step}{FORMER}"
