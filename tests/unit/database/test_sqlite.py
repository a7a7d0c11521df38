"""SQLite: digests change exactly when data change, readers cannot write, and a remote file answers like a local one."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.commands.shell import Command
from migrator.database.base import TableFacts
from migrator.database.compare import compare, schema_differences
from migrator.database.sqlite import SqliteDatabase
from migrator.errors import CommandFailed, DatabaseError, ReadOnly

VALUES = st.one_of(st.none(), st.integers(-2**63, 2**63 - 1), st.floats(allow_nan=False), st.binary(max_size=20),
                   st.text(st.characters(codec="utf-8"), max_size=20),
                   st.sampled_from(["", "NULL", "1", "工程", "\0", "é"]))
ROWS = st.lists(st.tuples(VALUES, VALUES), max_size=8)


def made(path: Path, *statements: str) -> SqliteDatabase:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    return SqliteDatabase("main", str(path))


def by_this_python(command: Command, input: bytes, *, changes: bool) -> bytes:
    """Runs what would run on another host with the Python of this one."""
    assert command.text == "python3 -"
    done = subprocess.run([sys.executable, "-I", "-"], input=input, capture_output=True)
    if done.returncode:
        raise CommandFailed("failed", exit_code=done.returncode, output=done.stderr.decode(), where="far")
    return done.stdout


def digest_of(folder: Path, rows: list[tuple[Any, ...]]) -> TableFacts:
    path = folder / "digest.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("drop table if exists t")
        connection.execute("create table t (a, b)")
        connection.executemany("insert into t values (?, ?)", rows)
    return SqliteDatabase("main", str(path)).tables()["t"]


def canonical(rows: list[tuple[Any, ...]]) -> list[str]:
    """What is stored, independent of order; SQLite stores -0.0 as 0.0."""
    return sorted(repr(tuple(0.0 if isinstance(v, float) and v == 0 else v for v in row)) for row in rows)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=ROWS, other=ROWS)
def test_digests_are_equal_exactly_when_the_rows_are(tmp_path: Path, one: list[Any], other: list[Any]) -> None:
    first, second = digest_of(tmp_path, one), digest_of(tmp_path, other)
    assert (first.digest == second.digest) is (canonical(one) == canonical(other))
    assert digest_of(tmp_path, one[::-1]).digest == first.digest
    assert first.rows == len(one)


@pytest.mark.parametrize(("one", "other"), [
    ((None, ""), ("", None)), ((1, "1"), ("1", 1)), ((1, None), (1.0, None)), ((b"a", "a"), ("a", b"a")),
    (("a", "bc"), ("ab", "c")), (("a\0b", 1), ("a", 1)), (("é", 1), ("e\u0301", 1)), ((None, 1), ("NULL", 1)),
    ((0.1 + 0.2, 1), (0.3, 1)), (("a ", 1), ("a", 1))])
def test_values_that_look_alike_differ(tmp_path: Path, one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    assert digest_of(tmp_path, [one]).digest != digest_of(tmp_path, [other]).digest


def test_repeated_rows_count(tmp_path: Path) -> None:
    assert len({digest_of(tmp_path, [(1, 2)] * times).digest for times in range(4)}) == 4


def test_text_that_is_no_utf8_is_told_apart(tmp_path: Path) -> None:
    one = made(tmp_path / "1.db", "create table t (a text)", "insert into t values (cast(x'ff' as text))")
    other = made(tmp_path / "2.db", "create table t (a text)", "insert into t values (cast(x'fe' as text))")
    assert one.tables()["t"].digest != other.tables()["t"].digest
    assert one.query("select a from t") == [("\\xff",)]


def test_order_of_columns_does_not_count(tmp_path: Path) -> None:
    one = made(tmp_path / "1.db", "create table t (a int, b text)", "insert into t values (1, 'x')")
    other = made(tmp_path / "2.db", "create table t (b text)", "alter table t add a int",
                 "insert into t values ('x', 1)")
    assert one.tables() == other.tables()
    assert one.schema().fingerprint == other.schema().fingerprint


def test_far_file_answers_like_a_near_one(tmp_path: Path) -> None:
    near = made(tmp_path / "a b?.db",
                "create table t (a integer primary key, b blob, c real check (c > 0), unique (b))",
                "create table u (t int references t (a))", "create view v as select a from t",
                "insert into t values (1, x'00ff', 0.1), (2, null, 1e300)", "insert into u values (1), (9)")
    far = SqliteDatabase("main", near.path, by_this_python)
    assert far.tables() == near.tables()
    assert far.schema() == near.schema()
    assert far.server() == near.server()
    assert far.integrity() == near.integrity() == ["u: 1 rows point to no row of t"]
    assert far.query("select a, b from t where b = :b", {"b": b"\x00\xff"}) == [(1, b"\x00\xff")]
    assert far.execute(["update u set t = 2", "delete from u"]) == [2, 2]
    assert near.tables()["u"].rows == 0


def test_far_host_without_python_is_told(tmp_path: Path) -> None:
    def run(command: Command, input: bytes, *, changes: bool) -> bytes:
        raise CommandFailed("failed", exit_code=127, output="sh: python3: not found", where="far")

    with pytest.raises(DatabaseError, match="no python3"):
        SqliteDatabase("main", "/x.db", run).tables()


def test_reader_cannot_write_and_makes_no_file(tmp_path: Path) -> None:
    database = made(tmp_path / "a.db", "create table t (a)")
    for statement in ("insert into t values (1)", "drop table t", "pragma user_version = 3"):
        with pytest.raises(DatabaseError, match="readonly"):
            database.query(statement)
    with pytest.raises(ReadOnly):
        database.reading().execute(["drop table t"])
    missing = SqliteDatabase("main", str(tmp_path / "missing.db"))
    with pytest.raises(DatabaseError, match="unable to open"):
        missing.tables()
    assert not (tmp_path / "missing.db").exists()


DIES_HALF_WAY = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("pragma cache_size = 1")
connection.execute("begin")
connection.execute("update t set a = a || 'x'")
os._exit(0)
"""


