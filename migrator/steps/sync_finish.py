"""sync.finish: close the way back; from here on one side goes on alone."""

from __future__ import annotations

from migrator.in_step import MoveArgs, ready, station
from migrator.mapped import FILES, met
from migrator.model.finding import Finding, blocks, informs
from migrator.model.outcome import Change, Outcome
from migrator.model.states import Touches, WayBack
from migrator.step import Step, StepContext, register
from migrator.text import _
from migrator.units import seconds


@register
class SyncFinish(Step[MoveArgs]):
    """Ends what `sync.start` began: the side that users work on goes on alone, the other one goes on to refuse writes.

    What is left is carried over and both sides are compared once more; only then triggers are removed, numbers of both
    sides are brought together, and the process that carried changes over ends. Pair memory, conflicts and what both
    sides agreed on stay where they are and are kept with the run. There is no way back from here: the step belongs
    behind a decision of people, and is marked so.

        - id: alone
          sync.finish: {mapping: mapping/6.1-7.0.yaml, from: live}
          point_of_no_return: true
    """

    kind = "sync.finish"
    Args = MoveArgs
    touches = Touches.CHANGES
    way_back = WayBack.NONE
    files = FILES

    def check(self, ctx: StepContext[MoveArgs]) -> list[Finding]:
        return [] if _finished(ctx) else ready(ctx)

    def plan(self, ctx: StepContext[MoveArgs]) -> list[Change]:
        return [Change(_("goes on alone"), where=ctx.site.name),
                Change(_("is kept in step no more, and goes on to refuse writes"), where=ctx.args.from_)]

    def apply(self, ctx: StepContext[MoveArgs]) -> Outcome:
        from migrator.sync.moves.finish import finish
        from migrator.sync.service import process

        lens, meeting = met(ctx)
        already = _finished(ctx)
        done = finish(lens, meeting, archive=ctx.work / f"{ctx.step}.kept", wait=seconds(ctx.args.wait),
                      progress=lambda done, total, unit, _step: ctx.progress(done, total, unit)).as_json()
        process.stop(station(ctx, meeting))
        return Outcome(not already, _("{tables} tables of ours are kept").format(tables=len(done["kept"])), done)

    def verify(self, ctx: StepContext[MoveArgs]) -> list[Finding]:
        if not _finished(ctx):
            return [blocks("sync.goes-on", _("both sides are still kept in step"), _("resume the run"))]
        return [informs("sync.finished", _("one side goes on alone; nothing is noted or carried over any more"))]


def _finished(ctx: StepContext[MoveArgs]) -> bool:
    from migrator.errors import MigratorError
    from migrator.sync.state import Phase, read_state

    try:
        state = read_state(met(ctx)[1])
    except MigratorError:  # what is wrong is told where it matters
        return False
    return state is not None and state.phase is Phase.FINISHED
