"""inv backup.* as they are typed, on an SQLite file and a tree of this machine, day after day."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from migrator import __version__, clock
from migrator.backup.restoring import restoration
from migrator.backup.trees.tree_part import TreePart
from migrator.program import Migrator
from migrator.tasks import namespace
from tests.typed import Typed

INVENTORY = """
format: 1
environments:
  live:
    hosts: {{here: {{connect: local, work: "{folder}/work"}}}}
    databases: {{main: {{url: "sqlite:///{folder}/live/main.db", at: here}}}}
    trees: {{app: {{path: "{folder}/live/app", at: here}}}}
    services: {{web: {{at: here, start: ["true"], stop: ["true"], status: [test, -e, "{folder}/running"]}}}}
    backups: {{daily: 2, weekly: 1, monthly: 0, yearly: 0, copies: ["{folder}/elsewhere"]}}
  other:
    hosts: {{here: {{connect: local, work: "{folder}/work"}}}}
    databases: {{main: {{url: "sqlite:///{folder}/other/main.db", at: here}}}}
    trees: {{app: {{path: "{folder}/other/app", at: here}}}}
    disposable: true
"""
SUNDAY = datetime(2026, 2, 1, 12, tzinfo=UTC)


Type = Callable[..., Typed]


@pytest.fixture
def typed(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Type:
    """Types a command on a system with two rows and two files, at noon of a Sunday and `day` days later."""
    (tmp_path / "inventory.yaml").write_text(INVENTORY.format(folder=tmp_path))
    (tmp_path / "live/app/files").mkdir(parents=True)
    (tmp_path / "live/app/files/one.txt").write_text("one")
    (tmp_path / "live/app/two.txt").write_text("two")
    on(tmp_path, "create table issue (id integer primary key, title text)", "create table note (text)",
       "insert into issue values (1, 'a'), (2, 'b')", "insert into note values ('n')")

    def run(task: str, *flags: str, day: float = 0) -> Typed:
        monkeypatch.setattr(clock, "now", lambda: SUNDAY + timedelta(days=day))
        where = ["--inventory", str(tmp_path / "inventory.yaml"), "--home", str(tmp_path / "home"), "--lang", "en"]
        try:
            Migrator(version=__version__, namespace=namespace, name="migrator", binary="migrator").run(
                ["migrator", task, *flags, *where])
            code = 0
        except SystemExit as ending:
            code = int(ending.code or 0)
        said = capfd.readouterr()
        return Typed(code, said.out, said.err)

    return run


def on(folder: Path, *statements: str, name: str = "live") -> None:
    with closing(sqlite3.connect(folder / name / "main.db")) as database, database:
        for statement in statements:
            database.execute(statement)


def titles(folder: Path, name: str = "live") -> list[str]:
    with closing(sqlite3.connect(folder / name / "main.db")) as database:
        return [title for (title,) in database.execute("select title from issue order by id")]


def prove(typed: Type, day: float = 0) -> str:
    """Take a set of a day and prove it; gives its id."""
    taken = typed("backup.take", "--env", "live", "--prove", "3", "--json", day=day)
    assert taken.code == 0 and taken.data["proven"]
    return str(taken.data["id"])


def test_from_nothing_to_a_proven_set_with_a_copy(typed: Type, tmp_path: Path) -> None:
    empty = typed("backup.list", "--env", "live", "--check")
    assert empty.code == 10 and "there is no backup of live" in empty.out
    assert empty.out.splitlines()[-1] == "next: inv backup.take --env live"
    taken = typed("backup.take", "--env", "live")
    assert taken.code == 0 and "live.20260201-120000: whole" in taken.out and "not proven" in taken.out
    assert f"✓ copied to {tmp_path}/elsewhere" in taken.out
    assert taken.out.splitlines()[-1] == "next: inv backup.verify --set live.20260201-120000"
    listed = typed("backup.list")
    assert "not proven" in listed.out and "1/1" in listed.out and "main, app" in listed.out
    assert typed("backup.list", "--check").code == 10, "nothing is proven yet"
    assert "proven: restored" in typed("backup.verify", "--env", "live").out
    assert typed("backup.list", "--check").code == 0
    assert typed("backup.list", "--json").data["sets"][0]["level"] == 3


def test_the_week_has_one_whole_set_and_a_missing_day_is_told(typed: Type) -> None:
    kinds = [typed("backup.take", "--env", "live", "--json", day=day).data["whole"] for day in (0, 1, 3, 7)]
    assert kinds == [True, False, False, True]
    assert typed("backup.take", "--env", "live", "--whole", "--json", day=8).data["whole"] is True
    prove(typed, day=9)
    said = typed("backup.list", "--env", "live", "--check", day=13)
    assert said.code == 10 and "no backup of live on 2026-02-1" in said.out


def test_what_is_not_there_is_not_backed_up_in_silence(typed: Type, tmp_path: Path) -> None:
    (tmp_path / "live/main.db").rename(tmp_path / "elsewhere.db")
    said = typed("backup.take", "--env", "live")
    assert said.code == 10 and "main.db is not there" in said.err
    assert typed("backup.take", "--env", "live", "--what", "trees").code == 0


def test_a_live_environment_comes_back_and_what_it_held_is_kept(typed: Type, tmp_path: Path) -> None:
    name = prove(typed)
    on(tmp_path, "update issue set title = 'later'")
    (tmp_path / "live/app/two.txt").write_text("later")
    asked = typed("backup.restore", "--env", "live", day=1)
    assert asked.code == 2 and "nobody can be asked" in asked.err and titles(tmp_path) == ["later", "later"]
    (tmp_path / "running").touch()
    running = typed("backup.restore", "--env", "live", "--yes", day=1)
    assert running.code == 10 and "still run: web" in running.err
    (tmp_path / "running").unlink()
    planned = typed("backup.restore", "--env", "live", "--dry-run", day=1)
    assert planned.code == 0 and f"set {name}" in planned.out and titles(tmp_path) == ["later", "later"]
    done = typed("backup.restore", "--env", "live", "--yes", day=1)
    assert done.code == 0 and titles(tmp_path) == ["a", "b"] and (tmp_path / "live/app/two.txt").read_text() == "two"
    assert len(typed("backup.prune", "--env", "live", "--json", day=1).data["kept"]) == 2, "set and way back"
    assert typed("backup.take", "--env", "live", "--json", day=1.1).data["base"] == name, "a way back is no backup"
    way_back = next(line for line in done.out.splitlines() if line.startswith("way back")).partition("inv ")[2].split()
    assert typed(*way_back, "--yes", day=2).code == 0
    assert titles(tmp_path) == ["later", "later"] and (tmp_path / "live/app/two.txt").read_text() == "later"
    kept = next(row for row in typed("backup.list", "--json", day=2).data["sets"] if row["id"] == way_back[-1])
    assert kept["former"] and kept["base"] == name, "of the tree it holds what had changed"


def test_another_environment_gets_a_copy_and_a_part_of_it(typed: Type, tmp_path: Path) -> None:
    prove(typed)
    assert typed("backup.restore", "--env", "other", "--of", "live").code == 0
    assert titles(tmp_path, "other") == ["a", "b"]
    on(tmp_path, "update issue set title = 'x'", "update note set text = 'y'", name="other")
    (tmp_path / "other/app/two.txt").unlink()
    table = typed("backup.restore", "--env", "other", "--of", "live", "--table", "main/issue", day=0.1)
    assert table.code == 0 and "main/issue" in table.out and titles(tmp_path, "other") == ["a", "b"]
    file = typed("backup.restore", "--env", "other", "--of", "live", "--file", "app/two.txt", day=0.2)
    assert file.code == 0 and (tmp_path / "other/app/two.txt").read_text() == "two"
    with closing(sqlite3.connect(tmp_path / "other/main.db")) as database:
        assert database.execute("select text from note").fetchall() == [("y",)]


def test_a_restore_that_was_cut_off_goes_on_or_is_taken_back(
        typed: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = prove(typed)
    on(tmp_path, "update issue set title = 'later'")
    restore = restoration.restore_set

    def cut(*arguments: Any, begins: Callable[[], None], **more: Any) -> dict[str, Any]:
        begins()
        raise ConnectionError("cut off")

    monkeypatch.setattr(restoration, "restore_set", cut)
    assert typed("backup.restore", "--env", "live", "--yes", day=1).code == 1
    monkeypatch.setattr(restoration, "restore_set", restore)
    other = typed("backup.restore", "--env", "live", "--set", name, "--tree", "app", "--yes", day=2)
    assert other.code == 2 and "has not ended" in other.err
    assert "--resume" in typed("backup.list", "--env", "live", day=2).out
    assert typed("backup.restore", "--env", "live", "--back", "--yes", day=2).code == 0
    assert titles(tmp_path) == ["later", "later"]
    assert typed("backup.restore", "--env", "live", "--resume", "--yes", day=2).code == 2, "it is over"


def test_where_nothing_was_a_cut_off_restore_is_taken_back_to_nothing(
        typed: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prove(typed)

    def cut(*_arguments: Any, **_more: Any) -> None:
        raise ConnectionError("cut off")

    monkeypatch.setattr(TreePart, "restore", cut)
    assert typed("backup.restore", "--env", "other", "--of", "live").code == 1
    assert titles(tmp_path, "other") == ["a", "b"], "the database came first"
    assert typed("backup.restore", "--env", "other", "--back").code == 0
    assert not (tmp_path / "other").exists()


def test_a_set_that_is_damaged_changes_nothing_and_leaves_no_note(typed: Type, tmp_path: Path) -> None:
    name = prove(typed)
    part = tmp_path / "vault" / name / "databases/main.sqlite.zst"
    part.write_bytes(part.read_bytes()[:-1] + b"x")
    on(tmp_path, "update issue set title = 'later'")
    said = typed("backup.restore", "--env", "live", "--yes", day=1)
    assert said.code == 10 and titles(tmp_path) == ["later", "later"]
    assert typed("backup.restore", "--env", "live", "--resume", "--yes", day=1).code == 2
    assert typed("backup.verify", "--set", name, day=1).code == 10
    assert "not proven" in typed("backup.list", "--env", "live", day=1).out


def test_the_proven_set_before_is_used_when_the_newest_is_damaged(typed: Type, tmp_path: Path) -> None:
    prove(typed)
    on(tmp_path, "update issue set title = 'second'")
    part = tmp_path / "vault" / prove(typed, day=1) / "databases/main.sqlite.zst"
    part.write_bytes(part.read_bytes()[:-1] + b"x")
    said = typed("backup.restore", "--env", "live", "--yes", day=2)
    assert said.code == 0 and titles(tmp_path) == ["a", "b"]
    assert "live.20260202-120000 cannot be used" in said.out and "an earlier set is used" in said.out


def test_pruning_shows_first_and_keeps_the_last_proven(typed: Type, tmp_path: Path) -> None:
    proven = prove(typed)
    for day in (7, 8, 9):
        typed("backup.take", "--env", "live", "--whole", day=day)
    shown = typed("backup.prune", "--env", "live", day=9)
    assert shown.code == 0 and "would be removed" in shown.out
    assert shown.out.splitlines()[-1] == "next: inv backup.prune --env live --yes"
    gone = typed("backup.prune", "--env", "live", "--yes", "--json", day=9).data
    assert gone["done"] and list(gone["removed"]) == ["live.20260208-120000"] and proven in gone["kept"]
    assert not (tmp_path / "vault/live.20260208-120000").exists()
    assert typed("backup.verify", "--set", "live.20260210", day=9).code == 0


def test_a_set_is_written_out_as_plain_files(typed: Type, tmp_path: Path) -> None:
    name = prove(typed)
    said = typed("backup.export", "--set", name, "--to", str(tmp_path / "plain"))
    assert said.code == 0 and said.out.splitlines()[-1].endswith("sha256sum --check --quiet SHA256SUMS")
    assert (tmp_path / "plain/trees/app/two.txt").read_text() == "two"
    with closing(sqlite3.connect(tmp_path / "plain/databases/main.sqlite")) as database:
        assert database.execute("select count(*) from issue").fetchall() == [(2,)]
    assert typed("backup.export", "--set", name, "--to", str(tmp_path / "plain")).code == 2, "nothing is overwritten"


@pytest.mark.parametrize(("words", "said"), [
    (["backup.take"], "--env is missing"), (["backup.verify"], "--env is missing"),
    (["backup.verify", "--env", "live", "--level", "5"], "from 1 to 4"),
    (["backup.verify", "--set", "nothing"], "0 sets are named nothing"),
    (["backup.restore", "--env", "live"], "no backup set of live is proven"),
    (["backup.restore", "--env", "live", "--until", "soon"], "is a moment"),
    (["backup.restore", "--env", "nowhere"], "no environment nowhere")])
def test_what_is_typed_wrongly_is_told_in_a_sentence(typed: Type, words: list[str], said: str) -> None:
    ended = typed(*words)
    assert ended.code in (2, 10) and said in ended.err and "Traceback" not in ended.err
