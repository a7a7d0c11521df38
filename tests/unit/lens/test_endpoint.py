"""A connection to one side's database, on SQLite."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from migrator.lens.places.endpoint import AT_ONCE, open_endpoint

TABLES = ("create table parent (id integer primary key)",
          "create table child (parent integer references parent (id) deferrable initially deferred)")


def test_a_refused_commit_leaves_no_transaction_behind(tmp_path: Path) -> None:
    end = open_endpoint("old", f"sqlite:///{tmp_path}/old.db")
    with end.connect() as connection:
        connection.connection.driver_connection.execute("pragma foreign_keys = on")
        with connection.begin():
            for statement in TABLES:
                connection.exec_driver_sql(statement)
        with pytest.raises(Exception, match="FOREIGN KEY"), connection.begin():
            connection.exec_driver_sql("insert into child values (1)")
        with connection.begin():
            connection.exec_driver_sql("insert into parent values (1)")
        with connection.begin():
            assert connection.exec_driver_sql("select count(*) from child").scalar() == 0


def test_what_begins_as_a_writer_holds_others_off_at_once(tmp_path: Path) -> None:
    end = open_endpoint("old", f"sqlite:///{tmp_path}/old.db")
    with end.connect() as first, end.engine.connect() as second:
        second.exec_driver_sql("pragma busy_timeout = 0")
        second.commit()
        first.execution_options(**AT_ONCE).begin()
        with pytest.raises(OperationalError, match="locked"):
            second.execution_options(**AT_ONCE).begin()
