"""The label is read where the playbook says it stands."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import ValidationError

from migrator.assess.data import inventory, soundness, tables_of
from migrator.assess.label import Label, read_label
from migrator.database.sqlite import SqliteDatabase
from migrator.errors import CommandFailed, HostError
from migrator.transport.local import LocalTransport

HERE = LocalTransport("here")


@pytest.fixture
def database(tmp_path: Path) -> SqliteDatabase:
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection, connection:
        connection.execute("create table v (version)")
        connection.execute("insert into v values (' 6.10 '), (null)")
    return SqliteDatabase("main", str(tmp_path / "x.db"))


def test_by_query_file_and_command(database: SqliteDatabase, tmp_path: Path) -> None:
    (tmp_path / "app.ini").write_text("[app]\nversion = 6.10\n")
    for label in (Label(sql="select version from v"), Label(command=["echo", "6.10"]),
                  Label(file=str(tmp_path / "app.ini"), pattern=r"^version = (.*)$"),
                  Label(command=["echo", "product 6.10 of 2026"], pattern=r"\d+\.\d+")):
        assert read_label(label, database, HERE) == "6.10"


def test_nothing_said_is_none_and_nothing_found_is_an_error(database: SqliteDatabase) -> None:
    assert read_label(Label(sql="select version from v where 0"), database, HERE) is None
    assert read_label(Label(sql="select version from v where version is null"), database, HERE) is None
    with pytest.raises(HostError, match="not in what was read"):
        read_label(Label(command=["echo", "none"], pattern=r"\d"), database, HERE)
    with pytest.raises(CommandFailed):
        read_label(Label(command=["false"]), database, HERE)


@pytest.mark.parametrize("data", [{}, {"sql": "x", "file": "y"}, {"sql": "x", "pattern": "("}])
def test_one_source_and_a_right_pattern(data: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Label.model_validate(data)


def test_stock_of_a_database(database: SqliteDatabase) -> None:
    record = inventory(database)
    assert (record["make"], record["rows"], list(record["tables"])) == ("sqlite", 2, ["v"])
    assert tables_of(record) == database.tables()
    assert soundness(database).code == "data.sound"
    database.execute(["create table c (v references v (version))", "insert into c values (7)",
                      "create unique index u on v (version)"])
    assert soundness(database).evidence["number"] == 1
