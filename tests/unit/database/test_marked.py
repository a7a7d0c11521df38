"""SQL of a step runs exactly once, whatever call is the last before a crash."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from migrator.database.base import Database, Schema
from migrator.database.marked import MarkedSql, parts_of
from migrator.database.sqlite import SqliteDatabase
from migrator.database.statements import Statement, split
from migrator.errors import DatabaseError

UP = split("create table b (x int); insert into b values (1); update a set n = n + 1", "sqlite")
DOWN = split("update a set n = n - 1; drop table b", "sqlite")


class Crash(Exception):
    """The process ends here."""


class CrashingDatabase(SqliteDatabase):
    """Ends before or after its n-th writing call."""

    def __init__(self, path: Path, crash_at: int = -1, after: bool = False) -> None:
        super().__init__("main", str(path))
        self.left, self.after = crash_at, after

    def execute(self, statements: Sequence[str]) -> list[int]:
        crash = self.left == 0
        self.left -= 1
        if crash and not self.after:
            raise Crash
        touched = super().execute(statements)
        if crash:
            raise Crash
        return touched


class AloneDatabase(CrashingDatabase):
    """SQLite that pretends to be a make in which changes of structure commit by themselves."""

    make = "mariadb"

    def query(self, sql, parameters=None):  # type: ignore[no-untyped-def]
        return super().query(sql.replace("information_schema.tables where table_name = :name and table_schema = "
                                         "database()", "sqlite_master where name = :name"), parameters)


CRASHES = [*((CrashingDatabase, n) for n in range(4)), *((AloneDatabase, n) for n in range(9))]
"""More writing calls than there are, so that the last ones meet no crash."""


def fresh(path: Path) -> SqliteDatabase:
    database = SqliteDatabase("main", str(path))
    database.execute(["create table a (n int)", "insert into a values (5)"])
    return database


def state(database: Database) -> tuple[Schema, list[tuple[object, ...]]]:
    return database.schema(), database.query("select n from a")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("kind", "crash_at"), CRASHES)
def test_crash_at_any_write_then_again_is_once(tmp_path: Path, crash_at: int, after: bool,
                                               kind: type[CrashingDatabase]) -> None:
    real = fresh(tmp_path / "x.db")
    before = state(real)
    crashing = kind(tmp_path / "x.db", crash_at, after)
    try:
        assert MarkedSql(crashing, "run-1", "sql").apply(UP) is True
    except Crash:
        MarkedSql(crashing, "run-1", "sql").apply(UP)
    assert MarkedSql(crashing, "run-1", "sql").apply(UP) is False
    assert MarkedSql(crashing, "run-1", "sql").applied(UP) == len(UP)
    assert real.query("select n, x from a, b") == [(6, 1)]
    MarkedSql(kind(tmp_path / "x.db"), "run-1", "sql").undo(UP, DOWN)
    assert state(real) == before
    assert real.query("select name from sqlite_master") == [("a",)]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("kind", "crash_at"), CRASHES)
def test_crash_in_the_way_back_then_again_is_once(tmp_path: Path, crash_at: int, after: bool,
                                                  kind: type[CrashingDatabase]) -> None:
    real = fresh(tmp_path / "x.db")
    before = state(real)
    MarkedSql(kind(tmp_path / "x.db"), "run-1", "sql").apply(UP)
    crashing = kind(tmp_path / "x.db", crash_at, after)
    try:
        MarkedSql(crashing, "run-1", "sql").undo(UP, DOWN)
    except Crash:
        MarkedSql(crashing, "run-1", "sql").undo(UP, DOWN)
    assert state(real) == before
    assert real.query("select name from sqlite_master") == [("a",)]


def test_way_back_of_what_never_ran_does_nothing(tmp_path: Path) -> None:
    real = fresh(tmp_path / "x.db")
    before = state(real)
    assert MarkedSql(real, "run-1", "sql").undo(UP, DOWN) is False
    assert state(real) == before


def test_runs_and_steps_do_not_disturb_each_other(tmp_path: Path) -> None:
    real = fresh(tmp_path / "x.db")
    add = split("update a set n = n + 1", "sqlite")
    changed = [MarkedSql(real, run, step).apply(add) for run, step in (("1", "a"), ("1", "b"), ("2", "a"), ("1", "a"))]
    assert changed == [True, True, True, False]
    MarkedSql(real, "1", "a").undo(add, split("update a set n = n - 1", "sqlite"))
    assert real.query("select n from a") == [(7,)]
    assert MarkedSql(real, "2", "a").applied(add) == 1


def alone(*texts: str) -> list[Statement]:
    return [statement for text in texts for statement in split(text, "mariadb")]


def test_half_of_a_file_is_taken_back_statement_by_statement(tmp_path: Path) -> None:
    real = fresh(tmp_path / "x.db")
    before = state(real)
    up = alone("create table b (x int)", "create table c (x int)", "create table a (x int)")
    down = alone("drop table a", "drop table c", "drop table b")
    database = AloneDatabase(tmp_path / "x.db")
    with pytest.raises(DatabaseError, match="already exists"):
        MarkedSql(database, "1", "s").apply(up)
    assert MarkedSql(database, "1", "s").applied(up) == 2
    with pytest.raises(DatabaseError, match="only 2 of 3"):
        MarkedSql(database, "1", "s").undo(up, down[1:])
    assert MarkedSql(database, "1", "s").undo(up, down) is True
    assert state(real) == before


def test_parts_end_where_the_transaction_does() -> None:
    statements = alone("insert into a values (1)", "update a set n = 1", "alter table a add b int", "drop table c",
                       "delete from a")
    assert [len(part) for part in parts_of("mariadb", statements)] == [2, 1, 1, 1]
    assert [len(part) for part in parts_of("postgresql", statements)] == [5]
