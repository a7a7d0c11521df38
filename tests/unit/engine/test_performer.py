"""The acts of a run's story on a real journal: how it begins, which way back it takes, and how it ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrator.engine.performer import Performer
from migrator.errors import Exit, Unreachable
from migrator.events import GoingBack, RunEnded, RunStarted
from migrator.model.finding import blocks
from migrator.model.plan import Plan
from migrator.model.states import AttemptState, Direction, RunState
from migrator.steps.command import Command
from tests.unit.engine.office import Office, step

COPY = step("copy", targets=("one", "two"), run=["true"], verify={"file": "/"}, undo=["true"])
NOTE = step("note", targets=("one",), way_back="none", run=["true"], verify={"file": "/"})
TEST = step("test", targets=("one",), run=["true"], verify={"file": "/"}, undo=["true"])


@pytest.fixture
def plan(office: Office) -> Plan:
    return office.plan(COPY, NOTE, TEST)


@pytest.fixture
def performer(office: Office) -> Performer:
    return Performer(office.desk, "me")


def test_it_begins_with_every_unit_in_order(office: Office, performer: Performer, plan: Plan) -> None:
    told = performer.begin(office.run(plan))
    assert told == {"ok": True, "units": [["copy", "one"], ["copy", "two"], ["note", "one"], ["test", "one"]]}
    assert isinstance(office.events[0], RunStarted)


def test_it_does_not_begin_on_an_inventory_that_has_changed(office: Office, performer: Performer, plan: Plan) -> None:
    run = office.run(plan)
    office.move("one")
    told = performer.begin(run)
    assert (told["ok"], told["code"]) == (False, Exit.APPROVAL_MISSING)
    assert told["hint"].startswith("inv plan --playbook")


def test_one_blocking_check_forbids_all_and_is_kept(office: Office, performer: Performer, plan: Plan,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    def check(_kind: Command, context: object) -> list[object]:
        if context.target == "two":  # type: ignore[attr-defined]
            raise Unreachable("no route", where="two", hint="plug it in")
        return [blocks("x", "too small", "add a disk")] if context.step == "test" else []  # type: ignore[attr-defined]

    monkeypatch.setattr(Command, "check", check)
    run = office.run(plan)
    told = performer.begin(run)
    assert told == {"ok": False, "message": "two: no route; too small", "hint": "plug it in; add a disk", "code": 10}
    assert performer.refuse(run, told) == Exit.FINDINGS_BLOCK
    kept = {row["step"]: row["value"] for row in office.journal.evidence.of_run(run)}
    assert [f["message"] for f in kept["copy"]] == ["two: no route"]
    assert [f["message"] for f in kept["test"]] == ["too small"]
    ended = office.events[-1]
    assert isinstance(ended, RunEnded)
    assert (ended.state, ended.next) == (RunState.FAILED, "plug it in; add a disk")


def test_an_order_to_go_back_keeps_the_next_step_from_beginning(office: Office, performer: Performer,
                                                                 plan: Plan) -> None:
    run = office.run(plan)
    office.journal.runs.order(run, {"act": "rollback"}, actor="li")
    told = performer.act(run, "copy", "one", 1)
    assert (told["ok"], told["on_failure"]) == (False, "rollback")
    assert office.journal.attempts.of_run(run) == []


def done(office: Office, run: str) -> None:
    for name, target in (("copy", "one"), ("copy", "two"), ("note", "one"), ("test", "one")):
        office.passed(run, name, target=target)


def test_the_way_back_is_newest_first_without_what_has_none(office: Office, performer: Performer, plan: Plan) -> None:
    run = office.run(plan)
    done(office, run)
    assert performer.way_back(run, "broken", None) == [["test", "one", 1], ["copy", "two", 1], ["copy", "one", 1]]
    assert office.journal.runs.get(run)["state"] == RunState.GOING_BACK
    told = office.events[-1]
    assert isinstance(told, GoingBack)
    assert (told.steps, told.estimate) == (3, None)


def test_an_undo_that_failed_is_tried_again_under_the_next_number(office: Office, performer: Performer,
                                                                  plan: Plan) -> None:
    run = office.run(plan)
    done(office, run)
    assert performer.leave(run, "test", "one", 1)["ok"] is False
    assert performer.way_back(run, "again", None)[0] == ["test", "one", 2]


def test_a_drill_goes_back_to_a_step_and_the_run_stays_on_its_way(office: Office, performer: Performer,
                                                                  plan: Plan) -> None:
    run = office.run(plan)
    done(office, run)
    assert performer.way_back(run, "drill", "note") == [["test", "one", 1]]
    assert office.journal.runs.get(run)["state"] != RunState.GOING_BACK
    assert performer.again(run, "test", "note") == [["note", "one"]]
    assert performer.again(run, "test", "start") == [["copy", "one"], ["copy", "two"], ["note", "one"]]
    office.passed(run, "test", target="one", direction=Direction.UNDO)
    assert performer.drilled(run, "test", "one", 1)["seconds"] == 2.0


def test_acts_and_undo_of_a_real_step_end_as_recorded(office: Office, performer: Performer, plan: Plan) -> None:
    run = office.run(plan)
    first = performer.act(run, "copy", "one", 1)
    assert first["ok"], first["message"]
    assert performer.act(run, "copy", "one", 1) == first, "told again after a crash, nothing acts twice"
    assert performer.undo(run, "copy", "one", 1)["ok"]
    assert [row["state"] for row in office.journal.attempts.of_run(run)] == [AttemptState.OK, AttemptState.OK]
    assert performer.finish_back(run, "asked") == Exit.BROUGHT_BACK


def test_the_end_frees_the_environment_and_names_what_to_type(office: Office, performer: Performer, plan: Plan) -> None:
    run = office.run(plan)
    office.journal.locks.take("live", run=run, owner="me")
    assert performer.finish(run) == Exit.DONE
    assert office.journal.locks.holder("live") is None
    ended = office.events[-1]
    assert isinstance(ended, RunEnded)
    assert (ended.state, ended.next) == (RunState.PASSED, f"inv report --run {run}")


def test_a_point_of_no_return_closes_the_way_back_of_earlier_runs(office: Office, performer: Performer,
                                                                   plan: Plan) -> None:
    earlier = office.run(plan)
    last = office.run(office.plan(replace(NOTE, point_of_no_return=True), stage="close-out"))
    jobs = office.folder / "one" / "jobs" / f"{earlier}.copy.one.forward.1.main"
    assert office.journal.runs.finalize(office.journal.runs.plan_of(last), actor="me") == (earlier, last)
    closed = office.journal.runs.get(earlier)["finalized"]
    jobs.mkdir(parents=True)  # a crash came before they were removed
    assert performer.finish(last) == Exit.DONE
    assert office.journal.runs.get(earlier)["finalized"] == closed
    assert not jobs.exists()


@pytest.mark.parametrize(("findings", "code"), [([], Exit.STOPPED), ([blocks("x", "y")], Exit.FINDINGS_BLOCK)])
def test_a_run_with_nothing_to_bring_back_has_failed(office: Office, performer: Performer, plan: Plan,
                                                     findings: list, code: Exit) -> None:
    from migrator.journal.attempts import Key

    run = office.run(plan)
    office.journal.attempts.refuse(Key(run, "copy", "one", Direction.FORWARD, 1), COPY, executor="me",
                                   findings=findings, message="no")
    assert performer.finish_back(run, "no") == code
    assert office.journal.runs.get(run)["state"] == RunState.FAILED


def test_what_could_not_be_undone_is_left_for_hands(office: Office, performer: Performer, plan: Plan) -> None:
    run = office.run(plan)
    done(office, run)
    performer.leave(run, "test", "one", 1)
    assert performer.finish_back(run, "broken") == Exit.HANDS_NEEDED
    ended = office.events[-1]
    assert isinstance(ended, RunEnded)
    assert ended.by_hand == ["test @ one: not attempted: a later step on the same host could not be undone"]
    assert ended.next == f"inv rollback --run {run}"


def test_what_lies_before_a_passed_point_of_no_return_is_not_undone(office: Office, performer: Performer) -> None:
    run = office.run(office.plan(COPY, replace(TEST, point_of_no_return=True), step("last", run=["true"])))
    for name, target in (("copy", "one"), ("test", "one"), ("last", "-")):
        office.passed(run, name, target=target)
    assert performer.way_back(run, "broken", None) == [["last", "-", 1]]
