"""A parked run: what it asks, whose answer counts, and what the performer then writes."""

from __future__ import annotations

import pytest

from migrator.engine.run.people import APPROVAL, DECISION, LINE, TIME, own_run
from migrator.engine.run.performer import Performer
from migrator.engine.run.story import At
from migrator.errors import Exit
from migrator.events import RunParked
from migrator.model.plan import Plan
from migrator.model.states import Direction, RunState
from tests.unit.engine.office import Office, step

FAR = "2099-01-01T00:00:00+00:00"
STEPS = (step("copy"), step("accept", "approval", by=["it", "business"]))


@pytest.fixture
def plan(office: Office) -> Plan:
    return office.plan(*STEPS, people={"approvers": {"it": ["zhao"], "business": ["wang", "li"]}})


def ask(office: Office, run: str, about: str = APPROVAL, place: int = 1) -> str:
    """What the answer is, at the step `accept` or the one named by its place."""
    performer = Performer(office.desk, "me", lambda: False)
    return str(performer.ask(run, At(place=place).as_json(), about)["what"])


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


def test_a_parked_run_goes_on_when_as_many_have_signed_as_the_group_says(office: Office, plan: Plan) -> None:
    group = {"people": ["wang", "zhao", "chen"], "at_least": 2}
    run = office.run(office.plan(*STEPS, people={"approvers": {"it": ["zhao"], "business": group}}))
    for who, group_of, answer in (("zhao", "it", "waiting"), ("wang", "business", "waiting"),
                                  ("wang", "business", "waiting"), ("chen", "business", "on")):
        office.sign(office.journal.runs.plan_of(run), who, group=group_of)
        assert ask(office, run) == answer


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
    assert ask(office, run) == "on"
    assert office.journal.runs.get(run)["state"] == RunState.RUNNING
    office.sign(plan, "zhao", approve=False)
    assert ask(office, run) == "back"


@pytest.mark.parametrize(("done", "ends"), [
    (False, (RunState.FAILED, Exit.APPROVAL_MISSING)), (True, (RunState.BROUGHT_BACK, Exit.BROUGHT_BACK)),
])
def test_who_refuses_and_why_is_the_verdict_of_a_run(office: Office, plan: Plan, done: bool,
                                                     ends: tuple[RunState, Exit]) -> None:
    run, performer = office.run(plan), Performer(office.desk, "me", lambda: False)
    office.sign(plan, "zhao", approve=False, reason="not today")
    office.sign(plan, "wang", approve=False, group="business")
    answer = performer.ask(run, At(place=1).as_json(), APPROVAL)
    assert answer["why"] == "zhao refuses: not today; wang refuses"
    if done:
        office.passed(run, "copy")
        office.passed(run, "copy", direction=Direction.UNDO)
    performer.finish_back(run, answer["at"], answer["why"])
    row = office.journal.runs.get(run)
    assert (row["state"], row["exit_code"], row["message"]) == (*ends, answer["why"])


def test_a_refusal_is_not_blamed_for_a_run_that_ended_for_another_reason(office: Office, plan: Plan) -> None:
    run = office.run(plan)
    office.sign(plan, "zhao", approve=False)
    assert Performer(office.desk, "me", lambda: False).finish_back(run, At().as_json(), "a fault") == Exit.STOPPED


def test_a_step_that_failed_waits_until_somebody_decides_and_the_order_is_used_up(office: Office, plan: Plan) -> None:
    run = office.run(plan)
    assert ask(office, run, DECISION, 0) == "waiting"
    assert office.journal.runs.get(run)["waiting_for"] == "decision:copy"
    office.journal.runs.order(run, {"act": "retry"}, actor="li")
    assert ask(office, run, DECISION, 0) == "on"
    assert office.journal.runs.get(run)["order"] is None
    assert ask(office, run, DECISION, 0) == "waiting"


@pytest.mark.parametrize("about", [APPROVAL, DECISION, f"{LINE}:{FAR}", f"{TIME}:{FAR}"])
def test_an_order_to_go_back_answers_everything_and_holds(office: Office, plan: Plan, about: str) -> None:
    run = office.run(plan)
    office.journal.runs.order(run, {"act": "rollback"}, actor="li")
    assert ask(office, run, about) == "back"
    assert office.journal.runs.get(run)["order"] == {"act": "rollback"}


def test_a_moment_is_waited_for_and_answers_itself(office: Office, plan: Plan) -> None:
    run = office.run(plan)
    assert ask(office, run, f"{TIME}:{FAR}") == "waiting"
    row = office.journal.runs.get(run)
    assert (row["state"], row["wake"]) == (RunState.WAITING, FAR)
    assert ask(office, run, f"{TIME}:2020-01-01T00:00:00+00:00") == "on"
    assert office.journal.runs.get(run)["wake"] is None


def test_a_step_that_is_skipped_is_passed_over_with_name_and_reason(office: Office, plan: Plan) -> None:
    run = office.run(plan)
    order = {"act": "skip", "who": "zhao", "reason": "the index is rebuilt at night"}
    office.journal.runs.order(run, order, actor="zhao")
    assert ask(office, run, DECISION, 0) == "on"
    (attempt,) = office.journal.attempts.of_run(run)
    assert (attempt["state"], attempt["message"]) == ("SKIPPED", "skipped by zhao: the index is rebuilt at night")


def test_going_on_although_late_is_remembered(office: Office, plan: Plan) -> None:
    run = office.run(plan)
    office.journal.runs.order(run, {"act": "go on", "who": "zhao", "reason": "an hour more was granted"}, actor="zhao")
    answer = Performer(office.desk, "me", lambda: False).ask(run, At(place=1).as_json(), f"{LINE}:{FAR}")
    assert (answer["what"], answer["at"]["line"]) == ("on", "accepted")


def test_who_is_asked_in_vain_until_the_way_back_must_begin_goes_back_for_lack_of_time(office: Office,
                                                                                      plan: Plan) -> None:
    run, performer = office.run(plan), Performer(office.desk, "me", lambda: False)
    assert performer.ask(run, At(place=1).as_json(), f"{LINE}:{FAR}")["what"] == "waiting"
    row = office.journal.runs.get(run)
    assert (row["waiting_for"], row["wake"]) == ("line:accept", FAR), "a tick wakes it then"
    answer = performer.ask(run, At(place=1).as_json(), f"{LINE}:2020-01-01T00:00:00+00:00")
    assert (answer["what"], answer["at"]["line"]) == ("back", "crossed")
