"""sync.wait: go on only when nothing is left to be carried over, or little enough."""

from __future__ import annotations

import time

from pydantic import Field

from migrator.in_step import ready
from migrator.mapped import FILES, MappedArgs, met
from migrator.model.finding import Finding, informs
from migrator.model.outcome import Outcome
from migrator.model.states import Touches, WayBack
from migrator.step import Step, StepContext, register
from migrator.text import _


class SyncWaitArgs(MappedArgs):
    below: str | None = Field(None, description="how many dirty keys may be left (100), or how old the oldest may be "
                                                "(2s); none if left out")


@register
class SyncWait(Step[SyncWaitArgs]):
    """Waits until nothing is left to be carried over between two environments that `sync.start` keeps in step.

    Where no process carries changes over, the step does it itself. It waits as long as its `timeout` says. While users
    are at work, name how much may be left: the queue of a busy system is empty only for moments.

        - id: caught-up
          sync.wait: {mapping: mapping/6.1-7.0.yaml, from: live, below: 2s}
          timeout: 30m
    """

    kind = "sync.wait"
    Args = SyncWaitArgs
    touches = Touches.NOTHING
    way_back = WayBack.NONE
    files = FILES

    def check(self, ctx: StepContext[SyncWaitArgs]) -> list[Finding]:
        from migrator.sync.standing.goal import Goal

        Goal.parse(ctx.args.below)
        return ready(ctx)

    def apply(self, ctx: StepContext[SyncWaitArgs]) -> Outcome:
        from migrator.sync.standing.goal import Goal
        from migrator.sync.standing.wait import wait

        began = time.monotonic()
        left = wait(*met(ctx), Goal.parse(ctx.args.below), deadline=began + ctx.remaining(), told=lambda tables:
                    ctx.progress(sum(one.count for one in tables), None, _("dirty keys")))
        count = sum(one.count for one in left)
        return Outcome(changed=False, summary=_("{count} dirty keys are left").format(count=count),
                       facts={"left": count, "seconds": round(time.monotonic() - began, 3)})

    def verify(self, ctx: StepContext[SyncWaitArgs]) -> list[Finding]:
        from migrator.sync.starting.begun import in_step

        in_step(*met(ctx))
        return [informs("sync.in-step", _("both sides are in step"))]
