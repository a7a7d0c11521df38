"""Step kind backup.take."""

from __future__ import annotations

from pydantic import Field

from migrator.model.finding import Finding, blocks, informs, later
from migrator.model.outcome import Change, Outcome
from migrator.model.states import Touches, WayBack
from migrator.step import Args, Step, StepContext, register
from migrator.text import _
from migrator.units import show_size


class TakeArgs(Args):
    what: list[str] = Field(default_factory=list, description="`databases`, `trees`, or their names in the inventory; "
                                                              "left out: everything")


@register
class BackupTake(Step[TakeArgs]):
    """Takes one set of databases and file trees into the vault of this machine, while the application may run.

    Databases are dumped first, by their own programs and from one snapshot each; then the trees are packed. All is
    streamed: nothing is stored on the hosts, and the set appears in the vault only when it is complete. It can be
    restored without this program; its README.txt says how. A database that is written to meanwhile is told of, and its
    counts and digests are measured when the set is verified. Going back leaves the set where it is.

    Example::

        - id: backup
          backup.take: {what: [databases, trees]}
    """

    kind = "backup.take"
    Args = TakeArgs
    touches = Touches.ADDS
    scales_with_data = True
    weighs_data = True
    way_back = WayBack.NONE  # the set stays in the vault: it may be the way back of others

    def check(self, ctx: StepContext[TakeArgs]) -> list[Finding]:
        from migrator.backup.room import KEEP_FREE, room
        from migrator.backup.taking.take import absent, estimate
        from migrator.errors import NoSpace

        if ctx.ahead:
            return [later("backup.later", _("the backup will be as large as what lies there then"))]
        if missing := absent(ctx.site, *_chosen(ctx)):
            return [blocks("backup.missing", _("{place} is not there, so it cannot be backed up").format(place=place),
                           _("correct it in the inventory, or name what to back up with what:")) for place in missing]
        needed = estimate(ctx.site, *_chosen(ctx))
        try:
            room(ctx.vault, needed + KEEP_FREE)
        except NoSpace as error:
            return [blocks("backup.space", error.message, error.hint or "")]
        return []

    def plan(self, ctx: StepContext[TakeArgs]) -> list[Change]:
        databases, trees = _chosen(ctx)
        return [Change(what=_("new backup set"), where=f"{ctx.vault}/{set_name(ctx)}",
                       after=", ".join([*databases, *trees]))]

    def apply(self, ctx: StepContext[TakeArgs]) -> Outcome:
        from migrator.backup.taking.take import take_set

        databases, trees = _chosen(ctx)
        there = (ctx.vault / set_name(ctx)).exists()
        kept = take_set(ctx.site, ctx.vault, set_name(ctx), databases=databases, trees=trees, say=ctx.say,
                        progress=ctx.progress)
        facts = {"set": str(kept.folder), "id": kept.id, "manifest": kept.sha256, "bytes": kept.bytes,
                 "databases": databases, "notes": [dict(note) for note in kept.manifest.notes],
                 "data": kept.data(databases, trees), **kept.measures(databases, trees)}
        return Outcome(not there, _("set {id}, {size}").format(id=kept.id, size=show_size(kept.bytes)), facts)

    def verify(self, ctx: StepContext[TakeArgs]) -> list[Finding]:
        from migrator.backup import watch
        from migrator.backup.errors import SetDamaged
        from migrator.backup.parts import part
        from migrator.backup.sets.set import BackupSet

        folder = ctx.vault / set_name(ctx)
        if not folder.exists():
            return [blocks("backup.missing", _("the set is not in the vault"))]
        kept = BackupSet.open(folder)
        try:
            for one in kept.manifest.parts:
                part.check_hash(kept.folder, one, watch.still)
        except SetDamaged as error:
            return [blocks("backup.damaged", error.message, error.hint or "")]
        notes = [Finding.from_json(dict(note)) for note in kept.manifest.notes]
        return [informs("backup.taken", _("set {id} is whole; it is not proven before it was restored").format(
            id=kept.id), manifest=kept.sha256), *notes]


def set_name(ctx: StepContext[TakeArgs]) -> str:
    """One name per run and step, so that a repeat after a crash finds its set."""
    return f"{ctx.site.name}.{ctx.run}.{ctx.step}"


def _chosen(ctx: StepContext[TakeArgs]) -> tuple[list[str], list[str]]:
    from migrator.backup.restoring.choice import chosen_of

    return chosen_of(ctx.site, ctx.args.what)
