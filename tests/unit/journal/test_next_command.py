"""What a person is told to type next, from where a run stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrator.journal.next_command import next_command
from migrator.model.plan import Plan, PlannedStep
from migrator.model.states import RunState

PLAN = Plan(product="toy", title="Toy", playbook="pb", stage="go-live", environment="live", environments={},
            path=("1", "2"), steps=(), digest="a" * 64, bindings="b" * 64, people={"approvers": {"it": ["zhao"]}})


def told(state: RunState, stage: str = "go-live", waiting_for: str | None = None) -> str:
    return next_command({"id": "7", "state": state, "waiting_for": waiting_for}, replace(PLAN, stage=stage))


@pytest.mark.parametrize(("stage", "expected"), [
    ("prepare", "inv rehearse --playbook pb"), ("trial", "inv plan --playbook pb --stage go-live"),
    ("go-live", "inv report --run 7"), ("close-out", "inv report --run 7"),
])
def test_a_run_that_passed_leads_to_the_next_stage(stage: str, expected: str) -> None:
    assert told(RunState.PASSED, stage) == expected


@pytest.mark.parametrize(("state", "expected"), [
    (RunState.STOPPED, "inv resume --run 7"), (RunState.GOING_BACK, "inv resume --run 7"),
    (RunState.FAILED, "inv run.log --run 7"), (RunState.BROUGHT_BACK, "inv report --run 7"),
    (RunState.HANDS_NEEDED, "inv rollback --run 7"),
])
def test_a_run_that_did_not_pass_leads_to_what_helps(state: RunState, expected: str) -> None:
    assert told(state) == expected


def test_a_run_that_waits_leads_to_the_signature_or_the_decision() -> None:
    plan = replace(PLAN, stage="trial")
    assert told(RunState.WAITING, "trial", "approval:it") == (
        f"inv approve.sign --plan {plan.id} --as it --who NAME && inv resume --run 7")
    assert told(RunState.WAITING, "trial", "time:2026-03-14T12:00:00+00:00") == "inv resume --run 7"


@pytest.mark.parametrize(("skippable", "waiting_for", "choices"), [
    (False, "decision:copy", "--retry | --done --reason TEXT | --go-back"),
    (True, "decision:copy", "--retry | --done --reason TEXT | --skip --reason TEXT | --go-back"),
    (False, "line:copy", "--go-on --reason TEXT | --go-back"),
])
def test_a_run_that_waits_for_a_decision_names_every_choice(skippable: bool, waiting_for: str, choices: str) -> None:
    copy = PlannedStep("copy", "backup.take", {}, ("-",), None, None, 0, "none", skippable, False, "d")
    row = {"id": "7", "state": RunState.WAITING, "waiting_for": waiting_for}
    assert next_command(row, replace(PLAN, steps=(copy,))) == f"inv run.decide --run 7 {choices}"
