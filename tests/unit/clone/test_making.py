"""A copy is made whole or not started: what stops it, what a crash leaves, and how it is given back."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from migrator.backup.sets.set import BackupSet
from migrator.backup.taking.take import take_set
from migrator.clone import making as story
from migrator.clone.harmless import Terms, masked_columns
from migrator.clone.making import Making, made
from migrator.clone.masked import masked_set
from migrator.clone.neutral.model import Neutral
from migrator.errors import FindingsBlock, MigratorError, WrongUse
from migrator.mask.rules import Rules
from migrator.site import Site
from tests.unit.backup.conftest import LocalDoors, environment

NEUTRAL: dict[str, Any] = {"format": 1, "adapt": ["app/app.ini"], "integrations": [
    {"name": "mail", "kind": "mail", "files": [{"file": "app/app.ini", "format": "ini", "set": {"mail.host": ""}}]}]}
MASKING = b"tables:\n  person: {name: chinese_name, phone: mobile}\n"
PEOPLE = [(1, "欧阳静怡", "13912345678"), (2, "司马相如", "13898765432")]


def change(root: Path, *statements: str) -> None:
    with closing(sqlite3.connect(root / "db/main.sqlite")) as database, database:
        for statement in statements:
            database.execute(statement)


def people(root: Path) -> list[Any]:
    with closing(sqlite3.connect(root / "db/main.sqlite")) as database:
        return database.execute("select name, phone from person order by id").fetchall()


class Pair:
    """A live system with people in it, and an environment that is to become its copy; `runs` says a service does."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.root, self.other, self.runs = folder, folder / "live", folder / "copy", folder / "runs"
        (self.root / "db").mkdir(parents=True)
        (self.root / "app.ini").write_text(f"[app]\nroot = {self.root}\n[mail]\nhost = mail.a.example\n")
        change(self.root, "create table person (id integer primary key, name text, phone text)",
               "create table note (id integer primary key, body text)")
        with closing(sqlite3.connect(self.root / "db/main.sqlite")) as database, database:
            database.executemany("insert into person values (?, ?, ?)", PEOPLE)
        service = {"web": {"at": "here", "start": ["touch", str(self.runs)], "stop": ["rm", "-f", str(self.runs)],
                           "status": ["test", "-e", str(self.runs)]}}
        known = {"live": environment(self.root, folder / "work", secrets={"masking": "env:CLONE_MASKING"}),
                 "copy": environment(self.other, folder / "work", disposable=True, services=service)}
        doors = LocalDoors(known)
        self.live, self.copy = (Site(name, known[name], doors) for name in ("live", "copy"))
        self.making = Making(self.copy, self.live, folder / "vault", folder / "clones/copy")

    def taken(self, name: str = "live.one") -> BackupSet:
        return take_set(self.live, self.folder / "vault", name)

    @staticmethod
    def terms(least: float | None = None, **look: Any) -> Terms:
        return Terms((), Rules.parse(MASKING), Neutral.model_validate({**NEUTRAL, "look": look}), least)


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pair:
    monkeypatch.setenv("CLONE_MASKING", "a key that is long enough for a test")
    return Pair(tmp_path)


def test_a_copy_is_masked_harmless_compared_and_then_started(pair: Pair) -> None:
    done = pair.making.make(pair.taken(), pair.terms(least=100))
    assert done.leaks == 0 and done.parity is not None and done.parity.score == 100.0
    assert masked_columns(done.masked) == {"main": {"person": ["name", "phone"]}}
    masks = people(pair.other)
    assert len(masks) == 2 and not {name for _id, name, _phone in PEOPLE} & {name for name, _phone in masks}
    assert (pair.other / "app.ini").read_text() == f"[app]\nroot = {pair.other}\n[mail]\nhost =\n"
    assert not pair.runs.exists() and pair.making.start() == ["web"] and pair.runs.exists()
    assert made(pair.making.folder)["of"] == "live" and people(pair.root) == [p[1:] for p in PEOPLE]


