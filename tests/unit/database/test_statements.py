"""SQL files are cut where the database would cut them."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.database.statements import split
from migrator.errors import PlaybookError

PIECES = {
    "sqlite": ["'a;''b'", '"c;"', "`d;`", "[e;]", "-- f;'\n", "/* ;' */", "g", "1.5e3", ",", "工程", "''"],
    "postgresql": ["'a;''b'", '"c;"', "$$;'$$", "$t$ ; $$ ; $t$", "E'\\';'", "-- f;'\n", "/* ; /* ; */ ' */", "g", "$1",
                   "e'x'"],
    "mariadb": ["'a;\\'b'", '"c;\\""', "`d;`", "-- f;'\n", "# ;'\n", "/* ;' */", "g", "1-", "/*!40101 ; */", "'\\\\'"],
}


@pytest.mark.parametrize(("make", "sql", "expected"), [
    ("sqlite", "insert into a values ('x;''y'); -- c;\n/* ; */ update b set c = 1;;", 2),
    ("sqlite", "create trigger t after insert on a begin update b set c = case when 1 then 2 end; delete from d; end; "
               "select 1", 2),
    ("sqlite", "create temporary table begin_x as select 1; create index i on t (a)", 2),
    ("sqlite", "-- only a comment\n", 0),
    ("postgresql", "create function f() returns int as $a$ begin; ';$$' end $a$ language plpgsql; select E'it\\'s;'; "
                   "select 'a\\'; select $1;", 4),
    ("postgresql", "create or replace function g() returns int begin atomic select 1; select 2; end; select 3", 2),
    ("mariadb", "create procedure p() begin if 1 then select 1; end if; case 1 when 1 then select 2; end case; "
                "while 1 do set @a = 1; end while; end; select 'it\\'s;' # ;\n, `c;d`; /*!40101 SET NAMES x; */; "
                "select 1--1", 4),
    ("mariadb", "create table e (id int); insert into e select case when 1 then 2 end; alter table e add begin int", 3),
])
def test_known_texts(make: str, sql: str, expected: int) -> None:
    assert len(split(sql, make)) == expected


@pytest.mark.parametrize("make", list(PIECES))
@given(data=st.data())
def test_semicolons_inside_of_pieces_do_not_cut(make: str, data: st.DataObject) -> None:
    pieces = st.lists(st.sampled_from(PIECES[make]), max_size=6).map(lambda found: " ".join(["select", *found]))
    statements = data.draw(st.lists(pieces, min_size=1, max_size=5))
    assert len(split("\n;\n".join(statements), make)) == len(statements)


@given(st.lists(st.sampled_from(["select 'a;b'", "create table x (a)", "insert into x values (1) -- ;\n",
                                 "create trigger t after insert on x begin select case 1 when 2 then 3 end; end"]),
                max_size=6))
def test_sqlite_agrees_that_each_is_complete(statements: list[str]) -> None:
    for statement in split(";\n".join(statements), "sqlite"):
        assert sqlite3.complete_statement(statement.text + "\n;")


@pytest.mark.parametrize(("make", "sql", "place"), [
    ("mariadb", "select 1;\nselect 'abc", "f:2:8"), ("postgresql", "/* a /* b */", "f:1:1"),
    ("postgresql", "select 1;\n  commit", "f:2:3"), ("postgresql", "\\copy x", "f:1:1"),
    ("mariadb", "use other", "f:1:1"),
    ("sqlite", "begin; select 1", "f:1:1"), ("sqlite", "insert into t values (1);\n'x'", "f:2:1")])
def test_what_cannot_run_is_refused_with_its_place(make: str, sql: str, place: str) -> None:
    with pytest.raises(PlaybookError) as raised:
        split(sql, make, "f")
    assert str(raised.value.where) == place


def test_what_ends_a_transaction_on_mariadb() -> None:
    sql = "create table a (b int); insert into a values (1); create temporary table c (d int); truncate a"
    assert [s.commits for s in split(sql, "mariadb")] == [True, False, False, True]
    assert [s.line for s in split("select 1;\n\nselect\n2", "sqlite")] == [1, 3]
