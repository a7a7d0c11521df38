"""What people may decide of a run that waits, and what is refused with the reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from migrator.engine.run.deciding import decide
from migrator.errors import WrongUse
from migrator.model.states import RunState
from tests.unit.engine.office import Office, step


def waiting(office: Office, waiting_for: str, *, skippable: bool = False) -> str:
    """A run of the steps one, two, three that waits at two."""
    run = office.run(office.plan(step("one"), replace(step("two"), skippable=skippable), step("three")))
    office.journal.runs.move(run, RunState.WAITING, actor="me", waiting_for=waiting_for)
    return run


@pytest.mark.parametrize(("about", "act", "more"), [
    ("decision:two", "retry", {}), ("decision:two", "done", {"reason": "copied by hand"}),
    ("decision:two", "skip", {"reason": "not needed here"}), ("decision:two", "rollback", {}),
    ("decision:two", "rollback", {"to": "one"}), ("line:two", "go on", {"reason": "the hall is ours until noon"}),
    ("line:two", "rollback", {}),
])
def test_a_decision_is_left_as_an_order_with_person_and_reason(office: Office, about: str, act: str,
                                                               more: dict[str, Any]) -> None:
    run = waiting(office, about, skippable=True)
    assert decide(office.journal, run, act, who="zhao", **{"reason": None, **more}) == "two"
    order = office.journal.runs.get(run)["order"]
    assert order == {"act": act, "who": "zhao", "reason": "", "to": None, "step": "two", **more}


@pytest.mark.parametrize(("about", "act", "more", "says"), [
    ("decision:two", "skip", {"reason": "x"}, "two may not be skipped.*skippable: true"),
    ("decision:two", "done", {}, "--reason is missing"),
    ("decision:two", "go on", {"reason": "x"}, "does not ask for that at two"),
    ("line:two", "retry", {}, "does not ask for that at two"),
    ("line:two", "go on", {}, "--reason is missing"),
    ("decision:two", "rollback", {"to": "three"}, "cannot go back to three"),
    ("decision:two", "rollback", {"to": "nowhere"}, "cannot go back to nowhere"),
    ("approval:it", "retry", {}, "waits for no decision: waiting"),
    ("time:2026-03-14T12:00:00+00:00", "retry", {}, "waits for no decision"),
])
def test_what_cannot_be_carried_out_is_refused_and_leaves_no_order(office: Office, about: str, act: str,
                                                                   more: dict[str, Any], says: str) -> None:
    run = waiting(office, about)
    with pytest.raises(WrongUse, match=says):
        decide(office.journal, run, act, who="zhao", **{"reason": None, **more})
    assert office.journal.runs.get(run)["order"] is None


def test_a_run_that_does_not_wait_takes_no_decision(office: Office) -> None:
    run = waiting(office, "decision:two")
    office.journal.runs.move(run, RunState.STOPPED, actor="me")
    with pytest.raises(WrongUse, match="waits for no decision: stopped") as refused:
        decide(office.journal, run, "retry", who="zhao", reason=None)
    assert refused.value.hint == f"inv resume --run {run}"
