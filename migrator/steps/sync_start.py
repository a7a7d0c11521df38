"""sync.start: keep this environment's data in step with another one's, both ways, from now on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from migrator.in_step import errand, station, typed_here
from migrator.mapped import FILES, MappedArgs, met, met_or_why
from migrator.model.finding import Finding, blocks, informs
from migrator.model.outcome import Change, Outcome
from migrator.model.states import Touches
from migrator.step import Step, StepContext, register
from migrator.text import _


class SyncStartArgs(MappedArgs):
    applier: Literal["background", "elsewhere"] = Field(
        "background", description="who carries changes over: a process that this step leaves on this machine, or "
                                  "inv sync.apply where you run it, under systemd or in a container")
    only_new: Literal["refuse", "carry", "delete"] = Field(
        "refuse", description="what becomes of rows that only the new side has: refuse, carry to the old side, delete")
    allow: list[str] = Field(default_factory=list, description="names of triggers, tables and indexes that were found "
                                                               "to be harmless")


@register
class SyncStart(Step[SyncStartArgs]):
    """Keeps this environment's data in step with another one's, in both directions, while users work on either.

    Triggers note on both sides which rows are written. Then every old row is looked at once: where the new side lacks
    it, it is made; where it differs, the old side is right. From then on each change arrives on the other side, within
    a second as a rule. A start that was cut off goes on where it was. The way back ends the process and takes triggers
    and tables of ours out of both databases; data stay as they are.

        - id: in-step
          sync.start: {mapping: mapping/6.1-7.0.yaml, from: live}
    """

    kind = "sync.start"
    Args = SyncStartArgs
    touches = Touches.CHANGES
    scales_with_data = True
    files = FILES

    def check(self, ctx: StepContext[SyncStartArgs]) -> list[Finding]:
        from migrator.sync.blind import blind_spots

        found = met_or_why(ctx)
        if isinstance(found, Finding):
            return [found]
        return blind_spots(*found, ctx.args.allow)

    def plan(self, ctx: StepContext[SyncStartArgs]) -> list[Change]:
        from migrator.lens.side import Side
        from migrator.sync.watch.watched import watched

        found = met_or_why(ctx)
        if isinstance(found, Finding):
            return [Change(_("kept in step with {live}").format(live=ctx.args.from_), where=name)
                    for name in ctx.args.mappings]
        lens, meeting = found
        return [Change(_("triggers that note changes of {count} tables").format(count=len(watched(lens, side))),
                       where=meeting.end(side).name) for side in Side] + [
            Change(_("rows that {live} has and this side lacks are made").format(live=ctx.args.from_),
                   where=meeting.new.name)]

    def before(self, ctx: StepContext[SyncStartArgs]) -> dict[str, Any]:
        from migrator.sync.starting.take_back import ours

        return {"tables": ours(met(ctx)[1])}

    def apply(self, ctx: StepContext[SyncStartArgs]) -> Outcome:
        from migrator.sync.service import process
        from migrator.sync.starting.start import start
        from migrator.sync.starting.strays import Strays

        lens, meeting = met(ctx)
        place = station(ctx, meeting)
        if place.pid:
            return Outcome(changed=False, summary=_("process {pid} carries changes over already").format(pid=place.pid))
        begun = start(lens, meeting, strays=Strays(ctx.args.only_new),
                      progress=lambda done, total, unit, _of: ctx.progress(done, total, unit)).as_json()
        if ctx.args.applier == "background":
            process.start(place, errand(ctx))
        return Outcome(not begun["already"], _("{rows} rows looked at, {inserted} made and {updated} changed").format(
            **begun), begun)

    def verify(self, ctx: StepContext[SyncStartArgs]) -> list[Finding]:
        from migrator.errors import MigratorError
        from migrator.sync.starting.begun import in_step

        lens, meeting = met(ctx)
        try:
            in_step(lens, meeting)
        except MigratorError as error:
            return [blocks("sync.not-begun", error.message, error.hint or "")]
        pid = station(ctx, meeting).pid
        if ctx.args.applier == "background" and pid is None:
            return [blocks("sync.no-applier", _("no process of this machine carries changes over"),
                           _("resume the run, or type inv sync.start"))]
        return [informs("sync.begun", _("changes on either side are noted and carried over"))]

    def undo(self, ctx: StepContext[SyncStartArgs], record: Mapping[str, Any]) -> Outcome:
        from migrator.lens.side import Side
        from migrator.sync.service import process
        from migrator.sync.starting.take_back import take_back

        if not record:  # it never began
            return Outcome(changed=False)
        lens, meeting = met(ctx)
        process.stop(station(ctx, meeting))
        changed = take_back(lens, meeting, {side: record["tables"][side] for side in Side})
        return Outcome(changed, _("each side is on its own again; data stay as they are"))

    def by_hand(self, ctx: StepContext[SyncStartArgs], record: Mapping[str, Any]) -> list[str]:
        if not record:
            return []
        kept = [f"{side}.{name}" for side, names in record["tables"].items() for name in names]
        return [typed_here(ctx, "sync.undo", "--yes", *(["--keep", ",".join(kept)] if kept else []))]
