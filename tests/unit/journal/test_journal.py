"""The journal: what is written together, and what is kept for ever."""

from __future__ import annotations

import pytest

from migrator.errors import Exit, Locked, WrongUse
from migrator.journal.attempts import Key
from migrator.journal.journal import Journal
from migrator.model.finding import informs
from migrator.model.outcome import Outcome
from migrator.model.states import AttemptState, Direction, RunState
from tests.unit.journal.paper import PLAN, STEP, started


def test_a_plan_survives_the_journal_unchanged(journal: Journal) -> None:
    run = journal.runs.new(PLAN, started_by="li", folder="/f/{run}")
    assert journal.runs.plan_of(run) == PLAN
    assert journal.runs.get(run)["folder"] == f"/f/{run}"


def test_another_stage_or_inventory_is_another_plan() -> None:
    from dataclasses import replace

    assert len({PLAN.id, replace(PLAN, stage="trial").id, replace(PLAN, bindings="c" * 64).id}) == 3


def test_the_first_before_is_kept_for_ever(journal: Journal) -> None:
    run = journal.runs.new(PLAN, started_by="li", folder="/")
    key = started(journal, run, 1, {"was": "old"})
    journal.attempts.end(key, AttemptState.FAILED, executor="x", seconds=1.0)
    started(journal, run, 2, {"was": "half changed"})
    assert journal.attempts.record(key) == {"was": "old"}


def test_an_undo_takes_its_unit_off_the_list_of_what_is_to_undo(journal: Journal) -> None:
    run = journal.runs.new(PLAN, started_by="li", folder="/")
    started(journal, run)
    assert [row["step"] for row in journal.attempts.to_undo(run)] == ["copy"]
    undo = Key(run, "copy", "-", Direction.UNDO, 1)
    journal.attempts.start(undo, STEP, {}, [], executor="x")
    journal.attempts.end(undo, AttemptState.OK, executor="x", seconds=2.0)
    assert journal.attempts.to_undo(run) == []
    assert {key: measure.seconds for key, measure in journal.measures.times(["d1"]).items()} == {("d1", "undo"): 2.0}


def test_the_longest_success_of_the_newest_run_is_what_a_step_takes(journal: Journal) -> None:
    for seconds in ([9.0], [4.0, 0.1]):
        run = journal.runs.new(PLAN, started_by="li", folder="/")
        for number, each in enumerate(seconds, 1):
            journal.attempts.end(started(journal, run, number), AttemptState.OK, executor="x", seconds=each)
    assert {key: measure.seconds for key, measure in journal.measures.times(["d1"]).items()} == {("d1", "forward"): 4.0}


def test_a_refused_attempt_leaves_nothing_to_undo(journal: Journal) -> None:
    run = journal.runs.new(PLAN, started_by="li", folder="/")
    journal.attempts.refuse(Key(run, "copy", "-", Direction.FORWARD, 1), STEP, executor="x", findings=[], message="no")
    assert journal.attempts.to_undo(run) == []


def test_the_record_holds_what_a_report_needs(journal: Journal) -> None:
    run = journal.runs.new(PLAN, started_by="li", folder="/")
    journal.attempts.end(started(journal, run), AttemptState.OK, executor="x", seconds=1.0,
                         outcome=Outcome(True, "took it", {"set": "s1"}), findings=[informs("ok", "fine")])
    journal.evidence.keep(run, "copy", "-", "digest", {"rows": 3})
    record = journal.record(run)
    assert record["attempts"][0]["facts"] == {"set": "s1"}
    assert record["attempts"][0]["findings"][0]["code"] == "ok"
    assert record["evidence"][0]["value"] == {"rows": 3}
    assert record["audit"]["sound"]


def test_a_second_run_on_an_environment_is_told_who_holds_it(journal: Journal) -> None:
    assert journal.locks.take("live", run="r1", owner="alive") == 1
    with pytest.raises(Locked, match="r1") as refused:
        journal.locks.take("live", run="r2", owner="other")
    assert "inv status --run r1" in str(refused.value.hint)
    journal.locks.free("live", run="r1")
    assert journal.locks.take("live", run="r2", owner="other") == 2


def test_a_run_that_found_its_environment_held_is_not_the_newest(journal: Journal) -> None:
    working = journal.runs.new(PLAN, started_by="li", folder="/")
    refused = journal.runs.new(PLAN, started_by="wang", folder="/")
    journal.runs.move(refused, RunState.FAILED, actor="x", exit_code=int(Exit.LOCKED))
    for newest in (journal.runs.newest(), journal.runs.newest(environment="live")):
        assert newest and newest["id"] == working


def test_a_dead_holder_is_recognised_and_its_lock_can_be_broken(journal: Journal) -> None:
    journal.locks.take("live", run="r1", owner="dead")
    with pytest.raises(Locked) as refused:
        journal.locks.take("live", run="r2", owner="other")
    assert "inv resume --run r1" in str(refused.value.hint)
    journal.locks.break_("live", actor="li", reason="host burnt")
    assert journal.locks.holder("live") is None


def test_a_holder_that_waits_for_people_is_not_called_dead(journal: Journal) -> None:
    holder = journal.runs.new(PLAN, started_by="li", folder="/")
    journal.locks.take("live", run=holder, owner="dead")
    journal.runs.move(holder, RunState.WAITING, actor="x", waiting_for="approval:it")
    with pytest.raises(Locked, match=f"held by run {holder}, which waits for the approval of it") as refused:
        journal.locks.take("live", run="r2", owner="other")
    assert refused.value.hint == f"inv status --run {holder}"


def test_the_lock_of_a_living_holder_is_not_broken(journal: Journal) -> None:
    journal.locks.take("live", run="r1", owner="alive")
    with pytest.raises(Locked):
        journal.locks.break_("live", actor="li", reason="impatient")


@pytest.mark.parametrize(("approve", "not_by", "reason"), [(True, None, ""), (False, None, "rejected"),
                                                           (True, "zhao", "given by the operator")])
def test_an_approval_counts_or_says_why_not(journal: Journal, approve: bool, not_by: str | None, reason: str) -> None:
    journal.approvals.give(PLAN, group="it", who="zhao", approve=approve, reason="", valid_seconds=60)
    standing = journal.approvals.standing(PLAN, "it", not_by=not_by)
    assert (standing.granted, standing.reason) == (not reason, reason)


def test_an_expired_approval_does_not_count(journal: Journal) -> None:
    journal.approvals.give(PLAN, group="it", who="zhao", approve=True, reason="", valid_seconds=-1)
    assert journal.approvals.standing(PLAN, "it").reason == "expired"


def test_an_unknown_run_is_wrong_use(journal: Journal) -> None:
    with pytest.raises(WrongUse, match="0000-none"):
        journal.runs.get("0000-none")
