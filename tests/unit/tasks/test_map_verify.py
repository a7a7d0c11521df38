"""inv map.verify: its exit code tells whether both sides say the same, and its words tell where they do not."""

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

TABLE = "create table task (id integer primary key, {title} text);"
SAID = """
from: "1"
to: "2"
tables:
  - {old: task, new: task, columns: [{rename: {old: title, new: subject}}]}
"""


@pytest.fixture
def verified(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Runs the command on two small databases; gives its exit code and what it printed."""
    for name, title in (("old", "title"), ("new", "subject")):
        with closing(sqlite3.connect(tmp_path / f"{name}.db")) as base, base:
            base.executescript(TABLE.format(title=title) + "insert into task values (1, 'dig'), (2, null)")
    (tmp_path / "m.yaml").write_text(SAID)

    def run(**flags: Any) -> tuple[int, str]:
        given = {"mapping": str(tmp_path / "m.yaml"), "old": f"sqlite:///{tmp_path}/old.db",
                 "new": f"sqlite:///{tmp_path}/new.db", "home": str(tmp_path / "home"), "inventory": None,
                 "lang": "en", "json": False, **flags}
        try:
            maps.verify(Context(), **given)
        except Ending as ending:
            return ending.code, capfd.readouterr().out
        return 0, capfd.readouterr().out

    return run


def change(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "new.db")) as base, base:
        base.execute(statement)


def test_equal_sides_end_with_zero_and_what_comes_next(verified: Callable[..., tuple[int, str]]) -> None:
    code, said = verified()
    assert code == 0
    assert said.splitlines()[-2].startswith("✓ equal: 2 rows, 4 cells compared in ")
    assert said.splitlines()[-1].startswith("next: inv rehearse")


def test_differences_are_told_and_end_with_ten(verified: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    change(tmp_path, "update task set subject = 'dig ' where id = 1")
    change(tmp_path, "delete from task where id = 2")
    code, said = verified(most="1")
    assert code == 10
    assert '✗ task, id "1": subject: from the old side comes "dig", the new side says "dig "' in said
    assert "and 1 more rows (--most N names more)" in said
    assert f"inv map.verify --mapping {tmp_path}/m.yaml --old sqlite" in said.splitlines()[-1]


def test_programs_get_one_event(verified: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    change(tmp_path, "insert into task values (3, 'new')")
    code, said = verified(json=True)
    event = json.loads(said)
    assert (code, event["event"], event["equal"], event["different"]) == (10, "verified", False, 1)
    assert event["differences"] == [{"table": "task", "kind": "invented", "key": {"id": "3"}, "column": None,
                                     "old": None, "new": None}]


def test_fresh_forgets_what_a_killed_verification_has_read(verified: Callable[..., tuple[int, str]], tmp_path: Path,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    change(tmp_path, "delete from task where id = 2")
    with monkeypatch.context() as until:
        until.setattr("migrator.lens.verify.state.State.end", lambda _state: None)  # killed just before the end
        assert verified()[0] == 10
    change(tmp_path, "insert into task values (2, null)")
    assert ", the first of them in a part that began at " in verified()[1]
    assert verified()[0] == 0
    with monkeypatch.context() as until:
        until.setattr("migrator.lens.verify.state.State.end", lambda _state: None)
        assert verified()[0] == 0
    assert ", the first of them" not in verified(fresh=True)[1]
