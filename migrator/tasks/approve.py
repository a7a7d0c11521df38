"""Approvals: named people agree to one very plan."""

from __future__ import annotations

from migrator import clock
from migrator.model import labels
from migrator.tasks.command import PLAYBOOK, Call, command, needed
from migrator.text import _

PLAN = "the plan's id, as inv plan shows it"


@command(playbook=PLAYBOOK, stage="stage to approve")
def request(call: Call, playbook: str | None = None, stage: str = "go-live") -> int | None:
    """Freeze a plan and say who must approve it, with the commands for them to type."""
    frozen = call.app.plan(call.app.playbook(playbook), stage)
    lines = [_("plan {plan}: {title}, stage {stage} on {env}").format(
        plan=frozen.id, title=frozen.title, stage=stage, env=frozen.environment)]
    lines += [f"  {group}: {', '.join(frozen.people['approvers'].get(group, []))}\n"
              f"    inv approve.sign --plan {frozen.id} --as {group} --who NAME" for group in frozen.gate["approvals"]]
    call.show("\n".join(lines), {"plan": frozen.id, "approvals": frozen.gate["approvals"]})
    return None


@command(plan=PLAN, as_="group to approve for", who="the approver's name (default: the login name)",
         reject="refuse instead", reason="why")
def sign(call: Call, plan: str | None = None, as_: str | None = None, who: str | None = None, reject: bool = False,
         reason: str = "") -> int | None:
    """Approve a plan, or refuse it; it counts for this very plan and is void when anything in it changes."""
    needed({"plan": plan, "as": as_})
    frozen = call.app.approve(str(plan), group=str(as_), who=who, approve=not reject, reason=reason)
    call.show(_("noted: {group} {decision} plan {plan} ({title}, stage {stage})").format(
        group=as_, decision=_("refuses") if reject else _("approves"), plan=plan, title=frozen.title,
        stage=frozen.stage),
        {"plan": plan, "group": as_, "decision": "reject" if reject else "approve"})
    return None


@command(plan=PLAN)
def list_(call: Call, plan: str | None = None) -> int | None:
    """List the decisions on a plan."""
    needed({"plan": plan})
    rows = [dict(row) for row in call.app.journal.approvals.list(str(plan))]
    call.show("\n".join("  ".join([clock.local(row["at"]), row["group"], row["who"], labels.decision(row["decision"]),
                                   row["reason"] or ""]).rstrip() for row in rows)
              or _("nobody has decided yet"), rows)
    return None
