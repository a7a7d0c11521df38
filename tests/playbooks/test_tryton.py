"""Tryton's playbook without a Tryton: that its parts fit together, and that nobody jumps over a series."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from migrator.database.statements import split
from migrator.playbook.path import solve
from migrator.playbook.read import load_playbook
from migrator.playbook.versions import load_versions, refusals
from migrator.step import kinds

PLAYBOOK = Path(__file__).resolve().parents[2] / "playbooks" / "tryton"
PATH = ["6.0", "7.0", "7.4", "7.6"]


def asked(name: str) -> dict[str, Any]:
    """The question of each check of a suite, by the check's name."""
    suite = yaml.safe_load((PLAYBOOK / "checks" / name).read_text("utf-8"))
    return {check["name"]: check["sql"]["query"] if "sql" in check else check["command"]["argv"]
            for check in suite["checks"]}


def test_it_goes_through_every_series_and_the_live_loop_is_the_rehearsed_one() -> None:
    loaded = load_playbook(PLAYBOOK, kinds())
    assert loaded.playbook.path.versions == PATH
    loops = [[item.id for item in loaded.stages[stage] if item.hop] for stage in ("trial", "go-live")]
    assert loops[0] == loops[1]
    assert [name for name in loops[0] if name.startswith("upgrade")] == ["upgrade-7.0", "upgrade-7.4", "upgrade-7.6"]


def test_what_was_counted_is_asked_again_in_the_same_words() -> None:
    assert asked("counted.yaml") == asked("same.yaml")


@pytest.mark.parametrize("jump", [["6.0", "7.4"], ["6.0", "7.6"], ["7.0", "7.6"]], ids=" ".join)
def test_a_jump_is_refused_with_the_vendor_s_reason(jump: list[str]) -> None:
    graph = load_versions(PLAYBOOK / "versions.yaml")
    refusal, = refusals(graph, jump)
    assert "which is compulsory" in refusal
    assert "the vendor" in refusal or "the upgrader" in refusal
    assert list(solve(graph, "6.0", "7.6").path) == PATH


@pytest.mark.parametrize("series", PATH[1:])
def test_every_statement_before_a_series_can_be_taken_back(series: str) -> None:
    due, undo = (split((PLAYBOOK / "sql" / f"before-{series}{way}.sql").read_text("utf-8"), "postgresql", way or "due")
                 for way in ("", ".undo"))
    assert bool(due) == bool(undo) == (series != "7.0")
