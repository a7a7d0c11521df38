"""Step kind backup.verify."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from migrator.model.finding import Finding, blocks, informs, later
from migrator.model.outcome import Change, Outcome
from migrator.model.proof import Proof
from migrator.model.states import Touches, WayBack
from migrator.step import Args, Step, StepContext, register
from migrator.text import _


class VerifyArgs(Args):
    of: str = Field(description="the step that took the set: `backup`, or `prepare.backup` of another stage")
    level: int = Field(3, ge=1, le=3, description="1 files re-read, 2 decoded to the end, 3 restored and compared")


@register
class BackupVerify(Step[VerifyArgs]):
    """Proves a backup set: reads its files again, decodes them to the end, restores them and compares.

    Level 3 restores every database into a scratch database and every tree into a scratch folder of the hosts, compares
    structure, row counts, digests and the hash of every file with what was measured when the set was taken, and removes
    the scratch again, also when it fails. What was proven is kept with the set; below level 3 a set is not proven.

    Example::

        - id: restore-test
          backup.verify: {of: backup, level: 3}
    """

    kind = "backup.verify"
    Args = VerifyArgs
    touches = Touches.ADDS
    scales_with_data = True
    way_back = WayBack.UNDO
    proves = Proof.BACKUP

    def check(self, ctx: StepContext[VerifyArgs]) -> list[Finding]:
        if _set(ctx) is None:
            return [later("backup.later", _("the set will be taken by {step}").format(step=ctx.args.of))]
        return []

    def plan(self, ctx: StepContext[VerifyArgs]) -> list[Change]:
        return [Change(what=_("scratch copy, compared and removed again"), where=ctx.site.name,
                       after=_("proof level {level}").format(level=ctx.args.level))]

    def apply(self, ctx: StepContext[VerifyArgs]) -> Outcome:
        from migrator.backup.errors import SetMissing
        from migrator.backup.verify import verify_set

        folder = _set(ctx)
        if folder is None:
            raise SetMissing(_("{step} has taken no set").format(step=ctx.args.of), where=ctx.step,
                             hint=_("put a backup.take with this id before it"))
        facts = verify_set(ctx.site, folder, level=ctx.args.level, say=ctx.say, progress=ctx.progress)
        summary = _("set {id} is proven to level {level}").format(id=facts["id"], level=facts["level"])
        return Outcome(changed=True, summary=summary, facts=facts)

    def verify(self, ctx: StepContext[VerifyArgs]) -> list[Finding]:
        from migrator.backup.sets.set import BackupSet

        folder = _set(ctx)
        if folder is None:
            return []
        kept = BackupSet.open(folder)
        if kept.proof.level < ctx.args.level:
            return [blocks("backup.unproven", _("set {id} is proven to level {level} only").format(
                id=kept.id, level=kept.proof.level), _("take another set"))]
        return [informs("backup.proven", _("set {id} is proven to level {level}").format(
            id=kept.id, level=kept.proof.level))]


def _set(ctx: StepContext[VerifyArgs]) -> Path | None:
    facts = ctx.facts.get(ctx.args.of)
    return Path(facts["set"]) if facts else None