@pytest.mark.parametrize("on_host", [None, by_this_python], ids=["near", "far"])
def test_what_a_dead_writer_left_half_done_is_taken_back_before_reading(tmp_path: Path, on_host: Any) -> None:
    rows = [f"insert into t values ('{n:0>3000}')" for n in range(100)]
    path = made(tmp_path / "a.db", "create table t (a)", *rows).path
    database = SqliteDatabase("main", path, on_host, read_only=True)
    before = database.tables()
    subprocess.run([sys.executable, "-c", DIES_HALF_WAY, path], check=True)
    assert (tmp_path / "a.db-journal").stat().st_size, "nothing was left half done: the test proves nothing"
    assert database.tables() == before
    assert database.integrity() == []


def test_failed_statement_takes_all_back_and_is_numbered(tmp_path: Path) -> None:
    database = made(tmp_path / "a.db", "create table t (a)")
    with pytest.raises(DatabaseError, match="statement 2: no such table: nowhere"):
        database.execute(["create table u (a)", "insert into nowhere values (1)"])
    assert list(database.schema().tables) == ["t"]


def test_our_own_tables_are_left_out(tmp_path: Path) -> None:
    database = made(tmp_path / "a.db", "create table t (a)")
    before = database.tables(), database.schema().fingerprint
    database.execute(["create table migrator_x (a)", "create index migrator_i on t (a)"])
    assert (database.tables(), database.schema().fingerprint) == before


@pytest.mark.parametrize("change", [
    "alter table t add c int", "create index i on t (a)", "create table u (a)", "drop table t",
    "create view v as select 1",
    "create trigger g after insert on t begin delete from t; end", "alter table t rename column a to z"])
def test_fingerprint_sees_every_change(tmp_path: Path, change: str) -> None:
    database = made(tmp_path / "a.db", "create table t (a int, b text)")
    before = database.schema()
    database.execute([change])
    assert database.schema().fingerprint != before.fingerprint
    assert schema_differences(before, database.schema())


def test_fingerprint_does_not_see_order_and_spelling(tmp_path: Path) -> None:
    one = made(tmp_path / "1.db", 'create table "a" (x int)', "create table b (y int, check (y > 0))",
               "create index i on a (x)")
    other = made(tmp_path / "2.db", "create table b (\n  y int,\n  check (y  >  0)\n)", "create table a (x int)",
                 "create index i\n on  a (x)")
    assert one.schema().lines == other.schema().lines


def test_differences_name_table_and_numbers() -> None:
    facts = TableFacts
    before = {"a": facts(2, 0, "x"), "b": facts(1, 0, "x"), "c": facts(1, 5, "x"), "e": facts(1, 1, "x")}
    after = {"a": facts(1, 0, "y"), "b": facts(1, 0, "y"), "d": facts(3, 0, "x"), "e": facts(1, 2, "x")}
    assert [(d.table, d.what) for d in compare(before, after)] == [
        ("a", "rows"), ("b", "content"), ("c", "missing"), ("d", "extra")]
    assert "1 rows instead of 2" in str(compare(before, after)[0])
