"""A gate is open only for signatures and rehearsals of this very plan, of the right people, and fresh enough."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from migrator import clock, text
from migrator.engine.gate.gates import closed, require_open
from migrator.errors import ApprovalMissing, Exit, FindingsBlock
from migrator.model.plan import Plan
from migrator.model.states import RunState
from tests.unit.engine.office import Office


@pytest.fixture
def plan(office: Office) -> Plan:
    return office.plan(gate={"approvals": ["it"], "needs": ["trial.accept"]})


def rehearsed(office: Office, plan: Plan, state: RunState = RunState.PASSED, kind: str = "command") -> None:
    run = office.run(replace(plan, stage="trial"))
    office.passed(run, "accept", kind=kind)
    office.journal.runs.move(run, state, actor="me")


def test_a_signed_and_rehearsed_plan_may_start(office: Office, plan: Plan) -> None:
    rehearsed(office, plan)
    office.sign(plan, "zhao")
    assert closed(office.journal, plan, operator="li") == []
    require_open(office.journal, plan, operator="li")


def test_every_reason_is_told_and_each_names_the_command_that_helps(office: Office, plan: Plan) -> None:
    need, approval = closed(office.journal, plan, operator="li")
    assert (need.code, need.hint) == (Exit.FINDINGS_BLOCK, "inv rehearse --playbook pb")
    assert (approval.code, approval.hint) == (
        Exit.APPROVAL_MISSING, f"inv approve.sign --plan {plan.id} --as it --who NAME")
    with pytest.raises(FindingsBlock, match=r"trial\.accept has not passed.*; the approval of it"):
        require_open(office.journal, plan, operator="li")


def test_the_reasons_are_joined_as_the_language_does_it(office: Office, plan: Plan) -> None:
    text.choose("zh")
    with pytest.raises(FindingsBlock, match=r"[^;]+；[^;]+"):
        require_open(office.journal, plan, operator="li")


def test_what_must_be_prepared_is_prepared_again(office: Office, plan: Plan) -> None:
    wanting = replace(plan, gate={"approvals": [], "needs": ["prepare.proven"]})
    assert [c.hint for c in closed(office.journal, wanting, operator="li")] == ["inv assess --playbook pb"]


@pytest.mark.parametrize("state", [RunState.BROUGHT_BACK, RunState.STOPPED])
def test_a_rehearsal_that_did_not_pass_as_a_whole_does_not_count(office: Office, plan: Plan, state: RunState) -> None:
    rehearsed(office, plan, state)
    assert "trial.accept has not passed" in closed(office.journal, plan, operator="li")[0].reason


def test_a_rehearsal_of_another_playbook_does_not_count(office: Office, plan: Plan) -> None:
    rehearsed(office, replace(plan, digest="other"))
    assert "trial.accept has not passed" in closed(office.journal, plan, operator="li")[0].reason


@pytest.mark.parametrize(("kind", "hours", "told"), [
    ("command", 15 * 24, "trial.accept is 15d00h old, 14d are allowed"), ("command", 13 * 24, ""),
    ("backup.verify", 13, "trial.accept is 13h00m old, 12h are allowed"), ("backup.verify", 11, ""),
])
def test_what_is_too_old_does_not_count(office: Office, plan: Plan, monkeypatch: pytest.MonkeyPatch, kind: str,
                                        hours: int, told: str) -> None:
    rehearsed(office, plan, kind=kind)
    later = clock.now() + timedelta(hours=hours, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    office.sign(plan, "zhao")
    assert [c.reason for c in closed(office.journal, plan, operator="li")] == ([told] if told else [])


@pytest.mark.parametrize(("who", "operator", "rule", "opens"), [
    ("li", "li", False, False), ("li", "li", True, True), ("li", "zhao", False, True)])
def test_nobody_signs_for_their_own_run_unless_the_rules_say_so(office: Office, plan: Plan, who: str, operator: str,
                                                                rule: bool, opens: bool) -> None:
    signed = replace(plan, gate={"approvals": ["it"]}, rules={**plan.rules, "approver_may_operate": rule})
    office.sign(signed, who)
    assert (closed(office.journal, signed, operator=operator) == []) is opens


def test_a_plan_bound_to_another_inventory_must_be_signed_again(office: Office, plan: Plan) -> None:
    signed = replace(plan, gate={"approvals": ["it"]})
    office.sign(signed, "zhao")
    with pytest.raises(ApprovalMissing):
        require_open(office.journal, replace(signed, bindings="other"), operator="li")


def test_a_playbook_that_names_its_operators_is_started_by_nobody_else(office: Office) -> None:
    named = office.plan(people={"operators": ["chen", "wu"]})
    assert closed(office.journal, named, operator="wu") == []
    refusal, = closed(office.journal, named, operator="li")
    assert (refusal.code, refusal.hint) == (Exit.APPROVAL_MISSING, "operators: chen, wu; MIGRATOR_USER says who types")


def test_a_rehearsal_that_waits_is_not_to_be_rehearsed_again(office: Office, plan: Plan) -> None:
    rehearsal = replace(plan, stage="trial")
    run = office.run(rehearsal)
    office.journal.runs.move(run, RunState.WAITING, actor="me", waiting_for="approval:it")
    need, _approval = closed(office.journal, plan, operator="li")
    assert need.hint == f"inv approve.sign --plan {rehearsal.id} --as it --who NAME && inv resume --run {run}"
