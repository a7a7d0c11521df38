"""Tables of runs and steps, and what a failure says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from migrator.errors import CommandFailed, Position, WrongUse
from migrator.model.finding import blocks, later
from migrator.screen.failure import of_error, of_run, show_failure
from migrator.screen.grid import Column, grid
from migrator.screen.tables import show_kinds, show_runs, show_status
from migrator.text import width

pytestmark = pytest.mark.usefixtures("shanghai")
NAMES = ("passed", "brought_back", "hands_needed", "waiting")


@pytest.mark.parametrize("name", NAMES)
def test_status(name: str, golden: Callable, sample: Callable, each_language: str) -> None:
    golden(f"status_{name}.{each_language}.txt", show_status(sample(name), room=120))


@pytest.mark.parametrize("name", ["brought_back", "hands_needed"])
def test_failure_of_a_run(name: str, golden: Callable, sample: Callable, each_language: str) -> None:
    golden(f"failure_{name}.{each_language}.txt", show_failure(of_run(sample(name))))


def test_failure_before_a_run() -> None:
    error = WrongUse("unknown key “timout”", where=Position("playbook.yaml", 41, 9), hint="did you mean “timeout”?")
    assert show_failure(of_error(error)).splitlines() == [
        "✗ unknown key “timout”", "  where we are   playbook.yaml:41:9", "  do next        did you mean “timeout”?",
        "  exit 2"]
    failed = CommandFailed("pg_dump ended with 1", exit_code=1, output="\n".join(f"line {n}" for n in range(30)))
    assert show_failure(of_error(failed)).count("line ") == 10


def test_a_run_that_was_refused_before_its_first_step(sample: Callable) -> None:
    record = {**sample("waiting"), "attempts": [], "next": "inv run.log --run 0313-1"}
    record["run"] |= {"state": "failed", "exit_code": 10, "message": "212 GB needed, 100 GB free"}
    told = show_failure(of_run(record)).splitlines()
    assert told[0].startswith("✗ trial stopped, ")
    assert told[1:4] == ["  what happened  212 GB needed, 100 GB free", "  where we are   nothing was changed",
                         "  do next        inv run.log --run 0313-1"]
    found = [blocks("space.short", "", "add a disk").as_json(), later("x", "y").as_json()]
    record["evidence"] = [{"name": "preflight", "step": "space", "value": found}]
    assert of_run(record).do_next == ["add a disk", "inv run.log --run 0313-1"]


def test_runs(golden: Callable, sample: Callable, each_language: str) -> None:
    golden(f"runs.{each_language}.txt", show_runs([sample(name)["run"] for name in NAMES], room=110))


def test_no_run_is_said_in_words() -> None:
    assert show_runs([]) == "no run yet"


def test_kinds_keep_to_the_room() -> None:
    for promise in ("takes one consistent set " * 5, "空间不足：需要 212 GB，只有 100 GB" * 4):
        table = show_kinds([("backup.take", "adds", "none", promise)], room=80)
        assert max(width(line) for line in table.splitlines()) <= 80


def test_kinds_speak_the_language(each_language: str) -> None:
    told = show_kinds([("backup.take", "adds", "undo", "Takes."), ("notify", "nothing", "none", "Tells.")], room=80)
    words = {"en": ["adds", "undo", "nothing"], "zh_CN": ["新增", "撤销", "无"]}[each_language]
    assert all(word in told for word in words)


def test_a_cell_with_several_lines_stays_in_its_row() -> None:
    assert grid([Column("a"), Column("b")], [["one\ntwo", "x"]], room=80) == ["a        b", "one two  x"]


def test_chinese_and_english_cells_line_up() -> None:
    lines = grid([Column("名称"), Column("n", right=True)], [["步骤", "1"], ["step", "200"]], room=80)
    assert {width(line) for line in lines} == {9}
