"""A smaller copy: closed over every reference, whatever cycles and composite keys there are."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.errors import PlaybookError
from migrator.mask.errors import Misfit
from migrator.mask.rules import Rules
from migrator.mask.subset import Narrowed, narrow
from tests.unit.mask.people import opened

SCHEMA = """
create table country (code text primary key);
create table customer (id integer primary key, country text references country (code), agent integer);
create table project (id integer primary key, customer integer not null references customer (id),
                      follows integer references project (id), lead integer);
create table task (project integer references project (id), number integer, primary key (project, number));
create table hours (id integer primary key, project integer, number integer, note text,
                    foreign key (project, number) references task (project, number));
create table log (id integer primary key, line text);
create trigger told after delete on task begin insert into log (line) values ('gone'); end;
"""
RULES = """
references: [customer.agent -> customer.id]
subset:
  seeds: [{table: customer, where: "id = 1"}]
  down: [project, task]
"""


def make(path: Path, statements: str) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(SCHEMA + statements)


def rows(path: Path, table: str) -> list[int]:
    with closing(sqlite3.connect(path)) as database:
        return [row[0] for row in database.execute(f"select * from {table} order by 1")]


def test_upwards_always_and_downwards_where_it_is_said(tmp_path: Path) -> None:
    make(tmp_path / "a", """
insert into country values ('CN'), ('DE');
insert into customer values (1, 'CN', 2), (2, 'CN', 3), (3, 'CN', 1), (4, 'DE', null);
insert into project values (10, 1, 20, 0), (20, 4, 10, 0), (30, 4, null, 0), (40, 1, null, 0);
insert into task values (10, 1), (30, 1);
insert into hours values (1, 10, 1, ''), (2, 30, 1, ''), (3, null, null, '');
insert into log values (7, 'kept');
""")
    done = narrow(opened(tmp_path / "a"), Rules.parse(RULES.encode()))
    found = {name: rows(tmp_path / "a", name) for name in ("country", "customer", "project", "task", "hours", "log")}
    assert found == {"country": ["CN", "DE"], "customer": [1, 2, 3, 4], "project": [10, 20, 30, 40], "task": [10, 30],
                     "hours": [3], "log": [7]}
    assert Narrowed("hours", 1, 2) in done


def test_what_is_not_reached_goes_and_no_trigger_tells(tmp_path: Path) -> None:
    make(tmp_path / "a", """
insert into customer values (1, null, null), (2, null, 1), (3, null, null);
insert into project values (10, 1, null, 0), (20, 2, null, 0), (30, 3, 10, 0);
insert into task values (10, 1), (10, 2), (20, 1);
insert into hours values (1, 10, 1, ''), (2, 20, 1, '');
""")
    rules = Rules.parse(RULES.replace("down: [project, task]", "down: [hours, task]").encode())
    narrow(opened(tmp_path / "a"), rules)
    assert [rows(tmp_path / "a", name) for name in ("customer", "project", "task", "hours", "log")] == [[1], [], [], [],
                                                                                                        []]
    assert narrow(opened(tmp_path / "a"), rules)[0] == Narrowed("customer", 1, 0)


keys = st.integers(1, 5)


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(keys, st.one_of(st.none(), keys), min_size=1),
       st.dictionaries(keys, st.tuples(keys, st.one_of(st.none(), keys))), st.sets(st.tuples(keys, keys)), keys)
def test_nothing_ever_dangles(tmp_path_factory: pytest.TempPathFactory, customers: dict[int, int | None],
                              projects: dict[int, tuple[int, int | None]], tasks: set[tuple[int, int]],
                              seed: int) -> None:
    """Rows refer to each other at random, in cycles too."""
    path = tmp_path_factory.mktemp("any") / "a"
    make(path, "")
    projects = {key: (customer, after if after in projects else None)
                for key, (customer, after) in projects.items() if customer in customers}
    projects = {key: (customer, after if after in projects else None) for key, (customer, after) in projects.items()}
    with closing(sqlite3.connect(path)) as database, database:
        database.executemany("insert into customer values (?, null, ?)",
                             [(key, agent if agent in customers else None) for key, agent in customers.items()])
        database.executemany("insert into project values (?, ?, ?, 0)", [(k, *v) for k, v in projects.items()])
        database.executemany("insert into task values (?, ?)", [t for t in tasks if t[0] in projects])
    narrow(opened(path), Rules.parse(RULES.replace("id = 1", f"id = {seed}").encode()))
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("pragma foreign_key_check").fetchall() == []
        assert not database.execute("select 1 from customer where agent not in (select id from customer)").fetchall()
        assert (seed in customers) == bool(database.execute("select 1 from customer where id = ?", [seed]).fetchall())
        theirs = {key for key, (customer, _after) in projects.items() if customer == seed}
        assert theirs <= {row[0] for row in database.execute("select id from project")}


def test_names_that_are_not_there_are_told_with_their_place(tmp_path: Path) -> None:
    make(tmp_path / "a", "")
    with pytest.raises(PlaybookError, match=r"masking.yaml:5:10 subset.down\[0\]: the database has no table projct"):
        narrow(opened(tmp_path / "a"), Rules.parse(RULES.replace("[project, task]", "[projct]").encode()))


def test_a_table_without_key_is_refused(tmp_path: Path) -> None:
    make(tmp_path / "a", "create table bare (customer integer references customer (id));")
    with pytest.raises(Misfit, match="bare"):
        narrow(opened(tmp_path / "a"), Rules.parse(RULES.encode()))
