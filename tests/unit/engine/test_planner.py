"""A plan: which hosts each step acts on, what was measured, and what the plan is bound to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from migrator.engine.plans.bindings import bindings_digest
from migrator.engine.plans.planner import make_plan
from migrator.errors import PlaybookError
from migrator.journal.attempts import Key
from migrator.model.plan import Plan
from migrator.model.states import AttemptState, Direction
from migrator.playbook.read import load_playbook
from migrator.step import kinds
from tests.unit.engine.office import Office


@pytest.fixture
def planned(office: Office, tmp_path: Path) -> Any:
    """Plans a stage of one step that acts where it is told."""
    def plan(**keys: Any) -> Plan:
        folder = tmp_path / "playbook"
        folder.mkdir(exist_ok=True)
        steps = [{"id": "copy", "command": {"run": ["true"], "verify": {"file": "/"}}, **keys}]
        (folder / "playbook.yaml").write_text(json.dumps({
            "format": 1, "product": "toy", "title": "Toy", "path": {"from": "1", "to": "2"},
            "environments": {"live": "live"}, "stages": {"go-live": {"environment": "live", "steps": steps}}}))
        return make_plan(load_playbook(folder, kinds()), "go-live", office.site, office.journal)
    return plan


@pytest.mark.parametrize(("at", "targets"), [
    ("all", ("one", "two")), ("app", ("two",)), ("one", ("one",)), (["two", "all"], ("two", "one"))])
def test_a_step_acts_on_each_host_once_in_the_order_named(planned: Any, at: Any, targets: tuple[str, ...]) -> None:
    assert planned(at=at).step("copy").targets == targets


def test_where_there_is_one_host_it_need_not_be_named(planned: Any, office: Office) -> None:
    del office.environment.hosts["two"]
    assert planned().step("copy").targets == ("one",)


@pytest.mark.parametrize(("keys", "told"), [
    ({}, "acts on a host, and live has several"), ({"at": "moon"}, "has no role or host named moon")])
def test_a_host_that_cannot_be_meant_is_an_error_at_its_place(planned: Any, keys: dict[str, str], told: str) -> None:
    with pytest.raises(PlaybookError, match=told) as error:
        planned(**keys)
    assert "playbook.yaml:1:" in str(error.value.where)
    assert error.value.hint


def test_what_was_measured_of_the_same_step_is_its_estimate(planned: Any, office: Office) -> None:
    plan = planned(at="one")
    assert plan.step("copy").estimate is None
    run = office.run(replace(plan, stage="trial"))
    for direction, seconds in ((Direction.FORWARD, 9.0), (Direction.UNDO, 4.0)):
        key = Key(run, "copy", "one", direction, 1)
        office.journal.attempts.start(key, plan.step("copy"), {}, [], executor="me")
        office.journal.attempts.end(key, AttemptState.OK, executor="me", seconds=seconds)
    again = planned(at="one").step("copy")
    assert (again.estimate, again.way_back_estimate) == (9.0, 4.0)
    assert planned(at="one", command={"run": ["false"], "verify": {"file": "/"}}).step("copy").estimate is None


def test_another_inventory_is_another_binding_and_another_playbook_another_digest(planned: Any, office: Office) -> None:
    plan = planned(at="one")
    assert bindings_digest(office.site, plan) == plan.bindings
    office.move("one")
    moved = planned(at="one")
    assert (moved.digest == plan.digest, moved.bindings == plan.bindings) == (True, False)
    assert bindings_digest(office.site, plan) != plan.bindings
    assert planned(at="two").digest != plan.digest
