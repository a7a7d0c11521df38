"""drill.rollback: go back for practice, with a stopwatch, and come forward again."""

from __future__ import annotations

from pydantic import Field

from migrator.model.finding import Finding, informs
from migrator.model.outcome import Change, Outcome, Request
from migrator.model.proof import Proof
from migrator.model.states import Touches, WayBack
from migrator.step import Args, Step, StepContext, register
from migrator.text import _


class DrillArgs(Args):
    to: str = Field("start", description="step to go back to, its own work included; start is the stage's first step")


@register
class DrillRollback(Step[DrillArgs]):
    """Undoes the steps since `to`, measures every minute of it, and does them again.

    The measured seconds are kept as evidence and become the estimate of the way back in the live plan. The drill ends
    on the new version, so that the people who accept it see what will go live.

        - id: drill
          drill.rollback: {to: copy}
    """

    kind = "drill.rollback"
    Args = DrillArgs
    touches = Touches.NOTHING
    way_back = WayBack.NONE
    proves = Proof.DRILL

    def plan(self, ctx: StepContext[DrillArgs]) -> list[Change]:
        return [Change(_("the way back to {step} is walked and timed, then the way forward again").format(
            step=ctx.args.to))]

    def apply(self, ctx: StepContext[DrillArgs]) -> Outcome:
        return Outcome(changed=False, summary=_("goes back to {step} and forward again").format(step=ctx.args.to),
                       request=Request("undo_to", {"to": ctx.args.to}))

    def verify(self, ctx: StepContext[DrillArgs]) -> list[Finding]:
        return [informs("drill.asked", _("the way back is walked now"))]
