"""inv map.apply as it is typed: exit codes, JSON lines, the way back, and passwords in URLs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from migrator.errors import Unreachable
from migrator.lens.places.endpoint import open_endpoint, shows_password
from tests.copying.world import SAID, World


@pytest.fixture
def world(tmp_path: Path) -> World:
    old, new = (open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new"))
    made = World(old, new)
    made.build()
    (tmp_path / "map.yaml").write_text(SAID)
    return made


def typed(world: World, *flags: str) -> subprocess.CompletedProcess[str]:
    folder = Path(str(world.old.url.database)).parent
    ends = [word for side in ("old", "new") for word in (f"--{side}", f"sqlite:///{folder / side}.db")]
    return subprocess.run([sys.executable, "-m", "migrator", "map.apply", "--mapping", str(folder / "map.yaml"), *ends,
                           "--home", str(folder / "home"), *flags], capture_output=True, text=True)


def test_it_copies_and_says_what_to_do_next(world: World) -> None:
    done = typed(world)
    assert done.returncode == 0, done.stderr
    assert "33 rows are copied" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("next: inv map.verify --mapping ")
    world.require_copied()


def test_json_is_one_event_a_line(world: World) -> None:
    counted, copied = (json.loads(line) for line in typed(world, "--json").stdout.splitlines())
    assert [event["event"] for event in (counted, copied)] == ["counted", "copied"]
    assert copied["rows"] == 33


def test_what_is_refused_ends_with_10(world: World) -> None:
    with world.old.connect() as connection, connection.begin():
        connection.exec_driver_sql("update task set dept = 'nowhere' where id = 3")
    done = typed(world)
    assert done.returncode == 10
    assert "task -> item: " in done.stderr
    assert world.ledger() == set()


def test_back_carries_changes_home(world: World) -> None:
    assert typed(world).returncode == 0
    with world.new.connect() as connection, connection.begin():
        connection.exec_driver_sql("update item set subject = 'changed' where id = 3")
    done = typed(world, "--back")
    assert done.returncode == 0, done.stderr
    with world.old.connect() as connection:
        rows = connection.exec_driver_sql("select id, status from task where title = 'changed' or status = 'doing'")
        assert [tuple(row) for row in rows] == [(1, "doing"), (3, None), (5, "doing"), (9, "doing")]


@pytest.mark.parametrize(("url", "shown"), [
    ("postgresql://ann:secret@db/app", True), ("postgresql://ann:env:DB_PASSWORD@db/app", False),
    ("postgresql://ann@db/app", False), ("sqlite:////srv/a:b@c.db", False)])
def test_a_password_that_is_shown_is_seen(url: str, shown: bool) -> None:
    assert shows_password(url) is shown


def test_an_error_says_which_database_and_not_who(tmp_path: Path) -> None:
    (tmp_path / "no.db").write_text("this is no database")
    done = subprocess.run([sys.executable, "-m", "migrator", "map.schema", "--env", f"sqlite:///{tmp_path / 'no.db'}",
                           "--write", str(tmp_path / "out")], capture_output=True, text=True)
    assert f"sqlite:///{tmp_path / 'no.db'}" in done.stderr
    done = subprocess.run([sys.executable, "-m", "migrator", "map.schema", "--env",
                           "postgresql://somebody:word@127.0.0.1:1/app?connect_timeout=5", "--write",
                           str(tmp_path / "out")], capture_output=True, text=True)
    assert "postgresql://127.0.0.1:1/app\n" in done.stderr
    assert "somebody" not in done.stderr + done.stdout


def test_a_password_may_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", "p@ss:word/")
    end = open_endpoint("db", "postgresql://ann:env:DB_PASSWORD@127.0.0.1:1/app")
    assert (end.url.username, end.url.password, end.url.database) == ("ann", "p@ss:word/", "app")
    with pytest.raises(Unreachable) as caught, end.connect():
        pass
    assert "p@ss" not in str(caught.value)
