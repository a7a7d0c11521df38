"""Which stages must prove something, what a playbook may waive, and what its needs stand for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from migrator.engine.plans.demands import demands
from migrator.errors import PlaybookError
from migrator.playbook.advice import advice
from migrator.playbook.read import LoadedPlaybook, load_playbook
from migrator.step import kinds

CHANGE = {"id": "one", "at": "all", "command": {"run": ["true"], "undo": ["true"], "verify": {"file": "/"}}}
LOOK = {"id": "look", "at": "all", "host.facts": {}}
TRIAL = {"environment": "trial", "steps": [CHANGE, {"id": "drill", "drill.rollback": {"to": "one"}}]}
PREPARE = {"environment": "live", "steps": [{"id": "backup", "backup.take": {}},
                                            {"id": "restore", "backup.verify": {"of": "backup"}}]}
ALL = ["rehearsal", "drill", "backup", "assessment"]


def playbook(folder: Path, gate: dict[str, Any], *steps: dict[str, Any], **stages: Any) -> LoadedPlaybook:
    """A playbook whose stage go-live has this gate and these steps."""
    stages |= {"go-live": {"environment": "live", "gate": gate, "steps": list(steps or [CHANGE])}}
    (folder / "playbook.yaml").write_text(json.dumps({
        "format": 1, "product": "toy", "title": "Toy", "path": {"from": "1", "to": "2"},
        "environments": {"live": "live", "trial": "trial"}, "people": {"approvers": {"it": ["zhao"]}},
        "stages": stages}))
    return load_playbook(folder, kinds())


def test_a_gated_stage_that_changes_a_live_system_proves_everything(tmp_path: Path) -> None:
    loaded = playbook(tmp_path, {"approvals": ["it"]}, prepare=PREPARE, trial=TRIAL)
    assert demands(loaded, "go-live", live=True)["proofs"] == ALL
    assert demands(loaded, "go-live", live=False)["proofs"] == []


@pytest.mark.parametrize(("gate", "steps"), [({}, [CHANGE]), ({"approvals": ["it"]}, [LOOK])])
def test_a_stage_without_a_gate_or_that_only_looks_proves_nothing(tmp_path: Path, gate: dict[str, Any],
                                                                  steps: list[dict[str, Any]]) -> None:
    assert demands(playbook(tmp_path, gate, *steps), "go-live", live=True)["proofs"] == []


def test_what_is_waived_is_kept_with_its_reason(tmp_path: Path) -> None:
    kept = demands(playbook(tmp_path, {"waive": {"drill": "one key", "backup": "no data"}}), "go-live", live=True)
    assert kept["waive"] == {"drill": "one key", "backup": "no data"}
    assert kept["proofs"] == ["rehearsal"], "without the stage prepare nothing is assessed"


@pytest.mark.parametrize("waive", [{"drill": " "}, {"dril": "a slip"}, {"drill": True}])
def test_a_waiver_says_what_and_why(tmp_path: Path, waive: dict[str, Any]) -> None:
    with pytest.raises(PlaybookError, match=r"gate\.waive"):
        playbook(tmp_path, {"waive": waive})


def test_needs_stand_for_what_their_kind_proves_in_the_right_place(tmp_path: Path) -> None:
    trial = {**TRIAL, "steps": [*PREPARE["steps"], *TRIAL["steps"]]}
    needs = ["prepare.restore", "prepare.backup", "trial.drill", "trial.one", "trial.restore"]
    kept = demands(playbook(tmp_path, {"needs": needs}, prepare=PREPARE, trial=trial), "go-live", live=True)
    assert kept["stands_for"] == {"prepare.restore": ["backup"], "prepare.backup": [], "trial.one": ["rehearsal"],
                                  "trial.drill": ["rehearsal", "drill"], "trial.restore": ["rehearsal"]}


@pytest.mark.parametrize(("gate", "stages", "codes"), [
    ({}, {}, ["gate.none"]),
    ({"approvals": ["it"]}, {}, ["gate.unprovable"] * 3),
    ({"approvals": ["it"], "waive": {"rehearsal": "x", "drill": "y", "backup": "z"}}, {}, []),
    ({"approvals": ["it"]}, {"prepare": PREPARE, "trial": TRIAL}, []),
])
def test_what_is_unwise_is_said_when_it_is_checked(tmp_path: Path, gate: dict[str, Any], stages: dict[str, Any],
                                                   codes: list[str]) -> None:
    assert [finding.code for finding in advice(playbook(tmp_path, gate, **stages), kinds())] == codes


@pytest.mark.parametrize(("group", "told"), [
    ({"people": ["zhao", "wang"], "at_least": 3}, "3 must agree, and only 2 are named"),
    ({"people": ["zhao", "zhao"], "at_least": 2}, "2 must agree, and only 1 are named"),
    ({"people": ["zhao"], "atleast": 1}, 'did you mean "at_least"'), ({"at_least": 1}, '"people" is missing'),
    ("zhao", "should be a mapping"), ([], "1 must agree, and only 0 are named")])
def test_a_group_that_can_never_agree_is_refused(tmp_path: Path, group: Any, told: str) -> None:
    loaded = playbook(tmp_path, {})
    data = json.loads((loaded.folder / "playbook.yaml").read_text())
    data["people"]["approvers"]["it"] = group
    (tmp_path / "playbook.yaml").write_text(json.dumps(data))
    with pytest.raises(PlaybookError, match=told):
        load_playbook(tmp_path, kinds())
