"""approval: wait until named people have agreed."""

from __future__ import annotations

from pydantic import Field

from migrator.model.finding import Finding, blocks, informs
from migrator.model.outcome import Outcome, Request
from migrator.model.states import Touches, WayBack
from migrator.playbook.inventory import Name
from migrator.step import Args, Step, StepContext, register
from migrator.text import _


class ApprovalArgs(Args):
    by: Name | list[Name] = Field(description="groups of people.approvers; of each as many must agree as it says")
    shows: str = Field("", description="what they are asked to look at before they decide")

    @property
    def groups(self) -> list[str]:
        return [self.by] if isinstance(self.by, str) else self.by


@register
class Approval(Step[ApprovalArgs]):
    """Holds the run until people of each group, as many as it says, have approved this very plan.

    The run parks and needs no living process meanwhile. An approval counts for the plan that was signed: any change of
    playbook, files or inventory makes another plan. Who started the run cannot approve it, unless the rules say so.

        - id: accept
          approval: {by: business, shows: trial report}
    """

    kind = "approval"
    Args = ApprovalArgs
    touches = Touches.NOTHING
    way_back = WayBack.NONE

    def apply(self, ctx: StepContext[ApprovalArgs]) -> Outcome:
        groups = ", ".join(ctx.args.groups)
        return Outcome(changed=False, summary=_("asks for the approval of {groups}").format(groups=groups),
                       request=Request("park", {"groups": ctx.args.groups}))

    def check(self, ctx: StepContext[ApprovalArgs]) -> list[Finding]:
        named = ctx.journal()["people"].get("approvers", {})
        approvers = {group: said["people"] if isinstance(said, dict) else said for group, said in named.items()}
        return [blocks("approval.nobody", _("nobody is named as approver of {group}").format(group=group),
                       _("name them under people.approvers.{group}").format(group=group))
                for group in ctx.args.groups if not approvers.get(group)]

    def verify(self, ctx: StepContext[ApprovalArgs]) -> list[Finding]:
        return [informs("approval.asked", _("the approval is asked for; the run waits for it"))]
