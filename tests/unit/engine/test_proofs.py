"""What a live stage must have proven: a whole rehearsal, a timed way back, a restored backup, a clean assessment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from migrator import clock
from migrator.engine.gate.gates import closed
from migrator.model.finding import blocks
from migrator.model.plan import Plan
from migrator.model.proof import Proof
from migrator.model.states import Direction, RunState
from tests.unit.engine.office import Office, step

STEPS = (step("stop", "app.stop"), step("copy", "backup.take", way_back="none"), step("upgrade", "app.upgrade"))


@pytest.fixture
def plan(office: Office) -> Plan:
    return office.plan(*STEPS, gate={"proofs": list(Proof)})


def ran(office: Office, plan: Plan, stage: str, state: RunState = RunState.PASSED, *,
        kinds: dict[str, str] | None = None, facts: dict[str, Any] | None = None) -> str:
    """A run of a stage with these steps in it, by name their kind."""
    run = office.run(replace(plan, stage=stage))
    for name, kind in (kinds or {}).items():
        office.passed(run, name, facts, kind=kind)
    office.journal.runs.move(run, state, actor="me")
    return run


def rehearsed(office: Office, plan: Plan, *undone: str) -> None:
    """A rehearsal with a drill that has taken back these steps."""
    run = office.run(replace(plan, stage="trial"))
    for name in undone:
        office.passed(run, name)
        office.passed(run, name, direction=Direction.UNDO)
    office.passed(run, "drill", kind="drill.rollback")
    office.journal.runs.move(run, RunState.PASSED, actor="me")


def proven(office: Office, plan: Plan, level: int = 3, **facts: Any) -> None:
    ran(office, plan, "prepare", kinds={"restore": "backup.verify"}, facts={"level": level, **facts})


def told(office: Office, plan: Plan) -> list[tuple[str, str]]:
    return [(reason.reason, reason.hint.split(" --")[0]) for reason in closed(office.journal, plan, operator="li")]


def test_everything_that_is_missing_is_told_with_the_command_that_brings_it(office: Office, plan: Plan) -> None:
    assert told(office, plan) == [
        ("no rehearsal has passed with this very playbook", "inv rehearse"),
        ("nobody has walked the way back with this very playbook", "inv rehearse"),
        ("nobody knows how long the way back of stop, upgrade takes: the drill must begin before it", "inv rehearse"),
        ("no backup of live is proven", "inv assess"),
        ("live was not assessed", "inv assess")]


def test_what_was_proven_opens_the_gate(office: Office, plan: Plan) -> None:
    rehearsed(office, plan, "stop", "upgrade")
    proven(office, plan)
    assert told(office, plan) == []


def test_a_step_that_the_drill_did_not_reach_is_named(office: Office, plan: Plan) -> None:
    rehearsed(office, plan, "upgrade")
    proven(office, plan)
    assert told(office, plan) == [
        ("nobody knows how long the way back of stop takes: the drill must begin before it", "inv rehearse")]


def test_what_lies_behind_a_point_of_no_return_needs_no_way_back(office: Office, plan: Plan) -> None:
    final = replace(step("finalize", "data.sql"), point_of_no_return=True)
    closing = replace(plan, steps=(STEPS[0], final, step("start", "app.start")))
    rehearsed(office, plan, "stop")
    proven(office, plan)
    assert told(office, closing) == []


@pytest.mark.parametrize("state", [RunState.BROUGHT_BACK, RunState.STOPPED, RunState.RUNNING])
def test_a_rehearsal_passes_as_a_whole_or_not_at_all(office: Office, plan: Plan, state: RunState) -> None:
    wanting = replace(plan, gate={"proofs": [Proof.REHEARSAL]})
    ran(office, plan, "trial", state)
    assert [reason for reason, _hint in told(office, wanting)] == ["no rehearsal has passed with this very playbook"]


@pytest.mark.parametrize(("days", "reasons"), [
    (13, []), (15, ["the rehearsal is 15d00h old, 14d are allowed",
                    "the drill of the way back is 15d00h old, 14d are allowed"])])
def test_a_rehearsal_and_its_drill_grow_old(office: Office, plan: Plan, monkeypatch: pytest.MonkeyPatch, days: int,
                                            reasons: list[str]) -> None:
    wanting = replace(plan, gate={"proofs": [Proof.REHEARSAL, Proof.DRILL]})
    rehearsed(office, plan, "stop", "upgrade")
    later = clock.now() + timedelta(days=days, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert [reason for reason, _hint in told(office, wanting)] == reasons


@pytest.mark.parametrize(("facts", "reason"), [
    ({"level": 2}, "the backup of live is proven to level 2 only, level 3 is needed"),
    ({"level": 3, "taken": "2026-03-01T00:00:00+00:00"}, "the backup of live is 13h00m old, 12h are allowed"),
    ({"level": 4, "taken": "2026-03-01T02:00:00+00:00"}, ""),
])
def test_a_backup_counts_when_it_was_restored_and_from_when_it_was_taken(
        office: Office, plan: Plan, monkeypatch: pytest.MonkeyPatch, facts: dict[str, Any], reason: str) -> None:
    wanting = replace(plan, gate={"proofs": [Proof.BACKUP]})
    proven(office, plan, **facts)
    monkeypatch.setattr(clock, "now", lambda: clock.parse("2026-03-01T13:00:01+00:00"))
    assert [said for said, _hint in told(office, wanting)] == ([reason] if reason else [])


def test_a_younger_backup_of_a_lower_level_hides_no_proven_one(office: Office, plan: Plan) -> None:
    proven(office, plan, 3)
    proven(office, plan, 1)
    assert told(office, replace(plan, gate={"proofs": [Proof.BACKUP]})) == []


def test_another_environments_backup_and_assessment_say_nothing_of_this_one(office: Office, plan: Plan) -> None:
    proven(office, replace(plan, environment="elsewhere"))
    wanting = replace(plan, gate={"proofs": [Proof.BACKUP, Proof.ASSESSMENT]})
    assert [reason for reason, _hint in told(office, wanting)] == [
        "no backup of live is proven", "live was not assessed"]
    named = replace(plan, gate={"needs": ["prepare.restore"], "stands_for": {"prepare.restore": [Proof.BACKUP]}})
    assert "prepare.restore has not passed" in told(office, named)[0][0]


def test_a_blocking_finding_of_the_newest_assessment_closes(office: Office, plan: Plan) -> None:
    wanting = replace(plan, gate={"proofs": [Proof.ASSESSMENT]})
    ran(office, plan, "prepare")
    failed = office.run(replace(plan, stage="prepare"))
    found = [blocks("space.short", "9 GB are needed, 2 GB are free", "add a disk").as_json()]
    office.journal.evidence.keep(failed, "space", "-", "preflight", found)
    office.journal.runs.move(failed, RunState.FAILED, actor="me")
    assert told(office, wanting) == [
        ("the newest assessment blocks: 9 GB are needed, 2 GB are free", "inv assess")]
    ran(office, plan, "prepare")
    assert told(office, wanting) == []


def test_a_need_that_stands_for_a_proof_is_told_once(office: Office, plan: Plan) -> None:
    gate = {"proofs": [Proof.REHEARSAL, Proof.DRILL, Proof.BACKUP], "needs": ["prepare.restore", "trial.drill"],
            "stands_for": {"prepare.restore": [Proof.BACKUP], "trial.drill": [Proof.REHEARSAL, Proof.DRILL]}}
    named = replace(plan, gate=gate)
    assert [reason for reason, _hint in told(office, named)] == [
        "prepare.restore has not passed with this very playbook", "trial.drill has not passed with this very playbook",
        "nobody knows how long the way back of stop, upgrade takes: the drill must begin before it"]
    rehearsed(office, plan, "stop", "upgrade")
    proven(office, plan, 2)
    assert [reason for reason, _hint in told(office, named)] == [
        "prepare.restore is proven to level 2 only, level 3 is needed"]
