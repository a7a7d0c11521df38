"""What a step gets to see: facts of steps that count, sites that cannot be changed, and no job while it reads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrator.commands.shell import words
from migrator.engine.run.context import PREVIEW, Contexts, Facts
from migrator.errors import ReadOnly, WrongUse
from migrator.journal.attempts import Key
from migrator.model.states import Direction, RunState
from tests.unit.engine.office import Office, step

STEP = step("copy", targets=("one",), run=["true"])


def test_facts_of_this_run_go_by_step_and_of_other_stages_by_stage_and_step(office: Office) -> None:
    plan = office.plan(STEP)
    trial, run = office.run(replace(plan, stage="trial")), office.run(plan)
    office.passed(trial, "measure", {"rows": 1})
    office.passed(run, "copy", {"rows": 2})
    facts = Facts(office.journal, run, plan)
    assert facts["copy"] == {"rows": 2}
    assert facts["trial.measure"] == {"rows": 1}
    assert sorted(facts) == ["copy", "go-live.copy", "trial.measure"]
    assert len(facts) == 3
    with pytest.raises(KeyError):
        facts["measure"]


def test_facts_of_another_playbook_or_of_a_step_taken_back_do_not_count(office: Office) -> None:
    plan = office.plan(STEP)
    office.passed(office.run(replace(plan, stage="trial", digest="other")), "measure", {"rows": 1})
    run = office.run(plan)
    office.passed(run, "copy", {"rows": 2})
    office.passed(run, "copy", direction=Direction.UNDO)
    assert list(Facts(office.journal, run, plan)) == []


def test_a_drill_that_passed_keeps_the_facts_of_what_it_took_back(office: Office) -> None:
    plan = office.plan(STEP)
    trial = office.run(replace(plan, stage="trial"))
    office.passed(trial, "copy", {"rows": 2})
    office.passed(trial, "copy", direction=Direction.UNDO)
    office.journal.runs.move(trial, RunState.PASSED, actor="me")
    assert Facts(office.journal, office.run(plan), plan)["trial.copy"] == {"rows": 2}


def test_who_reads_can_change_neither_its_site_nor_another_and_starts_no_job(office: Office) -> None:
    plan = office.plan(STEP)
    context = Contexts(office.desk, office.run(plan), plan).reading(STEP, "one")
    for host in (context.host, context.elsewhere("live").host("two")):
        with pytest.raises(ReadOnly):
            host.run(words("true"))
    with pytest.raises(WrongUse, match="may only read"):
        context.job(words("true"))


def test_who_acts_still_cannot_change_another_environment(office: Office) -> None:
    plan = office.plan(STEP)
    run = office.run(plan)
    context = Contexts(office.desk, run, plan).acting(STEP, Key(run, "copy", "one", Direction.FORWARD, 1))
    assert context.host.run(words("echo", "hello")).text == "hello\n"
    with pytest.raises(ReadOnly):
        context.elsewhere("live").host("two").run(words("true"))
    with pytest.raises(WrongUse, match="no environment paris"):
        context.elsewhere("paris")


def test_a_plan_that_is_only_looked_at_has_people_and_steps_but_no_attempts(office: Office) -> None:
    plan = office.plan(STEP)
    record = Contexts(office.desk, f"{PREVIEW}{plan.id}", plan).reading(STEP, "one").journal()
    assert (record["people"], record["attempts"]) == (plan.people, [])
    assert [s["id"] for s in record["steps"]] == ["copy"]


def test_a_kind_that_is_not_installed_is_named(office: Office) -> None:
    plan = office.plan()
    with pytest.raises(WrongUse, match=r"the step kind hr\.sync is not installed"):
        Contexts(office.desk, office.run(plan), plan).kind(step("sync", "hr.sync"))
