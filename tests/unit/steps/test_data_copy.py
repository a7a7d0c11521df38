"""data.copy before and after: what earlier steps will settle, what is counted, who takes back what."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.model.finding import Severity
from migrator.step import kinds
from tests.conformance.bench import Bench
from tests.conformance.case import Case

TASK = "create table task (id integer primary key)"
LIVE = {"databases": {"main": [TASK, "insert into task values (1), (2)"]}}
MAPPING: dict[str, str | dict[str, str]] = {
    "map.yaml": "from: '1'\nto: '2'\ntables: [{old: task, new: task}]\n"}


def bench(folder: Path, new: list[str]) -> Bench:
    return Bench(Case("data.copy", "unit", "", {"mapping": "map.yaml"}, {"databases": {"main": new}}, LIVE, MAPPING),
                 folder)


@pytest.mark.parametrize(("new", "code"), [
    ([], "mapping.later"), (["create table other (id integer primary key)"], "mapping.later"),
    ([TASK, "insert into task values (7)"], "copy.later")])
def test_ahead_of_earlier_steps_what_they_will_make_is_told_later(new: list[str], code: str, tmp_path: Path) -> None:
    made = bench(tmp_path, new)
    kind, before = kinds()["data.copy"](), made.state()
    ahead, = kind.check(made.contexts().reading(made.step, "-", ahead=True))
    assert (ahead.code, ahead.later) == (code, True)
    now, = kind.check(made.contexts().reading(made.step, "-"))
    assert now.severity is Severity.BLOCKS
    assert made.state() == before, "a look makes no database file"


def test_rows_that_come_or_go_after_the_copy_are_seen(tmp_path: Path) -> None:
    made = bench(tmp_path, [TASK])
    assert made.forward()["ok"]
    kind, context = kinds()["data.copy"](), made.contexts().reading(made.step, "-")
    assert [finding.code for finding in kind.verify(context)] == ["copy.arrived"]
    made.site("bench").database("main").execute(["delete from task where id = 2"])
    found, = kind.verify(context)
    assert (found.code, found.evidence) == ("copy.rows", {"there": 1, "brought": 2})


def test_the_plan_names_tables_and_rows(tmp_path: Path) -> None:
    made = bench(tmp_path, [TASK])
    change, = kinds()["data.copy"]().plan(made.contexts().reading(made.step, "-"))
    assert (change.what, change.where, change.before) == ("2 rows copied from live", "task", "empty")
