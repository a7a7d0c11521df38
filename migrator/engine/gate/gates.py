"""Gates: what must hold before a stage starts. A gate is open, or says what is missing and what to do."""

from __future__ import annotations

from migrator.engine.gate import proofs, windows
from migrator.engine.gate.budget import enough_time
from migrator.engine.gate.closed import Asked, Closed
from migrator.errors import ApprovalMissing, Exit, FindingsBlock
from migrator.journal.journal import Journal
from migrator.model import labels
from migrator.model.plan import Plan
from migrator.playbook.inventory import Environment
from migrator.text import _


def closed(journal: Journal, plan: Plan, *, operator: str, environment: Environment | None = None) -> list[Closed]:
    """Every reason why this operator may not start the plan now; empty when the gate is open.

    `environment` is where the plan works; without it nothing is asked about the time.
    """
    asked = Asked(journal, plan, operator, environment)
    return [reason for condition in CONDITIONS for reason in condition(asked)]


def require_open(journal: Journal, plan: Plan, *, operator: str, environment: Environment | None = None) -> None:
    """Raise ApprovalMissing or FindingsBlock with every reason, unless the gate is open."""
    if reasons := closed(journal, plan, operator=operator, environment=environment):
        error = ApprovalMissing if reasons[0].code is Exit.APPROVAL_MISSING else FindingsBlock
        raise error(_("; ").join(r.reason for r in reasons), hint=reasons[0].hint)


def an_operator(asked: Asked) -> list[Closed]:
    """A playbook that names its operators is started by nobody else."""
    named = asked.plan.people.get("operators", [])
    if not named or asked.operator in named:
        return []
    return [Closed(_("{who} is no operator of this playbook").format(who=asked.operator), Exit.APPROVAL_MISSING,
                   _("operators: {people}; MIGRATOR_USER says who types").format(people=", ".join(named)))]


def approvals(asked: Asked) -> list[Closed]:
    """Enough people of each group agree to this very plan, the operator not counted."""
    plan, journal = asked.plan, asked.journal
    not_by = None if plan.rules.get("approver_may_operate") else asked.operator
    standings = [journal.approvals.standing(plan, group, not_by=not_by) for group in plan.gate.get("approvals", [])]
    return [Closed(_("the approval of {group} is not there: {reason}").format(
                       group=standing.group, reason=labels.standing(standing)),
                   Exit.APPROVAL_MISSING, f"inv approve.sign --plan {plan.id} --as {standing.group} --who NAME")
            for standing in standings if not standing.granted]


CONDITIONS = (an_operator, proofs.needs, proofs.rehearsal, proofs.drill, proofs.way_back, proofs.backup,
              proofs.assessment, enough_time, windows.an_open_window, approvals)
"""All of them are asked, in this order, so that people hear of everything at once."""
