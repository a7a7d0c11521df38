"""A parked run: what it asks, whose answer counts, and what the performer then writes."""

from __future__ import annotations

import pytest

from migrator.engine.people import own_run
from migrator.engine.performer import Performer
from migrator.events import RunParked
from migrator.model.plan import Plan
from migrator.model.states import RunState
from tests.unit.engine.office import Office, step

STEPS = (step("copy"), step("accept", "approval", by=["it", "business"]))


@pytest.fixture
def plan(office: Office) -> Plan:
    return office.plan(*STEPS, people={"approvers": {"it": ["zhao"], "business": ["wang", "li"]}})


def ask(office: Office, run: str, what: str = "approval", step: str = "accept") -> str:
    return Performer(office.desk, "me").ask(run, step, "-", what)


def test_it_waits_for_every_group_and_says_what_each_must_type(office: Office, plan: Plan) -> None:
    run = office.run(plan)
    office.sign(plan, "zhao")
    assert ask(office, run) == "waiting"
    parked = office.events[-1]
    assert isinstance(parked, RunParked)
    assert parked.waiting_for == "the approval of business"
    assert parked.next == f"inv approve.sign --plan {plan.id} --as business --who NAME && inv resume --run {run}"
    row = office.journal.runs.get(run)
    assert (row["state"], row["waiting_for"]) == (RunState.WAITING, "approval:business")


def test_who_started_the_run_cannot_grant_it_and_the_group_stays_asked(office: Office, plan: Plan) -> None:
    run = office.run(plan, started_by="li")
    office.sign(plan, "zhao")
    office.sign(plan, "li", group="business")
    assert ask(office, run) == "waiting"
    assert office.journal.runs.get(run)["waiting_for"] == "approval:business"


def test_who_may_not_approve_is_known_before_signing(office: Office, plan: Plan) -> None:
    run = office.run(plan, started_by="li")
    assert own_run(office.journal, plan, "li") == run
    assert own_run(office.journal, plan, "wang") is None
    small = office.plan(*STEPS, people=plan.people, rules={**plan.rules, "approver_may_operate": True})
    office.run(small, started_by="li")
    assert own_run(office.journal, small, "li") is None


def test_all_groups_grant_and_one_refuses(office: Office, plan: Plan) -> None:
    run = office.run(plan)
    office.sign(plan, "zhao")
    office.sign(plan, "wang", group="business")
    assert ask(office, run) == "granted"
    assert office.journal.runs.get(run)["state"] == RunState.RUNNING
    office.sign(plan, "zhao", approve=False)
    assert ask(office, run) == "refused"


def test_a_step_that_failed_waits_until_somebody_decides_and_the_order_is_used_up(office: Office, plan: Plan) -> None:
    run = office.run(plan)
    assert ask(office, run, "decision", "copy") == "waiting"
    assert office.journal.runs.get(run)["waiting_for"] == "decision:copy"
    office.journal.runs.order(run, {"act": "retry"}, actor="li")
    assert ask(office, run, "decision", "copy") == "retry"
    assert office.journal.runs.get(run)["order"] is None
    assert ask(office, run, "decision", "copy") == "waiting"


@pytest.mark.parametrize("what", ["approval", "decision"])
def test_an_order_to_go_back_answers_both_and_holds(office: Office, plan: Plan, what: str) -> None:
    run = office.run(plan)
    office.journal.runs.order(run, {"act": "rollback"}, actor="li")
    assert ask(office, run, what) == "rollback"
    assert office.journal.runs.get(run)["order"] == {"act": "rollback"}
