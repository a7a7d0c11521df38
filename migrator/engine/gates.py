"""Gates: what must hold before a stage starts. A gate is open, or says what is missing and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from migrator import clock
from migrator.errors import ApprovalMissing, Exit, FindingsBlock
from migrator.here import from_here
from migrator.journal.journal import Journal
from migrator.journal.next_command import waiting_command
from migrator.model import labels
from migrator.model.plan import Plan
from migrator.model.states import RunState
from migrator.text import _
from migrator.units import seconds, show_seconds

LOOKED_AT = 50
"""Newest runs among which a parked one is looked for."""


@dataclass(frozen=True)
class Closed:
    """One reason why a gate is shut, the exit code for it, and the command that would open it."""

    reason: str
    code: Exit
    hint: str


def closed(journal: Journal, plan: Plan, *, operator: str) -> list[Closed]:
    """Every reason why this operator may not start the plan now; empty when the gate is open."""
    return _operator(plan, operator) + _needs(journal, plan) + _approvals(journal, plan, operator)


def require_open(journal: Journal, plan: Plan, *, operator: str) -> None:
    """Raise ApprovalMissing or FindingsBlock with every reason, unless the gate is open."""
    if reasons := closed(journal, plan, operator=operator):
        error = ApprovalMissing if reasons[0].code is Exit.APPROVAL_MISSING else FindingsBlock
        raise error("; ".join(r.reason for r in reasons), hint=reasons[0].hint)


def _operator(plan: Plan, operator: str) -> list[Closed]:
    """A playbook that names its operators is started by nobody else."""
    named = plan.people.get("operators", [])
    if not named or operator in named:
        return []
    return [Closed(_("{who} is no operator of this playbook").format(who=operator), Exit.APPROVAL_MISSING,
                   _("operators: {people}; MIGRATOR_USER says who types").format(people=", ".join(named)))]


def _approvals(journal: Journal, plan: Plan, operator: str) -> list[Closed]:
    not_by = None if plan.rules.get("approver_may_operate") else operator
    result = []
    for group in plan.gate.get("approvals", []):
        standing = journal.approvals.standing(plan, group, not_by=not_by)
        if not standing.granted:
            result.append(Closed(
                _("the approval of {group} is not there: {reason}").format(
                    group=group, reason=labels.standing(standing.reason)),
                Exit.APPROVAL_MISSING, f"inv approve.sign --plan {plan.id} --as {group} --who NAME"))
    return result


def _needs(journal: Journal, plan: Plan) -> list[Closed]:
    needs = plan.gate.get("needs", [])
    passed = {f"{row['stage']}.{row['step']}": row for row in journal.attempts.passed(plan.digest)
              if row["run_state"] == "passed"} if needs else {}
    result = []
    for need in needs:
        stage, _dot, _step = need.partition(".")
        row = passed.get(need)
        hint = _opens(journal, plan, stage)
        if row is None:
            result.append(Closed(_("{need} has not passed with this very playbook").format(need=need),
                                 Exit.FINDINGS_BLOCK, hint))
            continue
        valid = plan.rules["backup_valid_for" if row["kind"].startswith("backup.") else "rehearsal_valid_for"]
        age = (clock.now() - clock.parse(row["ended"])).total_seconds()
        if age > seconds(valid):
            result.append(Closed(_("{need} is {age} old, {valid} are allowed").format(
                need=need, age=show_seconds(age), valid=valid), Exit.FINDINGS_BLOCK, hint))
    return result


def _opens(journal: Journal, plan: Plan, stage: str) -> str:
    """The command that leads to what a stage must bring: what its parked run waits for, else the stage itself."""
    parked = [dict(run) for run in journal.runs.list(limit=LOOKED_AT) if run["state"] == RunState.WAITING
              and (run["digest"], run["stage"]) == (plan.digest, stage)]
    if parked:
        return waiting_command(parked[0], journal.runs.plan(parked[0]["plan"]))
    command = "inv assess" if stage == "prepare" else "inv rehearse"
    return f"{command} --playbook {from_here(plan.playbook)}"
