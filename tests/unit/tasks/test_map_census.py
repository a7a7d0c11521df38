"""inv map.census: its exit code tells whether the data can go over, its last line what to type next."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from invoke.context import Context
from invoke.exceptions import Exit as Ending

from migrator.tasks import maps

SAID = """
from: "1"
to: "2"
tables: [{old: 任务, new: task, columns: [values: {old: status, new: status, map: {open: O, closed: C}}]}]
"""


@pytest.fixture
def counted(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs the command on two small databases; gives its exit code, what it printed, and its complaints."""
    for name, script in (("old", "create table 任务 (id integer primary key, status text); "
                                 "insert into 任务 values (1, 'open'), (2, null)"),
                         ("new", "create table task (id integer primary key, status text)")):
        change(tmp_path / f"{name}.db", script)
    (tmp_path / "m.yaml").write_text(SAID, encoding="utf-8")

    def run(**flags: Any) -> tuple[int, str, str]:
        given = {"mapping": str(tmp_path / "m.yaml"), "old": f"sqlite:///{tmp_path}/old.db",
                 "new": f"sqlite:///{tmp_path}/new.db", "home": str(tmp_path / "home"), "inventory": None,
                 "lang": "en", "json": False, **flags}
        try:
            maps.census(Context(), **given)
        except Ending as ending:
            return ending.code, *capfd.readouterr()
        return 0, *capfd.readouterr()

    return run


def change(file: Path, script: str) -> None:
    with closing(sqlite3.connect(file)) as base:
        base.executescript(script)


def test_sound_data_is_sent_on_to_the_copy(counted: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    code, said, _complaints = counted()
    assert code == 0
    assert said.splitlines()[1].split() == ["任务", "->", "task", "2", "2", "0", "0"]
    assert said.splitlines()[-1].startswith(f"next: inv map.apply --mapping {tmp_path}/m.yaml --old sqlite:///")


def test_what_is_refused_ends_with_ten(counted: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    change(tmp_path / "old.db", "insert into 任务 values (3, 'x'), (4, 'y'), (5, 'z')")
    code, said, _complaints = counted(samples="2")
    assert code == 10
    assert "(not-in-map), rows: 3, keys: 3; 4; …" in said
    assert "next: mend the data or the mapping, then inv map.census --mapping" in said.splitlines()[-1]


def test_as_json(counted: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    change(tmp_path / "old.db", "insert into 任务 values (3, 'x')")
    code, said, _complaints = counted(json=True)
    found = json.loads(said.splitlines()[-1])
    assert (code, found["event"]) == (10, "counted")
    assert found["pairs"] == [{"pair": "任务 -> task", "rows": 3, "surviving": 2, "needing_memory": 0, "refused": 1}]
    assert [(one["code"], one["rows"], one["keys"]) for one in found["findings"]] == [("not-in-map", 1, [["3"]])]


@pytest.mark.parametrize("samples", ["-1", "some", ""])
def test_what_is_no_number_of_keys_is_wrong_use(counted: Callable[..., tuple[int, str, str]], samples: str) -> None:
    code, _said, complaints = counted(samples=samples)
    assert code == 2
    assert "--samples" in complaints
