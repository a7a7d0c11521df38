"""Parity tells every difference of a copy by name, none that was made on purpose, and its score is arithmetic."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from migrator.clone.neutral.model import Neutral
from migrator.clone.parity import machines as measured
from migrator.clone.parity.parity import parity
from migrator.clone.parity.score import Compared, Difference, Parity, compared
from migrator.site import Site
from tests.unit.backup.conftest import LocalDoors, environment

RULES = Neutral.model_validate({"format": 1, "integrations": [
    {"name": "mail", "kind": "mail", "files": [{"file": "app/app.ini", "format": "ini", "set": {"mail.host": ""}}]},
    {"name": "hooks", "kind": "webhook", "columns": [{"table": "hook", "column": "url", "value": ""}]},
    {"name": "seats", "kind": "other", "statements": [
        {"table": "seat", "sql": "delete from seat", "left": "select count(*) from seat"}]}]})
MASKED = {"main": {"person": ["name"]}}


def fill(root: Path, *, name: str, mail: str, hook: str, seats: int) -> None:
    (root / "db").mkdir(parents=True)
    (root / "app.ini").write_text(f"[app]\nroot = {root}\n[mail]\nhost ={mail}\n")
    (root / "program.bin").write_bytes(b"\0program")
    run(root, "create table person (id integer primary key, name text, born integer)",
        "create table hook (id integer, url text)", "create table seat (id integer)",
        f"insert into person values (1, '{name}', 1980), (2, '{name}2', 1990)",
        f"insert into hook values (1, '{hook}')",
        *(f"insert into seat values ({n})" for n in range(seats)))


def run(root: Path, *statements: str) -> None:
    with closing(sqlite3.connect(root / "db/main.sqlite")) as database, database:
        for statement in statements:
            database.execute(statement)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Site, Site]:
    """An original and a copy that differ only by what was done on purpose."""
    fill(tmp_path / "live", name="Wang", mail=" mail.a.example", hook="http://a.example", seats=3)
    fill(tmp_path / "copy", name="Mask", mail="", hook="", seats=0)
    known = {name: environment(tmp_path / name, tmp_path / "work", disposable=name == "copy")
             for name in ("live", "copy")}
    doors = LocalDoors(known)
    return Site("live", known["live"], doors), Site("copy", known["copy"], doors)


def root(site: Site) -> Path:
    return Path(site.environment.trees["app"].path)


def test_what_was_made_on_purpose_is_no_difference(pair: tuple[Site, Site]) -> None:
    found = parity(*pair, rules=RULES, masked=MASKED)
    assert (found.score, found.differences) == (100.0, [])
    assert {part.sort for part in found.parts if part.count} >= {"rows", "digest", "schema", "files", "configuration",
                                                                 "version", "kernel", "time zone"}
    assert [f.code for f in found.findings(least=100)] == ["clone.parity"]


def test_an_adapted_file_of_any_name_is_compared_as_what_it_should_have_become(pair: tuple[Site, Site]) -> None:
    for site in pair:
        (root(site) / "ABOUT.txt").write_text(f"lies at {root(site)}\n")
    assert parity(*pair, rules=RULES, masked=MASKED).differences != []
    adapting = RULES.model_copy(update={"adapt": ["app/ABOUT.txt"]})
    assert parity(*pair, rules=adapting, masked=MASKED).differences == []
    (root(pair[1]) / "ABOUT.txt").write_text(f"lies at {root(pair[0])}\n")
    (told,) = parity(*pair, rules=adapting, masked=MASKED).differences
    assert (told.sort, told.place) == ("configuration", "app/ABOUT.txt")


@pytest.mark.parametrize(("plant", "told"), [
    (lambda at: run(at, "insert into person values (3, 'x', 2000)"), [("rows", "main person", "2 rows", "3 rows")]),
    (lambda at: run(at, "update person set born = 1981 where id = 1"), [("digest", "main person", None, None)]),
    (lambda at: run(at, "create index by_born on person (born)"), [("schema", None, "-", "there")]),
    (lambda at: run(at, "drop table seat"), [("schema", None, "there", "-")] * 2),
    (lambda at: (at / "app.ini").write_text((at / "app.ini").read_text() + "debug = 1\n"),
     [("configuration", "app/app.ini", "4 lines", "5 lines, other from line 5 on")]),
    (lambda at: (at / "more.conf").write_text("x\n"), [("configuration", "app/more.conf", "-", "there")]),
    (lambda at: (at / "program.bin").write_bytes(b"\0other"), [("files", "app program.bin", None, None)]),
    (lambda at: (at / "program.bin").unlink(), [("files", "app program.bin", None, "-")])])
def test_each_planted_difference_is_told(plant: Callable[[Path], Any], told: list[tuple[str | None, ...]],
                                         pair: tuple[Site, Site]) -> None:
    plant(root(pair[1]))
    found = parity(*pair, rules=RULES, masked=MASKED)
    seen = [(d.sort, d.place, d.original, d.copy) for d in found.differences]
    assert len(seen) == len(told), seen
    for wanted, got in zip(told, seen, strict=True):
        assert all(want in (None, part) for want, part in zip(wanted, got, strict=True)), seen
    assert found.score < 100
    assert [f.code for f in found.findings(least=100)] == ["clone.parity", *["clone.differs"] * len(told)]
    assert found.findings(least=100)[0].severity == "blocks" and found.findings(least=1)[0].severity == "informs"


@pytest.mark.parametrize(("fact", "value", "sort"), [
    ("kernel", "Linux 5.0", "kernel"), ("locale", "C", "locale"), ("timezone", "CST+0800", "time zone"),
    ("os", "Other 1", "version"), ("tools", {"python3": "Python 3.6"}, "version")])
def test_machines_that_differ_are_told(fact: str, value: Any, sort: str, pair: tuple[Site, Site],
                                       monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {"kernel": "Linux 6.1", "locale": "C.UTF-8", "timezone": "UTC+0000", "os": "Debian 12", "tools": {}}
    answers = iter([facts, {**facts, fact: value}])
    monkeypatch.setattr(measured, "gather", lambda host: next(answers))
    packages = iter([{"libc6": "2.36", "sshd": "9.2"}, {"libc6": "2.31"}])
    monkeypatch.setattr(measured, "_packages", lambda host: next(packages))
    found = [d for part in measured.machines(*pair) for d in part.differences]
    assert [d.sort for d in found] == [sort, "package", "package"]
    assert [(d.place, d.original, d.copy) for d in found[1:]] == [
        ("here libc6", "2.36", "2.31"), ("here sshd", "9.2", "-")]


def test_the_score_is_the_weights_arithmetic() -> None:
    rows = compared("rows", "main", {f"t{n}": "1" for n in range(10)}, {f"t{n}": "1" if n else "2" for n in range(10)})
    kernel = Compared("kernel", 1, (Difference("kernel", "a", "1", "2"),))
    assert Parity((rows,)).score == 90.0  # a tenth of the only sort
    assert Parity((rows, kernel)).score == pytest.approx(100 * (1 - (20 / 10 + 1) / 21), abs=0.01)
    assert Parity((kernel,)).score == 0.0 and Parity(()).score == 0.0
    assert [d.sort for d in Parity((kernel, rows)).differences] == ["rows", "kernel"]
    one_in_many = Compared("rows", 10**6, (Difference("rows", "t", "1", "2"),))
    assert Parity((one_in_many,)).score < 100