def test_what_was_masked_before_it_left_its_server_is_not_masked_twice(pair: Pair) -> None:
    rules, key = Rules.parse(MASKING), pair.live.secret("masking")
    kept = masked_set(pair.live, pair.folder / "vault", "live.masked", rules, key, trees=["app"])
    done = pair.making.make(kept, pair.terms(least=100))
    assert done.leaks == 0 and masked_columns(done.masked) == {"main": {"person": ["name", "phone"]}}
    assert not {name for _id, name, _phone in PEOPLE} & {name for name, _phone in people(pair.other)}


@pytest.mark.parametrize("first", [False, True])
def test_a_copy_holds_the_subset_of_the_rules_and_nothing_of_those_who_are_left_out(pair: Pair, first: bool) -> None:
    rules = Rules.parse(MASKING + b"subset:\n  seeds: [{table: person, where: id = 2}]\n")
    vault, key = pair.folder / "vault", pair.live.secret("masking")
    kept = masked_set(pair.live, vault, "live.some", rules, key, trees=["app"]) if first else pair.taken()
    done = pair.making.make(kept, Terms((), rules, Neutral.model_validate(NEUTRAL)))
    assert done.leaks == 0 and len(people(pair.other)) == 1 and len(people(pair.root)) == 2
    if not first:
        assert done.narrowed == {"main": [{"table": "person", "kept": 1, "removed": 1}]}


@pytest.mark.parametrize(("plant", "said"), [
    (f"insert into note values (1, 'call {PEOPLE[0][2]}')", "original values are left: 1 rows of note.body"),
    ("create table x_hook (url text); insert into x_hook values ('https://b.example/')", "nothing lists: main: x_hook"),
    ("create table mail_outbox (id integer); insert into mail_outbox values (1)", "mail_outbox: queue 1 rows")])
def test_each_trap_stops_the_copy_before_anything_is_started(plant: str, said: str, pair: Pair) -> None:
    change(pair.root, *plant.split("; "))
    with pytest.raises(MigratorError, match=said) as stopped:
        pair.making.make(pair.taken(), pair.terms())
    assert stopped.value.code == 10 and made(pair.making.folder) == {}
    with pytest.raises(WrongUse, match="no finished copy"):
        pair.making.start()
    assert not pair.runs.exists()


def test_a_copy_that_is_not_like_its_original_is_refused(pair: Pair) -> None:
    kept = pair.taken()
    change(pair.root, "create table later (id integer)")
    with pytest.raises(FindingsBlock, match="like its original by"):
        pair.making.make(kept, pair.terms(least=100))
    assert made(pair.making.folder) == {}


def test_a_service_of_the_copy_is_stopped_before_it_is_replaced(pair: Pair) -> None:
    kept = pair.taken()
    pair.making.make(kept, pair.terms())
    pair.making.start()
    pair.making.make(kept, pair.terms())
    assert not pair.runs.exists()


def test_what_the_copy_held_first_comes_back_however_often_it_was_cut_off(pair: Pair,
                                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    (pair.other / "db").mkdir(parents=True)
    change(pair.other, "create table own (id integer)", "insert into own values (7)")
    (pair.other / "own.txt").write_text("own")
    with monkeypatch.context() as killed:
        killed.setattr(story, "make_harmless", lambda *_all, **_more: (_ for _ in ()).throw(KeyboardInterrupt))
        for _again in range(2):
            with pytest.raises(KeyboardInterrupt):
                pair.making.make(pair.taken(), pair.terms())
    assert json.loads((pair.making.folder / "before.json").read_text())["trees"] == ["app"]
    pair.making.make(pair.taken("live.two"), pair.terms())
    assert pair.making.remove() and not pair.making.remove()
    assert (pair.other / "own.txt").read_text() == "own" and not (pair.other / "app.ini").exists()
    with closing(sqlite3.connect(pair.other / "db/main.sqlite")) as database:
        assert database.execute("select id from own").fetchall() == [(7,)]


def test_the_original_itself_is_never_made_a_copy(pair: Pair) -> None:
    hits = Making(pair.live, pair.live, pair.folder / "vault", pair.folder / "clones/live")
    with pytest.raises(FindingsBlock):
        hits.make(pair.taken(), pair.terms())
    assert not (pair.folder / "clones/live").exists() and people(pair.root) == [p[1:] for p in PEOPLE]
