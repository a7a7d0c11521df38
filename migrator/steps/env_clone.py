"""Step kind env.clone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from migrator.model.finding import Finding, blocks, informs, later
from migrator.model.outcome import Change, Outcome
from migrator.model.states import Touches
from migrator.step import Args, Step, StepContext, register
from migrator.text import _

if TYPE_CHECKING:
    from migrator.clone.harmless import Terms


class CloneArgs(Args):
    from_: str | None = Field(None, alias="from", description="step that took the set, such as prepare.backup; left "
                                                              "out: a set is taken for this clone")
    of: str = Field("live", description="environment of the playbook that is copied")
    adapt: list[str] = Field(default_factory=list, description="files, as TREE/PATH, in which values, paths and "
                                                               "database URLs of the original become the copy's own")
    must_not_contain: list[str] = Field(default_factory=list, description="more files, as TREE/PATH, in which nothing "
                                                                          "of the original may be left")
    mask: str | None = Field(None, description="file of the playbook with the product's masking rules; the key is the "
                                               "original's secret named masking")
    neutralise: str | None = Field(None, description="file of the playbook that names the product's integrations and "
                                                     "what makes each harmless")
    parity: int | None = Field(None, ge=0, le=100, description="percent by which the copy must be like its original")


@register
class EnvClone(Step[CloneArgs]):
    """Makes this environment a copy of another one: the databases and trees of a backup set in places of their own.

    It starts only when the inventory marks this environment as `disposable` and when no path, database or machine of
    it is, or lies within, one of the original. What it held before is kept as a backup set, and going back restores
    that. In the files named by `adapt` every value, tree path and database URL that the inventory gives for both
    environments is changed to the copy's own; the step fails when one of the original's is left there.

    With `mask` personal values become made ones, and the step fails when one of the original's is found anywhere. With
    `neutralise` every integration that the file names is made harmless, and one that is found and not named fails the
    step, so that nothing of the copy is started. With `parity` all else is compared with the original.

    Example::

        - id: clone
          env.clone:
            from: prepare.backup
            of: live
            adapt: [app/config.ini]
            mask: masking.yaml
            neutralise: neutralise.yaml
            parity: 95
    """

    kind = "env.clone"
    Args = CloneArgs
    touches = Touches.CHANGES
    scales_with_data = True
    weighs_data = True
    files = ("mask", "neutralise")

    def check(self, ctx: StepContext[CloneArgs]) -> list[Finding]:
        from migrator.backup.sets.set import BackupSet
        from migrator.clone.apart import too_close
        from migrator.clone.fitting import misfits

        live = ctx.elsewhere(ctx.args.of)
        found = too_close(ctx.site, live)
        folder = _set(ctx)
        if folder is not None:
            return found + misfits(BackupSet.open(folder), ctx.site, live)
        if ctx.args.from_:
            return [*found, later("clone.later", _("the set will be taken by {step}").format(step=ctx.args.from_))]
        return found

    def plan(self, ctx: StepContext[CloneArgs]) -> list[Change]:
        names = [*ctx.site.environment.databases, *ctx.site.environment.trees]
        what = _("replaced by the copy of {live}").format(live=ctx.args.of)
        return [*(Change(what=what, where=f"{ctx.site.name}: {name}") for name in names),
                *(Change(what=_("adapted"), where=name) for name in _terms(ctx).files),
                *([Change(what=_("masked by the rules"), where=ctx.args.mask)] if ctx.args.mask else []),
                *(Change(what=_("made harmless"), where=name) for name in _integrations(ctx))]

    def before(self, ctx: StepContext[CloneArgs]) -> dict[str, Any]:
        from migrator.backup.restoring.former import present

        return present(ctx.site)

    def apply(self, ctx: StepContext[CloneArgs]) -> Outcome:
        from migrator.backup.sets.set import BackupSet
        from migrator.backup.taking.take import take_set
        from migrator.clone.clone import make_clone
        from migrator.clone.harmless import make_harmless

        live = ctx.elsewhere(ctx.args.of)
        self._insist(ctx)
        source = _set(ctx) or take_set(live, ctx.vault, f"{live.name}.{ctx.run}.{ctx.step}", say=ctx.say,
                                       progress=ctx.progress).folder
        facts = make_clone(ctx.site, source, ctx.vault, _former(ctx), ctx.record, say=ctx.say, progress=ctx.progress)
        kept = BackupSet.open(source)
        facts["data"] = kept.data(*kept.chosen(None, None))
        facts |= make_harmless(ctx.site, live, _terms(ctx), say=ctx.say).as_json()
        summary = _("{copy} is a copy of {live}").format(copy=ctx.site.name, live=live.name)
        return Outcome(bool(facts["restored"]), summary, facts)

    def verify(self, ctx: StepContext[CloneArgs]) -> list[Finding]:
        from migrator.backup.restoring.former import present
        from migrator.clone.neutral.neutralise import harmless
        from migrator.clone.traces import Traces, leftovers, missing
        from migrator.model.finding import blocking

        terms = _terms(ctx)
        files = [*terms.files, *ctx.args.must_not_contain]
        left = leftovers(ctx.site, Traces.of(ctx.elsewhere(ctx.args.of), ctx.site), files)
        found = [blocks("clone.missing", _("the copy has no file {file}").format(file=file))
                 for file in missing(ctx.site, files)]
        found += [blocks("clone.traces", _("{file} still speaks of {live}: {texts}").format(
            file=file, live=ctx.args.of, texts=", ".join(texts)), _("add the file to adapt"))
            for file, texts in left.items()]
        held = present(ctx.site)
        found += [blocks("clone.missing", _("the copy does not have {name}").format(name=name))
                  for name in [*ctx.site.environment.databases, *ctx.site.environment.trees]
                  if name not in [*held["databases"], *held["trees"]]]
        if terms.neutral and not found:
            found += [*harmless(ctx.site, terms.neutral), informs("clone.egress", _(
                "no network keeps in what {copy} sends: its own settings do").format(copy=ctx.site.name))]
        return found if blocking(found) else [*found, informs("clone.made", _(
            "{count} files hold nothing of {live}").format(count=len(files), live=ctx.args.of))]

    def undo(self, ctx: StepContext[CloneArgs], record: Mapping[str, Any]) -> Outcome:
        from migrator.backup.restoring.former import give_back

        changed = give_back(ctx.site, ctx.vault, _former(ctx), record, say=ctx.say, progress=ctx.progress)
        return Outcome(changed, _("{copy} is what it was before").format(copy=ctx.site.name))

    def by_hand(self, ctx: StepContext[CloneArgs], record: Mapping[str, Any]) -> list[str]:
        from migrator.backup.restoring.former_by_hand import giving_back

        return giving_back(ctx.site, ctx.vault / _former(ctx), record)

    def _insist(self, ctx: StepContext[CloneArgs]) -> None:
        """The check once more, at the last moment before something is changed."""
        from migrator.errors import FindingsBlock
        from migrator.model.finding import blocking

        for finding in blocking(self.check(ctx)):
            raise FindingsBlock(finding.message, where=ctx.site.name, hint=finding.advice)


def _terms(ctx: StepContext[CloneArgs]) -> Terms:
    from migrator.clone.harmless import Terms
    from migrator.clone.neutral.read import parse_neutral
    from migrator.mask.rules import Rules

    args = ctx.args
    return Terms(tuple(args.adapt), Rules.parse(ctx.file(args.mask), args.mask) if args.mask else None,
                 parse_neutral(ctx.file(args.neutralise), args.neutralise) if args.neutralise else None, args.parity)


def _integrations(ctx: StepContext[CloneArgs]) -> list[str]:
    neutral = _terms(ctx).neutral
    return [each.name for each in neutral.integrations] if neutral else []


def _set(ctx: StepContext[CloneArgs]) -> Path | None:
    facts = ctx.facts.get(ctx.args.from_) if ctx.args.from_ else None
    return Path(facts["set"]) if facts else None


def _former(ctx: StepContext[CloneArgs]) -> str:
    return f"{ctx.site.name}.{ctx.run}.{ctx.step}.before"
