"""A small database of people and what they wrote, and the rules for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from migrator.database.base import Database
from migrator.database.open import open_database
from migrator.playbook.inventory import Database as Entry
from migrator.secret import Secret

KEY = Secret("a key for tests of masking only")
SCHEMA = """
create table person (id integer primary key, login varchar(40) not null unique, full_name varchar(40),
                     phone varchar(20) unique, tel bigint, staff_no integer unique, born date, mail varchar(100),
                     profile text);
create table note (id integer primary key, author varchar(40) references person (login), body text, memo text);
create table log (line text);
create trigger told after update on person begin insert into log values (new.login); end;
"""
RULES = """
kinds:
  profile: {is: json, keys: {phone: mobile}}
tables:
  person:
    login: text
    full_name: chinese_name
    phone: mobile
    tel: mobile
    staff_no: number
    born: date
    mail: email
    profile: profile
  note: {body: within}
"""
PEOPLE = ["王伟", "李小明", "欧阳娜娜", "Anna Berg", "张龘", "王伟"]

Ask = Callable[[str], list[tuple[Any, ...]]]


def fill(path: Path) -> None:
    """Six people, two of one name, staff numbers from 2601 on, and a note by each."""
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(SCHEMA)
        database.executemany("insert into person values (?, ?, ?, ?, ?, ?, ?, ?, ?)", [
            (n, f"user{n:02}", name, f"1380013800{n}", 13800138000 + n, 2600 + n, f"198{n}-02-28",
             f"user{n:02}@corp.example",
             f'{{"phone": "1380013800{n}", "floor": {n}}}') for n, name in enumerate(PEOPLE, 1)])
        database.execute("insert into person (id, login) values (9, 'nobody')")
        database.executemany("insert into note values (?, ?, ?, ?)", [
            (n, f"user{n:02}", f"请联系{name},电话1380013800{n}。", "") for n, name in enumerate(PEOPLE, 1)])


def opened(path: Path) -> Database:
    return open_database("main", Entry(url=f"sqlite:///{path}", at="here"))
