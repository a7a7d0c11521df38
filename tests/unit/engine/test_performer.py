"""The acts of a run's story on a real journal: how it begins, which way back it takes, and how it ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from migrator.engine.run.performer import Performer
from migrator.engine.run.story import At
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
    return Performer(office.desk, "me", lambda: False)


START = At().as_json()


def test_it_begins_and_says_so(office: Office, performer: Performer, plan: Plan) -> None:
    assert performer.begin(office.run(plan)) == {"ok": True}
    assert isinstance(office.events[0], RunStarted)


def test_it_goes_row_by_row_on_all_targets_and_acts_once(office: Office, performer: Performer, plan: Plan) -> None:
    run = office.run(plan)
    told = performer.go(run, START)
    assert told["what"] == "end"
    done = [(row["step"], row["target"], row["n"], row["state"]) for row in office.journal.attempts.of_run(run)]
    assert sorted(done) == sorted((name, target, 1, AttemptState.OK) for name, target in (
        ("copy", "one"), ("copy", "two"), ("note", "one"), ("test", "one")))
    assert performer.go(run, START)["what"] == "end", "told again after a crash"
    assert len(office.journal.attempts.of_run(run)) == len(done), "nothing acts twice"


def test_a_process_that_leaves_begins_no_further_row(office: Office, plan: Plan) -> None:
    run = office.run(plan)
    assert Performer(office.desk, "me", lambda: True).go(run, START)["what"] == "leave"
    assert office.journal.attempts.of_run(run) == []


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
    office.journal.runs.order(run, {"act": "rollback", "to": "note"}, actor="li")
    told = performer.go(run, START)
    assert (told["what"], told["to"]) == ("back", "note")
    assert office.journal.attempts.of_run(run) == []


def done(office: Office, run: str) -> None:
    for name, target in (("copy", "one"), ("copy", "two"), ("note", "one"), ("test", "one")):
        office.passed(run, name, target=target)


def undone(office: Office, run: str) -> list[tuple[str, str, int, str]]:
    return [(row["step"], row["target"], row["n"], row["state"]) for row in office.journal.attempts.of_run(run)
            if row["direction"] == Direction.UNDO]


def test_the_way_back_is_newest_first_without_what_has_none(office: Office, performer: Performer, plan: Plan) -> None:
    run = office.run(plan)
    done(office, run)
    told = performer.undo(run, START, "broken", None)
    assert (told["done"], told["clean"]) == (True, True)
    first, *others = undone(office, run)
    assert first == ("test", "one", 1, AttemptState.OK)
    assert sorted(others) == [("copy", "one", 1, AttemptState.OK), ("copy", "two", 1, AttemptState.OK)]
    assert office.journal.runs.get(run)["state"] == RunState.GOING_BACK
    (told,) = [event for event in office.events if isinstance(event, GoingBack)]
    assert (told.steps, told.estimate) == (3, None)


def refusing(monkeypatch: pytest.MonkeyPatch, *units: tuple[str, str]) -> None:
    """These units cannot be undone: their host is away."""
    undo = Command.undo

    def away(kind: Command, ctx: Any, record: Any) -> Any:
        if (ctx.step, ctx.target) in units:
            raise Unreachable("no route", where=ctx.target)
        return undo(kind, ctx, record)

    monkeypatch.setattr(Command, "undo", away)


def test_an_undo_that_failed_leaves_its_host_and_no_other_and_is_tried_again_later(
        office: Office, performer: Performer, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    run = office.run(plan)
    done(office, run)
    with monkeypatch.context() as patch:
        refusing(patch, ("test", "one"))
        told = performer.undo(run, START, "broken", None)
        assert told["clean"] is False
        assert sorted(undone(office, run)) == [("copy", "one", 1, AttemptState.FAILED),
                                               ("copy", "two", 1, AttemptState.OK),
                                               ("test", "one", 1, AttemptState.FAILED)]
        assert performer.undo(run, START, "broken", None)["clean"] is False, "told again: what failed counts as tried"
        assert len(undone(office, run)) == 3
    assert performer.undo(run, told["at"], "again", None)["clean"] is True
    assert {unit[:3] for unit in undone(office, run) if unit[3] == AttemptState.OK} == {
        ("test", "one", 2), ("copy", "one", 2), ("copy", "two", 1)}


def test_a_drill_goes_back_to_a_step_measures_it_and_the_run_stays_on_its_way(
        office: Office, performer: Performer, plan: Plan) -> None:
    run = office.run(plan)
    done(office, run)
    told = performer.undo(run, At(place=2).as_json(), "drill", "note")
    assert [unit[0] for unit in undone(office, run)] == ["test"]
    assert office.journal.runs.get(run)["state"] != RunState.GOING_BACK
    assert (told["at"]["place"], told["at"]["answered"]) == (1, 2)
    (kept,) = office.journal.evidence.of_run(run)
    assert (kept["name"], [s["step"] for s in kept["value"]["steps"]]) == ("way back", ["test"])


def test_what_was_undone_is_done_anew_and_the_rest_is_left(office: Office, performer: Performer, plan: Plan) -> None:
    run = office.run(plan)
    done(office, run)
    told = performer.undo(run, At(place=2).as_json(), "asked", "test")
    assert performer.go(run, told["at"])["what"] == "end"
    forward = [(row["step"], row["n"]) for row in office.journal.attempts.of_run(run) if row["direction"] == "forward"]
    assert forward[-1] == ("test", 2)
    assert len(forward) == 5


def test_it_ends_brought_back(office: Office, performer: Performer, plan: Plan) -> None:
    run = office.run(plan)
    done(office, run)
    told = performer.undo(run, START, "asked", None)
    assert performer.finish_back(run, told["at"], "asked") == Exit.BROUGHT_BACK
    assert performer.finish_back(run, At(line="crossed").as_json(), "late") == Exit.OUT_OF_TIME


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
    assert performer.finish_back(run, START, "no") == code
    assert office.journal.runs.get(run)["state"] == RunState.FAILED


def test_what_could_not_be_undone_is_left_for_hands(office: Office, performer: Performer, plan: Plan,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    run = office.run(plan)
    done(office, run)
    refusing(monkeypatch, ("test", "one"))
    told = performer.undo(run, START, "broken", None)
    assert performer.finish_back(run, told["at"], "broken") == Exit.HANDS_NEEDED
    ended = office.events[-1]
    assert isinstance(ended, RunEnded)
    assert [line.partition(":")[0] for line in ended.by_hand] == ["test @ one", "copy @ one"]
    assert ended.next == f"inv rollback --run {run}"


def test_what_lies_before_a_passed_point_of_no_return_is_not_undone(office: Office, performer: Performer) -> None:
    last = step("last", targets=("one",), run=["true"], undo=["true"])
    run = office.run(office.plan(COPY, replace(TEST, point_of_no_return=True), last))
    for name in ("copy", "test", "last"):
        office.passed(run, name, target="one")
    performer.undo(run, START, "broken", None)
    assert undone(office, run) == [("last", "one", 1, AttemptState.OK)]
