"""Where the journal lies: a file, or the PostgreSQL that a variable names, whose password is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import WrongUse
from migrator.journal.place import database_url, engine_url
from migrator.secret import scrub


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MIGRATOR_DATABASE", "PGPASSWORD"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_variable_both_are_files_of_the_home_folder(tmp_path: Path) -> None:
    assert str(database_url(tmp_path / "home")) == f"sqlite:///{tmp_path}/home/migrator.db"
    assert str(engine_url(tmp_path / "home")) == f"sqlite:///{tmp_path}/home/engine.db"
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(("named", "password"), [
    ("postgresql://li:env:PASS_OF_LI@db.example/m", "saffron-kettle"), ("postgres://li@db.example/m", None),
    ("postgresql+psycopg://li:marble-otter@db.example/m", "marble-otter"),
])
def test_one_postgresql_holds_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str,
                                   password: str | None) -> None:
    monkeypatch.setenv("PASS_OF_LI", "saffron-kettle")
    monkeypatch.setenv("MIGRATOR_DATABASE", named)
    url = database_url(tmp_path)
    assert url == engine_url(tmp_path)
    assert (url.drivername, url.username, url.host, url.database) == ("postgresql+psycopg", "li", "db.example", "m")
    assert url.password == password
    assert (password or "none") not in f"{url} {url!r}"
    assert scrub(f"log in with {password}") == f"log in with {'***' if password else None}"


def test_the_password_that_libpq_reads_is_scrubbed_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "velvet-anchor")
    monkeypatch.setenv("MIGRATOR_DATABASE", "postgresql://li@db.example/m")
    assert database_url(tmp_path).password is None
    assert scrub("velvet-anchor") == "***"


@pytest.mark.parametrize(("named", "says"), [
    ("mysql://li:tulip-harbour@db.example/m", "mysql"), ("li:tulip-harbour", "no database URL"),
    ("postgresql://li:env:NOBODY_SET_IT@db.example/m", "NOBODY_SET_IT"),
])
def test_what_names_no_such_database_is_wrong_use_and_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                                   named: str, says: str) -> None:
    monkeypatch.setenv("MIGRATOR_DATABASE", named)
    with pytest.raises(WrongUse, match=says) as refused:
        database_url(tmp_path)
    assert "tulip-harbour" not in f"{refused.value} {refused.value.hint}"
