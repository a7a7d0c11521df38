"""Masking on real servers, as an owner of the tables: no trigger acts, no reference breaks, a kill loses nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from backup_rig import TREE, Place, fill, left_behind, sites
from rig_databases import Database
from rig_host import TestHost
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from migrator.backup.verify import verify_set
from migrator.clone.masked import masked_set
from migrator.database.open import open_database
from migrator.mask.errors import AlreadyMasked
from migrator.mask.leaks import leaks_in
from migrator.mask.masking import mask
from migrator.mask.originals import gather
from migrator.mask.rules import Rules
from migrator.mask.subset import narrow
from migrator.playbook.inventory import Database as Entry
from migrator.secret import Secret

KEY = Secret("a key for tests of masking only")
Made = Callable[[TestHost], Database]

SCHEMA = {
    "postgresql": """
create table person (id serial primary key, login varchar(40) not null unique, full_name varchar(40), tel bigint,
                     staff_no smallint not null unique, born date, profile jsonb, card char(19));
create table note (id serial primary key, author varchar(40) references person (login), body text);
create table team (id serial primary key, lead varchar(40) references person (login) on update cascade);
create table log (line text);
create function tell() returns trigger language plpgsql as 'begin insert into log values (new.login); return new; end';
create trigger told after update on person for each row execute function tell();
""",
    "mariadb": """
create table person (id int auto_increment primary key, login varchar(40) not null unique, full_name varchar(40),
                     tel bigint, staff_no smallint not null unique, born date, profile json, card char(19));
create table note (id int auto_increment primary key, author varchar(40), body text,
                   foreign key (author) references person (login));
create table team (id int auto_increment primary key, lead varchar(40),
                   foreign key (lead) references person (login) on update cascade);
create table log (line text);
create trigger told after update on person for each row insert into log values (new.login);
"""}
ROWS = """
insert into person (login, full_name, tel, staff_no, born, profile, card)
    values (:login, :name, :tel, :number, '1980-02-29', :profile, '6222021234567890128');
insert into note (author, body) values (:login, :body);
insert into team (lead) values (:login);
"""
RULES = """
kinds: {profile: {is: json, keys: {phone: mobile}}}
tables:
  person: {login: text, full_name: chinese_name, tel: mobile, staff_no: number, born: date, profile: profile,
           card: bank_card}
  note: {body: within}
"""
KILLED = """
import os, signal, sys
from migrator.database.open import open_database
from migrator.mask import masking
from migrator.mask.rules import Rules
from migrator.mask.subset import narrow
from migrator.playbook.inventory import Database
from migrator.secret import Secret

table, seen = masking._Masker._table, []

def dying(self, name, mappings):
    table(self, name, mappings)
    seen.append(name)
    if name == "person":
        os.kill(os.getpid(), signal.SIGKILL)

masking._Masker._table = dying
masking.mask(open_database("main", Database(url=sys.argv[1], at="here")), Rules.parse(sys.argv[2].encode()),
             Secret("a key for tests of masking only"))
"""


@pytest.fixture(params=["postgresql", "mariadb"])
def url(request: pytest.FixtureRequest) -> str:
    """A server's database with 99 people who have all staff numbers of two digits, reached as its owner."""
    short = "postgres" if request.param == "postgresql" else "mariadb"
    made: Made = request.getfixturevalue(f"{short}_database")
    url = made(request.getfixturevalue(f"open_{short}_host")).direct_url
    with _connected(url) as connection:
        for statement in SCHEMA[request.param].split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
        for statement in ROWS.strip().split(";\n"):
            connection.execute(text(statement.rstrip(";")), [
                {"login": f"user{n}", "name": "王李张"[n % 3] + "伟芳娜"[n // 3 % 3] + "小明"[n % 2], "number": n,
                 "tel": 13800138000 + n, "profile": f'{{"phone": "{13800138000 + n}"}}',
                 "body": f"请联系user{n}，电话{13800138000 + n}" if n % 2 else None} for n in range(10, 100)])
    return url


def _connected(url: str):  # type: ignore[no-untyped-def]
    return create_engine(url, poolclass=NullPool).begin()


def test_killed_in_the_middle_and_masked_then(url: str) -> None:
    database, rules = open_database("main", Entry(url=url, at="here")), Rules.parse(RULES.encode())
    originals = gather(database, rules, KEY)
    ended = subprocess.run([sys.executable, "-c", KILLED, url, RULES], check=False)
    assert ended.returncode == -signal.SIGKILL
    with _connected(url) as connection:
        left = connection.scalar(text("select count(*) from person where login like 'user__' and tel > 0"))
        assert left == 90
    done = mask(database, rules, KEY)
    assert done.resumed == 1, "the free text was masked before the kill"
    assert leaks_in(database, rules, originals) == []
    with _connected(url) as connection:
        def ask(sql: str) -> list[tuple[object, ...]]:
            return [tuple(row) for row in connection.execute(text(sql))]

        assert ask("select count(*), count(distinct staff_no), min(staff_no), max(staff_no) from person") == [
            (90, 90, 10, 99)]
        for other, column in ("note", "author"), ("team", "lead"):
            assert ask(f"select count(*) from {other} join person on {column} = login") == [(90,)]
        assert ask("select count(*) from note join person on author = login "
                   "where body = concat('请联系', login, '，电话', tel)") == [(45,)]
        assert ask("select count(*) from person where born = '1980-02-29' or card = '6222021234567890128'") == [(0,)]
        assert ask("select count(*) from log") == [(0,)]
        connection.execute(text("update person set tel = null where staff_no = 10"))
        assert ask("select count(*) from log") == [(1,)]
    with pytest.raises(AlreadyMasked):
        mask(database, rules, KEY)
    assert database.integrity() == []


def test_a_copy_is_made_smaller_over_keys_that_the_server_judges(url: str) -> None:
    rules = Rules.parse((RULES + "subset: {seeds: [{table: person, where: staff_no < 20}], down: [note]}").encode())
    database = open_database("main", Entry(url=url, at="here"))
    assert {each.table: (each.kept, each.removed) for each in narrow(database, rules)} == {
        "person": (10, 80), "note": (10, 80), "team": (0, 90)}
    assert database.integrity() == []
    mask(database, rules, KEY)
    assert database.query("select count(*) from note join person on author = login") == [(10,)]


@pytest.fixture(params=["postgresql", "mariadb"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    short = "postgres" if request.param == "postgresql" else "mariadb"
    host = request.getfixturevalue(f"{short}_host")
    (live,) = sites(monkeypatch, live=(host, request.getfixturevalue(f"{short}_database")(host), TREE))
    fill(live, tmp_path)
    yield live
    assert not [name for name in live.databases() if name.startswith("migrator_")], "copies are left"
    assert left_behind(host) == ""


def test_a_set_is_masked_on_its_own_server(place: Place, tmp_path: Path) -> None:
    before = place.state()
    rules = Rules.parse(b"tables: {department: {name: text}, project: {title: text}}")
    kept = masked_set(place.site, tmp_path / "vault", "masked", rules, KEY)
    assert place.state() == before
    assert list(kept.manifest.databases) == ["main"] and not kept.manifest.trees
    tables, live = kept.tables("main"), place.open().tables()
    assert tables is not None
    facts = tables.tables if hasattr(tables, "tables") else tables
    for name in "department", "project":
        assert facts[name]["rows"] == live[name].rows and facts[name]["digest"] != live[name].digest
    assert verify_set(place.site, kept.folder)["level"] == 3
